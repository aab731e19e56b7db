"""Every table of a PostgreSQL database out of one snapshot and into an empty database, by ``COPY``.

Without the server's own tools, whose version would have to be the server's. Columns are named: their order may differ.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import LiteralString

import psycopg
from psycopg import sql
from sqlalchemy import URL, Connection, MetaData, create_engine

from storage.records.migrations import migrate
from storage.records.sql.trouble import told, unavailable

CHUNK = 1 << 20
VERSION_TABLE = "alembic_version"
_COLUMNS = """
SELECT table_name, column_name FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name)
WHERE table_schema = current_schema() AND table_type = 'BASE TABLE' AND is_generated = 'NEVER'
ORDER BY table_name, ordinal_position
"""
_HEAD = "SELECT coalesce(max(seq), 0), coalesce(max(hash), '') FROM facts WHERE seq = (SELECT max(seq) FROM facts)"
_SCHEMA = "SELECT version_num FROM alembic_version"
_SEQUENCES = "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = current_schema() AND last_value > 0"


class PostgresSnapshot:
    """One state of the database. ``close`` lets go of it. Raises ``RecordsUnavailable`` everywhere."""

    def __init__(self, url: URL) -> None:
        self._url = url
        with _plainly(url):
            self._connection = _connected(url)
            self._connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            self._connection.read_only = True
            self.columns = self._read_columns()

    def copy(self, folder: Path) -> dict[str, int]:
        """A file for each table; table → how many rows."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _plainly(self._url):
            return {table: self._copy(table, columns, folder) for table, columns in self.columns.items()}

    def schema(self) -> str:
        """The revision of the tables."""
        return str(self._one(_SCHEMA)[0])

    def head(self) -> tuple[int, str]:
        """The newest fact's number and hash."""
        seq, digest = self._one(_HEAD)
        return int(str(seq)), str(digest)

    def sequences(self) -> dict[str, int]:
        """Where the numbers of new rows have come to."""
        with _plainly(self._url):
            return {name: int(value) for name, value in self._connection.execute(_SEQUENCES).fetchall()}

    def close(self) -> None:
        self._connection.close()

    def _one(self, query: LiteralString) -> tuple[object, ...]:
        with _plainly(self._url):
            row = self._connection.execute(query).fetchone()
        assert row is not None
        return tuple(row)

    def _read_columns(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for table, column in self._connection.execute(_COLUMNS).fetchall():
            found.setdefault(table, []).append(column)
        return found

    def _copy(self, table: str, columns: list[str], folder: Path) -> int:
        with self._connection.cursor() as cursor, (folder / f"{table}.copy").open("wb") as out:
            with cursor.copy(sql.SQL("COPY {} TO STDOUT").format(_place(table, columns))) as rows:
                for chunk in rows:
                    out.write(chunk)
            return cursor.rowcount


@contextmanager
def writers_wait(url: URL) -> Iterator[None]:
    """No collector commits meanwhile, for each writes its mark into ``notes``. For moments only."""
    with _plainly(url), _connected(url) as connection:
        connection.execute("LOCK TABLE notes IN SHARE MODE")
        yield
        connection.rollback()


def is_empty(url: URL) -> bool:
    """Whether there is not a single table."""
    with _plainly(url), _connected(url) as connection:
        return not connection.execute(_COLUMNS).fetchall()


def fill(
    url: URL, folder: Path, *, schema: str, columns: dict[str, list[str]], sequences: dict[str, int]
) -> dict[str, int]:
    """Make the tables as they were at ``schema`` and fill them, all or nothing. Table → how many rows.

    Raises ``RecordsUnavailable``.
    """
    engine = create_engine(url)
    try:
        with _plainly(url), told(url), engine.begin() as connection:
            migrate(connection, schema)
            found = {
                table: _fill(connection, table, columns[table], folder) for table in _in_order(connection, columns)
            }
            for name, value in sequences.items():
                connection.exec_driver_sql("SELECT setval(%s, %s)", (f'"{name}"', value))
            return found
    finally:
        engine.dispose()


def _in_order(connection: Connection, columns: dict[str, list[str]]) -> list[str]:
    """What others refer to comes first; the revision is there already."""
    there = MetaData()
    there.reflect(connection)
    return [table.name for table in there.sorted_tables if table.name in columns and table.name != VERSION_TABLE]


def _fill(connection: Connection, table: str, columns: list[str], folder: Path) -> int:
    driver = connection.connection.driver_connection
    assert isinstance(driver, psycopg.Connection)
    with driver.cursor() as cursor, (folder / f"{table}.copy").open("rb") as file:
        with cursor.copy(sql.SQL("COPY {} FROM STDIN").format(_place(table, columns))) as rows:
            while chunk := file.read(CHUNK):
                rows.write(chunk)
        return cursor.rowcount


def _place(table: str, columns: list[str]) -> sql.Composed:
    named = sql.SQL(", ").join(sql.Identifier(column) for column in columns)
    return sql.SQL("{} ({})").format(sql.Identifier(table), named)


def _connected(url: URL) -> psycopg.Connection:
    return psycopg.connect(
        url.set(drivername="postgresql").render_as_string(hide_password=False),
        connect_timeout=10,
        options="-c lock_timeout=60s",
    )


@contextmanager
def _plainly(url: URL) -> Iterator[None]:
    try:
        yield
    except psycopg.Error as error:
        raise unavailable(url, error) from error
