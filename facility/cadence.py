"""From a cadence to due dates with their windows. Pure; days are local, instants are milliseconds."""

from __future__ import annotations

from bisect import bisect_right
from calendar import monthrange
from collections.abc import Iterator, Sequence
from datetime import date, timedelta, tzinfo

from facility.calendar import days_between, instant_of, local_day
from facility.duty import Anchor, Cadence, Due, Duty, Every, Target

_MONTHS = {Every.MONTH: 1, Every.QUARTER: 3, Every.HALF_YEAR: 6, Every.YEAR: 12}
_DAYS = {Every.DAY: 1, Every.WEEK: 7, Every.HALF_MONTH: 15, Every.MONTH: 30, Every.QUARTER: 91}
_NEVER = 24 * 365 * 100
"""After an event: less often than anything the calendar asks for."""
_DAYS |= {Every.HALF_YEAR: 182, Every.YEAR: 365}


def nominal_hours(cadence: Cadence) -> int:
    """About how far apart its due dates are, to tell which of two is stricter."""
    match cadence.every:
        case Every.HOURS:
            return cadence.count
        case Every.DAYS:
            return 24 * cadence.count
        case Every.EVENT:
            return _NEVER
        case _:
            return 24 * _DAYS[cadence.every]


def dues(duty: Duty, target: Target, span: tuple[int, int], zone: tzinfo, done: Sequence[int] = ()) -> Iterator[Due]:
    """Due dates in ``span``, its end left out, in order. ``done``, sorted: when it was done before, for ``Anchor.COMPLETION``.

    What was registered in the middle of a period owes the next one first.
    """
    if duty.cadence.every is Every.EVENT:
        return
    if duty.cadence.anchor is Anchor.COMPLETION:
        yield from _after_completion(duty, target, span, zone, done)
        return
    (start, end), since = span, local_day(target.since, zone)
    first, last = local_day(start, zone) - timedelta(days=1), local_day(end, zone) + timedelta(days=1)
    for opens, due, day in _periods(duty.cadence, since, first, last, zone):
        if start <= due < end and opens >= target.since:
            yield _due(duty, target, opens, due, day)


def next_after(duty: Duty, target: Target, begun: tuple[int, date], past: int, zone: tzinfo) -> Due:
    """Of ``Anchor.COMPLETION``: one period after ``begun``, the instant and local day when it was done or, if it was missed,
    due; later than ``past``."""
    opens, day = begun
    while True:
        day = _later(duty.cadence, day)
        due = instant_of(day, duty.cadence.by, zone)
        if due > past:
            return _due(duty, target, opens, due, day)


def after_event(duty: Duty, target: Target, at: int, zone: tzinfo) -> Due:
    """Of ``Every.EVENT``: open from what happened at ``at``, due so long afterwards. Raises ``ValueError`` on another duty."""
    if duty.trigger is None:
        raise ValueError(f"{duty.id} is not owed after an event")
    due = at + duty.trigger.within
    return _due(duty, target, at, due, local_day(due - 1, zone))


def _due(duty: Duty, target: Target, opens: int, due: int, day: date) -> Due:
    closes = due + duty.after
    opens = due - duty.before if duty.before else opens
    return Due(duty=duty.id, target=target.id, opens=opens, due=due, closes=closes, missed=closes + duty.grace, day=day)


def _after_completion(
    duty: Duty, target: Target, span: tuple[int, int], zone: tzinfo, done: Sequence[int]
) -> Iterator[Due]:
    """One period after it was last done; when it was not done, one after it had been due, and so on."""
    (start, end), begun = span, target.since
    last, told = local_day(begun, zone), start - 1
    while True:
        last = _later(duty.cadence, last)
        due = instant_of(last, duty.cadence.by, zone)
        if due >= end:
            return
        one = _due(duty, target, begun, due, last)
        if due > told:  # done twice within a day, the next is due when it was due anyway
            told = due
            yield one
        at = bisect_right(done, begun)
        if at < len(done) and done[at] < one.missed:
            begun = done[at]
            last = local_day(begun, zone)
        else:
            begun = due


def _later(cadence: Cadence, day: date) -> date:
    """One period after ``day``; of a month that is shorter, its last day."""
    months = _MONTHS.get(cadence.every)
    if months is None:
        return day + timedelta(days=cadence.count if cadence.every is Every.DAYS else _DAYS[cadence.every])
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _periods(cadence: Cadence, since: date, first: date, last: date, zone: tzinfo) -> Iterator[tuple[int, int, date]]:
    """(beginning, due, local day it is due) of the periods that end on days in [first, last], the jumps of the zone counted."""
    for day in days_between(first, last):
        if cadence.months and day.month not in cadence.months:
            continue
        if cadence.every is Every.HOURS:
            yield from _hours(cadence, day, zone)
        elif (begins := _begins(cadence, day, since)) is not None:
            yield instant_of(begins, 0, zone), instant_of(day, cadence.by, zone), day


def _hours(cadence: Cadence, day: date, zone: tzinfo) -> Iterator[tuple[int, int, date]]:
    """Within the opening hours, counted from opening; a rest that is shorter is due at closing."""
    step, before = 60 * cadence.count, cadence.opens
    while before < cadence.closes:
        until = min(before + step, cadence.closes)
        yield instant_of(day, before, zone), instant_of(day, until, zone), day
        before = until


def _begins(cadence: Cadence, day: date, since: date) -> date | None:
    """The first day of the period that ends on ``day``; None when none does."""
    match cadence.every:
        case Every.DAY:
            return day
        case Every.DAYS:
            whole = (day - since).days + 1
            return day - timedelta(days=cadence.count - 1) if whole > 0 and whole % cadence.count == 0 else None
        case Every.WEEK:
            return day - timedelta(days=6) if day.isoweekday() == 7 else None
        case Every.HALF_MONTH if day.day == 15:
            return day.replace(day=1)
    if (day + timedelta(days=1)).month == day.month:
        return None
    if cadence.every is Every.HALF_MONTH:
        return day.replace(day=16)
    months = _MONTHS[cadence.every]
    return date(day.year, day.month - months + 1, 1) if day.month % months == 0 else None
