"""Figures of whole hours, which outlive the readings that they were made of: what every store does with them alike."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import groupby

import numpy as np

from facility.instant import DAY, HOUR
from facility.quality import EVIDENCE
from facility.reading import Bucket
from storage.readings.columns import starts_of
from storage.readings.port import Series

_EVIDENCE = [int(quality) for quality in EVIDENCE]


def hour_of(at: int) -> int:
    """The start of the hour that an instant lies in."""
    return at - at % HOUR


def day_of(at: int) -> int:
    """The start of the day, in UTC: readings end by whole days."""
    return at - at % DAY


def together(start: int, parts: Sequence[Bucket]) -> Bucket:
    """One bucket of several. Lowest and highest stay exact: what was out of limits stays visible at any width."""
    if len(parts) == 1:
        return parts[0] if parts[0].start == start else replace(parts[0], start=start)
    count = sum(part.count for part in parts)
    return Bucket(
        start=start,
        low=min(part.low for part in parts),
        high=max(part.high for part in parts),
        mean=sum(part.mean * part.count for part in parts) / count,
        count=count,
    )


def grouped(parts: Iterable[Bucket], width: int) -> list[Bucket]:
    """Buckets of ``width``, a multiple of every part's own, oldest first."""
    ordered = sorted(parts, key=lambda part: part.start)
    return [together(at * width, list(group)) for at, group in groupby(ordered, lambda part: part.start // width)]


def buckets_of(found: Series, width: int) -> list[Bucket]:
    """Of those that are evidence and no tests, by buckets of ``width`` ms, oldest first."""
    which = np.isin(found.quality, _EVIDENCE) & ~found.test
    value, bucket = found.value[which], found.at[which] // width
    if not len(value):
        return []
    starts = starts_of(bucket)
    counts = np.diff([*starts, len(value)])
    return [
        Bucket(start=int(at) * width, low=float(low), high=float(high), mean=float(total / count), count=int(count))
        for at, low, high, total, count in zip(
            bucket[starts],
            np.minimum.reduceat(value, starts),
            np.maximum.reduceat(value, starts),
            np.add.reduceat(value, starts),
            counts,
            strict=True,
        )
    ]
