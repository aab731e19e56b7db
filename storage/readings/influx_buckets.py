"""Figures by buckets out of InfluxDB, a year of them quickly.

InfluxDB takes seconds for a year of readings at one a minute when it must look at their quality. So the figures of whole
hours are kept beside them, in the measurement ``reading_hour``: made ahead (``influx_hours``), or when somebody first looks.
Each carries the number of readings that it was made from. Counting the readings of each day again is quick, and the hours
of a day whose number differs are made anew: late readings are noticed without anybody having to tell. Of readings that
have ended the kept hours are all there is, and what still came for them is added.
"""

from __future__ import annotations

from collections import Counter

from facility.instant import DAY, HOUR
from facility.reading import Bucket
from storage.readings import influxql
from storage.readings.figures import day_of, grouped, hour_of
from storage.readings.influx_hours import (
    bucket_of,
    buckets_of,
    by_point,
    counts_of,
    hours_of,
    made_of,
    marks,
    put,
    with_late,
)
from storage.readings.influx_server import InfluxServer
from storage.readings.keepable import LATEST

LONG = 14 * DAY
"""From this length on the kept hours are worth asking for."""


def buckets(server: InfluxServer, point: str, start: int, end: int, width: int) -> list[Bucket]:
    """As ``Readings.buckets``."""
    start, end = max(start, 0), min(end, LATEST + 1)
    if width % HOUR:
        return _counted(server, point, start, end, width)
    ended = marks(server).ended
    edge = min(max(start, ended), end)
    return grouped([*_ended(server, point, start, edge), *_there(server, point, edge, end, width)], width)


def _there(server: InfluxServer, point: str, start: int, end: int, width: int) -> list[Bucket]:
    if end - start < LONG:
        return _counted(server, point, start, end, width)
    first, beyond = -(-start // DAY) * DAY, day_of(end)
    return [
        *_counted(server, point, start, first, HOUR),
        *_whole_days(server, point, first, beyond),
        *_counted(server, point, beyond, end, HOUR),
    ]


def _counted(server: InfluxServer, point: str, start: int, end: int, width: int) -> list[Bucket]:
    if start >= end:
        return []
    found = by_point(server.query(influxql.figures((point,), start, end, width, whole=server.third_generation)))
    return [bucket for series in found.values() for bucket in buckets_of(series)]


def _whole_days(server: InfluxServer, point: str, first: int, beyond: int) -> list[Bucket]:
    if first >= beyond:
        return []
    question = f"{influxql.readings((point,), first, beyond, DAY)}; {influxql.hours((point,), first, beyond)}"
    series = by_point(server.query(question)).get(point, [])
    present, kept = counts_of(series), hours_of(series)
    made_from: Counter[int] = Counter()
    for hour in kept:
        made_from[day_of(hour.start)] += hour.readings
    stale = sorted(day for day, now in present.items() if made_from[day] != now)
    made = made_of(server, (point,), stale[0], stale[-1] + DAY).get(point, []) if stale else []
    put(server, {point: made})
    anew = {*stale, *(day_of(hour.start) for hour in made)}
    held = (hour for hour in kept if day_of(hour.start) in present and day_of(hour.start) not in anew)
    return [bucket_of(hour) for hour in (*held, *made) if hour.count]


def _ended(server: InfluxServer, point: str, start: int, end: int) -> list[Bucket]:
    """Whole hours that the range touches, with what came for them since."""
    if start >= end:
        return []
    first = hour_of(start)
    kept = hours_of(server.query(influxql.hours((point,), first, end)))
    late = with_late(kept, made_of(server, (point,), first, end).get(point, []))
    replaced = {hour.start for hour in late}
    return [bucket_of(one) for one in (*late, *(one for one in kept if one.start not in replaced)) if one.count]
