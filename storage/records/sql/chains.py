"""Chains as they run."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Boolean, ColumnElement, literal_column, select

from facility.chain_run import ChainRun
from storage.records.port import Conflict
from storage.records.sql.rows import Kind, Rows
from storage.records.sql.shape import Shape
from storage.records.sql.tables import within
from storage.records.sql.tables.notices import CHAINS, RUNS
from storage.records.sql.transaction import Transaction

_KIND = Kind(table=CHAINS, shape=Shape(ChainRun), word="chain run", pages="chains", derived=("attend_at",))
_C = CHAINS.c
_RUNS: ColumnElement[bool] = literal_column(RUNS, Boolean)


class SqlChainRuns(Rows[ChainRun]):
    """See ``storage.records.notices.ChainRuns``."""

    def __init__(self, transaction: Transaction) -> None:
        super().__init__(transaction, _KIND)

    def begin(self, run: ChainRun) -> ChainRun:
        """Leaves the transaction usable when it raises ``Conflict``."""
        begun = self.new_unless(run, index_elements=["cause"], index_where=_RUNS)
        if begun is None:
            raise Conflict(f"a chain runs for {run.cause!r} already")
        return begun

    def running(self, causes: Iterable[str] | None = None) -> list[ChainRun]:
        """The oldest first."""
        return self.those(_RUNS, *([] if causes is None else [_C.cause.in_(list(causes))]))

    def of_order(self, work_order: int) -> list[ChainRun]:
        """Those that go on."""
        return self.those(_RUNS, _C.work_order == within(work_order))

    def of_cause(self, cause: str) -> list[ChainRun]:
        """All there ever were."""
        return self.those(_C.cause == cause)

    def due(self, now: int, limit: int = 100) -> list[ChainRun]:
        """Life safety first, then what has waited longest."""
        wanted = select(CHAINS).where(_RUNS, _C.attend_at <= within(now))
        return self.read(wanted.order_by(_C.life_safety.desc(), _C.attend_at, _C.id).limit(limit))
