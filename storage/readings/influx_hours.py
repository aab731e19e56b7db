"""Figures of whole hours in InfluxDB: the measurement ``reading_hour``, made ahead and kept when the readings have ended."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import NamedTuple

from facility.instant import DAY, HOUR
from facility.reading import Bucket
from storage.readings import influxql
from storage.readings.figures import day_of, grouped, hour_of
from storage.readings.influx_server import InfluxServer, LinesRefused, Series, TooLarge
from storage.readings.line_protocol import given_name, hour_line, mark_line
from storage.readings.port import Kept, ReadingsUnavailable

LINES_AT_ONCE = 10_000
MEASUREMENTS = {
    Kept.READINGS: ("reading", "value"),
    Kept.FIGURES: ("reading_hour", "count"),
    Kept.PASSAGES: ("passage", "received"),
    Kept.SCANS: ("scan", "received"),
}
"""Each with a field that every row of it has."""
HOUR_COLUMNS = 6


@dataclass(frozen=True, slots=True)
class Hour:
    """Figures of one hour, and how many readings there were, evidence or not, when they were made."""

    start: int
    low: float
    high: float
    mean: float
    count: int
    readings: int


class Marks(NamedTuple):
    """As ``Readings.summarise`` and ``Readings.ended_before`` have left them."""

    made: int
    ended: int


Hours = Mapping[str, Sequence[Hour]]
"""By point."""


def marks(server: InfluxServer) -> Marks:
    """How far it is; zeros where it never began."""
    rows = [row for series in server.query(influxql.MARKS) for row in series.rows]
    return Marks(int(rows[0][1]), int(rows[0][2])) if rows else Marks(0, 0)


# --- reading answers --------------------------------------------------------------------------------------------------


def by_point(answer: Iterable[Series]) -> dict[str, list[Series]]:
    """Series of an answer that was grouped by point."""
    found: defaultdict[str, list[Series]] = defaultdict(list)
    for series in answer:
        found[given_name(series.tags["point"])].append(series)
    return dict(found)


def counts_of(answer: Iterable[Series]) -> dict[int, int]:
    """Interval → readings, from what ``influxql.readings`` asks."""
    return {at: count for series in answer if series.columns == ["time", "readings"] for at, count in series.rows}


def hours_of(answer: Iterable[Series]) -> list[Hour]:
    """From what ``influxql.hours`` asks."""
    return [Hour(*row) for series in answer if len(series.columns) == HOUR_COLUMNS for row in series.rows]


def buckets_of(answer: Iterable[Series]) -> list[Bucket]:
    """From what ``influxql.figures`` asks about one point."""
    columns: dict[str, dict[int, float]] = {name: {} for name in influxql.FIGURES}
    for series in answer:
        if len(series.columns) == 2:
            columns.get(series.columns[1], {}).update((at, value) for at, value in series.rows)
    low, high, mean, count = columns.values()
    # A reading that arrives between two statements may be in one answer and not yet in another.
    whole = low.keys() & high.keys() & mean.keys() & count.keys()
    return [Bucket(start=at, low=low[at], high=high[at], mean=mean[at], count=int(count[at])) for at in sorted(whole)]


def bucket_of(hour: Hour) -> Bucket:
    """Without what it was made from."""
    return Bucket(start=hour.start, low=hour.low, high=hour.high, mean=hour.mean, count=hour.count)


# --- making figures ---------------------------------------------------------------------------------------------------


def made_of(server: InfluxServer, points: Collection[str], start: int, end: int) -> dict[str, list[Hour]]:
    """Every hour with readings, also where none is evidence, from the readings. All points where none are named."""
    # Counted before the figures are taken: a reading that arrives in between makes the hour stale, never wrong for good.
    figures = influxql.figures(points, start, end, HOUR, whole=server.third_generation)
    asked = influxql.readings(points, start, end, HOUR), figures
    found = by_point(server.query("; ".join(asked)))
    return {point: list(_hours(counts_of(series), buckets_of(series))) for point, series in found.items()}


def _hours(counts: Mapping[int, int], figures: Iterable[Bucket]) -> Iterator[Hour]:
    found = {one.start: one for one in figures}
    for at, readings in sorted(counts.items()):
        one = found.get(at)
        yield (
            Hour(at, one.low, one.high, one.mean, one.count, readings) if one else Hour(at, 0.0, 0.0, 0.0, 0, readings)
        )


def put(server: InfluxServer, hours: Hours) -> None:
    """Only a convenience: whoever may read but not write waits longer and sees the same."""
    with suppress(ReadingsUnavailable, LinesRefused, TooLarge):
        store(server, hours)


def store(server: InfluxServer, hours: Hours) -> None:
    """Raises what ``InfluxServer.write`` raises."""
    lines = [hour_line(point, bucket_of(hour), hour.readings) for point, some in hours.items() for hour in some]
    for start in range(0, len(lines), LINES_AT_ONCE):
        server.write("\n".join(lines[start : start + LINES_AT_ONCE]).encode())


def summarise(server: InfluxServer, upto: int) -> bool:
    """As ``Readings.summarise``: a day at most at a time."""
    at, until = marks(server), hour_of(upto)
    oldest = first(server, Kept.READINGS) if at.made < until else None
    if oldest is None:
        return False
    # Never past the newest reading: after a clock was years ahead all that comes would be late.
    until = min(until, hour_of(_time(server, influxql.NEWEST) or 0) + HOUR)
    begin = at.made or hour_of(oldest)
    if begin >= until:
        return False
    end = min(day_of(begin) + DAY, until)
    _settle(server, begin, end)
    _mark(server, Marks(end, at.ended))
    return end < until


def first(server: InfluxServer, what: Kept) -> int | None:
    """The time of the oldest of them; None where there are none."""
    return _time(server, influxql.first(*MEASUREMENTS[what]))


def _time(server: InfluxServer, question: str) -> int | None:
    rows = [row for series in server.query(question) for row in series.rows]
    return int(rows[0][0]) if rows else None


def _mark(server: InfluxServer, at: Marks) -> None:
    server.write(mark_line(at.made, at.ended).encode())


def _settle(server: InfluxServer, start: int, end: int) -> None:
    """Afterwards the kept figures are of the readings that are there now."""
    counts = by_point(server.query(influxql.readings((), start, end, HOUR))) if start < end else {}
    if not counts:
        return
    kept = by_point(server.query(influxql.hours((), start, end)))
    stale = [point for point, series in counts.items() if _differ(counts_of(series), hours_of(kept.get(point, ())))]
    if stale:
        store(server, made_of(server, influxql.to_name(stale), start, end))


def _differ(counts: Mapping[int, int], kept: Iterable[Hour]) -> bool:
    made_from = {hour.start: hour.readings for hour in kept}
    return any(made_from.get(at) != count for at, count in counts.items())


# --- ending readings --------------------------------------------------------------------------------------------------


def end_readings(server: InfluxServer, before: int) -> int:
    """As ``Readings.forget``. What was made is looked at again, day by day, before anything goes."""
    at, oldest = marks(server), first(server, Kept.READINGS)
    edge = max(at.ended, day_of(min(before, at.made)))
    there = oldest is not None and oldest < edge
    if oldest is not None and there:
        if oldest < at.ended:
            _add_late(server, hour_of(oldest), at.ended)
        for day in range(max(day_of(oldest), at.ended), edge, DAY):
            _settle(server, day, day + DAY)
        server.delete("reading", edge)
    if edge > at.ended:
        _mark(server, Marks(at.made, edge))
    return -1 if there else 0


def _add_late(server: InfluxServer, start: int, end: int) -> None:
    """What came for hours that had ended."""
    made = made_of(server, (), start, end)
    kept = by_point(server.query(influxql.hours(influxql.to_name(list(made)), start, end)))
    store(server, {point: with_late(hours_of(kept.get(point, ())), late) for point, late in made.items()})
    server.delete("reading", end)


def with_late(kept: Iterable[Hour], late: Iterable[Hour]) -> list[Hour]:
    """The hours for which something came late, with what was kept of them."""
    held = {hour.start: hour for hour in kept}
    return [_sum(held[hour.start], hour) if hour.start in held else hour for hour in late]


def _sum(held: Hour, late: Hour) -> Hour:
    parts = [bucket_of(one) for one in (held, late) if one.count]
    if not parts:
        return held
    (one,) = grouped(parts, HOUR)
    return Hour(one.start, one.low, one.high, one.mean, one.count, held.readings + late.readings)
