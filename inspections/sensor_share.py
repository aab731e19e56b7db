"""Sensors' share: how long a point was within its limits, of the time in which it was observed at all. Pure.

Observed is what evidence readings cover (``facility.quality.EVIDENCE``, no tests): of each hour as many of the point's expected
intervals as there were readings, at most the hour. Maintenance is left out of everything. What is left is not observed: silent,
faulty, in a test, or measured by an instrument out of calibration. It is said as such, and never counted as good.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from facility.breach import Breach
from facility.instant import HOUR
from facility.reading import Bucket

WIDTH = HOUR
Span = tuple[int, int]
"""[start, end)"""


class Share(NamedTuple):
    """Milliseconds of one point under one rule in a period."""

    point: str
    rule: str
    clause: str
    total: int
    """The period, as far as it has come."""
    excluded: int
    """Under maintenance."""
    observed: int
    out: int
    """Observed, and outside the limits."""
    late: int
    """Breaches that were found late."""
    calibration: int | None
    """Until when its instrument is in calibration."""

    @property
    def within(self) -> int:
        """Observed and within the limits."""
        return self.observed - self.out

    @property
    def unobserved(self) -> int:
        """Nobody can say."""
        return self.total - self.excluded - self.observed

    @property
    def share(self) -> float | None:
        """Within, of observed; None where nothing was observed."""
        return round(self.within / self.observed, 6) if self.observed else None


def merged(spans: Iterable[Span], within: Span) -> list[Span]:
    """Clipped to ``within`` and put together where they touch, in order."""
    found: list[Span] = []
    for start, end in sorted(spans):
        first, last = max(start, within[0]), min(end, within[1])
        if first >= last:
            continue
        if found and first <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], last))
        else:
            found.append((first, last))
    return found


def length(spans: Iterable[Span]) -> int:
    """Of spans that do not overlap."""
    return sum(end - start for start, end in spans)


def overlap(one: Sequence[Span], other: Sequence[Span]) -> int:
    """How long both hold; each in order and without overlaps."""
    total, at = 0, 0
    for start, end in one:
        while at < len(other) and other[at][1] <= start:
            at += 1
        place = at
        while place < len(other) and other[place][0] < end:
            total += min(end, other[place][1]) - max(start, other[place][0])
            place += 1
    return total


def observed_in(buckets: Iterable[Bucket], interval: int, out: Sequence[Span], within: Span) -> int:
    """How long evidence readings cover, ``out`` (maintenance) left out."""
    total = 0
    for bucket in buckets:
        hour = (max(bucket.start, within[0]), min(bucket.start + WIDTH, within[1]))
        free = hour[1] - hour[0] - overlap([hour], out)
        total += max(0, min(free, bucket.count * interval))
    return total


def out_of_limits(breaches: Iterable[Breach], end: int) -> list[Span]:
    """From the first bad sample to the first good one; what goes on lasts until now."""
    return [(one.started, end if one.ended is None else one.ended) for one in breaches if not one.withdrawn]
