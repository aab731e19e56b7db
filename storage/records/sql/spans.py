"""Things that last for a while and then are over: maintenance windows and tests. One implementation for both."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Generic, TypeVar

from sqlalchemy import Table, select, text, update

from facility.maintenance import Maintenance
from facility.test_mode import TestMode
from storage.records.port import Conflict, NotFound, Page
from storage.records.sql import cursor as cursors
from storage.records.sql.shape import Shape
from storage.records.sql.tables import within
from storage.records.sql.transaction import Transaction

S = TypeVar("S", Maintenance, TestMode)


_SHAPES: dict[str, Shape[Any]] = {"maintenance": Shape(Maintenance), "test_modes": Shape(TestMode)}


class SqlSpans(Generic[S]):
    """See ``storage.records.port.Maintenances`` and ``TestRuns``. ``over`` is the column that is NULL while one runs."""

    def __init__(self, transaction: Transaction, table: Table, over: str) -> None:
        self._do, self._table, self._over = transaction, table, over
        self._shape: Shape[S] = _SHAPES[table.name]

    def add(self, span: S) -> S:
        """With its id."""
        statement = self._do.insert(self._table).returning(self._table.c.id)
        return replace(span, id=int(self._do.value(statement, self._shape.new_row(span))))

    def update(self, span: S) -> S:
        """Compare-and-set on ``version``."""
        after = replace(span, version=span.version + 1)
        c = self._table.c
        statement = update(self._table).where(c.id == span.id, c.version == span.version)
        if self._do.run(statement.values(self._shape.new_row(after))).rowcount == 0:
            found = self.get(span.id)
            raise Conflict(f"{self._table.name} {span.id} is at version {found.version} by now, not {span.version}")
        return after

    def get(self, number: int) -> S:
        """Raises ``NotFound``."""
        row = self._do.row(select(self._table).where(self._table.c.id == within(number)))
        if row is None:
            raise NotFound(f"there is no {self._table.name} {number}")
        return self._shape.thing(row)

    def running(self) -> list[S]:
        """The oldest first."""
        wanted = select(self._table).where(text(f"{self._over} IS NULL")).order_by(self._table.c.id)
        return [self._shape.thing(row) for row in self._do.rows(wanted)]

    def find(self, cursor: str | None = None, limit: int = 50) -> Page[S]:
        """Newest first."""
        c = self._table.c
        statement = select(self._table).order_by(c.id.desc()).limit(limit + 1)
        if cursor is not None:
            statement = statement.where(c.id < cursors.read(self._table.name, cursor, 1)[0])
        found = [self._shape.thing(row) for row in self._do.rows(statement)]
        more = cursors.write(self._table.name, found[limit - 1].id) if len(found) > limit else None
        return Page(rows=found[:limit], cursor=more)
