"""What a chart of a point draws, in one answer: values, limits as they were in force, alerts, tests, gaps."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from pydantic import Field

from api.context import Context
from api.limits import Stretch, stretches
from api.paging import Out, Words, words
from api.web.values import LEAST_PATIENCE, PATIENCE, is_state, unit_of
from facility.alert import Alert
from facility.instant import HOUR
from facility.point import Point
from facility.quality import EVIDENCE, Quality
from facility.reading import Reading
from facility.register import Register
from facility.units import QUANTITIES, decimals
from storage.readings.port import SHORTEST_KEPT
from storage.records.port import AlertFilter, Unit

RAW = 3000
"""Up to so many readings are drawn as they are; more are drawn as an envelope, and so is what has ended, by hours."""
WIDTHS = tuple(
    seconds * 1000
    for seconds in (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400, 604800)
)
MOST_ALERTS = 200


class Band(Out):
    """Limits of one rule over a stretch of time. Times are epoch milliseconds."""

    rule: str
    start: int
    end: int
    low: float | None
    high: float | None
    set_value: float | None


class Mark(Out):
    """An alert on the chart."""

    id: int
    severity: int
    title: Words
    started: int
    raised: int
    ended: int | None


class Span(Out):
    """A stretch that is hatched: a test, a gap, or readings that are no evidence."""

    kind: str = Field(examples=["gap", "test", "sensor-fault"])
    start: int
    end: int


class Chart(Out):
    """Times are epoch milliseconds. With ``width`` 0 the values are single readings, else low, mean and high a bucket."""

    point: str
    name: Words
    unit: str
    decimals: int
    states: dict[int, Words]
    start: int
    end: int
    width: int
    at: list[int]
    low: list[float]
    mean: list[float]
    high: list[float]
    bands: list[Band]
    marks: list[Mark]
    spans: list[Span]


def chart(
    context: Context, unit: Unit, register: Register, point: Point, *, start: int, end: int, pixels: int
) -> Chart:
    """The chart of one point over [start, end)."""
    now, ended = context.clock(), ended_in(context, start) is not None
    raw = [] if ended else context.readings.range(point.id, start, end, RAW + 1)
    if ended or len(raw) > RAW:
        width = max(bucket_width(end - start, pixels), HOUR if ended else 0)
        found = context.readings.buckets(point.id, start, end, width)
        at, low = [b.start + width // 2 for b in found], [b.low for b in found]
        mean, high = [b.mean for b in found], [b.high for b in found]
        spans = gaps(at, max(_patience(point), 2 * width), start, min(end, now))
    else:
        width, usable = 0, [r for r in raw if r.quality in EVIDENCE or is_state(point)]
        at, mean = [r.at for r in usable], [r.value for r in usable]
        low = high = mean
        spans = [*gaps([r.at for r in raw], _patience(point), start, min(end, now)), *blemishes(raw)]
    return Chart(
        point=point.id,
        name=words(point.name),
        unit=unit_of(point),
        decimals=decimals(point.resolution),
        states={n: words(t) for n, t in QUANTITIES[point.quantity].state_names.items()} if is_state(point) else {},
        start=start,
        end=end,
        width=width,
        at=at,
        low=low,
        mean=mean,
        high=high,
        bands=[_band(s) for s in stretches(context.book(), point, register, start, end)],
        marks=[_mark(a) for a in alerts_over(unit, point.id, start, end)],
        spans=spans,
    )


def ended_in(context: Context, start: int) -> int | None:
    """Up to when readings have ended, if that is after ``start``. Raises ``ReadingsUnavailable``."""
    # Asked only where it can matter: the server of the history may be away, and what is recent is drawn without it.
    if start >= context.clock() - SHORTEST_KEPT:
        return None
    ended = context.readings.ended_before()
    return ended if start < ended else None


def bucket_width(length: int, pixels: int) -> int:
    """The narrowest round width that gives at most about one bucket a pixel."""
    return next((w for w in WIDTHS if length / w <= pixels), WIDTHS[-1])


def _patience(point: Point) -> int:
    return max(PATIENCE * point.interval, LEAST_PATIENCE) if point.interval else 0


def gaps(at: Sequence[int], patience: int, start: int, end: int) -> list[Span]:
    """Stretches without a reading that are longer than ``patience``; none where the point speaks only at events."""
    if not patience:
        return []
    edges = [start, *at, end]
    return [Span(kind="gap", start=a, end=b) for a, b in pairwise(edges) if b - a > patience]


def blemishes(readings: Iterable[Reading]) -> list[Span]:
    """Runs of readings that are tests, or that are no evidence, by their reason."""
    spans: list[Span] = []
    for reading in readings:
        kind = "test" if reading.test else "" if reading.quality in EVIDENCE else Quality(reading.quality).word
        last = spans[-1] if spans else None
        if last is not None and last.kind == kind:
            last.end = reading.at
        elif last is None or kind != last.kind:
            spans.append(Span(kind=kind, start=reading.at, end=reading.at))
    return [span for span in spans if span.kind]


def alerts_over(unit: Unit, point: str, start: int, end: int) -> list[Alert]:
    """Alerts of the point that were going on at some time in [start, end), newest first."""
    found = unit.alerts.find(AlertFilter(points=(point,), until=end), limit=MOST_ALERTS).rows
    return [alert for alert in found if alert.ended is None or alert.ended > start]


def _band(stretch: Stretch) -> Band:
    return Band(
        rule=stretch.rule,
        start=stretch.start,
        end=stretch.end,
        low=stretch.low,
        high=stretch.high,
        set_value=stretch.set_value,
    )


def _mark(alert: Alert) -> Mark:
    return Mark(
        id=alert.id,
        severity=int(alert.severity),
        title=words(alert.title),
        started=alert.started,
        raised=alert.raised,
        ended=alert.ended,
    )
