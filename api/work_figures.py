"""Figures about work over a period: rows and facts read, the pure functions of ``facility.work_figures`` over them."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from api.context import Context
from api.figures import check_period
from api.rota_reading import rota_of
from facility.fact import Fact
from facility.instant import DAY, iso
from facility.notice import Notice
from facility.register import Register
from facility.residents_report import ResidentsReport
from facility.rota import Rota
from facility.work_class import WorkClass
from facility.work_figures import (
    ENDS,
    EVERY_ORDER_OWES,
    About,
    Contentment,
    InTime,
    Load,
    Owed,
    Period,
    Telling,
    contentment,
    grouped,
    in_time,
    load,
    owed_by,
    replaced,
    telling,
)
from facility.work_order import WorkOrder
from storage.records.notices import NoticeFilter
from storage.records.port import Page, Unit, WorkOrderFilter
from storage.records.reports import ReportFilter

F = TypeVar("F")
T = TypeVar("T")
LOOK_BACK = 90 * DAY
"""Orders that were opened so long before the period are read too: their limits may fall due in it. So is what is open."""
PORTION = 500
GROUPS: Mapping[str, Callable[[Owed], str]] = {
    "kind": lambda one: one.kind,
    "team": lambda one: one.team,
    "building": lambda one: one.building,
    "person": lambda one: one.person,
    "clock": lambda one: one.clock,
}
VERDICTS = ("due", "in-time", "late", "open", "without")


@dataclass(frozen=True, kw_only=True)
class WorkFigures:
    """Everything about work in one period."""

    period: Period
    owed: tuple[Owed, ...]
    orders: Mapping[int, WorkOrder]
    notices: tuple[Notice, ...]
    told: Telling
    loads: tuple[Load, ...]
    content: Contentment
    reports: tuple[ResidentsReport, ...]
    """Received in the period, further voices and what was no report left out."""

    def by_clock(self) -> dict[str, InTime]:
        """Time limit → how it was kept; only those of which some fell due."""
        return self.by("clock")

    def by(self, group: str, clock: str = "") -> dict[str, InTime]:
        """The same by class, team, building or person; of one time limit only, when given."""
        chosen = [one for one in self.owed if not clock or one.clock == clock]
        found = {name: in_time(some, self.period) for name, some in grouped(chosen, GROUPS[group]).items()}
        return {name: told for name, told in found.items() if told.due}

    def by_channel(self) -> dict[str, Telling]:
        """Channel → how its notices went."""
        return {
            name: told
            for name, some in grouped(self.notices, lambda one: one.channel).items()
            if (told := telling(some, self.period)).written
        }

    def behind(self, *, clock: str = "", group: str = "", name: str = "", verdict: str = "due") -> list[Owed]:
        """The time limits behind one figure, what fell due last first."""
        chosen = [
            one
            for one in self.owed
            if (not clock or one.clock == clock) and (group not in GROUPS or GROUPS[group](one) == name)
        ]
        told = in_time(chosen, self.period)
        found = {
            "due": told.due,
            "in-time": told.in_time,
            "late": told.late,
            "open": told.open,
            "without": told.without,
        }[verdict if verdict in VERDICTS else "due"]
        return sorted(found, key=lambda one: (-one.due, one.order, one.clock))


def period_of(start: int, end: int, now: int) -> Period:
    """Raises ``Problem`` where it is empty or too long."""
    check_period(start, end)
    return Period(start, end, now)


def tell(unit: Unit, context: Context, period: Period) -> WorkFigures:
    """The figures of a period."""
    register, rota, classes = context.register(unit), rota_of(context, unit), context.book().classes
    orders = read_orders(unit, period)
    owed = tuple(
        one
        for order in orders.values()
        for one in owed_by(order, about(order, register, rota), promised(order, classes), period.now)
    )
    owed += tuple(_replaced(unit, orders, register, rota, period))
    notices = tuple(_all(unit.notices.find, NoticeFilter(since=period.start, until=period.end, test=False)))
    facts = unit.facts.between(
        "work-order", ("accepted", "finished", "rejected", "transferred"), period.start, period.end
    )
    received = unit.reports.all(ReportFilter(since=period.start, until=period.end))
    return WorkFigures(
        period=period,
        owed=owed,
        orders=orders,
        notices=notices,
        told=telling(notices, period),
        loads=tuple(load(facts, orders.values(), period)),
        content=contentment(unit.facts.between("report", ENDS, period.start, period.end), period),
        reports=tuple(report for report in received if report.case),
    )


def _replaced(
    unit: Unit, orders: Mapping[int, WorkOrder], register: Register, rota: Rota, period: Period
) -> Iterable[Owed]:
    """Agreed visits that were missed, and for which another was agreed."""
    for fact in unit.facts.between("work-order", ("breached",), period.start, period.now):
        order = orders.get(int(fact.subject))
        if order is not None:
            yield from replaced(order, about(order, register, rota), [fact])


def about(order: WorkOrder, register: Register, rota: Rota) -> About:
    """The team that the order went to, else that of who has it; the outermost zone that it lies in."""
    person = rota.person(order.assignee) if order.assignee else None
    team = order.team or (person.teams[0] if person is not None and person.teams else "")
    path = register.zone_path(order.zone)
    return About(team=team, building=path[0].id if path else "")


def promised(order: WorkOrder, classes: Mapping[str, WorkClass]) -> frozenset[str]:
    """Which limits every order of its class must have."""
    work = classes.get(order.kind)
    if work is None:
        return EVERY_ORDER_OWES
    return frozenset(promise.name for promise in work.promises(emergency=order.emergency))


def read_orders(unit: Unit, period: Period) -> dict[int, WorkOrder]:
    """Those of the period and of some time before it, and every open one; by number."""
    recent = _all(unit.work_orders.find, WorkOrderFilter(since=period.start - LOOK_BACK, until=period.end))
    found = {order.id: order for order in recent}
    found |= {
        order.id: order
        for order in _all(unit.work_orders.find, WorkOrderFilter(open=True))
        if order.opened < period.end
    }
    return dict(sorted(found.items()))


def _all(find: Callable[[F, str | None, int], Page[T]], wanted: F) -> Iterable[T]:
    """What a store's ``find`` has, portion by portion."""
    cursor: str | None = None
    while True:
        page = find(wanted, cursor, PORTION)
        yield from page.rows
        cursor = page.cursor
        if cursor is None:
            return


def facts_behind(unit: Unit, orders: Iterable[int]) -> dict[int, list[Fact]]:
    """The facts on which an order's figures rest, by order."""
    return {number: unit.facts.of("work-order", str(number)) for number in dict.fromkeys(orders)}


COLUMNS = (
    "order", "clock", "class", "team", "building", "person", "started", "due", "done", "verdict", "took_s",
)  # fmt: skip


def as_csv(found: Iterable[Owed]) -> str:
    """One time limit a line. No cell is read as a formula by a spreadsheet, which takes the mark at the beginning for UTF-8."""
    out = io.StringIO()
    out.write("\ufeff")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for one in found:
        took = "" if one.took is None or not one.limited else f"{one.took / 1000:.3f}"
        times = [iso(one.started), iso(one.due), "" if one.done is None else iso(one.done)]
        words = [one.clock, one.kind, one.team, one.building, one.person]
        writer.writerow([one.order, *map(plain, words), *times, verdict(one), took])
    return out.getvalue()


def plain(text: str) -> str:
    """A cell that begins like a formula gets an apostrophe before it."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def verdict(one: Owed) -> str:
    """in-time, late, open or without."""
    if not one.limited:
        return "without"
    return "open" if one.done is None else "in-time" if one.in_time else "late"
