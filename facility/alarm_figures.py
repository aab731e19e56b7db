"""Alarm figures over a period, from stored facts alone. Pure: the same facts give the same figures."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from facility.alarm_flood import TEN, Flood, by_tens, chatter, floods
from facility.alarm_limits import AlarmLimits
from facility.fact import Fact
from facility.instant import DAY

WHATS = ("raised", "re-raised", "returned", "acknowledged", "reset", "test-over", "back-in-service")
"""The facts about alerts that figures rest on."""
WORST = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """One announcement: an alert that was raised, or that came back while it was on the list."""

    alert: int
    rule: str
    point: str
    asset: str
    zone: str
    severity: int
    life_safety: bool
    at: int
    """When it was announced."""
    acknowledged: int | None = None
    ended: int | None = None
    """When it was known to be over."""


def alarms(facts: Iterable[Fact]) -> list[Alarm]:
    """Facts of the noun ``alert`` in order → the alarms in them. Tests are none, until they turn out to be in earnest."""
    found: list[Alarm] = []
    current: dict[str, int] = {}
    for fact in facts:
        place = current.get(fact.subject)
        match fact.what:
            case "raised" | "re-raised" | "test-over" if not fact.data.get("test"):
                current[fact.subject] = len(found)
                found.append(_alarm(fact))
            case "returned" if place is not None:
                found[place] = replace(found[place], ended=fact.at)
            case "acknowledged" | "reset" if place is not None and found[place].acknowledged is None:
                found[place] = replace(found[place], acknowledged=fact.at)
            case _:
                pass
    return found


def _alarm(fact: Fact) -> Alarm:
    data = fact.data
    return Alarm(
        alert=int(fact.subject),
        rule=str(data.get("rule", "")),
        point=str(data.get("point", "")),
        asset=str(data.get("asset", "")),
        zone=str(data.get("zone", "")),
        severity=int(data.get("severity") or 4),
        life_safety=bool(data.get("life_safety")),
        at=fact.at,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Chatter:
    """One rule on one point that went off again and again."""

    rule: str
    point: str
    most: int
    """The most alarms within the chatter time."""
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Stale:
    """An alarm that went on too long. ``until`` is None while it still does."""

    alert: int
    rule: str
    point: str
    since: int
    until: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Worst:
    """A point and its part of all alarms."""

    point: str
    count: int
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmFigures:
    """Instants and durations in milliseconds."""

    start: int
    end: int
    total: int
    days: tuple[tuple[int, int], ...]
    """(start of the day, alarms in it)"""
    a_day: float
    a_ten: float
    """Average in ten minutes."""
    peak: int
    """The most in any ten minutes …"""
    peak_at: int | None
    """… and when these began."""
    floods: tuple[Flood, ...]
    flood_time: int
    flood_share: float
    chattering: tuple[Chatter, ...]
    stale: tuple[Stale, ...]
    priorities: tuple[tuple[int, int], ...]
    """(priority, alarms), 1 to 4"""
    worst: tuple[Worst, ...]
    worst_share: float
    acknowledged: int
    waiting: int
    """Alarms that nobody acknowledged in the period."""
    acknowledge_median: int | None
    acknowledge_p90: int | None


def figures(found: Sequence[Alarm], days: Sequence[int], now: int, limits: AlarmLimits) -> AlarmFigures:
    """``days`` are the starts of the days, and the end of the last one: the period is all of them.

    ``found`` may begin before the period: what went on into it can be stale in it. Raises ``ValueError`` on no day.
    """
    if len(days) < 2:
        raise ValueError("from, to: the period is empty; allowed: from before to")
    start, end = days[0], days[-1]
    inside = [alarm for alarm in found if start <= alarm.at < end]
    passed = max(min(end, now) - start, 1)
    raised = [alarm.at for alarm in inside]
    tens = by_tens(raised)
    peak_at = min(tens, key=lambda at: (-tens[at], at), default=None)
    flood = floods(raised, limits)
    flood_time = sum(one.end - one.start for one in flood)
    worst = _worst(inside)
    times = sorted(alarm.acknowledged - alarm.at for alarm in inside if alarm.acknowledged is not None)
    return AlarmFigures(
        start=start,
        end=end,
        total=len(inside),
        days=_days(raised, days),
        a_day=len(inside) * DAY / passed,
        a_ten=len(inside) * TEN / passed,
        peak=tens[peak_at] if peak_at is not None else 0,
        peak_at=peak_at,
        floods=tuple(flood),
        flood_time=flood_time,
        flood_share=min(1.0, flood_time / passed),
        chattering=_chattering(inside, limits),
        stale=_stale(found, start, min(end, now), limits),
        priorities=_priorities(inside),
        worst=worst,
        worst_share=sum(one.share for one in worst),
        acknowledged=len(times),
        waiting=len(inside) - len(times),
        acknowledge_median=nearest_rank(times, 0.5),
        acknowledge_p90=nearest_rank(times, 0.9),
    )


def nearest_rank(values: Sequence[int], part: float) -> int | None:
    """The smallest of the sorted ``values`` that at least ``part`` of them do not exceed; None where there are none."""
    if not values:
        return None
    rank = -(-len(values) * round(part * 1000) // 1000)
    return values[max(rank, 1) - 1]


def _days(raised: Iterable[int], days: Sequence[int]) -> tuple[tuple[int, int], ...]:
    counts = Counter(bisect_right(days, at) - 1 for at in raised)
    return tuple((day, counts[number]) for number, day in enumerate(days[:-1]))


def _priorities(inside: Sequence[Alarm]) -> tuple[tuple[int, int], ...]:
    counts = Counter(alarm.severity for alarm in inside)
    return tuple((priority, counts[priority]) for priority in (1, 2, 3, 4))


def _worst(inside: Sequence[Alarm]) -> tuple[Worst, ...]:
    counts = Counter(alarm.point for alarm in inside)
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:WORST]
    return tuple(Worst(point=point, count=count, share=count / len(inside)) for point, count in ranked)


def _chattering(inside: Sequence[Alarm], limits: AlarmLimits) -> tuple[Chatter, ...]:
    times: dict[tuple[str, str], list[int]] = {}
    for alarm in inside:
        times.setdefault((alarm.rule, alarm.point), []).append(alarm.at)
    found = [
        Chatter(rule=rule, point=point, most=chatter(raised, limits), count=len(raised))
        for (rule, point), raised in times.items()
    ]
    return tuple(
        sorted(
            (one for one in found if one.most >= limits.chatter_raises),
            key=lambda one: (-one.count, one.rule, one.point),
        )
    )


def _stale(found: Iterable[Alarm], start: int, end: int, limits: AlarmLimits) -> tuple[Stale, ...]:
    """Each run of one alert from its first announcement; longer than allowed at some moment of the period."""
    return tuple(
        Stale(alert=alarm.alert, rule=alarm.rule, point=alarm.point, since=alarm.at, until=alarm.ended)
        for alarm in found
        if alarm.at < end
        and (alarm.ended is None or alarm.ended > start)
        and min(end, alarm.ended or end) - alarm.at > limits.stale_after
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A figure held to its limit. ``good`` and ``most`` are in the figure's own unit."""

    name: str
    value: float
    good: float
    most: float

    @property
    def verdict(self) -> str:
        """good · bearable · bad"""
        if self.value <= self.good:
            return "good"
        return "bearable" if self.value <= self.most else "bad"


def held_to(found: AlarmFigures, limits: AlarmLimits) -> tuple[Held, ...]:
    """Every figure that the standards limit."""
    share = {priority: count / found.total if found.total else 0.0 for priority, count in found.priorities}

    def one(name: str, value: float, most: float, good: float | None = None) -> Held:
        return Held(name=name, value=value, good=most if good is None else good, most=most)

    return (
        one("day", found.a_day, limits.day_most, limits.day_good),
        one("ten", found.a_ten, limits.ten_most, limits.ten_good),
        one("peak", found.peak, limits.peak_most),
        one("flood", found.flood_share, limits.flood_share),
        one("worst", found.worst_share, limits.worst_share),
        one("chatter", len(found.chattering), 0),
        one("stale", len(found.stale), limits.stale_most - 1),
        one("critical", share[1], limits.share_critical),
        one("high", share[2], limits.share_high),
        one("medium", share[3], limits.share_medium),
    )
