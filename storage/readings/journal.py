"""The journal before InfluxDB: everything is durable here first, and goes on to the server in the order in which it came.

It is a SQLite store of readings like the other, for the last days only, so that judging and charts of what is recent never
wait for the server; and beside it, in the same transaction, each batch as it is to be forwarded. What was not forwarded is
never dropped.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import orjson

from facility.instant import DAY, MINUTE
from facility.quality import Quality
from facility.reading import Passage, Reading, Scan
from storage.readings.keepable import Sifted
from storage.readings.packed import MARK, pack, unpack
from storage.readings.port import ReadingsUnavailable
from storage.readings.sqlite import SqliteReadings

KEPT = 2 * DAY
"""Readings stay so long after their time: longer than any rule looks back while it judges what is live."""
HEARD_KEPT = 15 * DAY
"""The same for passages and scans, which are few: rounds and visits look back for days."""
AHEAD = 5 * MINUTE
"""A device's clock may be so far ahead of ours: what is newer than the journal by this has all come through it."""
LIMIT = 8 << 30
"""Bytes that may wait for the server. Beyond, nothing more is taken, and so nothing more acknowledged."""

_BEGUN, _READINGS_FROM, _HEARD_FROM = "begun", "readings_from", "heard_from"
_ALSO = """
CREATE TABLE IF NOT EXISTS waiting (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, received INTEGER NOT NULL, rows INTEGER NOT NULL, bytes INTEGER NOT NULL,
  rows_so_far INTEGER NOT NULL, bytes_so_far INTEGER NOT NULL, body BLOB NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS waiting_received ON waiting (received);
CREATE TABLE IF NOT EXISTS notes (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS asked (point TEXT PRIMARY KEY) STRICT;
"""
# Each batch says how much there was with it, so that what waits is told by the first and the last, however much it is.
_PUT = """
INSERT INTO waiting (received, rows, bytes, rows_so_far, bytes_so_far, body)
SELECT ?1, ?2, ?3, ?2 + coalesce(max(rows_so_far), 0), ?3 + coalesce(max(bytes_so_far), 0), ?4
FROM (SELECT rows_so_far, bytes_so_far FROM waiting ORDER BY seq DESC LIMIT 1)
"""
_IN_ORDER = "SELECT seq, body FROM waiting ORDER BY seq LIMIT 2000"
_FIRST = "SELECT seq, rows, bytes, rows_so_far, bytes_so_far FROM waiting ORDER BY seq LIMIT 1"
_LAST = "SELECT seq, rows_so_far, bytes_so_far FROM waiting ORDER BY seq DESC LIMIT 1"
# The newest of a point stays, however old: after a start one asks how far it had been judged.
_PRUNE = """
DELETE FROM readings
WHERE point = ?1 AND at < ?2 AND received < ?3 AND at < (SELECT max(at) FROM readings WHERE point = ?1)
"""
_PRUNE_HEARD = (
    "DELETE FROM passages WHERE point = ? AND at < ? AND received < ?",
    "DELETE FROM scans WHERE point = ? AND at < ? AND received < ?",
)


class Batch(NamedTuple):
    """What was given at once, as it is to be forwarded."""

    readings: list[Reading]
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

    def __init__(self, path: str | Path, limit: int = LIMIT) -> None:
        super().__init__(path)
        self.limit = limit

    def append(self, readings: Sequence[Reading], passages: Sequence[Passage] = (), scans: Sequence[Scan] = ()) -> None:
        """Raises ``ReadingsUnavailable`` when too much waits already: nothing is overwritten."""
        if self.waiting().bytes >= self.limit:
            told = "forward what waits (is InfluxDB up?), or allow more"
            raise ReadingsUnavailable(f"{self._file.path}: {self.limit} bytes wait for InfluxDB already; {told}")
        super().append(readings, passages, scans)

    def _put_also(self, connection: sqlite3.Connection, sifted: Sifted) -> None:
        beside = [
            [(p.point, p.at, p.event, p.credential, p.direction, p.seq, p.test, p.received) for p in sifted.passages],
            [(s.point, s.at, s.tag, s.guard, s.seq, s.received) for s in sifted.scans],
        ]
        body = pack(sifted.readings, beside)
        received = [row.received for rows in (sifted.readings, sifted.passages, sifted.scans) for row in rows]
        connection.execute(_PUT, (min(received), len(received), len(body), body))
        connection.execute("INSERT INTO notes VALUES (?, ?) ON CONFLICT DO NOTHING", (_BEGUN, max(received)))

    # --- what waits ---------------------------------------------------------------------------------------------

    def waiting(self) -> Waiting:
        """How much waits, and since when."""
        with self._file.reading() as connection:
            # One snapshot: what is forwarded between two looks would be counted against the wrong end.
            connection.execute("BEGIN")
            try:
                first, last = connection.execute(_FIRST).fetchone(), connection.execute(_LAST).fetchone()
            finally:
                connection.execute("COMMIT")
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
        found = Batch([], [], [])
        last = 0
        with self._file.reading() as connection, closing(connection.execute(_IN_ORDER)) as batches:
            # One by one: after a day without the server there are gigabytes of them.
            for seq, body in batches:
                if last and len(found) >= rows:
                    break
                last = seq
                _add(found, body)
        return last, found

    def forwarded(self, seq: int) -> None:
        """The server has everything up to there."""
        with self._file.writing() as connection:
            connection.execute("DELETE FROM waiting WHERE seq <= ?", (seq,))

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
        rows = list(newest)
        with self._file.writing() as connection:
            ids = self._ids_of(connection, rows)
            cells = [(ids[r.point], r.at, r.value, int(r.quality), r.test, r.received) for r in rows]
            connection.executemany("INSERT INTO readings VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING", cells)
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
            connection.executemany(
                "INSERT INTO notes VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                [(_READINGS_FROM, readings), (_HEARD_FROM, heard)],
            )
        for (point,) in self._rows("SELECT id FROM points"):
            with self._file.writing() as connection:
                connection.execute(_PRUNE, (point, readings, safe))
                for statement in _PRUNE_HEARD:
                    connection.execute(statement, (point, heard, safe))


def _add(found: Batch, body: bytes) -> None:
    readings, (passages, scans) = unpack(body) if body[:1] == MARK else _as_json(body)
    found.readings.extend(readings)
    found.passages.extend(_passage(row) for row in passages)
    found.scans.extend(_scan(row) for row in scans)


def _as_json(body: bytes) -> tuple[list[Reading], list[list[list[object]]]]:
    """What a version before 0.3 left to be forwarded."""
    readings, *rest = orjson.loads(body)
    return [Reading(p, at, v, Quality(q), t, r) for p, at, v, q, t, r in readings], rest


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
