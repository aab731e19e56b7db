"""Figures by buckets out of InfluxDB, a year of them quickly.

InfluxDB takes seconds for a year of readings at one a minute when it must look at their quality. So the figures of whole
hours are kept beside them, in the measurement ``reading_hour``, made when somebody first looks. Each carries the number of
readings that it was made from. Counting the readings of each day again is quick, and the hours of a day whose number
differs are made anew: late readings and deletions are noticed without anybody having to tell.
"""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import groupby

from facility.instant import DAY, HOUR
from facility.reading import Bucket
from storage.readings import influxql
from storage.readings.influx_server import InfluxServer, LinesRefused, Series, TooLarge
from storage.readings.keepable import LATEST
from storage.readings.line_protocol import hour_line
from storage.readings.port import ReadingsUnavailable

LONG = 14 * DAY
"""From this length on the kept hours are worth asking for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Hour:
    figures: Bucket
    readings: int
    """How many readings there were, evidence or not, when the figures were made."""


@dataclass(slots=True)
class _Days:
    """Whole days of a point: how many readings each has now, and the hours that were kept."""

    present: dict[int, int] = field(default_factory=dict)
    kept: list[_Hour] = field(default_factory=list)

    def stale(self) -> list[int]:
        made_from: Counter[int] = Counter()
        for hour in self.kept:
            made_from[_day(hour)] += hour.readings
        return sorted(day for day, now in self.present.items() if made_from[day] != now)


def buckets(server: InfluxServer, point: str, start: int, end: int, width: int) -> list[Bucket]:
    """As ``Readings.buckets``."""
    start, end = max(start, 0), min(end, LATEST + 1)
    if width % HOUR or end - start < LONG:
        return _counted(server, point, start, end, width)
    first, beyond = -(-start // DAY) * DAY, end // DAY * DAY
    hours = [
        *_counted(server, point, start, first, HOUR),
        *_whole_days(server, point, first, beyond),
        *_counted(server, point, beyond, end, HOUR),
    ]
    return [_together(at * width, list(group)) for at, group in groupby(hours, lambda hour: hour.start // width)]


def _counted(server: InfluxServer, point: str, start: int, end: int, width: int) -> list[Bucket]:
    return _buckets(server.query(influxql.figures(point, start, end, width))) if start < end else []


def _whole_days(server: InfluxServer, point: str, first: int, beyond: int) -> list[Bucket]:
    days = _days(server.query(influxql.days(point, first, beyond))) if first < beyond else _Days()
    stale = days.stale()
    made = _made(server, point, stale[0], stale[-1] + DAY) if stale else []
    _keep(server, point, made)
    anew = {*stale, *map(_day, made)}
    hours = [*(hour for hour in days.kept if _day(hour) in days.present and _day(hour) not in anew), *made]
    return sorted((hour.figures for hour in hours if hour.figures.count), key=lambda figures: figures.start)


def _days(answer: list[Series]) -> _Days:
    days = _Days()
    for series in answer:
        if series.columns == ["time", "readings"]:
            days.present.update((at, count) for at, count in series.rows)
        else:
            days.kept += (
                _Hour(figures=Bucket(start=at, low=low, high=high, mean=mean, count=count), readings=readings)
                for at, low, high, mean, count, readings in series.rows
            )
    return days


def _made(server: InfluxServer, point: str, start: int, end: int) -> list[_Hour]:
    """Every hour with readings, also where none is evidence."""
    # Counted before the figures are taken: a reading that arrives in between makes the hour stale, never wrong for good.
    counting, figures = influxql.readings(point, start, end, HOUR), influxql.figures(point, start, end, HOUR)
    answer = server.query(f"{counting}; {figures}")
    counts = {at: count for series in answer if series.columns == ["time", "readings"] for at, count in series.rows}
    found = {bucket.start: bucket for bucket in _buckets(answer)}
    return [
        _Hour(figures=found.get(at, Bucket(start=at, low=0.0, high=0.0, mean=0.0, count=0)), readings=readings)
        for at, readings in sorted(counts.items())
    ]


def _buckets(answer: list[Series]) -> list[Bucket]:
    columns: dict[str, dict[int, float]] = {name: {} for name in influxql.FIGURES}
    for series in answer:
        columns.get(series.columns[1], {}).update((at, value) for at, value in series.rows)
    low, high, mean, count = columns.values()
    # A reading that arrives between two statements may be in one answer and not yet in another.
    whole = low.keys() & high.keys() & mean.keys() & count.keys()
    return [Bucket(start=at, low=low[at], high=high[at], mean=mean[at], count=int(count[at])) for at in sorted(whole)]


def _keep(server: InfluxServer, point: str, hours: list[_Hour]) -> None:
    body = "\n".join(hour_line(point, hour.figures, hour.readings) for hour in hours).encode()
    # Only a convenience: whoever may read but not write waits longer and sees the same.
    with suppress(ReadingsUnavailable, LinesRefused, TooLarge):
        if body:
            server.write(body)


def _day(hour: _Hour) -> int:
    return hour.figures.start // DAY * DAY


def _together(start: int, hours: list[Bucket]) -> Bucket:
    count = sum(hour.count for hour in hours)
    return Bucket(
        start=start,
        low=min(hour.low for hour in hours),
        high=max(hour.high for hour in hours),
        mean=sum(hour.mean * hour.count for hour in hours) / count,
        count=count,
    )
