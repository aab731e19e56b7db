"""The journal before InfluxDB: everything is durable here first, and goes on to the server in the order in which it came.

A batch is written as one row, in one piece, and is durable then. Soon after, in large portions, its readings are settled:
sorted by point into runs, in which the last days are kept, so that judging and charts of what is recent never wait for the
server. Whoever reads takes runs and what is not settled yet as one. What was not forwarded is never dropped.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from time import sleep
from typing import NamedTuple

import numpy as np
import orjson

from facility.instant import DAY, MINUTE
from facility.quality import Quality
from facility.reading import Bucket, Passage, Reading, Scan
from storage.readings import runs
from storage.readings.columns import Columns
from storage.readings.figures import buckets_of
from storage.readings.keepable import Sifted
from storage.readings.packed import MARK, names_in, pack, unpack
from storage.readings.port import ReadingsUnavailable, Series
from storage.readings.runs import Rows
from storage.readings.sqlite import SqliteReadings, points_of

KEPT = 2 * DAY
"""Readings stay so long after their time: longer than any rule looks back while it judges what is live."""
HEARD_KEPT = 15 * DAY
"""The same for passages and scans, which are few: rounds and visits look back for days."""
AHEAD = 5 * MINUTE
"""A device's clock may be so far ahead of ours: what is newer than the journal by this has all come through it."""
LIMIT = 8 << 30
"""Bytes that may wait for the server. Beyond, nothing more is taken, and so nothing more acknowledged."""

SETTLED_AT_ONCE = 5_000
"""Readings in one transaction, about: others who write wait so long."""
BREATH = 0.001
"""Seconds between two, in which they have their turn."""
_BEGUN, _SETTLED, _READINGS_FROM, _HEARD_FROM = "begun", "settled", "readings_from", "heard_from"
_ALSO = (
    """
CREATE TABLE IF NOT EXISTS waiting (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, received INTEGER NOT NULL, rows INTEGER NOT NULL, bytes INTEGER NOT NULL,
  rows_so_far INTEGER NOT NULL, bytes_so_far INTEGER NOT NULL, body BLOB NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS waiting_received ON waiting (received);
CREATE TABLE IF NOT EXISTS notes (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS asked (point TEXT PRIMARY KEY) STRICT;
"""
    + runs.LAYOUT
)
# Each batch says how much there was with it, so that what waits is told by the first and the last, however much it is.
_PUT = """
INSERT INTO waiting (received, rows, bytes, rows_so_far, bytes_so_far, body)
SELECT ?1, ?2, ?3, ?2 + coalesce(max(rows_so_far), 0), ?3 + coalesce(max(bytes_so_far), 0), ?4
FROM (SELECT rows_so_far, bytes_so_far FROM waiting ORDER BY seq DESC LIMIT 1)
"""
_IN_ORDER = "SELECT seq, body FROM waiting ORDER BY seq LIMIT 2000"
_FIRST = "SELECT seq, rows, bytes, rows_so_far, bytes_so_far FROM waiting ORDER BY seq LIMIT 1"
_LAST = "SELECT seq, rows_so_far, bytes_so_far FROM waiting ORDER BY seq DESC LIMIT 1"
_NOT_SETTLED = """
SELECT seq, body FROM waiting WHERE seq > coalesce((SELECT value FROM notes WHERE name = 'settled'), 0) ORDER BY seq
"""
_IDS = "SELECT id, name FROM points WHERE name IN (SELECT value FROM json_each(?))"
_NOTE = "INSERT INTO notes VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value"
# An older version wrote a row for each reading; what is left of them is read, and ends as runs do.
_OLD = "SELECT at, value, received, quality, test FROM readings WHERE point = ?1 AND at >= ?2 AND at < ?3 ORDER BY at {} LIMIT ?4"
_PRUNE_OLD = """
DELETE FROM readings WHERE point = ?1 AND at < ?2 AND received < ?3 AND at < max(
  (SELECT max(at) FROM readings WHERE point = ?1), coalesce((SELECT max(last) FROM runs WHERE point = ?1), 0)
)
"""
_PRUNE_HEARD = (
    "DELETE FROM passages WHERE point = ? AND at < ? AND received < ?",
    "DELETE FROM scans WHERE point = ? AND at < ? AND received < ?",
)


