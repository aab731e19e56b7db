"""From patterns, single shifts, swaps and leave to duties: who is there from when to when."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta, tzinfo

from facility.calendar import DayKind, WorkCalendar, days_between, instant_of, local_day
from facility.instant import DAY
from facility.rota_entries import OFF, Asked, Leave, Pattern, Shift, ShiftKind, Swap, Turn

_WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
REACH = timedelta(days=3)
"""A shift lasts at most two days of 24 hours, and a zone may jump by one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """Somebody is on duty for a team from ``start`` until before ``end``."""

    person: str
    team: str
    day: date
    """The local day on which it begins."""
    kind: str
    start: int
    end: int
    call: int = 1
    on_call: bool = False
    planned_for: str = ""
    """Whose it was before a swap; empty without one."""
    swap: str = ""
    """That swap."""
    absent: str = ""
    """The leave because of which nobody comes; such a duty counts for nothing but to be missed."""
    single: bool = False
    """Out of a single shift, not out of a pattern."""

    @property
    def key(self) -> str:
        """Stays the same when somebody else takes it over."""
        return f"{self.planned_for or self.person}/{self.team}/{self.day.isoformat()}/{self.kind}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What duties are made from. All times are local to ``zone``."""

    zone: tzinfo
    calendar: WorkCalendar
    kinds: Mapping[str, ShiftKind]
    patterns: Mapping[str, Pattern]
    turns: Iterable[Turn]
    shifts: Iterable[Shift]
    leave: Iterable[Leave]
    swaps: Iterable[Swap]


def holds_on(days: Iterable[str], day: date, calendar: WorkCalendar) -> bool:
    """Whether one of the words of ``facility.rota_entries.DAYS`` fits the day."""
    kind = calendar.kind(day)
    fitting = {"every-day", _WEEK[day.weekday()], "workdays" if kind is DayKind.WORKDAY else "rest-days"}
    if kind is DayKind.WEEKEND:
        fitting.add("weekends")
    if kind is DayKind.HOLIDAY:
        fitting.add("holidays")
    return not fitting.isdisjoint(days)


def duties(plan: Plan, start: int, end: int) -> list[Duty]:
    """All that touch [start, end), also those that nobody comes to, by their start. None is empty."""
    first, last = local_day(start, plan.zone) - REACH, local_day(end, plan.zone) + timedelta(days=1)
    made = {duty.key: duty for duty in _planned(plan, first, last)}
    swaps, leave = _approved_swaps(plan.swaps), [one for one in plan.leave if one.state is Asked.APPROVED]
    swapped = [_swapped(duty, swaps.get(duty.key, ())) for duty in made.values()]
    found = (part for duty in swapped for part in _without_leave(duty, leave))
    return sorted((d for d in found if d.start < end and d.end > start), key=_order)


def _order(duty: Duty) -> tuple[object, ...]:
    return duty.start, duty.end, duty.team, duty.on_call, duty.call, duty.person


def _planned(plan: Plan, first: date, last: date) -> Iterator[Duty]:
    """Single shifts come last: they replace a pattern's of the same key."""
    cancelled = {shift.id for shift in plan.shifts if shift.cancelled}
    for turn in plan.turns:
        for day in days_between(max(first, turn.since), min(last, turn.until or last)):
            kind = _kind_on(turn, day, plan)
            duty = _duty(plan, turn, day, kind, single=False) if kind else None
            if duty is not None and duty.key not in cancelled:
                yield duty
    for shift in plan.shifts:
        if first <= shift.day <= last and not shift.cancelled:
            duty = _duty(plan, shift, shift.day, shift.kind, single=True)
            if duty is not None:
                yield duty


def _kind_on(turn: Turn, day: date, plan: Plan) -> str:
    pattern = plan.patterns.get(turn.pattern)
    if pattern is None or not pattern.cycle or not holds_on(pattern.days, day, plan.calendar):
        return ""
    word = pattern.cycle[(day - turn.since).days % len(pattern.cycle)]
    return "" if word == OFF else word


def _duty(plan: Plan, source: Turn | Shift, day: date, kind: str, *, single: bool) -> Duty | None:
    shift = plan.kinds.get(kind)
    if shift is None:
        return None
    start, end = instant_of(day, shift.starts, plan.zone), instant_of(day, shift.end_minutes, plan.zone)
    if start >= end:
        return None  # the zone jumps over all of it
    return Duty(
        person=source.person,
        team=source.team,
        day=day,
        kind=kind,
        start=start,
        end=end,
        call=source.call,
        on_call=shift.on_call,
        single=single,
    )


def _approved_swaps(swaps: Iterable[Swap]) -> dict[str, list[tuple[str, str]]]:
    """Duty → (who does it instead, by which swap), in the order in which they were approved."""
    found: dict[str, list[tuple[str, str]]] = {}
    for swap in sorted((s for s in swaps if s.state is Asked.APPROVED), key=lambda s: (s.decided_at or 0, s.id)):
        found.setdefault(swap.duty, []).append((swap.other, swap.id))
        if swap.back:
            found.setdefault(swap.back, []).append((swap.person, swap.id))
    return found


def _swapped(duty: Duty, takers: Iterable[tuple[str, str]]) -> Duty:
    """The latest swap counts. Whoever takes their own duty back has it as it was planned."""
    owner = duty.person
    for taker, swap in takers:
        duty = replace(duty, person=taker, planned_for="" if taker == owner else owner, swap=swap)
    return duty


def _without_leave(duty: Duty, leaves: Iterable[Leave]) -> Iterator[Duty]:
    """What is left of a duty, and, marked ``absent``, what approved leave takes of it."""
    rest = duty.start
    for leave in sorted((one for one in leaves if _takes(one, duty)), key=lambda one: (one.since, one.id)):
        gone, back = max(rest, leave.since), min(duty.end, leave.until)
        if gone >= back:
            continue
        if rest < gone:
            yield replace(duty, start=rest, end=gone)
        yield replace(duty, start=gone, end=back, absent=leave.id)
        rest = back
    if rest < duty.end:
        yield replace(duty, start=rest)


def _takes(leave: Leave, duty: Duty) -> bool:
    return leave.person == duty.person and leave.since < duty.end and leave.until > duty.start


def next_after(find: Callable[[int, int], list[Duty]], at: int) -> list[Duty]:
    """Those that begin together, first after ``at``: looked for in the next day, then further, up to two weeks."""
    for begin, end in ((0, DAY), (DAY, 4 * DAY), (4 * DAY, 14 * DAY)):
        coming = [duty for duty in find(at + begin, at + end) if duty.start > at and not duty.absent]
        if coming:
            first = min(duty.start for duty in coming)
            return [duty for duty in coming if duty.start == first]
    return []


def clashes(found: Iterable[Duty]) -> list[tuple[Duty, Duty]]:
    """Pairs of duties of one person that overlap in time. ``found`` are in the order of their start."""
    open_ones: dict[str, list[Duty]] = {}
    pairs: list[tuple[Duty, Duty]] = []
    for duty in found:
        if duty.absent:
            continue
        going_on = [earlier for earlier in open_ones.get(duty.person, []) if earlier.end > duty.start]
        pairs.extend((earlier, duty) for earlier in going_on)
        open_ones[duty.person] = [*going_on, duty]
    return pairs
