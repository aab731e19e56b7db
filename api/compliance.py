"""The compliance matrix: what was owed and what became of it, read from the facts for one period, place and clause."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, tzinfo

from api.context import Context, zone_of
from api.problems import Problem
from facility.calendar import instant_of, local_day
from facility.clause import CLAUSES
from facility.person import Scope
from facility.register import Register
from inspections.compliance import Item, Mark, Tally, Wanted, by_clause, clauses_of, grouped, month_of, tally
from inspections.ledger import Anchor, Ledgers, anchor_of
from storage.records.port import Unit

LONGEST = 37
"""Months of one matrix at most."""
USUAL = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a reader wants to see, as it stands in the address: months as 2026-11, both included."""

    first: str
    last: str
    zone: str = ""
    clause: str = ""
    duty: str = ""
    target: str = ""
    mark: str = ""


def months_between(first: str, last: str) -> list[str]:
    """Every month from one to the other, both included. Raises ``Problem``."""
    try:
        start, end = date.fromisoformat(f"{first}-01"), date.fromisoformat(f"{last}-01")
    except ValueError:
        raise _refused(f"{first} – {last}", "months as in 2026-11") from None
    count = (end.year - start.year) * 12 + end.month - start.month + 1
    if not 1 <= count <= LONGEST:
        raise _refused(f"{first} – {last}", f"1 to {LONGEST} months, the first one first")
    return [f"{start.year + (start.month - 1 + n) // 12}-{(start.month - 1 + n) % 12 + 1:02}" for n in range(count)]


def _refused(given: str, allowed: str) -> Problem:
    errors = [{"field": "from", "wrong": f"{given} is no period", "allowed": allowed}]
    return Problem(422, "invalid", "Invalid", f"from, to: {given} is no period; allowed: {allowed}", errors=errors)


def usual_months(now: int, zone: tzinfo) -> tuple[str, str]:
    """The last twelve, this one included."""
    today = local_day(now, zone)
    place = today.year * 12 + today.month - USUAL
    return f"{place // 12}-{place % 12 + 1:02}", f"{today:%Y-%m}"


