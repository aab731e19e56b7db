"""How a report's transition is written: the row and its fact, in the caller's unit. No number and no words go into facts."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from facility.fact import Fact
from facility.place_code import Contact
from facility.residents_report import DEED, Done, ResidentsReport, take_deed
from response.reports.settings import ReportSettings
from storage.records.port import NotFound, Unit

NOUN = "report"
RESIDENT = "resident"
"""Who did it, where it was the person behind the form or the link."""


def write_deed(unit: Unit, report: ResidentsReport, done: Done, settings: ReportSettings) -> ResidentsReport:
    """One deed. Raises ``NotAllowed``, ``MissingField``, ``Conflict``."""
    after = unit.reports.update(take_deed(report, done))
    more = {
        "satisfaction": done.satisfaction,
        "outcome": done.outcome.value if done.outcome else None,
        "by": done.by,
    }
    unit.facts.append(
        report_fact(after, DEED[done.deed].done, report.state.value, done.who, done.at, why=done.reason, **more)
    )
    move_end(unit, after, done.at, settings)
    return after


def report_fact(
    report: ResidentsReport, what: str, before: str, who: str, at: int, *, why: str = "", **more: Any
) -> Fact:
    """A fact about a report, with what figures and analysis need."""
    data: dict[str, Any] = {
        "kind": report.kind,
        "zone": report.zone,
        "asset": report.asset,
        "way": report.way.value,
        "emergency": report.emergency,
        "order": report.work_order,
        "same_as": report.same_as,
    }
    return Fact(
        at=at,
        noun=NOUN,
        subject=str(report.id),
        what=what,
        before=before,
        after=report.state.value,
        why=why.strip(),
        who=who,
        data=data | {name: value for name, value in more.items() if value is not None},
    )


def move_end(unit: Unit, report: ResidentsReport, at: int, settings: ReportSettings) -> None:
    """The end of the number and the photo that came with it: nearer once the report is closed; back when it is open again."""
    latest = report.received + settings.number_kept_at_most
    until = latest if report.open else min(latest, at + settings.number_kept)
    unit.reports.end_photo(report.id, until)
    try:
        number = unit.reports.number(report.id)
    except NotFound:
        return
    if number.erased is None and until != number.until:
        unit.reports.leave_number(replace(number, until=until))


def see_number(unit: Unit, report: int, who: str, purpose: str, at: int) -> Contact:
    """A look behind a number is itself a fact, with its purpose. Raises ``NotFound``: nobody left one, or it has ended."""
    found = unit.reports.number(report)
    if found.erased is not None or found.until <= at:
        raise NotFound(f"the number that came with report {report} has been erased")
    told = report_fact(unit.reports.get(report), "number-seen", "", who, at, why=purpose)
    unit.facts.append(replace(told, after=""))
    return found


def erase_number(unit: Unit, number: Contact, who: str, at: int, why: str) -> None:
    """Gone for good; that there was one stays known."""
    unit.reports.leave_number(replace(number, phone="", erased=at, erased_by=who))
    told = report_fact(unit.reports.get(number.report), "number-erased", "", who, at, why=why)
    unit.facts.append(replace(told, after=""))


def erase_photo(unit: Unit, report: int, who: str, at: int, why: str) -> None:
    """Gone for good; that there was one stays known. Nothing happens when there is none."""
    if unit.reports.drop_photo(report):
        told = report_fact(unit.reports.get(report), "photo-erased", "", who, at, why=why)
        unit.facts.append(replace(told, after=""))
