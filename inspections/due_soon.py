"""Somebody is told ahead of a due date, and once more when its window has ended and it can still be done.

One fact for all that one duty owes on one due date from the same hands: whoever has a thousand extinguishers to look at
is told once. Instants that a downtime has passed over are made up for as far as something can still be done.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby

from facility.cadence import nominal_hours
from facility.duty import Duty, Every
from facility.fact import Fact
from facility.instant import HOUR
from facility.occurrence import Occurrence, Standing
from inspections.missing import WHO
from storage.records.occurrences import OccurrenceFilter
from storage.records.port import Unit

SOON, OVERDUE = "due-soon", "overdue"
NOTE = "duties/warned"
"""Up to which instant somebody was told."""
NAMED = 500
"""So many occurrences a fact names; how many there are it says in any case."""
PORTION = 1_000


class DueSoon:
    """``step`` is a responder's step: see ``response.steps.Step``."""

    def __init__(self, duties: Callable[[], Mapping[str, Duty]]) -> None:
        self._duties = duties

    def step(self, unit: Unit, now: int) -> bool:
        """All instants since the last look. The first look tells nothing: what was before it is on the pages."""
        last: int | None = unit.notes.get(NOTE)
        if last == now:
            return False
        unit.notes.put(NOTE, now)
        if last is not None and last < now:
            facts = [fact for duty in self._duties().values() for fact in _of(unit, duty, last, now)]
            if facts:
                unit.facts.append_all(facts)
        return False


def warnings_of(duty: Duty) -> list[int]:
    """So long before the due date somebody is told, the shortest first: never before the window opens."""
    event = duty.cadence.every is Every.EVENT
    longest = duty.before or (duty.trigger.within if duty.trigger else 0)
    longest = longest or (0 if event else nominal_hours(duty.cadence) * HOUR)
    return sorted({min(warning, longest) if longest else warning for warning in duty.warn})


def _of(unit: Unit, duty: Duty, last: int, now: int) -> Iterator[Fact]:
    told: set[int] = set()
    for warning in warnings_of(duty):
        wanted = _due(duty, max(last + warning, now) + 1, now + warning + 1, Standing.PLANNED, Standing.OPEN)
        found = [one for one in _all(unit, wanted) if one.opens <= now and one.id not in told and not one.postponed]
        told |= {one.id for one in found}
        yield from _facts(duty, SOON, found, now, warning)
    ended = _all(unit, _due(duty, last - duty.after, now - duty.after, Standing.OPEN, Standing.LATE))
    yield from _facts(duty, OVERDUE, [one for one in ended if one.until < now < one.missed_at], now)


def _due(duty: Duty, since: int, until: int, *standings: Standing) -> OccurrenceFilter:
    return OccurrenceFilter(duties=(duty.id,), standings=standings, since=since, until=until)


def _all(unit: Unit, wanted: OccurrenceFilter) -> Iterator[Occurrence]:
    if wanted.since is None or wanted.until is None or wanted.since >= wanted.until:
        return
    cursor: str | None = None
    while True:
        page = unit.occurrences.find(wanted, cursor, PORTION, soonest=True)
        yield from page.rows
        cursor = page.cursor
        if cursor is None:
            return


def _hands(one: Occurrence) -> tuple[int, str, str]:
    return one.due, one.assignee, one.team


def _facts(duty: Duty, what: str, found: Iterable[Occurrence], now: int, warning: int = 0) -> Iterator[Fact]:
    for (due, assignee, team), group in groupby(sorted(found, key=_hands), key=_hands):
        yield _fact(duty, what, list(group), now, due=due, assignee=assignee, team=team, warning=warning)


def _fact(duty: Duty, what: str, some: Sequence[Occurrence], now: int, **more: object) -> Fact:
    first = some[0]
    data = {
        "clause": duty.clause,
        "title": {"zh": duty.title.zh, "en": duty.title.en},
        "do": {"zh": duty.do.zh, "en": duty.do.en},
        "many": len(some),
        "occurrences": [one.id for one in some[:NAMED]],
        "target": first.target,
        "zone": first.zone,
        "missed": first.missed_at,
        **more,
    }
    return Fact(at=now, noun="duty", subject=duty.id, what=what, who=WHO, data=data)
