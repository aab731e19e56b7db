"""Troubles of followers."""

from __future__ import annotations

from sqlalchemy import func, select, update

from facility.trouble import Trouble
from storage.records.port import NotFound
from storage.records.sql.shape import Shape
from storage.records.sql.tables import TROUBLES, within
from storage.records.sql.transaction import Transaction

_SHAPE = Shape(Trouble)
_C = TROUBLES.c
_OPEN = _C.solved.is_(None)


class SqlTroubles:
    """See ``storage.records.troubles.Troubles``."""

    def __init__(self, transaction: Transaction) -> None:
        self._do = transaction

    def add(self, trouble: Trouble) -> None:
        """One of the same follower and fact is written over."""
        insert = self._do.insert(TROUBLES)
        fresh = {name: insert.excluded[name] for name in ("at", "error", "attempts", "asked", "solved")}
        statement = insert.on_conflict_do_update(index_elements=["follower", "seq"], set_=fresh)
        self._do.run(statement, _SHAPE.new_row(trouble))

    def open_ones(self, limit: int = 100) -> list[Trouble]:
        """The newest first."""
        wanted = select(TROUBLES).where(_OPEN).order_by(_C.id.desc()).limit(limit)
        return [_SHAPE.thing(row) for row in self._do.rows(wanted)]

    def count(self) -> dict[str, int]:
        """Follower → how many are open."""
        wanted = select(_C.follower, func.count().label("number")).where(_OPEN).group_by(_C.follower)
        return {row.follower: int(row.number) for row in self._do.rows(wanted)}

    def ask(self, number: int, at: int) -> None:
        """Raises ``NotFound``."""
        self._change(number, asked=at)

    def asked(self, follower: str) -> list[Trouble]:
        """Oldest first."""
        wanted = select(TROUBLES).where(_OPEN, _C.asked.is_not(None), _C.follower == follower).order_by(_C.id)
        return [_SHAPE.thing(row) for row in self._do.rows(wanted)]

    def solved(self, number: int, at: int) -> None:
        """Raises ``NotFound``."""
        self._change(number, solved=at)

    def _change(self, number: int, **values: int) -> None:
        statement = update(TROUBLES).where(_C.id == within(number), _OPEN).values(**values)
        if self._do.run(statement).rowcount == 0:
            raise NotFound(f"there is no open trouble {number}")
