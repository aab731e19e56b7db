"""From a route's timetable to its rounds: the same rounds, however often and from whatever instant they are worked out."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta, tzinfo
from functools import cached_property
from itertools import accumulate, zip_longest

from facility.calendar import DAY_MINUTES, WorkCalendar, days_between, instant_of, local_day
from facility.instant import DAY, MINUTE, SECOND
from facility.register import Register
from facility.rota_duty import holds_on
from facility.round import ANY, Round, RoundStop, Route, Stop

EARLY = 15 * MINUTE
"""So long before its first visit could be on time a scan already belongs to a round, and is early."""
_AROUND = timedelta(days=2)

Draw = Callable[[str], int]
"""A text → a number that nobody can guess, the same one for the same text. It must be even up to 2**32 at least."""
Hide = Callable[[str, str], str]
"""(kind, text) → keyed pseudonym, as scans carry it."""


@dataclass(frozen=True, kw_only=True)
class Timetable:
    """What rounds are made from besides the register."""

    zone: tzinfo
    calendar: WorkCalendar
    draw: Draw
    hide: Hide


def rounds(register: Register, route: Route, table: Timetable, since: int, until: int) -> list[Round]:
    """Those of the route that start in [since, until), by their start. A route without stops has none."""
    stops = stops_of(register, route.id)
    if not stops:
        return []
    first, last = local_day(since, table.zone) - _AROUND, local_day(until, table.zone) + _AROUND
    pattern = _Pattern(register=register, route=route, stops=stops, hide=table.hide)
    starts = sorted({(_start(route, slot, table), slot) for slot in _slots(route, table, first, last)})
    made = [pattern.round(slot, start) for start, slot in starts]
    return [one for one in _apart(made, route.tolerance) if since <= one.start < until]


def stops_of(register: Register, route: str) -> list[Stop]:
    """In their order."""
    return sorted((stop for stop in register.stops.values() if stop.route == route), key=lambda stop: stop.order)


def lasts(stops: Iterable[Stop]) -> int:
    """How long a round takes at most."""
    return sum(stop.most_walk for stop in stops)


def _slots(route: Route, table: Timetable, first: date, last: date) -> Iterator[int]:
    """The times at which rounds should begin. Counted anew each day from ``starts``, by the clock on the wall."""
    step = max(1, route.every // MINUTE)
    ends = route.ends if route.ends > route.starts else route.ends + DAY_MINUTES
    whole_days = max(1, route.every // DAY)
    for day in days_between(first, last):
        if day.toordinal() % whole_days == 0 and holds_on(route.days, day, table.calendar):
            yield from (instant_of(day, minutes, table.zone) for minutes in range(route.starts, ends, step))


def _start(route: Route, slot: int, table: Timetable) -> int:
    seconds = route.within // SECOND
    return slot + table.draw(f"{route.id}/{slot}") % (seconds + 1) * SECOND if seconds else slot


@dataclass(frozen=True, kw_only=True)
class _Pattern:
    """What all rounds of a route have in common."""

    register: Register
    route: Route
    stops: Sequence[Stop]
    hide: Hide

    @cached_property
    def _lasts(self) -> int:
        return lasts(self.stops)

    @cached_property
    def _digest(self) -> str:
        return digest_of(self.route, self.stops)

    def round(self, slot: int, start: int) -> Round:
        route, due = self.route, start + self._lasts
        return Round(
            key=f"{route.id}/{start}",
            route=route.id,
            name=route.name,
            site=route.site,
            team=route.team,
            duty=route.duty,
            order=route.order,
            guards=route.guards,
            slot=slot,
            within=route.within,
            start=start,
            opens=start - route.tolerance - EARLY,
            due=due,
            closes=due + max(route.grace, route.tolerance),
            plan=self._digest,
            stops=tuple(self._stop(one, start) for one in self._timed),
            attend_at=start,
        )

    @cached_property
    def _timed(self) -> list[tuple[Stop, int, int]]:
        """Each stop with the least and the most time from the start; in any order all have all the time."""
        least = accumulate(stop.walk for stop in self.stops)
        most = accumulate(stop.most_walk for stop in self.stops)
        if self.route.order == ANY:
            return [(stop, 0, self._lasts) for stop in self.stops]
        return list(zip(self.stops, least, most, strict=True))

    def _stop(self, timed: tuple[Stop, int, int], start: int) -> RoundStop:
        stop, least, most = timed
        point = self.register.points.get(stop.point)
        asset = self.register.assets.get(point.asset) if point else None
        return RoundStop(
            order=stop.order,
            point=stop.point,
            asset=asset.id if asset else "",
            zone=asset.zone if asset else "",
            walk=stop.walk,
            opens=start + least - self.route.tolerance,
            due=start + most,
            until=start + most + self.route.tolerance,
            tags=tuple(self.hide("tag", tag) for tag in stop.tags),
            asks=stop.asks,
        )


def _apart(found: Sequence[Round], tolerance: int) -> Iterator[Round]:
    """No scan may belong to two rounds of one route: where they would touch, the earlier one ends."""
    before = None
    for one, following in zip_longest(found, found[1:]):
        opens, closes = one.opens if before is None else max(one.opens, before), one.closes
        if following is not None:
            closes = max(one.start + MINUTE, min(closes, following.start - tolerance))
        before = closes
        yield _cut(one, opens, closes)


def _cut(one: Round, opens: int, closes: int) -> Round:
    if (opens, closes) == (one.opens, one.closes):
        return one
    stops = tuple(replace(stop, until=min(stop.until, closes)) for stop in one.stops)
    return replace(one, opens=opens, closes=closes, due=min(one.due, closes), stops=stops)


def digest_of(route: Route, stops: Sequence[Stop]) -> str:
    """Changes when anything does that a round is planned from."""
    return hashlib.sha256(repr((route, tuple(stops))).encode()).hexdigest()[:16]
