"""One transaction, as the nouns use it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, cast

from sqlalchemy import URL, Connection, CursorResult, Executable, Row, Select, Table
from sqlalchemy.dialects import postgresql, sqlite

from storage.records.sql.trouble import told

_PORTION = 2_000
_MADE: dict[tuple[str, str], Executable] = {}
"""(database, name) → a statement that is written with every batch."""


class Transaction:
    """A connection inside its transaction. Errors come out as ``Conflict`` and ``RecordsUnavailable``."""

    def __init__(self, connection: Connection, url: URL, *, writing: bool) -> None:
        self.connection = connection
        self.url = url
        self.writing = writing

    @property
    def on_postgres(self) -> bool:
        """Whether several writers may be at work at once."""
        return self.connection.dialect.name == "postgresql"

    def run(self, statement: Executable, values: Any = None) -> CursorResult[Any]:
        """Execute; with a list of ``values``, for each. ``RuntimeError`` when a unit that only reads writes."""
        self._refuse_unless(self.writing or not statement.is_dml)
        with told(self.url):
            return self.connection.execute(statement, values)

    def made_once(self, name: str, make: Callable[[], Executable]) -> Executable:
        """The statement of that name: to put it together anew takes longer than to execute it."""
        key = (self.connection.dialect.name, name)
        return _MADE[key] if key in _MADE else _MADE.setdefault(key, make())

    def write_plain(self, statement: str, values: Any) -> int:
        """A statement in the driver's own words, where the compiler's time counts; a list of tuples is executed for each.

        Returns how many rows it wrote.
        """
        self._refuse_unless(self.writing)
        with told(self.url):
            return self.connection.exec_driver_sql(statement, values).rowcount

    def stream(self, statement: Select[Any]) -> Iterator[Row[Any]]:
        """All rows, a portion at a time."""
        return iter(self.run(statement.execution_options(yield_per=_PORTION)))

    def rows(self, statement: Executable, values: Any = None) -> Sequence[Row[Any]]:
        """All rows."""
        return self.run(statement, values).all()

    def row(self, statement: Executable, values: Any = None) -> Row[Any] | None:
        """The first row, if there is one."""
        return self.run(statement, values).first()

    def value(self, statement: Executable, values: Any = None) -> Any:
        """The first column of the first row, or None."""
        return self.run(statement, values).scalar()

    def _refuse_unless(self, allowed: bool) -> None:
        if not allowed:
            raise RuntimeError("this unit only reads: write inside records.begin()")

    def insert(self, table: Table) -> postgresql.Insert:
        """An INSERT that can say ON CONFLICT, which both databases spell alike."""
        if self.on_postgres:
            return postgresql.insert(table)
        return cast("postgresql.Insert", sqlite.insert(table))
