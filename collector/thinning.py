"""Readings beyond any use: a point that sends without end is thinned to what a verdict can depend on.

Of each second of a point's own time the first readings are kept, then every new lowest and highest one, every new quality, and
the last. What is not evidence, what is a test and what is good never stand in for one another. Every reading is kept where
each one counts: life safety, and rules that count. A backlog is no flood: its readings lie apart in their own time. No clock.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from facility.instant import SECOND
from facility.reading import Reading
from facility.register import Register
from facility.units import quantity_named

GENEROUS = 10
"""So many times what its interval lets expect."""
RATE = 100
"""Readings of a point and second that are kept in any case."""

_Sort = tuple[int, bool, float]
_NOTHING = (float("inf"), float("-inf"))


@dataclass(slots=True)
class _Second:
    """One second of one point that has too many readings."""

    newest: int = 0
    extremes: dict[_Sort, tuple[float, float]] = field(default_factory=dict)
    held: Reading | None = None
    """The last one so far, should nothing newer come."""


@dataclass(slots=True)
class _Flood:
    """A point with more readings than it may have, in one second of ours."""

    allowed: int
    state: bool
    spared: bool
    over: bool = False
    dropped: int = 0
    sparse: dict[int, list[Reading]] = field(default_factory=dict)
    """Its own seconds with no more than are allowed, such as those of a backlog: all are kept, and nothing is worked out."""
    apart: set[int] = field(default_factory=set)
    """Those with one reading that came in a message of such: it is kept, and what it said need not be remembered."""
    seconds: dict[int, _Second] = field(default_factory=dict)
    """The others."""


class Excess(NamedTuple):
    """A point that had more readings in a second than it may have."""

    point: str
    at: int
    """When that second of ours began."""
    sent: int
    dropped: int
    """Fewer than are beyond its rate; none where each one counts."""


class Thinner:
    """``thin`` is given every reading in the order of arrival. One thread only.

    What it holds back is the last word of a point so far: whoever acknowledges must have ``held`` durable first.
    """

    def __init__(self, register: Register, spared: Callable[[str], bool], rate: int = RATE) -> None:
        """``spared``: whether every reading of a point counts."""
        self._spared, self._rate, self._since = spared, rate, 0
        self._counts: dict[str, int] = {}
        self._floods: dict[str, _Flood] = {}
        self._released: list[Reading] = []
        self._excesses: list[Excess] = []
        self.use(register)

    def use(self, register: Register) -> None:
        """Go on with another register."""
        self._points = register.points

    def thin(self, readings: list[Reading], now: int) -> list[Reading]:
        """Those that are to be kept: the same list in all ordinary cases. Written out: it runs for every reading."""
        if not 0 <= now - self._since < SECOND:
            self._begin(now)
        counts, rate, many = self._counts, self._rate, False
        for reading in readings:
            point = reading[0]
            count = counts[point] = counts.get(point, 0) + 1
            if count > rate:
                many = True
        if not many or self._all_apart(readings):
            return readings
        return [reading for reading in readings if self._keeps(reading)]

    def _all_apart(self, readings: list[Reading]) -> bool:
        """Whether they are of one point, and each the first in its second: so is a backlog. Then all are kept."""
        point = readings[0].point
        if len(readings) == 1 or any(reading[0] != point for reading in readings):
            return False
        flood = self._flood_of(point)
        numbers = [reading[1] // SECOND for reading in readings]
        fresh = set(numbers)
        if flood.seconds or len(fresh) < len(numbers):
            return False
        if not (flood.apart.isdisjoint(fresh) and flood.sparse.keys().isdisjoint(fresh)):
            return False
        flood.apart |= fresh
        return True

    def _flood_of(self, point: str) -> _Flood:
        flood = self._floods.get(point)
        if flood is None:
            flood = self._floods[point] = self._flood(point)
        return flood

    def due(self, now: int) -> list[Reading]:
        """What was held back and is the last word of its second; each is given once."""
        if self._floods and not 0 <= now - self._since < SECOND:
            self._begin(now)
        released, self._released = self._released, []
        return released

    @property
    def quiet(self) -> bool:
        """Nobody sends too much: there is nothing to be given out, now or when this second is over."""
        return not (self._floods or self._released or self._excesses)

    @property
    def held(self) -> list[Reading]:
        """What must be durable: it stands for what was thinned out."""
        return [second.held for flood in self._floods.values() for second in flood.seconds.values() if second.held]

    def put_back(self, readings: Iterable[Reading]) -> None:
        """After a start: what was held back by whoever was here before."""
        self._released += readings

    def excesses(self) -> list[Excess]:
        """Of the seconds that are over; each is given once."""
        found, self._excesses = self._excesses, []
        return found

    def _begin(self, now: int) -> None:
        """Another second of ours: everybody starts anew."""
        self._released += self.held
        self._excesses += (
            Excess(point, self._since, self._counts[point], flood.dropped)
            for point, flood in self._floods.items()
            if flood.over
        )
        self._floods, self._counts, self._since = {}, {}, now

    def _keeps(self, reading: Reading) -> bool:
        if self._counts[reading.point] <= self._rate:
            return True
        flood = self._flood_of(reading.point)
        number = reading.at // SECOND
        second = flood.seconds.get(number)
        if second is None:
            sparse = flood.sparse.get(number)
            if sparse is None:
                self._let_go(flood, number)
                sparse = flood.sparse[number] = []
            if len(sparse) < flood.allowed:
                sparse.append(reading)
                return True
            second = flood.seconds[number] = _crowded(flood, flood.sparse.pop(number))
        flood.over = True
        if flood.spared:
            return True
        low, high = second.extremes.get(_sort(flood, reading), _NOTHING)
        return _keep(flood, second, reading) if not low <= reading.value <= high else _hold(flood, second, reading)

    def _flood(self, point: str) -> _Flood:
        known = self._points.get(point)
        if known is None:
            return _Flood(self._rate, state=False, spared=False)
        expected = GENEROUS * SECOND // known.interval if known.interval else 0
        state = quantity_named(known.quantity).is_state
        return _Flood(max(self._rate, expected), state=state, spared=self._spared(point))

    def _let_go(self, flood: _Flood, before: int) -> None:
        """A later second has begun: what was held of those before goes first."""
        for number, second in flood.seconds.items():
            if number < before and second.held is not None:
                self._released.append(second.held)
                second.held = None


def _crowded(flood: _Flood, kept: list[Reading]) -> _Second:
    """A second to which more comes than is allowed, after ``kept``."""
    second = _Second()
    for reading in kept:
        _keep(flood, second, reading)
    return second


def _keep(flood: _Flood, second: _Second, reading: Reading) -> bool:
    sort, value = _sort(flood, reading), reading.value
    low, high = second.extremes.get(sort, _NOTHING)
    second.extremes[sort] = min(low, value), max(high, value)
    if reading.at >= second.newest:
        second.newest = reading.at
        flood.dropped += second.held is not None
        second.held = None
    return True


def _hold(flood: _Flood, second: _Second, reading: Reading) -> bool:
    """The newest one takes the place of the one before."""
    is_last = reading.at >= second.newest
    flood.dropped += not is_last or second.held is not None
    if is_last:
        second.newest, second.held = reading.at, reading
    return False


def _sort(flood: _Flood, reading: Reading) -> _Sort:
    """Each word of a state is of a sort of its own: between open and forced lies held."""
    return reading.quality, reading.test, reading.value if flood.state else 0.0
