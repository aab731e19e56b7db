"""What people do to a report, and what follows from it for its work order. Each in the caller's unit, with its facts."""

from __future__ import annotations

from dataclasses import replace

from facility.alert import NotAllowed
from facility.residents_report import Deed, Done, Outcome, ResidentsReport
from facility.text import Text
from facility.work_order import MissingField
from response.reports.ordering import PRODUCT, Room
from response.reports.writing import RESIDENT, write_deed
from storage.records.port import NotFound, Unit

WORKED = ("accepted", "arrived", "started", "finished")
"""Whose facts on an order these are has worked on it."""
NOT_YOURSELF = Text(
    "回访要由没有参与这次维修的人来做",
    "somebody who did not work on it must call back",
)


def act(unit: Unit, room: Room, number: int, done: Done) -> ResidentsReport:
    """One deed of a person. Raises ``NotAllowed``, ``MissingField``, ``Conflict``, ``NotFound``."""
    report = unit.reports.get(number)
    settings = room.book.settings
    match done.deed:
        case Deed.CLASSIFY:
            if done.kind not in room.book.kinds.by_id:
                raise MissingField(done.deed, "kind")
            return write_deed(unit, report, done, settings)
        case Deed.ASSIGN:
            return give_out(unit, room, report, done)
        case Deed.AGREE:
            agreed = write_deed(unit, report, done, settings)
            _set_visit(unit, room, agreed, done)
            return agreed
        case Deed.CONFIRM:
            return _confirm(unit, room, report, done)
        case Deed.REFUTE:
            return _refute(unit, room, report, done)
        case Deed.NOT_REACHED:
            return _not_reached(unit, room, report, done)
        case _:
            return write_deed(unit, report, done, settings)


def give_out(unit: Unit, room: Room, report: ResidentsReport, done: Done) -> ResidentsReport:
    """To a work order of its own, or to the one of another report or cause that is the same. An agreed visit goes with it."""
    order, same_as = done.order, None
    if done.same_as:
        first = _first(unit, room, report, done)
        order, same_as = first.work_order, first.id
    elif done.order:
        unit.work_orders.get(done.order)
    else:
        order = room.desk.open(unit, room.register, report, done.who, done.at)
    after = write_deed(unit, report, replace(done, order=order, same_as=same_as), room.book.settings)
    if order is not None and (same_as or done.order):
        room.desk.join(unit, order, after, done.who, done.at)
    _set_visit(unit, room, after, done)
    return after


def _first(unit: Unit, room: Room, report: ResidentsReport, done: Done) -> ResidentsReport:
    """The report that is the same; one that has no order yet gets it now. Raises ``MissingField``, ``NotFound``."""
    if done.same_as == report.id:
        raise MissingField(done.deed, "same_as")
    first = unit.reports.get(done.same_as or 0)
    if first.same_as is not None:
        first = unit.reports.get(first.same_as)
    if first.id == report.id:
        raise MissingField(done.deed, "same_as")
    if first.work_order is not None:
        return first
    return give_out(unit, room, first, Done(deed=Deed.ASSIGN, who=done.who, at=done.at))


def _set_visit(unit: Unit, room: Room, report: ResidentsReport, done: Done) -> None:
    if report.work_order is not None and report.visit_by is not None and report.visited is None:
        room.desk.agree_visit(unit, report.work_order, report.visit_by, done.who, done.at)


def _confirm(unit: Unit, room: Room, report: ResidentsReport, done: Done) -> ResidentsReport:
    """Solved, by the resident's word: that is also the second person's word by which its order closes."""
    _another_person(unit, report, done)
    after = write_deed(unit, report, done, room.book.settings)
    if report.work_order is not None:
        room.desk.verified(unit, report.work_order, done.who, done.at)
    return after


def _refute(unit: Unit, room: Room, report: ResidentsReport, done: Done) -> ResidentsReport:
    """Not solved: the work goes on, in the same order where that can be opened again, and management hears of it."""
    _another_person(unit, report, done)
    if not done.reason:
        raise MissingField(done.deed, "reason")
    order = room.desk.again(unit, room.register, report, done)
    after = write_deed(unit, report, replace(done, order=order), room.book.settings)
    _set_visit(unit, room, after, done)
    return after


def _not_reached(unit: Unit, room: Room, report: ResidentsReport, done: Done) -> ResidentsReport:
    _another_person(unit, report, done)
    after = write_deed(unit, report, done, room.book.settings)
    if after.calls < room.book.settings.calls:
        return after
    ended = Done(deed=Deed.LAPSE, who=PRODUCT, at=done.at, outcome=Outcome.NOT_REACHED)
    return write_deed(unit, after, ended, room.book.settings)


def _another_person(unit: Unit, report: ResidentsReport, done: Done) -> None:
    """Raises ``NotAllowed`` where who calls back also did the work."""
    if done.who != RESIDENT and done.who in workers(unit, report):
        raise NotAllowed(done.deed, report.state, [], NOT_YOURSELF)


def workers(unit: Unit, report: ResidentsReport) -> set[str]:
    """Who has worked on its orders, or is named on the one it has."""
    numbers = [*report.earlier_orders, *([report.work_order] if report.work_order is not None else [])]
    found = {fact.who for number in numbers for fact in unit.facts.of("work-order", str(number)) if fact.what in WORKED}
    try:
        named = unit.work_orders.get(report.work_order).assignee if report.work_order is not None else ""
    except NotFound:
        named = ""
    return found | ({named} if named else set())
