"""Readings in one SQLite file: the default. Many threads and processes read it while one or several write."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from itertools import chain
from operator import itemgetter
from pathlib import Path
from typing import Any

import numpy as np

from facility.quality import EVIDENCE, Quality
from facility.reading import Bucket, Passage, Reading, Scan
from storage.readings.heard import heard_in_order, scans_in_order
from storage.readings.keepable import Row, Sifted, sift
from storage.readings.port import Series
from storage.readings.sqlite_file import FIGURES, SqliteFile

_READING = """
SELECT at, value, quality, test, received FROM readings
WHERE point = (SELECT id FROM points WHERE name = ?)
"""
_RANGE = _READING + "AND at >= ? AND at < ? ORDER BY at LIMIT ?"
# Small numbers come ready made from Python, so what repeats is asked for as one: a third of the time.
_COLUMNS = """
SELECT at, value, quality * 2 + test, received - at FROM readings
WHERE point = (SELECT id FROM points WHERE name = ?) AND at >= ? AND at < ? ORDER BY at
"""
_BEFORE = _READING + "AND at < ? ORDER BY at DESC LIMIT ?"

_PASSAGES = """
SELECT at, event, credential, direction, seq, test, received FROM passages
WHERE point = (SELECT id FROM points WHERE name = ?) AND at >= ? AND at < ? ORDER BY at DESC, seq DESC LIMIT ?
"""
_PASSAGES_HEARD = """
SELECT points.name, at, event, credential, direction, seq, test, received
FROM passages JOIN points ON points.id = passages.point
WHERE received >= ? AND received < ? AND at >= ?
"""
_SCANS_HEARD = """
SELECT points.name, at, tag, guard, seq, received
FROM scans JOIN points ON points.id = scans.point
WHERE received >= ? AND received < ? AND at >= ?
"""
_SCANS = """
SELECT at, tag, guard, seq, received FROM scans
WHERE point = (SELECT id FROM points WHERE name = ?) AND at >= ? AND at < ? ORDER BY at DESC, seq DESC LIMIT ?
"""

_LAST = """
SELECT points.name, at, readings.value, quality, test, received
FROM json_each(?) AS wanted
CROSS JOIN points ON points.name = wanted.value
CROSS JOIN readings ON readings.point = points.id
 AND readings.at = (SELECT max(at) FROM readings WHERE point = points.id)
"""

# A plain GROUP BY sorts all rows again. This walks the key from bucket to bucket, skipping what is empty, and takes half
# the time. A scalar subquery gives one value, so the four figures come packed into one.
_BUCKETS = """
WITH RECURSIVE
 wanted (point, width, first, beyond) AS (SELECT id, ?, ?, ? FROM points WHERE name = ?),
 bucket (start) AS (
  SELECT (
   SELECT min(at) FROM readings WHERE point = wanted.point AND at >= first AND at < beyond
  ) / width * width FROM wanted
  UNION ALL
  SELECT (
   SELECT min(at) FROM readings WHERE point = wanted.point AND at >= start + width AND at < beyond
  ) / width * width FROM bucket, wanted WHERE start IS NOT NULL
 )
SELECT start, (
 SELECT packed(min(value), max(value), avg(value), count(*)) FROM readings
 WHERE point = wanted.point AND at >= max(start, first) AND at < min(start + width, beyond)
  AND quality IN (EVIDENCE) AND test = 0
) FROM bucket, wanted WHERE start IS NOT NULL
""".replace("EVIDENCE", ", ".join(str(int(quality)) for quality in EVIDENCE))

_HAS_OLD = """
SELECT EXISTS (SELECT 1 FROM readings WHERE point = ?1 AND at < ?2)
 OR EXISTS (SELECT 1 FROM passages WHERE point = ?1 AND at < ?2)
 OR EXISTS (SELECT 1 FROM scans WHERE point = ?1 AND at < ?2)