def span_of(months: Sequence[str], zone: tzinfo) -> tuple[int, int]:
    """[start, end) of these months, local."""
    first, last = date.fromisoformat(f"{months[0]}-01"), date.fromisoformat(f"{months[-1]}-01")
    after = date(last.year + last.month // 12, last.month % 12 + 1, 1)
    return instant_of(first, 0, zone), instant_of(after, 0, zone)


def duty_clauses(context: Context) -> Mapping[str, frozenset[str]]:
    """Duty → the clauses that it carries out, by the files in force."""
    return {duty.id: frozenset(duty.clauses) for duty in context.duties().values()}


def zones_within(register: Register, zones: Sequence[str]) -> frozenset[str]:
    """These and all that lies in them; empty: no limit."""
    return frozenset(below for zone in zones for below in register.zones_below(zone) | {zone})


@dataclass(frozen=True, kw_only=True)
class Compliance:
    """What one reader sees."""

    asked: Asked
    months: tuple[str, ...]
    items: tuple[Item, ...]
    anchor: Anchor
    duties: Mapping[str, frozenset[str]]
    month: Callable[[int], str]
    clauses: tuple[str, ...]
    """The rows: every clause that a duty carries out or something fell due for."""

    @property
    def total(self) -> Tally:
        """Of all that is shown, each occurrence once."""
        return tally(self.items)

    def rows(self) -> list[tuple[str, Tally, list[Tally | None]]]:
        """Clause, its total, and one count a month; None where nothing fell due."""
        parts = by_clause(self.items, self.duties)
        return [
            (clause, tally(parts.get(clause, [])), self._cells(parts.get(clause, [])))
            for clause in self.clauses
            if not self.asked.clause or clause == self.asked.clause
        ]

    def targets(self) -> list[tuple[str, str, Tally, list[Tally | None]]]:
        """Duty and target, its total and one count a month: the worst first."""
        parts: dict[tuple[str, str], list[Item]] = {}
        for one in self.items:
            parts.setdefault((one.duty, one.target), []).append(one)
        found = [(*key, tally(some), self._cells(some)) for key, some in parts.items()]
        return sorted(found, key=lambda row: (-row[2].of(Mark.MISSED), -row[2].of(Mark.LATE), row[0], row[1]))

    def _cells(self, items: Sequence[Item]) -> list[Tally | None]:
        found = grouped(items, lambda one: self.month(one.due))
        return [found.get((month,)) for month in self.months]

    def behind(self) -> list[Item]:
        """The occurrences behind what is asked for, what fell due last first."""
        return sorted(self.items, key=lambda one: (-one.due, -one.id))


def read(unit: Unit, context: Context, register: Register, asked: Asked, scope: Scope) -> Compliance:
    """Raises ``Problem`` where the period is no period."""
    months, zone = months_between(asked.first, asked.last), zone_of(context.site(register))
    anchor, month = anchor_of(unit.facts), month_of(zone)
    duties = duty_clauses(context)
    # Ledgers are kept between readers, and read only what is new; they are made anew when a duty's clauses change.
    ledgers = context.remember("ledgers", (duties, str(zone)), Ledgers)
    ledger = ledgers.of(_all_of(months, zone, duties))
    found = context.remember(
        "compliance",
        (months[0], months[-1], anchor.seq, duties),
        lambda: _with_what_is_kept(unit, ledger.items(unit.facts, anchor)),
    )
    shown = _Shown(
        asked=asked,
        scope=scope,
        duties=duties,
        zones=zones_within(register, (asked.zone,) if asked.zone else ()),
        limits=zones_within(register, scope.buildings),
    )
    items = tuple(filter(shown.holds, found))
    known = {clause for some in duties.values() for clause in some} | {
        c for one in items for c in clauses_of(one, duties)
    }
    rows = tuple(clause for clause in CLAUSES if clause in known and scope.sees(clause))
    return Compliance(
        asked=asked, months=tuple(months), items=items, anchor=anchor, duties=duties, month=month, clauses=rows
    )


def _with_what_is_kept(unit: Unit, items: list[Item]) -> list[Item]:
    """What was done and whose result is not kept any more shows as such. What is oldest is dropped first."""
    numbers = sorted({one.result for one in items if one.result is not None})
    first = first_kept(unit, numbers)
    if first == 0:
        return items
    oldest = numbers[first] if first < len(numbers) else numbers[-1] + 1
    return [
        one._replace(mark=Mark.GONE) if one.mark in _DONE and one.result is not None and one.result < oldest else one
        for one in items
    ]


_DONE = (Mark.DONE, Mark.LATE)


def first_kept(unit: Unit, numbers: Sequence[int]) -> int:
    """Where in these results, the oldest first, those begin that are still there. Usually one look is enough."""
    low, high = 0, len(numbers)
    if not numbers or numbers[0] in unit.results.some([numbers[0]]):
        return 0
    while low < high:
        middle = (low + high) // 2
        if numbers[middle] in unit.results.some([numbers[middle]]):
            high = middle
        else:
            low = middle + 1
    return low


def _all_of(months: Sequence[str], zone: tzinfo, duties: Mapping[str, frozenset[str]]) -> Wanted:
    since, until = span_of(months, zone)
    return Wanted(since=since, until=until, duties=duties)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shown:
    """Which occurrences are shown. What has no zone, as the whole site, lies in every building."""

    asked: Asked
    scope: Scope
    duties: Mapping[str, frozenset[str]]
    zones: frozenset[str]
    limits: frozenset[str]

    def holds(self, one: Item) -> bool:
        """Asked for, and within what the reader may look at."""
        asked, clauses = self.asked, clauses_of(one, self.duties)
        return (
            (not self.zones or one.zone in self.zones or not one.zone)
            and (not self.limits or one.zone in self.limits or not one.zone)
            and (not asked.clause or asked.clause in clauses)
            and self.scope.sees(*clauses)
            and (not asked.duty or one.duty == asked.duty)
            and (not asked.target or one.target == asked.target)
            and (not asked.mark or one.mark.value == asked.mark)
        )
