"""The questions that are asked of InfluxDB. Names are fixed here; points are escaped strings, the rest are numbers."""
# ruff: noqa: S608 - InfluxQL has no parameters that every server takes

from __future__ import annotations

from collections.abc import Collection

from facility.quality import EVIDENCE
from storage.readings.keepable import LATEST
from storage.readings.line_protocol import quoted, stored_name

_FIELDS = '"value", "quality", "test", "received"'
_EVIDENCE = " OR ".join(f'"quality" = {int(quality)}' for quality in sorted(EVIDENCE))


def range_of(point: str, start: int, end: int, limit: int | None) -> str:
    """Columns time, value, quality, test, received; oldest first."""
    upto = "" if limit is None else f" LIMIT {limit}"
    return f'SELECT {_FIELDS} FROM "reading" WHERE {_of(point)} AND {_within(start, end)} ORDER BY time ASC{upto}'


def before(point: str, at: int, limit: int) -> str:
    """As ``range_of``, newest first."""
    return f'SELECT {_FIELDS} FROM "reading" WHERE {_of(point)} AND {_within(0, at)} ORDER BY time DESC LIMIT {limit}'


def last(points: Collection[str]) -> str:
    """One series per point with one row; of all points there are when none are named."""
    named = " OR ".join(_of(point) for point in points)
    which = f" WHERE {named}" if named else ""
    return f'SELECT {_FIELDS} FROM "reading"{which} GROUP BY "point" ORDER BY time DESC LIMIT 1'


def buckets(point: str, start: int, end: int, width: int) -> str:
    """Columns time, low, high, mean, count. InfluxDB's own intervals begin at multiples of their width since 1970."""
    return (
        'SELECT min("value"), max("value"), mean("value"), count("value") FROM "reading"'
        f' WHERE {_of(point)} AND {_within(start, end)} AND ({_EVIDENCE}) AND "test" = false'
        f" GROUP BY time({width}ms) fill(none)"
    )


def passages(point: str, start: int, end: int, limit: int) -> str:
    """Columns time, event, credential, direction, seq, test, received; newest first."""
    return (
        'SELECT "event", "credential", "direction", "seq", "test", "received" FROM "passage"'
        f" WHERE {_of(point)} AND {_within(start, end)} ORDER BY time DESC LIMIT {limit}"
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


def _of(point: str) -> str:
    return f'"point" = {quoted(stored_name(point))}'


def _within(start: int, end: int) -> str:
    latest = LATEST + 1
    return f"time >= {min(max(start, 0), latest)}ms AND time < {min(max(end, 0), latest)}ms"