class Batch(NamedTuple):
    """What was given at once, as it is to be forwarded."""

    readings: Sequence[Reading]
    passages: list[Passage]
    scans: list[Scan]

    def __len__(self) -> int:
        return len(self.readings) + len(self.passages) + len(self.scans)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """What the server has not got yet."""

    batches: int
    rows: int
    bytes: int
    oldest: int | None
    """When what has waited longest was received; everything that was received before is with the server."""


class Journal(SqliteReadings):
    """As ``SqliteReadings``; ``limit`` in bytes. One process forwards, any number reads."""

    ALSO = _ALSO
    CACHE = 4 << 20
    """It is written at its end alone."""

    def __init__(self, path: str | Path, limit: int = LIMIT) -> None:
        super().__init__(path)
        self.limit = limit

    def append(self, readings: Sequence[Reading], passages: Sequence[Passage] = (), scans: Sequence[Scan] = ()) -> None:
        """Raises ``ReadingsUnavailable`` when too much waits already: nothing is overwritten."""
        if self.waiting().bytes >= self.limit:
            told = "forward what waits (is InfluxDB up?), or allow more"
            raise ReadingsUnavailable(f"{self._file.path}: {self.limit} bytes wait for InfluxDB already; {told}")
        super().append(readings, passages, scans)

    def _put(self, connection: sqlite3.Connection, sifted: Sifted) -> dict[str, int]:
        ids = self._ids_of(connection, points_of(sifted.passages, sifted.scans))
        self._put_heard(connection, ids, sifted)
        beside = [
            [(p.point, p.at, p.event, p.credential, p.direction, p.seq, p.test, p.received) for p in sifted.passages],
            [(s.point, s.at, s.tag, s.guard, s.seq, s.received) for s in sifted.scans],
        ]
        body = pack(sifted.readings, beside)
        heard = np.array([row.received for rows in (sifted.passages, sifted.scans) for row in rows], np.int64)
        received = np.concatenate([sifted.readings.series.received, heard])
        connection.execute(_PUT, (int(received.min()), len(received), len(body), body))
        connection.execute("INSERT INTO notes VALUES (?, ?) ON CONFLICT DO NOTHING", (_BEGUN, int(received.max())))
        return ids

    def settle(self) -> None:
        """What is not yet in runs, a portion at a time, longest there first."""
        while self._settle_some():
            sleep(BREATH)

    def _settle_some(self) -> bool:
        with self._file.writing() as connection:
            last, batch = _unsettled(connection, SETTLED_AT_ONCE)
            ids = self._settle(connection, last, batch)
        self._ids = ids
        return len(batch) >= SETTLED_AT_ONCE

    def _settle(self, connection: sqlite3.Connection, last: int, batch: Columns) -> dict[str, int]:
        if not last:
            return self._ids
        ids = self._ids_of(connection, set(batch.names))
        runs.put(connection, ids, batch)
        connection.execute(_NOTE, (_SETTLED, last))
        return ids

    # --- what waits ---------------------------------------------------------------------------------------------

    def waiting(self) -> Waiting:
        """How much waits, and since when."""
        # One snapshot: what is forwarded between two looks would be counted against the wrong end.
        with self._file.snapshot() as connection:
            first, last = connection.execute(_FIRST).fetchone(), connection.execute(_LAST).fetchone()
        if first is None:
            return Waiting(batches=0, rows=0, bytes=0, oldest=None)
        return Waiting(
            batches=last[0] - first[0] + 1,
            rows=last[1] - first[3] + first[1],
            bytes=last[2] - first[4] + first[2],
            oldest=self.waits_since(),
        )

    def waits_since(self) -> int | None:
        """When what has waited longest was received; quick, however much waits."""
        ((oldest,),) = self._rows("SELECT min(received) FROM waiting")
        return None if oldest is None else int(oldest)

    def oldest(self, rows: int) -> tuple[int, Batch]:
        """The batches that have waited longest, about ``rows`` rows of them, and the number of the last; 0: none waits."""
        readings: list[Columns] = []
        passages: list[Passage] = []
        scans: list[Scan] = []
        last = count = 0
        with self._file.reading() as connection, closing(connection.execute(_IN_ORDER)) as batches:
            # One by one: after a day without the server there are gigabytes of them.
            for seq, body in batches:
                if last and count >= rows:
                    break
                last = seq
                some, (doors, tags) = _unpacked(body)
                readings.append(some)
                passages += map(_passage, doors)
                scans += map(_scan, tags)
                count += len(some) + len(doors) + len(tags)
        return last, Batch(Columns.joined(readings), passages, scans)

    def forwarded(self, seq: int) -> None:
        """The server has everything up to there."""
        with self._file.writing() as connection:
            last, batch = _unsettled(connection, 1 << 62, seq)
            # First room, then what takes it: on a full disk that is what lets it go on.
            connection.execute("DELETE FROM waiting WHERE seq <= ?", (seq,))
            ids = self._settle(connection, last, batch)
        self._ids = ids

    # --- the readings that are here -----------------------------------------------------------------------------

    def range(self, point: str, start: int, end: int, limit: int | None = None) -> list[Reading]:
        if limit is not None and limit <= 0:
            return []
        return runs.readings_of(point, self._within(point, start, end, limit)[:limit])

    def columns(self, point: str, start: int, end: int) -> Series:
        return runs.series_of(self._within(point, start, end))

    def buckets(self, point: str, start: int, end: int, width: int) -> list[Bucket]:
        return buckets_of(self.columns(point, start, end), width)

    def before(self, point: str, at: int, limit: int) -> list[Reading]:
        if limit <= 0:
            return []
        with self._file.snapshot() as connection:
            id = _id(connection, point)
            parts = [
                _old(connection, id, (0, at), limit, "DESC"),
                runs.before(connection, id, at, limit),
                *_tail(connection, point),
            ]
        return runs.readings_of(point, runs.merged(parts, 0, at)[-limit:][::-1])

    def last(self, points: Iterable[str]) -> dict[str, Reading]:
        wanted = set(points)
        newest = super().last(wanted)
        with self._file.snapshot() as connection:
            names = dict(connection.execute(_IDS, (_names(wanted),)).fetchall())
            settled = {names[id]: row for id, row in runs.newest(connection, names).items()}
            batches = (_unpacked(body)[0] for _, body in connection.execute(_NOT_SETTLED))
            for part in chain([settled], (runs.newest_of(batch, wanted) for batch in batches)):
                for name, row in part.items():
                    (reading,) = runs.readings_of(name, row)
                    if name not in newest or newest[name].at < reading.at:
                        newest[name] = reading
        return newest

    def _within(self, point: str, start: int, end: int, limit: int | None = None) -> Rows:
        with self._file.snapshot() as connection:
            id = _id(connection, point)
            parts = [
                _old(connection, id, (start, end), -1 if limit is None else limit),
                runs.within(connection, id, start, end, limit),
                *_tail(connection, point),
            ]
        return runs.merged(parts, start, end)

    # --- what is here -------------------------------------------------------------------------------------------

    def readings_from(self) -> int:
        """From this time on every reading that ever came is here."""
        return self._from(_READINGS_FROM)

    def heard_from(self) -> int:
        """The same for passages and scans."""
        return self._from(_HEARD_FROM)

    def _from(self, name: str) -> int:
        notes = dict(self._rows("SELECT name, value FROM notes"))
        begun = notes.get(_BEGUN)
        return 1 << 62 if begun is None else max(begun + AHEAD, notes.get(name, 0))

    def asked(self, points: Iterable[str]) -> set[str]:
        """Those of which the server has said all that it knows."""
        found = self._rows("SELECT point FROM asked WHERE point IN (SELECT value FROM json_each(?))", _names(points))
        return {point for (point,) in found}

    def told(self, points: Iterable[str], newest: Iterable[Reading]) -> None:
        """What the server says of points of which nothing is here: their newest readings."""
        batch = Columns.of(list(newest))
        with self._file.writing() as connection:
            ids = self._ids_of(connection, set(batch.names))
            runs.put(connection, ids, batch)
            connection.execute(
                "INSERT INTO asked SELECT value FROM json_each(?) WHERE true ON CONFLICT DO NOTHING", (_names(points),)
            )
        self._ids = ids

    def prune(self, now: int) -> None:
        """Drop what the server has and is older than is kept here."""
        oldest = self.waits_since()
        safe = now if oldest is None else oldest
        readings, heard = now - KEPT, now - HEARD_KEPT
        with self._file.writing() as connection:
            # First the mark: whoever reads meanwhile asks the server as well.
            connection.executemany(_NOTE, [(_READINGS_FROM, readings), (_HEARD_FROM, heard)])
        for (point,) in self._rows("SELECT id FROM points"):
            with self._file.writing() as connection:
                runs.prune(connection, point, readings, safe)
                connection.execute(_PRUNE_OLD, (point, readings, safe))
                for statement in _PRUNE_HEARD:
                    connection.execute(statement, (point, heard, safe))


