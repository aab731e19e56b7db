"""What an account that is limited to buildings and clauses may look at: the stores as they look from there.

The limits are applied once, here, below every page and every route: lists are shorter, single things that lie outside are not
found. Which addresses may be asked for at all is a list of those that read through these stores (``OPEN``); whatever else the
product has, or gets, is not found for a limited account.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, fields, replace
from typing import Any, TypeVar, cast

from api.context import Context
from api.scoped_base import Nothing, Through
from api.scoped_register import Narrowing
from api.scoped_rooms import CLAUSE_OF, ScopedFacts, ScopedPlans, ScopedRounds
from facility.alert import Alert
from facility.impairment import Impairment
from facility.occurrence import Occurrence
from facility.person import Scope
from facility.register import Register
from facility.work_order import WorkOrder
from storage.readings.port import Readings
from storage.records.occurrences import OccurrenceFilter
from storage.records.port import AlertFilter, NotFound, Page, Records, Unit, WorkOrderFilter
from storage.records.results import ResultFilter

T = TypeVar("T")
OPEN = (
    "/alerts",
    "/work-orders",
    "/points",
    "/zones",
    "/duties",
    "/results",
    "/insulation",
    "/compliance",
    "/clauses",
    "/reports",
    "/rounds",
    "/cameras",
    "/plans",
    "/instruments",
    "/api/v1/alerts",
    "/api/v1/work-orders",
    "/api/v1/points",
    "/api/v1/occurrences",
    "/api/v1/results",
    "/api/v1/compliance",
    "/api/v1/clauses",
    "/api/v1/reports",
    "/api/v1/rounds",
    "/api/v1/cameras",
    "/api/v1/plans",
    "/api/v1/coverage",
)
"""Addresses, with all below them, that a limited account may ask for."""
NOWHERE = "-"
"""No zone is called so."""


def is_open(path: str) -> bool:
    """Whether a limited account may ask for the address."""
    return any(_below(path, one) for one in OPEN)


def is_within(path: str, scope: Scope) -> bool:
    """Whether what the address is about lies in the scope's clauses."""
    about = {clause for one, clause in CLAUSE_OF.items() if _below(path, one)}
    return not scope.clauses or about <= set(scope.clauses)


def _below(path: str, one: str) -> bool:
    return path == one or path.startswith(f"{one}/")


@dataclass(frozen=True, kw_only=True)
class View:
    """What lies within a scope, worked out once for a version of the register."""

    scope: Scope
    register: Register
    zones: frozenset[str]
    """Empty: no limit."""
    duties: frozenset[str]
    """Those of the scope's clauses, as the rules are: where it has clauses, and none carries them out, there are none."""
    rules: frozenset[str]

    def zone(self, zone: str) -> bool:
        """What has no zone, as the site itself, lies in every building."""
        return not self.zones or not zone or zone in self.zones

    def alert(self, one: Alert) -> bool:
        """An alert of no zone is about the whole property."""
        return self.zone(one.zone) and self.scope.sees(one.clause)

    def order(self, one: WorkOrder) -> bool:
        """By its own clause, and those of its time limits."""
        return self.zone(one.zone) and self.scope.sees(one.clause, *(clock.clause for clock in one.clocks))

    def occurrence(self, one: Occurrence) -> bool:
        """By its duty."""
        return self.zone(one.zone) and (not self.scope.clauses or one.duty in self.duties)

    def result(self, one: Any) -> bool:
        """As its occurrence."""
        return self.zone(one.zone) and (not self.scope.clauses or one.duty in self.duties)

    def zone_filter(self, wanted: tuple[str, ...]) -> tuple[str, ...]:
        """Zones for a store's filter."""
        if not self.zones:
            return wanted
        return tuple(zone for zone in wanted if self.zone(zone)) or (NOWHERE,) if wanted else (*sorted(self.zones), "")

    def within(self, wanted: tuple[str, ...], allowed: frozenset[str]) -> tuple[str, ...]:
        """Duties or rules for a store's filter."""
        if not self.scope.clauses:
            return wanted
        return (
            tuple(one for one in wanted if one in allowed) or (NOWHERE,)
            if wanted
            else tuple(sorted(allowed)) or (NOWHERE,)
        )


def view_of(base: Context, register: Register, scope: Scope) -> View:
    """The scope, worked out."""
    zones = frozenset(below for zone in scope.buildings for below in register.zones_below(zone) | {zone})
    wanted = set(scope.clauses)
    rules = frozenset(rule.id for rule in base.book() if rule.clause in wanted)
    return View(
        scope=scope,
        register=Narrowing(base=base, whole=register, scope=scope, zones=zones, rules=rules).register(),
        zones=zones or (frozenset({NOWHERE}) if scope.buildings else frozenset()),
        duties=frozenset(duty.id for duty in base.duties().values() if wanted & set(duty.clauses)),
        rules=rules,
    )


