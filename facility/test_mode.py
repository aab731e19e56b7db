"""Test and permit mode: for a while signals of a part of the property are proof that they come through, and page nobody."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from facility.alert import NotAllowed
from facility.instant import HOUR
from facility.quality import Quality
from facility.reading import Reading
from facility.register import Register
from facility.scope import Extent, Scope
from facility.units import QUANTITIES

LONGEST = 4 * HOUR
"""It ends by itself: a test that was forgotten must not leave a house without its alarms overnight."""

LIFE_SAFETY = ("smoke", "heat", "fire", "gas_alarm", "manual_call_point", "lift_trapped", "help_call")
"""Quantities on which lives depend: what a test is expected to reach, where nothing else is said."""

_NO_SIGNAL = frozenset({Quality.SENSOR_FAULT, Quality.OUT_OF_RANGE, Quality.STALE})


@dataclass(frozen=True, slots=True, kw_only=True)
class TestMode:
    """One test. ``id`` is 0 until the records store gives it one."""

    __test__ = False  # the name is the trade's; pytest must not take it for its own

    id: int = 0
    extent: Extent
    scope: str
    since: int
    until: int
    who: str
    why: str
    expected: tuple[str, ...]
    """Points whose signal is to come through."""
    ended: int | None = None
    """By itself at ``until``, or earlier by a person."""
    ended_by: str = ""
    reported: int | None = None
    """When the two lists below were written; they rest on the stored readings."""
    came: tuple[str, ...] = ()
    missed: tuple[str, ...] = ()
    version: int = 0

    def over(self) -> int:
        """The instant at which it ends, or ended."""
        return self.until if self.ended is None else min(self.ended, self.until)

    def in_force(self, at: int) -> bool:
        """Whether it holds at ``at``."""
        return self.since <= at < self.over()

    def covers(self, point: str, register: Register) -> bool:
        """Whether the point is in its scope."""
        return Scope(self.extent, self.scope).covers(point, register)


def default_expected(scope: Scope, register: Register) -> tuple[str, ...]:
    """All life-safety points in the scope."""
    return tuple(point for point in scope.points(register) if register.points[point].quantity in LIFE_SAFETY)


def end_test(mode: TestMode, who: str, at: int) -> TestMode:
    """Ended early. Raises ``NotAllowed``."""
    if mode.ended is not None or mode.until <= at:
        raise NotAllowed("end", "ended", [])
    return replace(mode, ended=at, ended_by=who)


def is_signal(reading: Reading, quantity: str) -> bool:
    """Whether a reading shows that a point's signal came through: it says that something is wrong, as a test or in earnest."""
    known = QUANTITIES.get(quantity)
    return known is not None and known.is_state and round(reading.value) != 0 and reading.quality not in _NO_SIGNAL


def reported(
    mode: TestMode, readings: Mapping[str, Iterable[Reading]], raised: Iterable[str], register: Register, at: int
) -> TestMode:
    """With what came through and what did not.

    ``readings`` are those of the expected points while it was in force; ``raised`` the points that raised an alert in it,
    which is the signal of a point with limits.
    """
    alarmed = set(raised)
    came = {point for point in mode.expected if point in alarmed or _signalled(point, readings, register)}
    return replace(
        mode,
        ended=mode.over(),
        reported=at,
        came=tuple(point for point in mode.expected if point in came),
        missed=tuple(point for point in mode.expected if point not in came),
    )


def _signalled(point: str, readings: Mapping[str, Iterable[Reading]], register: Register) -> bool:
    found = register.points.get(point)
    return found is not None and any(is_signal(reading, found.quantity) for reading in readings.get(point, ()))
