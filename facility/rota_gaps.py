"""Where a team has too few people, found ahead: a sweep over the instants at which anything changes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from itertools import pairwise

from facility.calendar import DAY_MINUTES, days_between, instant_of, local_day
from facility.rota_duty import Duty, Plan, holds_on
from facility.rota_entries import Person, Team

Span = tuple[int, int]


class GapCause(StrEnum):
    """What is missing."""

    NOBODY = "nobody"
    TOO_FEW = "too-few"
    SKILL = "skill"
    UNCOVERED = "uncovered"
    """Somebody is on leave, nobody does it instead, and nobody else of the team is there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """From ``start`` until before ``end`` the team lacks people."""

    team: str
    start: int
    end: int
    cause: GapCause
    have: int = 0
    need: int = 0
    skill: str = ""
    """The one that nobody has, where that is the cause."""
    absent: tuple[str, ...] = ()
    """People on leave who would have been there."""


def gaps(
    teams: Iterable[Team], found: Sequence[Duty], people: Mapping[str, Person], plan: Plan, span: Span
) -> list[Gap]:
    """Every gap in ``span`` by team and start; ``found`` are all duties that touch it."""
    result: list[Gap] = []
    for team in teams:
        of_team = [duty for duty in found if duty.team == team.id]
        wanted = _wanted(team, plan, span)
        for start, end in _pieces(of_team, wanted, span):
            there = [duty for duty in of_team if duty.start <= start < duty.end]
            asked = any(first <= start < last for first, last in wanted)
            for gap in _missing(team, there, people, asked=asked):
                _join(result, replace(gap, start=start, end=end))
    return sorted(result, key=lambda gap: (gap.start, gap.team, gap.cause, gap.skill))


def _wanted(team: Team, plan: Plan, span: Span) -> list[Span]:
    """When the team must be there."""
    if not team.least and not team.skills:
        return []
    ends = team.ends if team.ends > team.starts else team.ends + DAY_MINUTES
    first, last = local_day(span[0], plan.zone) - timedelta(days=2), local_day(span[1], plan.zone)
    return [
        (instant_of(day, team.starts, plan.zone), instant_of(day, ends, plan.zone))
        for day in days_between(first, last)
        if holds_on(team.days, day, plan.calendar)
    ]


def _pieces(found: Iterable[Duty], wanted: Iterable[Span], span: Span) -> Iterator[Span]:
    """``span`` cut where anything begins or ends: within a piece nothing changes."""
    cuts = {instant for duty in found for instant in (duty.start, duty.end)}
    cuts |= {instant for one in wanted for instant in one}
    edges = sorted({span[0], span[1], *(at for at in cuts if span[0] < at < span[1])})
    return pairwise(edges)


def _missing(team: Team, there: Sequence[Duty], people: Mapping[str, Person], *, asked: bool) -> Iterator[Gap]:
    present = {duty.person for duty in there if not duty.absent and not duty.on_call}
    reachable = {duty.person for duty in there if not duty.absent}
    absent = tuple(sorted({duty.person for duty in there if duty.absent} - reachable))
    make = _maker(team, absent)
    if not asked:
        if absent and not reachable:
            yield make(GapCause.UNCOVERED, 0, 0, "")
        return
    if len(present) < team.least:
        yield make(GapCause.TOO_FEW if present else GapCause.NOBODY, len(present), team.least, "")
    elif absent and not reachable:
        yield make(GapCause.UNCOVERED, 0, 0, "")
    if reachable or not team.least:
        has = {skill for person in reachable if person in people for skill in people[person].skills}
        for skill in team.skills:
            if skill not in has:
                yield make(GapCause.SKILL, 0, 1, skill)


def _maker(team: Team, absent: tuple[str, ...]) -> Callable[[GapCause, int, int, str], Gap]:
    def make(cause: GapCause, have: int, need: int, skill: str) -> Gap:
        return Gap(team=team.id, start=0, end=0, cause=cause, have=have, need=need, skill=skill, absent=absent)

    return make


def _join(found: list[Gap], gap: Gap) -> None:
    """What goes on in the next piece is one gap."""
    for at in range(len(found) - 1, -1, -1):
        earlier = found[at]
        if (
            earlier.team == gap.team
            and earlier.end == gap.start
            and replace(gap, start=earlier.start) == replace(earlier, end=gap.end)
        ):
            found[at] = replace(earlier, end=gap.end)
            return
    found.append(gap)
