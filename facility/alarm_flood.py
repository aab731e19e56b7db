"""Floods, chatter: from the instants at which alarms were announced. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from facility.alarm_limits import AlarmLimits
from facility.instant import MINUTE

TEN = 10 * MINUTE


class Flood(NamedTuple):
    """A stretch of ten-minute intervals. ``end`` is exclusive."""

    start: int
    end: int
    alarms: int
    peak: int
    """The most alarms in one of its intervals."""


def by_tens(raised: Iterable[int]) -> Counter[int]:
    """Start of each ten-minute interval that has an alarm → how many."""
    return Counter(at - at % TEN for at in raised)


def floods(raised: Iterable[int], limits: AlarmLimits) -> list[Flood]:
    """By fixed intervals of ten minutes: it begins with more than ``flood_opens``, and lasts while there are ``flood_closes``."""
    tens, found = by_tens(raised), list[Flood]()
    for start in sorted(tens):
        count, last = tens[start], found[-1] if found else None
        if last is not None and last.end == start and count >= limits.flood_closes:
            found[-1] = Flood(last.start, start + TEN, last.alarms + count, max(last.peak, count))
        elif count > limits.flood_opens:
            found.append(Flood(start, start + TEN, count, count))
    return found


def flooding(raised: Sequence[int], now: int, limits: AlarmLimits) -> int | None:
    """Since when there has been a flood at ``now``, by a window of ten minutes that slides; None where there is none.

    ``raised`` are the alarms of the last hours, in any order: a flood that goes on has its beginning among them.
    """
    since: int | None = None
    times = sorted(at for at in raised if at <= now)
    moments = sorted({*times, *(at + TEN for at in times if at + TEN <= now)})
    first = after = 0
    for moment in moments:
        while after < len(times) and times[after] <= moment:
            after += 1
        while first < len(times) and times[first] <= moment - TEN:
            first += 1
        count = after - first
        if since is None and count > limits.flood_opens:
            since = times[first]
        elif since is not None and count < limits.flood_closes:
            since = None
    return since


def chatter(raised: Sequence[int], limits: AlarmLimits) -> int:
    """The most alarms of one rule on one point within ``chatter_within``; chatter from ``chatter_raises`` on."""
    times, first, most = sorted(raised), 0, 0
    for place, at in enumerate(times):
        while times[first] <= at - limits.chatter_within:
            first += 1
        most = max(most, place - first + 1)
    return most