def _unsettled(connection: sqlite3.Connection, rows: int, upto: int = 1 << 62) -> tuple[int, Columns]:
    """(the last of the batches that are not settled yet, their readings), about so many rows; (0, none) without any."""
    found: list[Columns] = []
    last = count = 0
    for seq, body in connection.execute(_NOT_SETTLED):
        if count >= rows or seq > upto:
            break
        found.append(_unpacked(body)[0])
        count += len(found[-1])
        last = seq
    return last, Columns.joined(found)


def _id(connection: sqlite3.Connection, point: str) -> int:
    """0 where nothing of it is settled."""
    row = connection.execute("SELECT id FROM points WHERE name = ?", (point,)).fetchone()
    return int(row[0]) if row else 0


def _old(connection: sqlite3.Connection, id: int, span: tuple[int, int], limit: int, order: str = "ASC") -> Rows:
    rows = connection.execute(_OLD.format(order), (id, *span, limit)).fetchall()
    return np.array(rows, runs.ROW)


def _tail(connection: sqlite3.Connection, point: str) -> list[Rows]:
    """What is not settled yet, in the order in which it came."""
    name = orjson.dumps(point)
    bodies = (body for _, body in connection.execute(_NOT_SETTLED))
    return [runs.of_point(_unpacked(body)[0], point) for body in bodies if body[:1] != MARK or name in names_in(body)]


def _unpacked(body: bytes) -> tuple[Columns, list[list[list[object]]]]:
    if body[:1] == MARK:
        return unpack(body)
    # What an older version left to be forwarded.
    readings, *rest = orjson.loads(body)
    return Columns.of([Reading(p, at, v, Quality(q), t, r) for p, at, v, q, t, r in readings]), rest


def _names(points: Iterable[str]) -> str:
    return orjson.dumps(list(points)).decode()


def _passage(row: Sequence[object]) -> Passage:
    point, at, event, credential, direction, seq, test, received = row
    return Passage(
        point=str(point),
        at=int(str(at)),
        event=str(event),
        credential=str(credential),
        direction=str(direction),
        seq=int(str(seq)),
        test=bool(test),
        received=int(str(received)),
    )


def _scan(row: Sequence[object]) -> Scan:
    point, at, tag, guard, seq, received = row
    return Scan(
        point=str(point),
        at=int(str(at)),
        tag=str(tag),
        guard=str(guard),
        seq=int(str(seq)),
        received=int(str(received)),
    )
