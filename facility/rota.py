"""The rota: who can be called, who is on duty, who comes next, and where nobody is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from zoneinfo import ZoneInfo

from facility.calendar import SpecialDay, WorkCalendar, instant_of, local_day
from facility.instant import DAY
from facility.rota_duty import Duty, Plan, clashes, duties, next_after
from facility.rota_entries import (
    TABLES,
    Asked,
    Entry,
    Leave,
    Pattern,
    Person,
    RotaChange,
    Shift,
    ShiftKind,
    Swap,
    Team,
    Turn,
)
from facility.rota_gaps import Gap, GapCause, gaps

__all__ = [
    "TABLES",
    "Asked",
    "Duty",
    "Entry",
    "Gap",
    "GapCause",
    "Leave",
    "Pattern",
    "Person",
    "Rota",
    "RotaChange",
    "Shift",
    "ShiftKind",
    "SpecialDay",
    "Swap",
    "Team",
    "Turn",
    "rota_difference",
]


@dataclass(frozen=True, kw_only=True)
class Rota:
    """A snapshot. Dictionaries are by id and keep the import's order; ``version`` grows with every change."""

    version: int = 0
    timezone: str = "Asia/Shanghai"
    teams: dict[str, Team] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    kinds: dict[str, ShiftKind] = field(default_factory=dict)
    patterns: dict[str, Pattern] = field(default_factory=dict)
    turns: dict[str, Turn] = field(default_factory=dict)
    shifts: dict[str, Shift] = field(default_factory=dict)
    holidays: dict[str, SpecialDay] = field(default_factory=dict)
    leave: dict[str, Leave] = field(default_factory=dict)
    swaps: dict[str, Swap] = field(default_factory=dict)

    def person(self, id: str) -> Person | None:
        """By id, or by the account's name where no person has that id."""
        return self.people.get(id) or self._by_account.get(id)

    def of_account(self, account: str) -> Person | None:
        """The person who signs in as ``account``."""
        return self._by_account.get(account)

    def on_duty(self, at: int, *, team: str = "", skill: str = "") -> tuple[Person, ...]:
        """Who is on duty at ``at``, whom to call first first: those who are there before those at home by the telephone."""
        return self._called(self._fitting(self.duties(at, at + 1), team, skill))

    def next_duty(self, at: int, *, team: str = "", skill: str = "") -> tuple[Person, ...]:
        """Who comes next: those whose duty is the first to begin after ``at``, within two weeks."""
        return self._called(self.next_duties(at, team=team, skill=skill))

    def next_duties(self, at: int, *, team: str = "", skill: str = "") -> list[Duty]:
        """The same with when and what."""
        return next_after(lambda start, end: self._fitting(self.duties(start, end), team, skill), at)

    def duties(self, start: int, end: int, *, person: str = "") -> list[Duty]:
        """All that touch [start, end) by their start; those with ``absent`` are planned, and nobody comes."""
        found = duties(self._plan, start, end)
        return [duty for duty in found if duty.person == person] if person else found

    def find(self, key: str) -> Duty | None:
        """The duty of that key, or its first part where leave takes some of it; None when there is no such duty."""
        try:
            day = date.fromisoformat(key.split("/")[2])
        except (IndexError, ValueError):
            return None
        start = instant_of(day, 0, self.zone)
        return next((duty for duty in self.duties(start, start + 3 * DAY) if duty.key == key), None)

    def gaps(self, start: int, end: int) -> list[Gap]:
        """Where a team lacks people in [start, end)."""
        return gaps(self.teams.values(), self.duties(start, end), self.people, self._plan, (start, end))

    def clashes(self, start: int, end: int) -> list[tuple[Duty, Duty]]:
        """Where somebody is to be in two places at once in [start, end)."""
        return clashes(self.duties(start, end))

    def unknown_years(self, start: int, end: int) -> dict[int, int]:
        """Year → holidays entered so far, for years in which nobody has said which days are holidays."""
        return self.calendar.unknown_years(local_day(start, self.zone), local_day(end, self.zone))

    def people_of(self, *, team: str = "", skill: str = "") -> tuple[Person, ...]:
        """Everybody of the team with the skill, on duty or not."""
        return tuple(
            p for p in self.people.values() if (not team or team in p.teams) and (not skill or skill in p.skills)
        )

    @cached_property
    def zone(self) -> ZoneInfo:
        """The property's time zone."""
        return ZoneInfo(self.timezone)

    @cached_property
    def calendar(self) -> WorkCalendar:
        """Workdays and holidays, the property's own table before what is built in."""
        return WorkCalendar(special={one.day: one for one in self.holidays.values()})

    @cached_property
    def _by_account(self) -> dict[str, Person]:
        return {person.account: person for person in self.people.values() if person.account}

    @cached_property
    def _places(self) -> dict[str, int]:
        return {id: place for place, id in enumerate(self.people)}

    @cached_property
    def _plan(self) -> Plan:
        return Plan(
            zone=self.zone,
            calendar=self.calendar,
            kinds=self.kinds,
            patterns=self.patterns,
            turns=tuple(self.turns.values()),
            shifts=tuple(self.shifts.values()),
            leave=tuple(self.leave.values()),
            swaps=tuple(self.swaps.values()),
        )

    def _fitting(self, found: Iterable[Duty], team: str, skill: str) -> list[Duty]:
        return [
            duty
            for duty in found
            if not duty.absent
            and (not team or duty.team == team)
            and duty.person in self.people
            and (not skill or skill in self.people[duty.person].skills)
        ]

    def _called(self, found: Iterable[Duty]) -> tuple[Person, ...]:
        in_order = sorted(found, key=lambda duty: (duty.on_call, duty.call, self._places[duty.person]))
        return tuple(self.people[person] for person in dict.fromkeys(duty.person for duty in in_order))


def rota_difference(old: Rota, new: Rota) -> list[RotaChange]:
    """What must happen to ``old`` to become ``new``, table by table."""
    found: list[RotaChange] = []
    for table in TABLES:
        before: dict[str, Entry] = getattr(old, table)
        after: dict[str, Entry] = getattr(new, table)
        found.extend(
            RotaChange(table=table, key=key, before=before.get(key), after=after.get(key))
            for key in dict.fromkeys([*after, *before])
            if before.get(key) != after.get(key)
        )
    return found
