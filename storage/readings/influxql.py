"""The questions that are asked of InfluxDB. Names are fixed here; points are escaped strings, the rest are numbers."""
# ruff: noqa: S608 - InfluxQL has no parameters that every server takes

from __future__ import annotations

from collections.abc import Collection

from facility.quality import EVIDENCE, Quality
from storage.readings.keepable import LATEST
from storage.readings.line_protocol import quoted, stored_name

_FIELDS = '"value", "quality", "test", "received"'
FIGURES = {"low": "min", "high": "max", "mean": "mean", "count": "count"}
"""A bucket's figure → the function of InfluxQL that takes it."""
NAMED = 100
"""Points in one question."""
_EVIDENCE = " OR ".join(f'"quality" = {int(quality)}' for quality in sorted(EVIDENCE))
_NO_EVIDENCE = " OR ".join(f'"quality" = {int(quality)}' for quality in Quality if quality not in EVIDENCE)
_OF_WHOLE_ROWS = f'({_EVIDENCE}) AND "test" = false'
# A row without these fields is good and no test. To be equal to something is false for what is not there, so this finds it too.
_OF_ANY_ROWS = f'({_NO_EVIDENCE} OR "test" = true) = false'


def range_of(point: str, start: int, end: int, limit: int | None) -> str:
    """Columns time, value, quality, test, received; oldest first. Quality and test may be missing: good, and no test."""
    upto = "" if limit is None else f" LIMIT {limit}"
    return f'SELECT {_FIELDS} FROM "reading" WHERE {_of(point)} AND {_within(start, end)} ORDER BY time ASC{upto}'


def before(point: str, at: int, limit: int) -> str:
    """As ``range_of``, newest first."""
    return f'SELECT {_FIELDS} FROM "reading" WHERE {_of(point)} AND {_within(0, at)} ORDER BY time DESC LIMIT {limit}'


def to_name(points: Collection[str]) -> Collection[str]:
    """Which of them a question names: of many none, so that all points are asked for, in one pass instead of many."""
    return points if len(points) <= NAMED else ()


def last(points: Collection[str]) -> str:
    """One series per point with one row; of all points there are when none are named."""
    named = " OR ".join(_of(point) for point in points)
    which = f" WHERE {named}" if named else ""
    return f'SELECT {_FIELDS} FROM "reading"{which} GROUP BY "point" ORDER BY time DESC LIMIT 1'


def figures(points: Collection[str], start: int, end: int, width: int, *, whole: bool) -> str:
    """For each name of ``FIGURES`` one series per point, columns time and that name; of all points when none are named.

    Intervals begin at multiples of ``width`` since 1970. One statement per figure: all in one, with its conditions, takes
    five times as long on InfluxDB 1. ``whole``: every row has ``quality`` and ``test``.
    """
    which = f"{_which(points, start, end)} AND {_OF_WHOLE_ROWS if whole else _OF_ANY_ROWS}"
    return "; ".join(
        f'SELECT {taken}("value") AS "{name}" FROM "reading" WHERE {which} GROUP BY "point", time({width}ms) fill(none)'
        for name, taken in FIGURES.items()
    )


def readings(points: Collection[str], start: int, end: int, width: int) -> str:
    """One series per point, columns time and readings: how many there are in each interval, evidence or not."""
    return (
        f'SELECT count("value") AS "readings" FROM "reading" WHERE {_which(points, start, end)}'
        f' GROUP BY "point", time({width}ms) fill(none)'
    )


def hours(points: Collection[str], start: int, end: int) -> str:
    """One series per point: time, low, high, mean, count and readings of each hour whose figures were kept."""
    return (
        'SELECT "low", "high", "mean", "count", "readings" FROM "reading_hour"'
        f' WHERE {_which(points, start, end)} GROUP BY "point"'
    )


NEWEST = 'SELECT last("value") FROM "reading"'
"""One row with the time of the newest reading of all, if there is any."""
MARKS = 'SELECT last("made") AS "made", last("ended") AS "ended" FROM "reading_mark"'
"""One row: how far figures were made, and how far readings have ended."""


def first(measurement: str, field: str) -> str:
    """One row with the time of the oldest of all, if there is any."""
    return f'SELECT first("{field}") FROM "{measurement}"'


def passages(point: str, start: int, end: int, limit: int) -> str:
    """Columns time, event, credential, direction, seq, test, received; newest first."""
    return (
        'SELECT "event", "credential", "direction", "seq", "test", "received" FROM "passage"'
        f" WHERE {_of(point)} AND {_within(start, end)} ORDER BY time DESC LIMIT {limit}"
    )


HEARD = {
    "passage": '"event", "credential", "direction", "seq", "test", "received"',
    "scan": '"tag", "guard", "seq", "received"',
}


def heard(measurement: str, points: Collection[str], start: int, end: int, since: int) -> str:
    """One series per point with the same columns; of all points there are when none are named."""
    named = " OR ".join(_of(point) for point in points)
    which = f" AND ({named})" if named else ""
    return (
        f'SELECT {HEARD[measurement]} FROM "{measurement}"'
        f' WHERE {_within(since, LATEST + 1)} AND "received" >= {start} AND "received" < {end}{which} GROUP BY "point"'
    )


def scans(point: str, start: int, end: int, limit: int) -> str:
    """Columns time, tag, guard, seq, received; newest first."""
    return (
        'SELECT "tag", "guard", "seq", "received" FROM "scan"'
        f" WHERE {_of(point)} AND {_within(start, end)} ORDER BY time DESC LIMIT {limit}"
    )


def forget(measurement: str, before: int) -> str:
    """InfluxDB 1 only: 2.x takes deletions at an address of their own."""
    return f'DELETE FROM "{measurement}" WHERE time < {before}ms'


def _which(points: Collection[str], start: int, end: int) -> str:
    named = " OR ".join(_of(point) for point in points)
    return f"{_within(start, end)}{f' AND ({named})' if named else ''}"


def _of(point: str) -> str:
    return f'"point" = {quoted(stored_name(point))}'


def _within(start: int, end: int) -> str:
    latest = LATEST + 1
    return f"time >= {min(max(start, 0), latest)}ms AND time < {min(max(end, 0), latest)}ms"


NOTHING = range_of("nobody", 0, 1, limit=1)
"""Costs nothing, and tells whether the database is there and InfluxQL is understood: an answer has a column for the time."""