"""
_FORGET = (
    "DELETE FROM readings WHERE point = ? AND at < ?",
    "DELETE FROM passages WHERE point = ? AND at < ?",
    "DELETE FROM scans WHERE point = ? AND at < ?",
)

_KEY = itemgetter(0, 1)


class SqliteReadings:
    """``append`` returns once the batch is on the disk (WAL, synchronous FULL)."""

    ALSO = ""
    """Further tables of a kind of store built on this one."""

    def __init__(self, path: str | Path) -> None:
        self._file = SqliteFile(Path(path), self.ALSO)
        self._ids: dict[str, int] = {}

    def append(self, readings: Sequence[Reading], passages: Sequence[Passage] = (), scans: Sequence[Scan] = ()) -> None:
        sifted = sift(readings, passages, scans)
        if sifted:
            with self._file.writing() as connection:
                ids = self._ids_of(connection, [*sifted.readings, *sifted.passages, *sifted.scans])
                _put_readings(connection, ids, sifted.readings)
                _put_passages(connection, ids, sifted.passages)
                _put_scans(connection, ids, sifted.scans)
                self._put_also(connection, sifted)
            # Only now: an id from a transaction that was undone may be given to another name.
            self._ids = ids
        sifted.complain()

    def _put_also(self, connection: sqlite3.Connection, sifted: Sifted) -> None:
        """What else is kept in the same transaction."""

    def _ids_of(self, connection: sqlite3.Connection, rows: Sequence[Row]) -> dict[str, int]:
        missing = {row.point for row in rows} - self._ids.keys()
        if not missing:
            return self._ids
        names = json.dumps(sorted(missing))
        connection.execute(
            "INSERT INTO points (name) SELECT value FROM json_each(?) WHERE true ON CONFLICT DO NOTHING", (names,)
        )
        found = connection.execute(
            "SELECT name, id FROM points WHERE name IN (SELECT value FROM json_each(?))", (names,)
        )
        return self._ids | dict(found.fetchall())

    def range(self, point: str, start: int, end: int, limit: int | None = None) -> list[Reading]:
        return self._readings(_RANGE, point, start, end, -1 if limit is None else limit)

    def columns(self, point: str, start: int, end: int) -> Series:
        with self._file.reading() as connection:
            rows = connection.execute(_COLUMNS, (point, start, end))
            # Instants are far below 2^53: a float holds them exactly.
            cells = np.fromiter(chain.from_iterable(rows), np.float64).reshape(-1, 4)
        at, worth = cells[:, 0].astype(np.int64), cells[:, 2].astype(np.uint8)
        return Series(
            at=at,
            value=cells[:, 1].copy(),
            quality=(worth >> 1).astype(np.uint8),
            test=(worth & 1).astype(np.bool_),
            received=cells[:, 3].astype(np.int64) + at,
        )

    def before(self, point: str, at: int, limit: int) -> list[Reading]:
        return self._readings(_BEFORE, point, at, limit)

    def _readings(self, statement: str, point: str, *bounds: int) -> list[Reading]:
        return [_reading((point, *row)) for row in self._rows(statement, point, *bounds)]

    def _rows(self, statement: str, *values: int | str) -> list[Any]:
        with self._file.reading() as connection:
            return connection.execute(statement, values).fetchall()

    def last(self, points: Iterable[str]) -> dict[str, Reading]:
        return {row[0]: _reading(row) for row in self._rows(_LAST, json.dumps(list(points)))}

    def buckets(self, point: str, start: int, end: int, width: int) -> list[Bucket]:
        rows = self._rows(_BUCKETS, width, start, end, point)
        return [_bucket(at, figures) for at, figures in rows if figures is not None]

    def passages(self, point: str, start: int, end: int, limit: int = 1000) -> list[Passage]:
        return [_passage(point, row) for row in self._rows(_PASSAGES, point, start, end, limit)]

    def passages_heard(self, points: Iterable[str], start: int, end: int, since: int) -> list[Passage]:
        wanted = set(points)
        rows = self._rows(_PASSAGES_HEARD, start, end, since)
        return sorted((_passage(row[0], row[1:]) for row in rows if row[0] in wanted), key=heard_in_order)

    def scans(self, point: str, start: int, end: int, limit: int = 1000) -> list[Scan]:
        return [_scan(point, row) for row in self._rows(_SCANS, point, start, end, limit)]

    def scans_heard(self, points: Iterable[str], start: int, end: int, since: int) -> list[Scan]:
        wanted = set(points)
        rows = self._rows(_SCANS_HEARD, start, end, since)
        return sorted((_scan(row[0], row[1:]) for row in rows if row[0] in wanted), key=scans_in_order)

    def forget(self, before: int) -> int:
        """Point by point, each in its own transaction, so that what arrives meanwhile never waits for long."""
        return sum(self._forget(point, before) for (point,) in self._rows("SELECT id FROM points"))

    def forget_passages(self, before: int) -> int:
        """Point by point, as ``forget``."""
        return sum(self._forget(point, before, _FORGET[1:]) for (point,) in self._rows("SELECT id FROM points"))

    def _forget(self, point: int, before: int, statements: Sequence[str] = _FORGET) -> int:
        if self._rows(_HAS_OLD, point, before) == [(0,)]:
            return 0
        with self._file.writing() as connection:
            return sum(connection.execute(statement, (point, before)).rowcount for statement in statements)

    def check(self) -> str:
        ((points,),) = self._rows("SELECT count(*) FROM points")
        return f"SQLite {sqlite3.sqlite_version}: {self._file.path}, {points} points"

    def close(self) -> None:
        self._file.close()


def _put_readings(connection: sqlite3.Connection, ids: dict[str, int], readings: list[Reading]) -> None:
    rows = [
        (ids[point], at, value, int(quality), test, received) for point, at, value, quality, test, received in readings
    ]
    # In the order of the key: neighbours go into one page while it is at hand. The sort is stable, so the first stays.
    rows.sort(key=_KEY)
    connection.executemany("INSERT INTO readings VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING", rows)


def _put_passages(connection: sqlite3.Connection, ids: dict[str, int], passages: list[Passage]) -> None:
    connection.executemany(
        "INSERT INTO passages VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        [(ids[p.point], p.at, p.event, p.credential, p.seq, p.direction, p.test, p.received) for p in passages],
    )


def _put_scans(connection: sqlite3.Connection, ids: dict[str, int], scans: list[Scan]) -> None:
    connection.executemany(
        "INSERT INTO scans VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        [(ids[s.point], s.at, s.tag, s.guard, s.seq, s.received) for s in scans],
    )


def _reading(row: tuple[str, int, float, int, int, int]) -> Reading:
    point, at, value, quality, test, received = row
    return Reading(point, at, value, Quality(quality), bool(test), received)


def _passage(point: str, row: tuple[int, str, str, str, int, int, int]) -> Passage:
    at, event, credential, direction, seq, test, received = row
    return Passage(
        point=point,
        at=at,
        event=event,
        credential=credential,
        direction=direction,
        seq=seq,
        test=bool(test),
        received=received,
    )


def _scan(point: str, row: tuple[int, str, str, int, int]) -> Scan:
    at, tag, guard, seq, received = row
    return Scan(point=point, at=at, tag=tag, guard=guard, seq=seq, received=received)


def _bucket(start: int, figures: bytes) -> Bucket:
    low, high, mean, count = FIGURES.unpack(figures)
    return Bucket(start=start, low=low, high=high, mean=mean, count=count)
