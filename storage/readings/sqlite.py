"""Readings in one SQLite file: the default. Many threads and processes read it while one or several write."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np

from facility.quality import Quality
from facility.reading import Bucket, Passage, Reading, Scan
from storage.readings import sqlite_figures
from storage.readings.columns import Columns
from storage.readings.figures import day_of, hour_of
from storage.readings.heard import heard_in_order, scans_in_order
from storage.readings.keepable import Row, Sifted, sift
from storage.readings.port import Kept, Series
from storage.readings.sqlite_file import SqliteFile

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

_HAS_OLD = "SELECT EXISTS (SELECT 1 FROM {table} WHERE point = ? AND {time} < ?)"
_FORGET = "DELETE FROM {table} WHERE point = ? AND {time} < ?"


class SqliteReadings:
    """``append`` returns once the batch is on the disk (WAL, synchronous FULL)."""

    ALSO = ""
    """Further tables of a kind of store built on this one."""
    CACHE = 16 << 20
    """Bytes that a connection may keep in memory. Each append touches a page for every point that spoke."""

    def __init__(self, path: str | Path) -> None:
        self._file = SqliteFile(Path(path), self.ALSO, self.CACHE)
        self._ids: dict[str, int] = {}

    def append(self, readings: Sequence[Reading], passages: Sequence[Passage] = (), scans: Sequence[Scan] = ()) -> None:
        sifted = sift(readings, passages, scans)
        if sifted:
            with self._file.writing() as connection:
                ids = self._put(connection, sifted)
            # Only now: an id from a transaction that was undone may be given to another name.
            self._ids = ids
        sifted.complain()

    def _put(self, connection: sqlite3.Connection, sifted: Sifted) -> dict[str, int]:
        """Returns the points' ids, as they are known now."""
        ids = self._ids_of(connection, {*sifted.readings.names, *points_of(sifted.passages, sifted.scans)})
        _put_readings(connection, ids, sifted.readings)
        sqlite_figures.note_late(connection, ids, sifted.readings)
        self._put_heard(connection, ids, sifted)
        return ids

    def _put_heard(self, connection: sqlite3.Connection, ids: dict[str, int], sifted: Sifted) -> None:
        _put_passages(connection, ids, sifted.passages)
        _put_scans(connection, ids, sifted.scans)

    def _ids_of(self, connection: sqlite3.Connection, points: set[str]) -> dict[str, int]:
        missing = points - self._ids.keys()
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
        with self._file.snapshot() as connection:
            return sqlite_figures.buckets(connection, point, start, end, width)

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

    def summarise(self, upto: int) -> bool:
        with self._file.reading() as connection:
            if sqlite_figures.all_made(connection, upto):
                return False
        with self._file.writing() as connection:
            return sqlite_figures.make_some(connection, upto)

    def ended_before(self) -> int:
        with self._file.reading() as connection:
            return sqlite_figures.mark(connection, sqlite_figures.ENDED)

    def forget(self, what: Kept, before: int) -> int:
        """In many small transactions, so that what arrives meanwhile never waits for long."""
        match what:
            case Kept.READINGS:
                return self._end_readings(before)
            case Kept.FIGURES:
                return self._forget("hours", "hour", hour_of(min(before, self.ended_before())))
            case Kept.PASSAGES | Kept.SCANS:
                return self._forget(what, "at", before)

    def _end_readings(self, before: int) -> int:
        with self._file.writing() as connection:
            edge = day_of(min(before, sqlite_figures.mark(connection, sqlite_figures.MADE)))
            # First the mark: whoever draws meanwhile draws what will still be there.
            sqlite_figures.set_mark(connection, sqlite_figures.ENDED, edge)
        return sum(self._end_days(point, edge) for (point,) in self._rows("SELECT id FROM points"))

    def _end_days(self, point: int, before: int) -> int:
        """A day at a time."""
        ended = 0
        while self._rows(_HAS_OLD.format(table="readings", time="at"), point, before) != [(0,)]:
            with self._file.writing() as connection:
                ended += sqlite_figures.end_oldest_day(connection, point, before)
        return ended

    def _forget(self, table: str, time: str, before: int) -> int:
        return sum(self._forget_of(point, table, time, before) for (point,) in self._rows("SELECT id FROM points"))

    def _forget_of(self, point: int, table: str, time: str, before: int) -> int:
        if self._rows(_HAS_OLD.format(table=table, time=time), point, before) == [(0,)]:
            return 0
        with self._file.writing() as connection:
            return connection.execute(_FORGET.format(table=table, time=time), (point, before)).rowcount

    def check(self) -> str:
        ((points,),) = self._rows("SELECT count(*) FROM points")
        return f"SQLite {sqlite3.sqlite_version}: {self._file.path}, {points} points"

    def close(self) -> None:
        self._file.close()


def points_of(*kinds: Sequence[Row]) -> set[str]:
    """The names in these rows."""
    return {row.point for rows in kinds for row in rows}


def _put_readings(connection: sqlite3.Connection, ids: dict[str, int], readings: Columns) -> None:
    point = np.array([ids[name] for name in readings.names], np.int64)[readings.place]
    # In the order of the key: neighbours go into one page while it is at hand. The sort is stable, so the first stays.
    order = np.lexsort((readings.series.at, point))
    rows = zip(point[order].tolist(), *(column[order].tolist() for column in readings.series), strict=True)
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
