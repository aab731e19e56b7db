"""How a report becomes work: opened, joined, verified and taken up again, through the work orders' own table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol

from facility.alert import NotAllowed, Severity
from facility.clock import Clock
from facility.fact import Fact
from facility.register import Register
from facility.report_kind import ReportKinds
from facility.residents_report import Done, ResidentsReport
from facility.response_facts import clocks_said
from facility.text import Text
from facility.work_class import WorkClass
from facility.work_join import cause_key, is_same_cause, joined
from facility.work_order import Action, Order, Source, State, WorkOrder, take
from response.orders import OrderRoom, open_order
from response.reports.settings import ReportBook
from storage.records.port import Unit, WorkOrderFilter

PRODUCT = "system:reports"
"""Who did it, where nobody had to say so."""
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


@dataclass(frozen=True, kw_only=True)
class OrderDesk:
    """See ``Desk``."""

    kinds: ReportKinds
    classes: Mapping[str, WorkClass] = field(default_factory=dict)
    """Classes of work by their ids: clocks, team, skills, how far one cause reaches."""

    def open(self, unit: Unit, register: Register, report: ResidentsReport, who: str, at: int) -> int:
        """See ``Desk``. Opened by itself it joins what is open about the same cause; a person has said that it is none."""
        draft, work = self.draft(report, at), self.classes.get(self.kinds.get(report.kind).work)
        room, open_ones = OrderRoom(classes=self.classes, register=register), _open_there(unit, draft)
        if work is None:
            return _opened(unit, room, draft, who, at).id
        same = next((order for order in open_ones if is_same_cause(order, draft, work)), None)
        if same is not None and who == PRODUCT:
            promised = work.clocks_at(draft.event_at, register.time_zone, emergency=draft.emergency)
            after = unit.work_orders.update(joined(same, replace(draft, clocks=promised), work.together))
            _tell(unit, same, after, "voice-added", who=who, at=at, report=report.id)
            return after.id
        return _opened(unit, room, replace(draft, cause=cause_key(draft, work, open_ones)), who, at).id

    def draft(self, report: ResidentsReport, at: int) -> WorkOrder:
        """The order that the report asks for. What happened, happened when it was reported: clocks run from there."""
        kind = self.kinds.get(report.kind)
        work = self.classes.get(kind.work)
        return WorkOrder(
            kind=kind.work,
            title=kind.title,
            clause=kind.clause,
            severity=Severity.CRITICAL if report.emergency else work.severity if work else Severity.MEDIUM,
            life_safety=report.emergency and kind.life_safety,
            asset=report.asset,
            zone=report.zone,
            limit=REPORTED,
            opened=at,
            event_at=report.received,
            latest_event=report.received,
            emergency=report.emergency,
            source=Source.REPORT,
            source_of=f"report:{report.id}",
            description=report.words,
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
        edition = 1 + max((clock.edition for clock in found.clocks if clock.name == VISIT), default=-1)
        visit = Clock(name=VISIT, started=at, limit=by - at, clause="RS-2", source="contract", edition=edition)
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


def _open_there(unit: Unit, draft: WorkOrder) -> list[WorkOrder]:
    """Open ones of that class in that zone, the oldest first."""
    wanted = WorkOrderFilter(open=True, kinds=(draft.kind,), zones=(draft.zone,))
    return unit.work_orders.find(wanted, limit=200).rows[::-1]


def _opened(unit: Unit, room: OrderRoom, draft: WorkOrder, who: str, at: int) -> WorkOrder:
    """As every room opens orders; the resident's words are then put into the row alone: facts stay for ever."""
    order = open_order(unit, room, replace(draft, description=""), who, at)
    return unit.work_orders.update(replace(order, description=draft.description)) if draft.description else order


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
            data={**data, **clocks_said(before, after)},
        )
    )