@dataclass(frozen=True, kw_only=True)
class Narrowed(Context):
    """The context of a request by a limited account."""

    base: Context
    scope: Scope

    def register(self, unit: Unit) -> Register:
        """What lies within."""
        return self.view(unit).register

    def view(self, unit: Unit) -> View:
        """What lies within, by the register and the rules in force."""
        whole = self.base.register(_inner(unit))
        version = (whole.version, id(self.base.book()), id(self.base.duties()))
        return self.base.remember(f"scope {self.scope}", version, lambda: view_of(self.base, whole, self.scope))

    def remember(self, name: str, version: object, make: Callable[[], T]) -> T:
        """What was worked out for everybody is not this account's."""
        return self.base.remember(f"{self.scope} {name}", version, make)


def narrow(base: Context, scope: Scope) -> Context:
    """The context as it looks from within the scope."""
    given = {one.name: getattr(base, one.name) for one in fields(Context)}
    whole = Narrowed(**given, base=base, scope=scope)
    records = cast("Records", _Records(base.records, whole.view))
    return replace(whole, records=records, readings=cast("Readings", _Readings(base.readings, lambda: _points(whole))))


def _points(context: Narrowed) -> Mapping[str, object]:
    with context.records.read() as unit:
        return context.register(unit).points


def _inner(unit: Unit) -> Unit:
    return unit.inner if isinstance(unit, _Unit) else unit


class _Records:
    """Reads go through the scope. Writes do not: a limited account may write nothing but what the product notes about it."""

    def __init__(self, inner: Records, view: Callable[[Unit], View]) -> None:
        self.inner, self._view = inner, view

    @contextmanager
    def read(self) -> Iterator[Unit]:
        with self.inner.read() as unit:
            yield cast("Unit", _Unit(unit, self._view(unit)))

    def begin(self) -> AbstractContextManager[Unit]:
        return self.inner.begin()

    def check(self) -> str:
        return self.inner.check()


class _Readings:
    """Of points outside there are none."""

    def __init__(self, inner: Readings, points: Callable[[], Mapping[str, object]]) -> None:
        self._inner, self._points = inner, points

    def last(self, points: Sequence[str]) -> Mapping[str, Any]:
        known = self._points()
        return self._inner.last([point for point in points if point in known])

    def ended_before(self) -> int:
        """The same for every point."""
        return self._inner.ended_before()

    def __getattr__(self, name: str) -> Any:
        if name not in ("range", "columns", "before", "buckets", "scans"):
            raise NotFound("a limited account does not look at this")
        inner, known = getattr(self._inner, name), self._points

        def within(point: str, *given: Any, **named: Any) -> Any:
            if point not in known():
                raise NotFound(f"there is no point {point!r}")
            return inner(point, *given, **named)

        return within


class _Unit:
    """One snapshot. What is not named here is not looked at from an open address, or holds nothing about the property."""

    def __init__(self, inner: Unit, view: View) -> None:
        self.inner, self.view = inner, view
        self.alerts = _Alerts(inner.alerts, view)
        self.work_orders = _Orders(inner.work_orders, view)
        self.occurrences = _Occurrences(inner.occurrences, view)
        self.results = _Results(inner.results, view)
        self.registers = _Registers(inner.registers, view)
        self.rounds = ScopedRounds(inner.rounds, view)
        self.plans = ScopedPlans(inner.plans, view)
        self.facts = ScopedFacts(inner.facts, view)
        self.letters = Nothing({"counts": (0, 0)})
        self.incidents = Nothing({"open_ones": []})
        self.test_modes = _Spans(inner.test_modes, view)
        self.maintenance = _Spans(inner.maintenance, view)
        self.impairments = _Stopped(inner.impairments, view)
        self.reports = Nothing({"all": []})

    _PASSED = frozenset({
        "people", "files", "breaches", "rule_versions", "notices", "notes", "place_codes", "issued_reports",
        "looks", "clocks", "rota", "duty_versions", "chains", "late_work",
    })  # fmt: skip

    def __getattr__(self, name: str) -> Any:
        if name not in self._PASSED:
            raise NotFound("a limited account does not look at this")
        return getattr(self.inner, name)


def _kept(page: Page[T], holds: Callable[[T], bool]) -> Page[T]:
    return Page(rows=[one for one in page.rows if holds(one)], cursor=page.cursor)


def _found(one: T, what: str, number: int, *, holds: bool) -> T:
    if not holds:
        raise NotFound(f"there is no {what} {number}")
    return one


class _Alerts(Through):
    def _wanted(self, wanted: AlertFilter) -> AlertFilter:
        view = self._view
        return replace(wanted, zones=view.zone_filter(wanted.zones), rules=view.within(wanted.rules, view.rules))

    def open_ones(self) -> list[Alert]:
        return [one for one in self._inner.open_ones() if self._view.alert(one)]

    def find(self, wanted: AlertFilter, cursor: str | None = None, limit: int = 50) -> Page[Alert]:
        return _kept(self._inner.find(self._wanted(wanted), cursor, limit), self._view.alert)

    def count(self, wanted: AlertFilter) -> int:
        return int(self._inner.count(self._wanted(wanted)))

    def get(self, number: int) -> Alert:
        one = self._inner.get(number)
        return cast("Alert", _found(one, "alert", number, holds=self._view.alert(one)))


