"""How a report becomes work: opened, joined, verified and taken up again, through the work orders' own table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol

from facility.alert import NotAllowed, Severity
from facility.clock import Clock
from facility.fact import Fact
from facility.register import Register
from facility.report_kind import ReportKinds
from facility.residents_report import Done, ResidentsReport
from facility.text import Text
from facility.work_order import Action, Order, State, WorkOrder, take
from response.reports.settings import ReportBook
from storage.records.port import Unit

VISIT = "visit"
"""The clock of the time that was agreed with the resident."""
SOLVED_WORD = "回访：居民确认已解决 / called back: the resident says that it is solved"
REPORTED = Text("居民报修", "Reported by a resident")


class Desk(Protocol):
    """What a report needs of work orders."""

    def open(self, unit: Unit, register: Register, report: ResidentsReport, who: str, at: int) -> int:
        """A new order of the report's kind; its number."""

    def join(self, unit: Unit, order: int, report: ResidentsReport, who: str, at: int) -> None:
        """The order is about this report too."""

    def agree_visit(self, unit: Unit, order: int, by: int, who: str, at: int) -> None:
        """A clock for the agreed time, in place of an earlier one."""

    def verified(self, unit: Unit, order: int, who: str, at: int) -> None:
        """A resident's word closes the order, where it waits for somebody's."""

    def again(self, unit: Unit, register: Register, report: ResidentsReport, done: Done) -> int:
        """The work goes on: in the same order while it can, in a new one after that; its number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """What a deed needs to know: the site's book, its register, and how orders are opened."""

    book: ReportBook
    register: Register
    desk: Desk


Opener = Callable[[Unit, Register, WorkOrder, str, int], WorkOrder]
"""Writes a new order with its fact, and gives it to whom its class says."""


def open_plainly(unit: Unit, register: Register, order: WorkOrder, who: str, at: int) -> WorkOrder:
    """The order as it is, given to nobody."""
    del register
    kept = unit.work_orders.add(order)
    data = {"kind": kept.kind, "zone": kept.zone, "asset": kept.asset, "event_at": kept.event_at}
    fact = Fact(
        at=at, noun="work-order", subject=str(kept.id), what="opened", after=kept.state.value, who=who, data=data
    )
    unit.facts.append(fact)
    return kept


@dataclass(frozen=True, kw_only=True)
class OrderDesk:
    """See ``Desk``."""

    kinds: ReportKinds
    opener: Opener = field(default=open_plainly)
    clocks: Mapping[str, Callable[[int], tuple[Clock, ...]]] = field(default_factory=dict)

    def open(self, unit: Unit, register: Register, report: ResidentsReport, who: str, at: int) -> int:
        """See ``Desk``."""
        return self.opener(unit, register, self.draft(report, at), who, at).id

    def draft(self, report: ResidentsReport, at: int) -> WorkOrder:
        """The order that the report asks for. What happened, happened when it was reported: clocks run from there."""
        kind = self.kinds.get(report.kind)
        clocks = self.clocks.get(kind.work)
        return WorkOrder(
            kind=kind.work,
            title=kind.title,
            clause=kind.clause,
            severity=Severity.CRITICAL if report.emergency else Severity.MEDIUM,
            asset=report.asset,
            zone=report.zone,
            limit=REPORTED,
            opened=at,
            event_at=report.received,
            emergency=report.emergency,
            clocks=clocks(report.received) if clocks else (),
        )

    def join(self, unit: Unit, order: int, report: ResidentsReport, who: str, at: int) -> None:
        """See ``Desk``."""
        found = unit.work_orders.get(order)
        _tell(unit, found, found, "voice-added", who=who, at=at, report=report.id)

    def agree_visit(self, unit: Unit, order: int, by: int, who: str, at: int) -> None:
        """See ``Desk``. What has been visited, or is over, gets no clock any more."""
        found = unit.work_orders.get(order)
        if not found.open or found.state in (State.ARRIVED, State.IN_PROGRESS, State.ON_HOLD, State.PENDING_VERIFY):
            return
        others = tuple(clock for clock in found.clocks if clock.name != VISIT)
        visit = Clock(name=VISIT, started=at, limit=by - at, clause="RS-2", source="contract")
        after = unit.work_orders.update(replace(found, clocks=(*others, visit)))
        _tell(unit, found, after, "visit-agreed", who=who, at=at, by=by)

    def verified(self, unit: Unit, order: int, who: str, at: int) -> None:
        """See ``Desk``."""
        found = unit.work_orders.get(order)
        wish = Order(action=Action.VERIFY, who=who, at=at, reason=SOLVED_WORD)
        try:
            after = take(found, wish, point_normal=None)
        except NotAllowed:
            return
        _tell(unit, found, unit.work_orders.update(after), "verified", who=who, at=at, why=SOLVED_WORD)

    def again(self, unit: Unit, register: Register, report: ResidentsReport, done: Done) -> int:
        """See ``Desk``."""
        if report.work_order is not None:
            found = unit.work_orders.get(report.work_order)
            if found.state is State.PENDING_VERIFY:
                wish = Order(action=Action.REOPEN, who=done.who, at=done.at, reason=done.reason)
                after = unit.work_orders.update(take(found, wish, point_normal=None))
                _tell(unit, found, after, "reopened", who=done.who, at=done.at, why=done.reason)
            if found.open:
                return found.id
        return self.open(unit, register, replace(report, received=done.at), done.who, done.at)


def _tell(
    unit: Unit, before: WorkOrder, after: WorkOrder, what: str, *, who: str, at: int, why: str = "", **data: int
) -> None:
    unit.facts.append(
        Fact(
            at=at,
            noun="work-order",
            subject=str(before.id),
            what=what,
            before=before.state.value,
            after=after.state.value,
            why=why,
            who=who,
            data=data,
        )
    )
