"""The file under ``SqliteReadings``: how it is opened, shared between threads and processes, and laid out."""

from __future__ import annotations

import sqlite3
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

from storage.readings.port import ReadingsUnavailable
from storage.wal import use_wal

VERSION = 4
BUSY_SECONDS = 10
"""How long one process waits for another's commit before it says that the store is unavailable."""

FIGURES = struct.Struct("<dddq")
"""low, high, mean and count of a bucket, as the SQL function ``packed`` gives them in one value."""

# Keyed by point first: a chart, the last value and the buckets of a point are each one walk along neighbouring pages.
# The points' names stand once, in their own table: a reading takes about 30 bytes.
_LAYOUT = """
CREATE TABLE IF NOT EXISTS points (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE
) STRICT;
CREATE TABLE IF NOT EXISTS readings (
  point INTEGER NOT NULL, at INTEGER NOT NULL, value REAL NOT NULL, quality INTEGER NOT NULL, test INTEGER NOT NULL,
  received INTEGER NOT NULL, PRIMARY KEY (point, at)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS passages (
  point INTEGER NOT NULL, at INTEGER NOT NULL, event TEXT NOT NULL, credential TEXT NOT NULL, seq INTEGER NOT NULL,
  direction TEXT NOT NULL, test INTEGER NOT NULL, received INTEGER NOT NULL,
  PRIMARY KEY (point, at, event, credential, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS passages_received ON passages (received);
CREATE TABLE IF NOT EXISTS scans (
  point INTEGER NOT NULL, at INTEGER NOT NULL, tag TEXT NOT NULL, guard TEXT NOT NULL, seq INTEGER NOT NULL,
  received INTEGER NOT NULL, PRIMARY KEY (point, at, tag, guard, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS scans_received ON scans (received);
CREATE TABLE IF NOT EXISTS hours (
  point INTEGER NOT NULL, hour INTEGER NOT NULL, low REAL NOT NULL, high REAL NOT NULL, mean REAL NOT NULL,
  count INTEGER NOT NULL, ended INTEGER NOT NULL, PRIMARY KEY (point, hour)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS stale_hours (
  hour INTEGER NOT NULL, point INTEGER NOT NULL, PRIMARY KEY (hour, point)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS marks (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
"""


class SqliteFile:
    """One connection that writes, behind a lock, and as many that read as threads read at once.

    Opening is lazy, so that a store which is away does not stop the start. All raise ``ReadingsUnavailable``.
    """

    def __init__(self, path: Path, also: str = "", cache: int = 16 << 20) -> None:
        """``also``: further tables, made where they are missing. ``cache``: bytes that each connection may keep in memory."""
        self.path, self._also, self._cache = path, also, cache
        self._lock, self._pool = Lock(), Lock()
        self._writer: sqlite3.Connection | None = None
        self._readers: list[sqlite3.Connection] = []
        self._identity = (0, 0)
        self._closed = False

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A transaction: committed and on the disk at the end of the block, or undone."""
        with self._lock, _plainly(self.path):
            connection = self._opened()
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A connection to read with; never waits for a writer."""
        with _plainly(self.path):
            connection = self._reader()
            try:
                yield connection
            finally:
                self._give_back(connection)

    @contextmanager
    def snapshot(self) -> Iterator[sqlite3.Connection]:
        """The same, for several questions about one state."""
        with self.reading() as connection:
            connection.execute("BEGIN")
            try:
                yield connection
            finally:
                connection.execute("COMMIT")

    def close(self) -> None:
        with self._lock, self._pool:
            self._closed = True
            for connection in (self._writer, *self._readers):
                if connection is not None:
                    connection.close()
            self._writer = None
            self._readers.clear()

    def _reader(self) -> sqlite3.Connection:
        if self._writer is None:
            with self._lock:
                self._opened()
        self._refuse_if_gone()
        with self._pool:
            if self._readers:
                return self._readers.pop()
        connection = self._connect()
        connection.execute("PRAGMA query_only = ON")
        connection.create_function("packed", 4, _packed, deterministic=True)
        return connection

    def _give_back(self, connection: sqlite3.Connection) -> None:
        with self._pool:
            if self._closed:
                connection.close()
            else:
                self._readers.append(connection)

    def _opened(self) -> sqlite3.Connection:
        if self._writer is None and not self._closed:
            connection = self._lay_out(self._connect())
            self._identity = _identity(self.path)
            self._writer = connection
        self._refuse_if_gone()
        assert self._writer is not None
        return self._writer

    def _refuse_if_gone(self) -> None:
        if self._closed:
            raise ReadingsUnavailable("the store of readings is closed")
        # SQLite goes on writing into a file that was deleted or replaced under it: acknowledged, and lost.
        if _identity(self.path) != self._identity:
            raise ReadingsUnavailable(f"{self.path} was moved or replaced while in use; restart to open the new one")

    def _connect(self) -> sqlite3.Connection:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(self.path, BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        # FULL: in WAL mode anything less may lose the last commits when the power fails, and those were acknowledged.
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA temp_store = MEMORY")
        connection.execute(f"PRAGMA cache_size = -{self._cache >> 10}")
        connection.execute("PRAGMA journal_size_limit = 67108864")
        return connection

    def _refuse_newer(self, version: int) -> None:
        if version > VERSION:
            raise ReadingsUnavailable(f"{self.path} is of layout {version}, this program knows up to {VERSION}")

    def _lay_out(self, connection: sqlite3.Connection) -> sqlite3.Connection:
        try:
            use_wal(connection)
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            self._refuse_newer(version)
            if version < VERSION:
                connection.executescript(f"BEGIN IMMEDIATE; {_LAYOUT} PRAGMA user_version = {VERSION}; COMMIT;")
            if self._also:
                connection.executescript(f"BEGIN IMMEDIATE; {self._also} COMMIT;")
        except BaseException:
            connection.close()
            raise
        return connection


def _packed(low: float, high: float, mean: float, count: int) -> bytes | None:
    return FIGURES.pack(low, high, mean, count) if count else None


def _identity(path: Path) -> tuple[int, int]:
    stat = path.stat()
    return stat.st_dev, stat.st_ino


@contextmanager
def _plainly(path: Path) -> Iterator[None]:
    """The disk's and the database's troubles as ``ReadingsUnavailable``; mistakes in our own statements stay what they are."""
    try:
        yield
    except (sqlite3.IntegrityError, sqlite3.ProgrammingError, sqlite3.InterfaceError):
        raise
    except (sqlite3.Error, OSError) as error:
        raise ReadingsUnavailable(f"{path}: {error}") from error
