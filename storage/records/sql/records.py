"""The records on SQLite or PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

from sqlalchemy import Engine, text

from storage.records.migrations import migrate, needed_revision, revision
from storage.records.port import RecordsUnavailable, Unit
from storage.records.sql.database import BEGIN, connect, in_memory, read_url
from storage.records.sql.transaction import Transaction
from storage.records.sql.trouble import place, told
from storage.records.sql.turn import Turn
from storage.records.sql.unit import SqlUnit

_DATABASE_CLOCK = text("SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)")


class SqlRecords:
    """``Records`` at ``url``: ``sqlite:///FILE``, ``sqlite:///:memory:`` or ``postgresql+psycopg://…``.

    Nothing is opened before the first use. ``patience`` is how many seconds to wait for a lock or a free connection before
    ``RecordsUnavailable``. Raises ``ValueError`` on an address that is none. On SQLite a thread has one
    writing unit at a time; in memory it has one unit at a time, for there is a single connection.
    """

    def __init__(self, url: str, *, patience: float = 10.0) -> None:
        self._url = read_url(url)
        self.engine = connect(self._url, patience)
        on_sqlite = self._url.get_backend_name() == "sqlite"
        self._turn = Turn(patience) if on_sqlite else None
        self._readers_turn = self._turn if in_memory(self._url) else None
        self._writing = self.engine.execution_options(**({BEGIN: "IMMEDIATE"} if on_sqlite else {}))
        self._reading = self.engine if on_sqlite else _snapshots(self.engine)

    @contextmanager
    def begin(self) -> Iterator[Unit]:
        """A unit that commits at the end of the block."""
        with _taken(self._turn), told(self._url), self._writing.begin() as connection:
            yield SqlUnit(Transaction(connection, self._url, writing=True))

    @contextmanager
    def read(self) -> Iterator[Unit]:
        """A unit that sees one state of the database."""
        with _taken(self._readers_turn), told(self._url), self._reading.connect() as connection:
            # Closing it without a commit ends the snapshot.
            yield SqlUnit(Transaction(connection, self._url, writing=False))

    def migrate(self) -> None:
        """Raises ``RecordsUnavailable``, also when a newer version of the product wrote the database."""
        with _taken(self._turn), told(self._url), self._writing.begin() as connection:
            migrate(connection)

    def check(self) -> str:
        """Raises ``RecordsUnavailable`` also when the schema is not the one that this version needs."""
        with _taken(self._readers_turn), told(self._url), self._reading.connect() as connection:
            found = revision(connection)
            version = ".".join(map(str, connection.dialect.server_version_info or ()))
        if found != needed_revision():
            raise RecordsUnavailable(
                f"{place(self._url)}: the schema is at {found or 'nothing'}, this version needs {needed_revision()}"
            )
        name, _, where = place(self._url).partition(" ")
        return f"{name} {version} at {where}, schema {found}"

    def clock(self) -> int | None:
        """PostgreSQL's; SQLite has none of its own."""
        if self._turn is not None:
            return None
        with told(self._url), self._reading.connect() as connection:
            return int(connection.execute(_DATABASE_CLOCK).scalar_one())

    def close(self) -> None:
        """Closes every connection; a later use opens new ones."""
        self.engine.dispose()


def _snapshots(engine: Engine) -> Engine:
    return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def _taken(turn: Turn | None) -> AbstractContextManager[None]:
    return nullcontext() if turn is None else turn.taken()
