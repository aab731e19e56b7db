"""Figures of whole hours beside the readings in SQLite, kept in step with them.

``made`` is the mark up to which every hour has its figures. A reading that is appended before the mark makes its hour
stale, in the same transaction; stale hours are counted from their readings until they are made anew. So figures are right
however late a reading comes, and what is on time costs the append one look at the mark. A day of readings ends in the
transaction that notes its hours as ended: what comes for such an hour later is added to it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from facility.instant import DAY, HOUR
from facility.quality import EVIDENCE
from facility.reading import Bucket
from storage.readings.columns import Columns
from storage.readings.figures import day_of, grouped, hour_of
from storage.readings.sqlite_file import FIGURES

PORTION = 500
"""Hours of points made in one transaction: about 20 ms."""

MADE, ENDED = "made", "ended"

_EVIDENCE = f"quality IN ({', '.join(str(int(quality)) for quality in sorted(EVIDENCE))}) AND test = 0"
# A plain GROUP BY sorts all rows again. This walks the key from bucket to bucket, skipping what is empty, and takes half
# the time. A scalar subquery gives one value, so the four figures come packed into one.
BUCKETS = """
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
 WHERE point = wanted.point AND at >= max(start, first) AND at < min(start + width, beyond) AND EVIDENCE
) FROM bucket, wanted WHERE start IS NOT NULL
""".replace("EVIDENCE", _EVIDENCE)
HOURS = """
SELECT hour, low, high, mean, count, ended FROM hours
WHERE point = (SELECT id FROM points WHERE name = ?) AND hour >= ? AND hour < ? ORDER BY hour
"""
STALE = """
SELECT hour FROM stale_hours
WHERE hour >= ?2 AND hour < ?3 AND point = (SELECT id FROM points WHERE name = ?1)
"""
_NEXT = "SELECT min((SELECT min(at) FROM readings WHERE point = points.id AND at >= ?)) FROM points"
_OPEN = """
INSERT INTO stale_hours SELECT ?1, id FROM points
WHERE EXISTS (SELECT 1 FROM readings WHERE point = points.id AND at >= ?1 AND at < ?2)
ON CONFLICT DO NOTHING
"""
_FIGURES = f"""
SELECT min(value), max(value), avg(value), count(*) FROM readings
WHERE point = ? AND at >= ? AND at < ? AND {_EVIDENCE}
"""  # noqa: S608 - numbers of our own
_HOUR = "SELECT low, high, mean, count, ended FROM hours WHERE point = ? AND hour = ?"
_PUT = "INSERT INTO hours VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET"
_PUT = f"{_PUT} low = excluded.low, high = excluded.high, mean = excluded.mean, count = excluded.count"
_COUNT = "SELECT count(*) FROM readings WHERE point = ? AND at >= ? AND at < ?"
_STALE_OF = "SELECT hour FROM stale_hours WHERE hour >= ?2 AND hour < ?3 AND point = ?1"
_DROP = "DELETE FROM readings WHERE point = ? AND at >= ? AND at < ?"


def mark(connection: sqlite3.Connection, name: str) -> int:
    """0 where it was never set."""
    row = connection.execute("SELECT value FROM marks WHERE name = ?", (name,)).fetchone()
    return int(row[0]) if row else 0


def set_mark(connection: sqlite3.Connection, name: str, value: int) -> None:
    """Forward only."""
    connection.execute(
        "INSERT INTO marks VALUES (?, ?) ON CONFLICT DO UPDATE SET value = max(value, excluded.value)", (name, value)
    )


def note_late(connection: sqlite3.Connection, ids: dict[str, int], readings: Columns) -> None:
    """In the transaction that appends them: hours that were made already are stale now."""
    made = mark(connection, MADE)
    late = {(hour_of(reading.at), ids[reading.point]) for reading in readings.only(readings.series.at < made)}
    connection.executemany("INSERT INTO stale_hours VALUES (?, ?) ON CONFLICT DO NOTHING", late)


# --- making them ------------------------------------------------------------------------------------------------------


def all_made(connection: sqlite3.Connection, upto: int) -> bool:
    """Whether there is nothing to do: asked without keeping anybody from writing."""
    ((stale,),) = connection.execute("SELECT EXISTS (SELECT 1 FROM stale_hours)")
    return not stale and mark(connection, MADE) >= hour_of(upto)


def make_some(connection: sqlite3.Connection, upto: int) -> bool:
    """A portion of what is stale; when nothing is, the next hour is opened. Whether there may be more."""
    stale = connection.execute("SELECT point, hour FROM stale_hours ORDER BY hour LIMIT ?", (PORTION,)).fetchall()
    for point, hour in stale:
        _make(connection, point, hour)
    return bool(stale) or _open_next(connection, hour_of(upto))


def _open_next(connection: sqlite3.Connection, upto: int) -> bool:
    made = mark(connection, MADE)
    if made >= upto:
        return False
    (next_at,) = connection.execute(_NEXT, (made,)).fetchone()
    # Never past the newest reading: after a clock was years ahead all that comes would be late.
    if next_at is None or hour_of(next_at) >= upto:
        return False
    hour = hour_of(next_at)
    connection.execute(_OPEN, (hour, hour + HOUR))
    set_mark(connection, MADE, hour + HOUR)
    return True


def _make(connection: sqlite3.Connection, point: int, hour: int) -> None:
    span = point, hour, hour + HOUR
    kept = connection.execute(_HOUR, (point, hour)).fetchone()
    ended = kept is not None and kept[4]
    rows = [connection.execute(_FIGURES, span).fetchone(), *([kept[:4]] if ended else [])]
    parts = [Bucket(start=hour, low=low, high=high, mean=mean, count=n) for low, high, mean, n in rows if n]
    if ended:
        connection.execute(_DROP, span)
    elif not parts:
        connection.execute("DELETE FROM hours WHERE point = ? AND hour = ?", (point, hour))
    for one in grouped(parts, HOUR):
        connection.execute(_PUT, (point, hour, one.low, one.high, one.mean, one.count, ended))
    connection.execute("DELETE FROM stale_hours WHERE hour = ? AND point = ?", (hour, point))


# --- ending readings --------------------------------------------------------------------------------------------------


def end_oldest_day(connection: sqlite3.Connection, point: int, before: int) -> int:
    """The oldest day of a point, if it is over by ``before``. How many readings ended."""
    (oldest,) = connection.execute("SELECT min(at) FROM readings WHERE point = ?", (point,)).fetchone()
    if oldest is None or oldest >= before:
        return 0
    day = day_of(oldest), day_of(oldest) + DAY
    (there,) = connection.execute(_COUNT, (point, *day)).fetchone()
    for (hour,) in connection.execute(_STALE_OF, (point, *day)).fetchall():
        _make(connection, point, hour)
    connection.execute("UPDATE hours SET ended = 1 WHERE point = ? AND hour >= ? AND hour < ?", (point, *day))
    connection.execute(_DROP, (point, *day))
    return int(there)


# --- reading them -----------------------------------------------------------------------------------------------------


def counted(connection: sqlite3.Connection, point: str, start: int, end: int, width: int) -> Iterator[Bucket]:
    """From the readings themselves."""
    for at, figures in connection.execute(BUCKETS, (width, start, end, point)):
        if figures is not None:
            low, high, mean, count = FIGURES.unpack(figures)
            yield Bucket(start=at, low=low, high=high, mean=mean, count=count)


def buckets(connection: sqlite3.Connection, point: str, start: int, end: int, width: int) -> list[Bucket]:
    """As ``Readings.buckets``, within one snapshot."""
    made = 0 if width % HOUR else mark(connection, MADE)
    if made <= start or start >= end:
        return list(counted(connection, point, start, end, width))
    edge = max(start, min(hour_of(end), made))
    kept = _kept(connection, point, start, end, edge)
    return grouped([*kept, *counted(connection, point, edge, end, width)], width)


def _kept(connection: sqlite3.Connection, point: str, start: int, end: int, edge: int) -> Iterator[Bucket]:
    """Figures where they hold, readings where they do not: up to ``edge``, from where on all is counted."""
    first = hour_of(start)
    stale = {hour for (hour,) in connection.execute(STALE, (point, first, end))}
    if start % HOUR:
        stale.add(first)
    for hour, low, high, mean, count, ended in connection.execute(HOURS, (point, first, end)):
        if ended or (hour < edge and hour not in stale):
            yield Bucket(start=hour, low=low, high=high, mean=mean, count=count)
    for hour in sorted(stale):
        if max(start, hour) < edge:
            yield from counted(connection, point, max(start, hour), hour + HOUR, HOUR)
