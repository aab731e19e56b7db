"""The rota as pages and programs read it: loaded when it changed, and laid out by team and day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise

from api.context import Context
from facility.calendar import DayKind, instant_of
from facility.instant import DAY
from facility.rota import Duty, Gap, Person, Rota, ShiftKind, Team
from facility.text import Text
from storage.records.port import Unit

COMING = 7 * DAY
"""So far ahead somebody who comes next is looked for."""


def rota_of(context: Context, unit: Unit) -> Rota:
    """The rota of this unit's snapshot, read again only when it or the register changed."""
    version = (unit.rota.version(), unit.registers.version())
    return context.remember("rota", version, unit.rota.load)


@dataclass(frozen=True, slots=True, kw_only=True)
class Present:
    """A team at one time: who is on duty until when, and who comes next."""

    team: Team
    duties: list[Duty]
    """Whom to call first first."""
    coming: list[Duty]
    missing: list[Gap]


@dataclass(frozen=True, slots=True, kw_only=True)
class DayHead:
    """A column of the week."""

    day: date
    kind: DayKind
    name: Text
    made_up: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One kind of shift of a team, by day."""

    kind: ShiftKind
    cells: list[list[Duty]]


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamWeek:
    """A team over the days of a week."""

    team: Team
    rows: list[Row]
    gaps: list[list[Gap]]
    """By day, each cut at midnight."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """Monday to Sunday."""

    days: list[DayHead]
    teams: list[TeamWeek]
    start: int
    end: int


def present(rota: Rota, at: int) -> list[Present]:
    """Every team at ``at``, in the order of the teams."""
    ahead, gaps = [duty for duty in rota.duties(at, at + COMING) if not duty.absent], rota.gaps(at, at + 1)
    return [
        Present(
            team=team,
            duties=in_order(rota, (duty for duty in ahead if duty.team == team.id and duty.start <= at)),
            coming=in_order(rota, _coming([duty for duty in ahead if duty.team == team.id and duty.start > at])),
            missing=[gap for gap in gaps if gap.team == team.id],
        )
        for team in rota.teams.values()
    ]


def _coming(later: list[Duty]) -> list[Duty]:
    """Those who come next: to the place, where anybody does; else to the telephone."""
    wanted = [duty for duty in later if not duty.on_call] or later
    first = min((duty.start for duty in wanted), default=0)
    return [duty for duty in wanted if duty.start == first]


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyLine:
    """One of our own teams in the board's top line."""

    team: Team
    names: list[str]
    """Those who are there; those at home by the telephone stand on the rota's page."""
    lacking: bool


def duty_line(rota: Rota, at: int) -> list[DutyLine]:
    """Our own teams at ``at``: those with somebody, and those that lack somebody."""
    now, gaps = rota.duties(at, at + 1), rota.gaps(at, at + 1)
    lines = []
    for team in rota.teams.values():
        there = in_order(rota, (d for d in now if d.team == team.id and not d.absent and not d.on_call))
        names = list(dict.fromkeys(rota.people[d.person].name for d in there if d.person in rota.people))
        lacking = any(gap.team == team.id for gap in gaps)
        if not team.company and (names or lacking):
            lines.append(DutyLine(team=team, names=names, lacking=lacking))
    return lines


def in_order(rota: Rota, found: Iterable[Duty]) -> list[Duty]:
    """Whom to call first first."""
    places = {id: place for place, id in enumerate(rota.people)}
    return sorted(found, key=lambda duty: (duty.on_call, duty.call, places.get(duty.person, 0)))


def week(rota: Rota, day: date) -> Week:
    """The week in which ``day`` lies."""
    monday = day - timedelta(days=day.weekday())
    days = [monday + timedelta(days=n) for n in range(7)]
    edges = [instant_of(one, 0, rota.zone) for one in [*days, monday + timedelta(days=7)]]
    found, gaps = rota.duties(edges[0], edges[-1]), rota.gaps(edges[0], edges[-1])
    return Week(
        days=[_head(rota, one) for one in days],
        teams=[_team_week(rota, team, days, found, _by_day(team, gaps, edges)) for team in rota.teams.values()],
        start=edges[0],
        end=edges[-1],
    )


def _head(rota: Rota, day: date) -> DayHead:
    calendar = rota.calendar
    return DayHead(day=day, kind=calendar.kind(day), name=calendar.name(day), made_up=calendar.is_made_up(day))


def _by_day(team: Team, gaps: Iterable[Gap], edges: list[int]) -> list[list[Gap]]:
    own = [gap for gap in gaps if gap.team == team.id]
    return [
        [
            replace(gap, start=max(gap.start, start), end=min(gap.end, end))
            for gap in own
            if gap.start < end and gap.end > start
        ]
        for start, end in pairwise(edges)
    ]


def _team_week(rota: Rota, team: Team, days: list[date], found: Iterable[Duty], gaps: list[list[Gap]]) -> TeamWeek:
    own = [duty for duty in found if duty.team == team.id]
    kinds = [rota.kinds[id] for id in rota.kinds if any(duty.kind == id and duty.day in days for duty in own)]
    rows = [
        Row(
            kind=kind,
            cells=[in_order(rota, (duty for duty in own if duty.kind == kind.id and duty.day == day)) for day in days],
        )
        for kind in kinds
    ]
    return TeamWeek(team=team, rows=rows, gaps=gaps)


def coming_for(rota: Rota, person: Person, at: int, days: int = 28) -> list[Duty]:
    """The person's duties that are not over, for so many days ahead."""
    return rota.duties(at, at + days * DAY, person=person.id)
