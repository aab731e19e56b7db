"""Floods, chatter: from the instants at which alarms were announced. Pure."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from facility.alarm_limits import AlarmLimits
from facility.instant import MINUTE

TEN = 10 * MINUTE


class Cause(NamedTuple):
    """What alerts may have in common. Kinds, the likeliest first where they gather as many: see ``KINDS``."""

    kind: str
    id: str
    within: str = ""
    """Of a rule: the building."""


LOST_GATEWAY, ASSET, ZONE, GATEWAY, RULE = KINDS = ("lost-gateway", "asset", "zone", "gateway", "rule")


def gather(causes: Sequence[Sequence[Cause]]) -> list[tuple[Cause | None, list[int]]]:
    """What belongs together: each place of ``causes`` in exactly one group, which has one of its causes; None: it stands alone.

    What gathers most goes first, then what gathers most of the rest; of two that gather as many, the smaller kind of thing.
    Groups are in the order of their first place, and so are the places in them.
    """
    having: dict[Cause, list[int]] = {}
    for place, some in enumerate(causes):
        for cause in dict.fromkeys(some):
            having.setdefault(cause, []).append(place)
    heap = [_rank(cause, places) for cause, places in having.items() if len(places) > 1]
    heapq.heapify(heap)
    left, groups = set(range(len(causes))), list[tuple[Cause | None, list[int]]]()
    while heap:
        count, *_, cause = heapq.heappop(heap)
        places = [place for place in having[cause] if place in left]
        if len(places) > 1 and len(places) < -count:
            heapq.heappush(heap, _rank(cause, places))
        elif len(places) > 1:
            groups.append((cause, places))
            left.difference_update(places)
    groups += [(None, [place]) for place in left]
    return sorted(groups, key=lambda group: group[1][0])


def _rank(cause: Cause, places: list[int]) -> tuple[int, int, int, Cause]:
    return -len(places), KINDS.index(cause.kind), places[0], cause


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
