"""Reports and orders that may be about the same thing: found by place, kind and words, and offered, never joined unasked."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from facility.instant import DAY
from facility.register import Register
from facility.residents_report import ReportState, ResidentsReport
from facility.work_order import WorkOrder
from storage.records.port import Unit, WorkOrderFilter
from storage.records.reports import ReportFilter

LOOK_BACK = 14 * DAY
MOST = 5
SAME_ASSET, SAME_ZONE, NEAR, SAME_KIND, WORDS = 4.0, 3.0, 1.0, 2.0, 3.0
ENOUGH = 3.0
"""The same zone alone, or a near one with the same kind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """Something that may be the same cause. One of ``report`` and ``order`` is set: orders that came from elsewhere too."""

    score: float
    report: ResidentsReport | None = None
    order: WorkOrder | None = None


def likeness(one: ResidentsReport, other: ResidentsReport, register: Register) -> float:
    """How alike two reports are; 0 where the places have nothing to do with each other."""
    place = _places(one.zone, one.asset, other.zone, other.asset, register)
    if not place:
        return 0.0
    return place + (SAME_KIND if one.kind == other.kind else 0.0) + WORDS * alike(one.words, other.words)


def _places(zone: str, asset: str, other_zone: str, other_asset: str, register: Register) -> float:
    if asset and asset == other_asset:
        return SAME_ASSET
    if zone and zone == other_zone:
        return SAME_ZONE
    path, others = ([z.id for z in register.zone_path(one)] for one in (zone, other_zone))
    return NEAR if path and others and path[0] == others[0] else 0.0


def alike(one: str, other: str) -> float:
    """How many of the pieces of the shorter text stand in the longer: 0 to 1."""
    mine, theirs = pieces(one), pieces(other)
    least = min(len(mine), len(theirs))
    return len(mine & theirs) / least if least else 0.0


def pieces(text: str) -> frozenset[str]:
    """English words of three letters or more; every two neighbouring Chinese characters."""
    lower = text.casefold()
    chinese = re.findall(r"[\u3400-\u9fff]+", lower)
    return frozenset(re.findall(r"[a-z]{3,}", lower)) | {
        run[place : place + 2] for run in chinese for place in range(len(run) - 1)
    }


def similar(unit: Unit, register: Register, report: ResidentsReport, now: int) -> list[Likeness]:
    """What is open and may be the same cause, the likeliest first; of a cause only its first report."""
    open_ones = ReportFilter(states=(ReportState.RECEIVED, ReportState.ASSIGNED), since=now - LOOK_BACK)
    reports = [one for one in unit.reports.all(open_ones) if one.id != report.id and one.same_as is None]
    known = {one.work_order for one in reports}
    found = [Likeness(score=likeness(report, one, register), report=one) for one in reports]
    found += [
        Likeness(score=_order_likeness(report, order, register), order=order)
        for order in _orders(unit, report, register)
        if order.id not in known and order.id != report.work_order
    ]
    enough = [one for one in found if one.score >= ENOUGH]
    return sorted(enough, key=lambda one: (-one.score, _number(one)))[:MOST]


def _orders(unit: Unit, report: ResidentsReport, register: Register) -> Iterable[WorkOrder]:
    path = register.zone_path(report.zone)
    zones = tuple(sorted(register.zones_below(path[0].id))) if path else ()
    return unit.work_orders.find(WorkOrderFilter(open=True, zones=zones), limit=200).rows if zones else ()


def _order_likeness(report: ResidentsReport, order: WorkOrder, register: Register) -> float:
    place = _places(report.zone, report.asset, order.zone, order.asset, register)
    text = f"{order.title.zh} {order.title.en}"
    return place + WORDS * alike(report.words, text) if place else 0.0


def _number(one: Likeness) -> int:
    return one.report.id if one.report else one.order.id if one.order else 0
