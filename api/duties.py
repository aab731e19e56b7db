"""What is owed, as people ask for it and act on it: rights first, then the rooms that know how."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

from api.access import Visitor
from api.acting import TooLate, last_fact
from api.context import Context, zone_of
from api.problems import permit
from facility.alert import NotAllowed
from facility.calendar import instant_of, local_day
from facility.duty import Duty
from facility.occurrence import SETTLED, Occurrence, Standing
from facility.person import Right
from facility.register import Register
from inspections.assigning import assign
from inspections.postponing import Wish, ask, grant, refuse
from storage.records.occurrences import OccurrenceFilter
from storage.records.port import Unit

WEEK = 7


class Today(NamedTuple):
    """What falls due today, and what is late of it and of before."""

    due: int
    done: int
    late: int
    missed: int
    """Of today's."""
    soon: int
    """Open, and their first warning has come, whatever day they are due."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Days:
    """The bounds of local days around now."""

    today: int
    tomorrow: int
    week: int
    """Seven days after tomorrow begins."""


def days_of(context: Context, register: Register) -> Days:
    """By the property's own days. What is due at a midnight belongs to the day that ends then."""
    zone = zone_of(context.site(register))
    day = local_day(context.clock(), zone)
    today, tomorrow, week = (instant_of(day + timedelta(days=n), 0, zone) + 1 for n in (0, 1, 1 + WEEK))
    return Days(today=today, tomorrow=tomorrow, week=week)


def today_of(unit: Unit, duties: Mapping[str, Duty], days: Days, now: int) -> Today:
    """The board's line."""
    found = unit.occurrences.counts(OccurrenceFilter(since=days.today, until=days.tomorrow))
    late = unit.occurrences.count(OccurrenceFilter(standings=(Standing.LATE,)))
    done = found.get(Standing.DONE, 0) + found.get(Standing.DONE_LATE, 0)
    owed = sum(found.values()) - found.get(Standing.SUSPENDED, 0)
    soon = sum(unit.occurrences.count(wanted) for wanted in soon_wanted(duties, now))
    return Today(due=owed, done=done, late=late, missed=found.get(Standing.MISSED, 0), soon=soon)


def soon_wanted(duties: Mapping[str, Duty], now: int) -> list[OccurrenceFilter]:
    """What asks for open ones whose first warning has come: one filter for each length of warning that duties name."""
    by_warning: dict[int, list[str]] = {}
    for duty in duties.values():
        if duty.warn:
            by_warning.setdefault(max(duty.warn), []).append(duty.id)
    return [
        OccurrenceFilter(duties=tuple(ids), standings=(Standing.OPEN,), until=now + warning + 1)
        for warning, ids in sorted(by_warning.items())
    ]


def due_soon(duty: Duty | None, one: Occurrence, now: int) -> bool:
    """Its first warning has come, and it is still owed."""
    if one.standing in SETTLED or duty is None or not duty.warn:
        return False
    return one.due - max(duty.warn) <= now <= one.until


def assign_one(unit: Unit, visitor: Visitor, number: int, assignee: str, now: int) -> Occurrence:
    """Raises ``NotPermitted``, ``TooLate``, ``FieldRefused``, ``NotFound``."""
    permit(visitor.actor, Right.DISPATCH)
    try:
        return assign(unit, number, assignee.strip(), visitor.actor.id, now)
    except NotAllowed as refused:
        raise TooLate(refused, last_fact(unit, "occurrence", number)) from None


def ask_to_postpone(unit: Unit, context: Context, visitor: Visitor, number: int, wish: tuple[int, str]) -> Occurrence:
    """``wish`` is (until, why). Raises ``NotPermitted``, ``TooLate``, ``MissingField``, ``FieldRefused``, ``NotFound``."""
    permit(visitor.actor, Right.DO_DUTIES)
    duty = context.duties().get(unit.occurrences.get(number).duty)
    asked = Wish(until=wish[0], why=wish[1], who=visitor.actor.id, at=context.clock())
    try:
        return ask(unit, duty, number, asked)
    except NotAllowed as refused:
        raise TooLate(refused, last_fact(unit, "occurrence", number)) from None


def decide(unit: Unit, visitor: Visitor, number: int, now: int, *, allow: bool, why: str = "") -> Occurrence:
    """About a postponement that somebody else asked for. Raises as ``ask_to_postpone`` does."""
    permit(visitor.actor, Right.DISPATCH)
    try:
        if allow:
            return grant(unit, number, visitor.actor.id, now)
        return refuse(unit, number, visitor.actor.id, why, now)
    except NotAllowed as refused:
        raise TooLate(refused, last_fact(unit, "occurrence", number)) from None
