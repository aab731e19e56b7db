"""Chains as they run."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from sqlalchemy import Boolean, ColumnElement, literal_column, select, update

from facility.chain_run import ChainRun
from storage.records.port import Conflict, NotFound
from storage.records.sql.shape import Shape
from storage.records.sql.tables import within
from storage.records.sql.tables.notices import CHAINS, RUNS
from storage.records.sql.transaction import Transaction

_SHAPE = Shape(ChainRun)
_C = CHAINS.c
_RUNS: ColumnElement[bool] = literal_column(RUNS, Boolean)


class SqlChainRuns:
    """See ``storage.records.notices.ChainRuns``."""

    def __init__(self, transaction: Transaction) -> None:
        self._do = transaction

    def begin(self, run: ChainRun) -> ChainRun:
        """Leaves the transaction usable when it raises ``Conflict``."""
        statement = self._do.insert(CHAINS).on_conflict_do_nothing(index_elements=["cause"], index_where=_RUNS)
        number = self._do.value(statement.returning(_C.id), _SHAPE.new_row(run, attend_at=run.attend_at))
        if number is None:
            raise Conflict(f"a chain runs for {run.cause!r} already")
        return replace(run, id=number)

    def update(self, run: ChainRun) -> ChainRun:
        """Compare-and-set on ``version``."""
        after = replace(run, version=run.version + 1)
        statement = update(CHAINS).where(_C.id == run.id, _C.version == run.version)
        if self._do.run(statement.values(_SHAPE.new_row(after, attend_at=after.attend_at))).rowcount == 0:
            found = self.get(run.id)
            raise Conflict(f"chain run {run.id} is at version {found.version} by now, not {run.version}")
        return after

    def get(self, number: int) -> ChainRun:
        """Raises ``NotFound``."""
        row = self._do.row(select(CHAINS).where(_C.id == within(number)))
        if row is None:
            raise NotFound(f"there is no chain run {number}")
        return _SHAPE.thing(row)

    def running(self, causes: Iterable[str] | None = None) -> list[ChainRun]:
        """The oldest first."""
        return self._found(_RUNS, *([] if causes is None else [_C.cause.in_(list(causes))]))

    def of_order(self, work_order: int) -> list[ChainRun]:
        """Those that go on."""
        return self._found(_RUNS, _C.work_order == within(work_order))

    def of_cause(self, cause: str) -> list[ChainRun]:
        """All there ever were."""
        return self._found(_C.cause == cause)

    def due(self, now: int, limit: int = 100) -> list[ChainRun]:
        """Life safety first, then what has waited longest."""
        wanted = select(CHAINS).where(_RUNS, _C.attend_at <= within(now))
        rows = self._do.rows(wanted.order_by(_C.life_safety.desc(), _C.attend_at, _C.id).limit(limit))
        return [_SHAPE.thing(row) for row in rows]

    def _found(self, *conditions: ColumnElement[bool]) -> list[ChainRun]:
        rows = self._do.rows(select(CHAINS).where(*conditions).order_by(_C.id))
        return [_SHAPE.thing(row) for row in rows]
