"""SQLite's write-ahead log, for every file that we keep."""

from __future__ import annotations

import sqlite3
import time
from typing import Protocol

PATIENCE = 10.0
"""Seconds."""
PAUSE = 0.02


class _Connection(Protocol):
    def execute(self, statement: str, /) -> object: ...


def use_wal(connection: _Connection) -> None:
    """Two programs that open a new file at once: SQLite refuses one of them without waiting, so we wait."""
    latest = time.monotonic() + PATIENCE
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            others = error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
            if not others or time.monotonic() > latest:
                raise
            time.sleep(PAUSE)
        else:
            return