class _Orders(Through):
    def find(self, wanted: WorkOrderFilter, cursor: str | None = None, limit: int = 50) -> Page[WorkOrder]:
        narrowed = replace(wanted, zones=self._view.zone_filter(wanted.zones))
        return _kept(self._inner.find(narrowed, cursor, limit), self._view.order)

    def count(self, wanted: WorkOrderFilter) -> int:
        total, cursor = 0, None
        while True:
            page = self.find(wanted, cursor, 500)
            total, cursor = total + len(page.rows), page.cursor
            if cursor is None:
                return total

    def get(self, number: int) -> WorkOrder:
        one = self._inner.get(number)
        return cast("WorkOrder", _found(one, "work order", number, holds=self._view.order(one)))

    def some(self, numbers: Sequence[int]) -> dict[int, WorkOrder]:
        return {number: one for number, one in self._inner.some(numbers).items() if self._view.order(one)}


class _Occurrences(Through):
    def _wanted(self, wanted: OccurrenceFilter) -> OccurrenceFilter:
        view = self._view
        return replace(wanted, zones=view.zone_filter(wanted.zones), duties=view.within(wanted.duties, view.duties))

    def find(
        self, wanted: OccurrenceFilter, cursor: str | None = None, limit: int = 50, *, soonest: bool = False
    ) -> Page[Occurrence]:
        return cast("Page[Occurrence]", self._inner.find(self._wanted(wanted), cursor, limit, soonest=soonest))

    def count(self, wanted: OccurrenceFilter) -> int:
        return int(self._inner.count(self._wanted(wanted)))

    def counts(self, wanted: OccurrenceFilter) -> Any:
        return self._inner.counts(self._wanted(wanted))

    def get(self, number: int) -> Occurrence:
        one = self._inner.get(number)
        return cast("Occurrence", _found(one, "occurrence", number, holds=self._view.occurrence(one)))

    def by_key(self, key: str) -> Occurrence:
        one = self._inner.by_key(key)
        return cast("Occurrence", _found(one, "occurrence", one.id, holds=self._view.occurrence(one)))

    def some(self, numbers: Sequence[int]) -> dict[int, Occurrence]:
        return {number: one for number, one in self._inner.some(numbers).items() if self._view.occurrence(one)}

    def of(self, duty: str, target: str, since: int, until: int) -> list[Occurrence]:
        return [one for one in self._inner.of(duty, target, since, until) if self._view.occurrence(one)]

    def last(self, duty: str) -> dict[str, Occurrence]:
        return {target: one for target, one in self._inner.last(duty).items() if self._view.occurrence(one)}


class _Results(Through):
    def _wanted(self, wanted: ResultFilter) -> ResultFilter:
        view = self._view
        return replace(wanted, zones=view.zone_filter(wanted.zones), duties=view.within(wanted.duties, view.duties))

    def find(self, wanted: ResultFilter, cursor: str | None = None, limit: int = 50) -> Page[Any]:
        return cast("Page[Any]", self._inner.find(self._wanted(wanted), cursor, limit))

    def count(self, wanted: ResultFilter) -> int:
        return int(self._inner.count(self._wanted(wanted)))

    def get(self, number: int) -> Any:
        one = self._inner.get(number)
        return _found(one, "result", number, holds=self._view.result(one))

    def some(self, numbers: Sequence[int]) -> dict[int, Any]:
        return {number: one for number, one in self._inner.some(numbers).items() if self._view.result(one)}

    def last(self, duty: str, target: str, before: int) -> Any:
        one = self._inner.last(duty, target, before)
        return one if one is not None and self._view.result(one) else None

    def of_occurrence(self, occurrence: int) -> list[Any]:
        return [one for one in self._inner.of_occurrence(occurrence) if self._view.result(one)]

    def corrections(self, number: int) -> list[Any]:
        return [one for one in self._inner.corrections(number) if self._view.result(one)]

    def retests(self, number: int) -> list[Any]:
        return [one for one in self._inner.retests(number) if self._view.result(one)]


class _Registers(Through):
    PASSED = frozenset({"version"})

    def load(self, at: int | None = None) -> Register:
        """As it is now; of another time it is not looked at."""
        if at is not None:
            raise NotFound("a limited account looks at the register in force")
        return self._view.register


class _Stopped(Through):
    """Fire facilities within that are stopped, or were: what is owed there rests meanwhile."""

    def touching(self, since: int, until: int) -> list[Impairment]:
        return [one for one in self._inner.touching(since, until) if one.asset in self._view.register.assets]


class _Spans(Through):
    """Maintenance and tests that reach into the scope."""

    def running(self) -> list[Any]:
        return [one for one in self._inner.running() if self._holds(one)]

    def find(self, cursor: str | None = None, limit: int = 50) -> Page[Any]:
        return _kept(self._inner.find(cursor, limit), self._holds)

    def _holds(self, one: Any) -> bool:
        register = self._view.register
        return (
            not one.scope or one.scope in register.points or one.scope in register.assets or one.scope in register.zones
        )
