"""What people at the desk do: each in the caller's unit, with its fact. No fact carries anything about a person."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from facility.alert_life import FieldRefused
from facility.crossing import Judgement
from facility.fact import Fact
from facility.guest import Guest, ends
from facility.report_kind import without_numbers
from facility.text import Text
from facility.visit import STEP, Deed, Visit, VisitDeed, take_deed
from inspections.visits.alerts import AFTER_LEAVING, OUTSIDE, OVERSTAY, UNESCORTED, end_alerts
from inspections.visits.wish import Desk, Shown, Wish, document_hash, guest_of, visit_of, with_document
from storage.records.port import Unit


def announce(unit: Unit, desk: Desk, wish: Wish, who: str, now: int) -> Visit:
    """A host says who comes. Raises ``MissingField``, ``FieldRefused``."""
    visit = unit.visits.add(visit_of(desk, wish, who, now))
    unit.visits.put_guest(guest_of(desk, visit, wish, now))
    unit.facts.append(visit_fact(visit, "announced", "", who, now))
    return visit


def walk_in(unit: Unit, desk: Desk, wish: Wish, shown: Shown, deed: Deed) -> Visit:
    """Somebody whom nobody announced is let in: announced and arrived at once. Raises as ``announce`` and ``act`` do."""
    visit = announce(unit, desk, replace(wish, expected=min(wish.expected, deed.at)), deed.who, deed.at)
    return act(unit, desk, visit.id, deed, shown)


def act(unit: Unit, desk: Desk, number: int, deed: Deed, shown: Shown | None = None) -> Visit:
    """One deed of the table. An arrival needs the document that was looked at.

    Raises ``NotAllowed``, ``MissingField``, ``FieldRefused``, ``Conflict``, ``NotFound``.
    """
    visit = unit.visits.get(number)
    deed = replace(deed, reason=without_numbers(deed.reason.strip()))
    moved = take_deed(visit, deed)
    if moved.badge != visit.badge:
        _free(unit, moved)
    guest = unit.visits.guest(number)
    if deed.deed is VisitDeed.ARRIVE:
        guest = with_document(desk, guest, shown or Shown(document="", number=""))
    changed = unit.visits.update(moved)
    _keep_guest(unit, desk, changed, guest)
    unit.facts.append(visit_fact(changed, STEP[deed.deed].done, visit.state, deed.who, deed.at, why=deed.reason))
    _alerts_after(unit, changed, deed)
    return changed


def _free(unit: Unit, visit: Visit) -> None:
    """The index holds it under any concurrency; this says it in words."""
    holder = unit.visits.holder(visit.badge)
    if holder is not None and holder.id != visit.id:
        wrong = Text(f"此证件卡正在来访 #{holder.id} 手中", f"this badge is with visit #{holder.id} now")
        raise FieldRefused("arrive", "badge", wrong)


def _keep_guest(unit: Unit, desk: Desk, visit: Visit, guest: Guest) -> None:
    """The guest's end goes with the visit's."""
    if guest.erased is None:
        over = visit.until if visit.closed is None else visit.closed
        unit.visits.put_guest(ends(guest, over + desk.keep))


def _alerts_after(unit: Unit, visit: Visit, deed: Deed) -> None:
    match deed.deed:
        case VisitDeed.LEAVE:
            end_alerts(unit, visit.id, (UNESCORTED, OUTSIDE, OVERSTAY), deed.at, "the visitor left", who=deed.who)
        case VisitDeed.EXTEND:
            end_alerts(unit, visit.id, (OVERSTAY,), deed.at, "a later end was agreed", who=deed.who)
        case VisitDeed.CONFIRM_ESCORT:
            _confirm(unit, visit, deed)
        case VisitDeed.BADGE_BACK:
            end_alerts(unit, visit.id, (AFTER_LEAVING,), deed.at, deed.reason, who=deed.who)
        case _:
            pass


def _confirm(unit: Unit, visit: Visit, deed: Deed) -> None:
    """What was found stays found; that somebody has seen to it stands beside it."""
    for one in unit.visits.crossings(visit.id):
        if one.judgement in (Judgement.UNESCORTED, Judgement.OUTSIDE) and not one.confirmed_by:
            unit.visits.update_crossing(replace(one, confirmed_by=deed.who))
    end_alerts(unit, visit.id, (UNESCORTED, OUTSIDE), deed.at, deed.reason, who=deed.who)


def earlier(unit: Unit, desk: Desk, document: str, number: str) -> list[Guest]:
    """Who came with this very document before, the newest first."""
    return unit.visits.guests_by(document=document_hash(desk.hide, document, number))[::-1]


def visit_fact(visit: Visit, what: str, before: str, who: str, now: int, *, why: str = "", **more: Any) -> Fact:
    """Of the visit alone: where it may go, until when, how many. Nobody's name, card or document."""
    data = {"zones": list(visit.zones), "until": visit.until, "persons": visit.persons} | more
    return Fact(
        at=now,
        noun="visit",
        subject=str(visit.id),
        what=what,
        before=str(before),
        after=visit.state.value,
        why=why,
        who=who,
        data=data,
    )
