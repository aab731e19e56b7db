"""What follows for reports: from what happens to their orders, and from the clock. Each handler is idempotent by the table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from facility.alert import NotAllowed
from facility.fact import Fact
from facility.residents_report import Deed, Done, Outcome, ReportState
from response.reports.deeds import give_out
from response.reports.ordering import PRODUCT, Room
from response.reports.settings import ReportSettings
from response.reports.writing import erase_number, erase_photo, write_deed
from storage.records.port import NotFound, Unit
from storage.records.reports import ReportFilter

NAME = "residents-reports"
"""Of the follower: its watermark lies under it."""
NOUNS = frozenset({"work-order"})
PORTION = 20

FOLLOWS: Mapping[str, Deed] = {
    "arrived": Deed.VISIT,
    "started": Deed.VISIT,
    "finished": Deed.SOLVE,
    "verified": Deed.SOLVE,
    "reopened": Deed.GO_ON,
    "cancelled": Deed.GIVE_BACK,
}
"""A work order's fact → what it means for its reports."""


Rooms = Callable[[Unit], Room]
Settings = Callable[[], ReportSettings]


def follow(settings: Settings, unit: Unit, fact: Fact, now: int) -> None:
    """A fact of a work order, for the reports that it is about. What a report's table has no step for is passed over."""
    if fact.noun != "work-order":
        return
    deed, other = FOLLOWS.get(fact.what), fact.data.get("other")
    if deed is None and not (fact.what == "duplicated" and other):
        return
    del now
    for report in unit.reports.all(ReportFilter(orders=(int(fact.subject),))):
        done = Done(deed=deed or Deed.ASSIGN, who=PRODUCT, at=fact.at, order=int(other) if other else None)
        try:
            write_deed(unit, report, done, settings())
        except NotAllowed:
            continue


def give_out_unseen(settings: Settings, room: Rooms, unit: Unit, now: int) -> bool:
    """What nobody had a word about in time is given out by what its words say: nothing is lost for want of a person."""
    found = unit.reports.all(ReportFilter(states=(ReportState.RECEIVED,), until=now - settings().look_within))
    if not found:
        return False
    here, why = room(unit), "nobody looked at it in time"
    for report in found[:PORTION]:
        give_out(unit, here, report, Done(deed=Deed.ASSIGN, who=PRODUCT, at=now, reason=why))
    return len(found) > PORTION


def end_what_ends(settings: Settings, unit: Unit, now: int) -> bool:
    """Numbers, photos and status links whose end has come; reports on which no word can come any more."""
    numbers = unit.reports.numbers_ending(now)
    for number in numbers[:PORTION]:
        erase_number(unit, number, PRODUCT, now, "its end had come")
    photos = unit.reports.photos_ending(now)
    for report in photos[:PORTION]:
        erase_photo(unit, report, PRODUCT, now, "its end had come")
    links = unit.reports.links_ending(now - settings().link_kept, PORTION)
    for linked in links:
        unit.reports.update(replace(linked, link=None))
    return max(len(numbers), len(photos)) > PORTION or len(links) == PORTION or _lapse(settings(), unit, now)


def _lapse(settings: ReportSettings, unit: Unit, now: int) -> bool:
    waiting = [
        report
        for report in unit.reports.all(ReportFilter(states=(ReportState.SOLVED,)))
        if report.solved is not None
        and report.solved + settings.wait_for_word <= now
        and not _has_number(unit, report.id)
    ]
    for report in waiting[:PORTION]:
        done = Done(deed=Deed.LAPSE, who=PRODUCT, at=now, outcome=Outcome.NO_WORD)
        write_deed(unit, report, done, settings)
    return len(waiting) > PORTION


def _has_number(unit: Unit, report: int) -> bool:
    try:
        return unit.reports.number(report).erased is None
    except NotFound:
        return False
