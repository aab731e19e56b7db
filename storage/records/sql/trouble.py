"""What a database's errors mean to the caller: somebody was first, or try again later."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import URL
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from storage.records.port import Conflict, RecordsUnavailable

# SQLSTATE, PostgreSQL's appendix A.
_FIRST_WAS_ANOTHER = {"40001", "40P01", "23505"}
_LATER_CLASSES = ("08", "53", "57P", "58", "28", "3D")
_LATER = {"55P03", "25006", "25P03"}
_NO_TABLES = {"42P01", "42703"}

_SQLITE_FIRST = ("SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY", "SQLITE_BUSY_SNAPSHOT")
_SQLITE_PLAIN = {
    "SQLITE_BUSY": "another program holds the file locked",
    "SQLITE_LOCKED": "another program holds the file locked",
    "SQLITE_FULL": "the disk is full",
    "SQLITE_IOERR": "the disk cannot be read or written",
    "SQLITE_CANTOPEN": "the file cannot be opened",
    "SQLITE_READONLY": "the file may not be written",
    "SQLITE_CORRUPT": "the file is damaged",
    "SQLITE_NOTADB": "the file is not a database of SQLite",
    "SQLITE_PERM": "the file may not be opened",
}
_NOT_MIGRATED = "the tables are missing or of another version: migrate first"


@contextmanager
def told(url: URL) -> Iterator[None]:
    """Errors of the database become ``Conflict`` or ``RecordsUnavailable``; a mistake of ours stays what it is."""
    try:
        yield
    except NoConnectionFree as error:
        raise RecordsUnavailable(f"{place(url)}: all connections are in use") from error
    except DBAPIError as error:
        meant = _meaning(error, url)
        if meant is None:
            raise
        raise meant from error


def unavailable(url: URL, error: Exception) -> RecordsUnavailable:
    """``error`` in a plain line, without the password."""
    lines = str(getattr(error, "orig", None) or error).strip().splitlines() or [type(error).__name__]
    reason = lines[0]
    if url.password:
        reason = reason.replace(str(url.password), "***")
    return RecordsUnavailable(f"{place(url)}: {reason}")


def place(url: URL) -> str:
    """Where the records are, without the password."""
    if url.get_backend_name() == "sqlite":
        return f"SQLite {url.database or ':memory:'}"
    return f"PostgreSQL {url.host or 'here'}:{url.port or 5432}/{url.database or ''}"


def _meaning(error: DBAPIError, url: URL) -> Exception | None:
    if isinstance(error.orig, sqlite3.Error):
        return _sqlite_meaning(error.orig, url)
    state = getattr(error.orig, "sqlstate", None) or ""
    if state in _FIRST_WAS_ANOTHER:
        return Conflict(str(error.orig).partition("\n")[0])
    if state in _NO_TABLES:
        return RecordsUnavailable(f"{place(url)}: {_NOT_MIGRATED}")
    lost = error.connection_invalidated or (not state and isinstance(error, OperationalError | InterfaceError))
    return unavailable(url, error) if lost or state in _LATER or state.startswith(_LATER_CLASSES) else None


def _sqlite_meaning(error: sqlite3.Error, url: URL) -> Exception | None:
    name = getattr(error, "sqlite_errorname", "")
    if name in _SQLITE_FIRST:
        return Conflict(str(error))
    for start, reason in _SQLITE_PLAIN.items():
        if name.startswith(start):
            return RecordsUnavailable(f"{place(url)}: {reason}")
    if "no such table" in str(error) or "no such column" in str(error):
        return RecordsUnavailable(f"{place(url)}: {_NOT_MIGRATED}")
    return None
