"""The days of a property: local time over any zone's jumps, weekends, public holidays and make-up working days."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from functools import cache

from facility.instant import DAY, from_datetime, to_datetime
from facility.text import Text

DAY_MINUTES = 24 * 60
NAMELESS = Text("", "")
STATUTORY = 13
"""So many days off the law gives everybody in a year (国务院《全国年节及纪念日放假办法》, since 2025). A table with fewer is not
complete."""


class DayKind(StrEnum):
    """What kind of day it is."""

    WORKDAY = "workday"
    """Monday to Friday, and weekends that are worked instead of a bridge day."""
    WEEKEND = "weekend"
    HOLIDAY = "holiday"


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecialDay:
    """A line of the site's own table, which goes before what the product knows: a holiday, or a day that is worked."""

    day: date
    kind: DayKind
    name: Text = NAMELESS

    @property
    def id(self) -> str:
        """The day, as in 2027-01-01."""
        return self.day.isoformat()


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkCalendar:
    """Which days are worked. What is announced for all of China is built in; ``special`` goes before it."""

    special: Mapping[date, SpecialDay] = field(default_factory=dict)

    def kind(self, day: date) -> DayKind:
        """Of a year that nobody has announced yet: Saturdays and Sundays are weekend, all other days are worked."""
        found = self.special.get(day) or announced(day.year).get(day)
        if found is not None:
            return found.kind
        return DayKind.WEEKEND if day.isoweekday() > 5 else DayKind.WORKDAY

    def name(self, day: date) -> Text:
        """The holiday's name; empty on other days."""
        found = self.special.get(day) or announced(day.year).get(day)
        return found.name if found else NAMELESS

    def is_made_up(self, day: date) -> bool:
        """A Saturday or Sunday that is worked."""
        return day.isoweekday() > 5 and self.kind(day) is DayKind.WORKDAY

    def knows(self, year: int) -> bool:
        """Whether the year's holidays are known: built in, or entered in the site's table."""
        return bool(announced(year)) or self._entered(year) >= STATUTORY

    def _entered(self, year: int) -> int:
        return Counter(day.year for day, one in self.special.items() if one.kind is DayKind.HOLIDAY)[year]

    def unknown_years(self, first: date, last: date) -> dict[int, int]:
        """Year → holidays entered for it so far, for years in [first, last] that are not known."""
        return {y: self._entered(y) for y in range(first.year, last.year + 1) if not self.knows(y)}


@cache
def announced(year: int) -> dict[date, SpecialDay]:
    """Holidays and make-up days as the State Council announced them; empty for years it had not when this was built."""
    from chinese_calendar import constants  # type: ignore[import-untyped]  # loaded when a rota is first looked at

    found = {day: _special(day, DayKind.HOLIDAY, name) for day, name in constants.holidays.items() if day.year == year}
    worked = {day: _special(day, DayKind.WORKDAY, name) for day, name in constants.workdays.items() if day.year == year}
    return found | worked


def _special(day: date, kind: DayKind, name: str) -> SpecialDay:
    from chinese_calendar import Holiday

    chinese = next((one.chinese for one in Holiday if one.value == name), name)
    return SpecialDay(day=day, kind=kind, name=Text(chinese, name))


def instant_of(day: date, minutes: int, zone: tzinfo) -> int:
    """Local ``day`` and ``minutes`` after its midnight (1440 and more: the days after) → instant.

    A later local time is never an earlier instant. A time that the zone jumps over is the jump itself; a time that comes
    twice is its first coming.
    """
    days, rest = divmod(minutes, DAY_MINUTES)
    wanted = datetime.combine(day + timedelta(days=days), time(rest // 60, rest % 60))
    found = from_datetime(wanted.replace(tzinfo=zone))
    if to_datetime(found, zone).replace(tzinfo=None) == wanted:
        return found
    return _jump(wanted, zone, found)


def _jump(wanted: datetime, zone: tzinfo, near: int) -> int:
    """The first instant whose local time is not before ``wanted``, within two days of ``near``."""
    low, high = near - 2 * DAY, near + 2 * DAY
    while low < high:
        middle = (low + high) // 2
        if to_datetime(middle, zone).replace(tzinfo=None) < wanted:
            low = middle + 1
        else:
            high = middle
    return low


def local_day(at: int, zone: tzinfo) -> date:
    """The local day in which the instant lies."""
    return to_datetime(at, zone).date()


def days_between(first: date, last: date) -> Iterable[date]:
    """Every day from ``first`` to ``last``, both included."""
    return (first + timedelta(days=n) for n in range((last - first).days + 1))
