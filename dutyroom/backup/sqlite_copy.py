"""A SQLite file as it stood at one instant, by SQLite's own backup, while others write."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

from dutyroom.backup.manifest import BackupRefused, RecordsKept

PATIENCE = 60.0
"""Seconds to wait for a writer to end its commit."""


class SqliteSnapshot:
    """What the file holds from now on, whatever is written meanwhile. ``close`` lets go of it."""

    def __init__(self, path: Path) -> None:
        """Raises ``BackupRefused``."""
        self._path = path
        with _plainly(path):
            self._connection = _open(path)
            self._connection.execute("BEGIN")
            self._connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()

    def copy(self, to: Path) -> None:
        """Into a new file of its own, checked page by page. Raises ``BackupRefused``."""
        to.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _plainly(self._path), closing(sqlite3.connect(to)) as copied:
            self._connection.backup(copied)
            # One file, without a log beside it.
            copied.execute("PRAGMA journal_mode = DELETE")
            (found,) = copied.execute("PRAGMA quick_check(1)").fetchone()
        if found != "ok":
            raise BackupRefused(f"{self._path}: the file is damaged ({found}): restore an earlier backup")

    def close(self) -> None:
        self._connection.close()


@contextmanager
def writers_wait(path: Path) -> Iterator[None]:
    """Nobody commits to the file meanwhile. For moments only. Raises ``BackupRefused``."""
    with _plainly(path), closing(_open(path)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("ROLLBACK")


def records_kept(copied: Path) -> RecordsKept:
    """What a copy of the records holds."""
    with _plainly(copied), closing(_open(copied)) as connection:
        (schema,) = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        head = connection.execute("SELECT seq, hash FROM facts ORDER BY seq DESC LIMIT 1").fetchone() or (0, "")
        return RecordsKept(kind="sqlite", schema=schema, head=head[0], hash=head[1], rows=_rows(connection))


def _rows(connection: sqlite3.Connection) -> dict[str, int]:
    tables = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
    names = [name for (name,) in connection.execute(tables).fetchall()]
    return {name: int(connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]) for name in names}  # noqa: S608


def _open(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{quote(str(path))}?mode=rw", PATIENCE, isolation_level=None, uri=True)


@contextmanager
def _plainly(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise BackupRefused(f"{path}: {error}") from error
