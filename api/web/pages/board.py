"""The board: grey until something is wrong."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import zip_longest
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response

from api.access import Reader
from api.duties import days_of, today_of
from api.floods import causes, flood_mode, lost_gateways
from api.health import Worker, workers
from api.limits import Watch, watches
from api.rota_reading import duty_line, rota_of
from api.rounds import board_line
from api.web.page import Page, reading
from api.web.values import Shown, amount, trend
from facility.alarm_flood import Cause, gather
from facility.alert import Alert, Condition
from facility.point import Point
from facility.register import Register
from facility.site import Zone
from facility.work_order import WorkOrder
from inspections.impairing import OVERDUE
from inspections.missing import MISSED
from inspections.rounds.alerting import RULE as ROUND_POINTS
from rules.book import RuleBook
from storage.records.port import WorkOrderFilter

router = APIRouter()
FLOOD = 12
"""With more open alerts than this, those with something in common are folded; life safety and critical never are."""
MOST_VALUES = 16
MOST_FOLDED = 20
MOST_ORDERS = 50
MOST_WATCHED = 200
"""The points stand in the address of the stream, which must not grow without end."""
MOST_TRENDS = 50
"""A trend is a question to the store for each row: the most urgent rows get one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertRow:
    """One alert as a line: what, where, since when; then the number with its limit, age and trend."""

    alert: Alert
    place: str
    building: str
    building_zone: str
    point_name: str
    shown: Shown | None
    trend: str
    raised_by: str
    """The value that raised it, with its unit."""
    first: bool = False
    """The first to go off in its place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Alerts with something in common; one alone is a group of one."""

    title: str
    """What they have in common: the gateway, the asset, the zone, or the rule in its building."""
    rows: list[AlertRow]
    """The most urgent ones, up to ``MOST_FOLDED`` where ``address`` has all of them."""
    count: int
    address: str
    """Where all of them are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A zone in the grid."""

    zone: Zone
    priority: int
    """The worst severity in it and below; 0 where nothing is wrong."""
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Building:
    """A zone right below the site with the zones inside it."""

    cell: Cell
    cells: list[Cell]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gauge:
    """A watched value."""

    point: Point
    shown: Shown
    watch: Watch
    priority: int


@router.get("/")
def show(request: Request, visitor: Reader) -> Response:
    """Zones, what is wrong, watched values, work orders."""
    with reading(request, visitor) as page:
        rows, shown, flood = alert_rows(page, page.open_alerts), gauges(page), flood_mode(page.unit, page.look.now)
        return page.render(
            "board.html",
            groups=grouped(page, rows, flood is not None),
            flood=flood,
            buildings=buildings(page.register, page.open_alerts),
            gauges=shown,
            orders=orders_by_clock(page),
            workers=workers(page.unit),
            duties_today=today_of(
                page.unit, page.context.duties(), days_of(page.context, page.register), page.look.now
            ),
            duty_line=duty_line(rota_of(page.context, page.unit), page.look.now),
            rounds=board_line(page.unit, page.look.now),
            watched=sorted({row.alert.point for row in rows[:MOST_WATCHED]} | {gauge.point.id for gauge in shown}),
        )


def urgency(alert: Alert) -> tuple[bool, bool, int, bool, int]:
    """Life safety first, what is set aside last; then severity, then what nobody acknowledged, then the newest."""
    return (not alert.life_safety, not alert.announces, int(alert.severity), alert.acknowledged, -alert.started)


def own_name(page: Page, alert: Alert) -> str:
    """What an alert is about that no point raised; empty of one that a point did."""
    if alert.rule.startswith("rota-"):
        return page.look._("Rota")
    if alert.rule == OVERDUE:
        return page.look._("Stopped fire facility")
    if alert.rule == ROUND_POINTS:
        return page.look._("Patrol round")
    return page.look._("Duty") if alert.rule == MISSED else ""


def alert_rows(page: Page, alerts: Iterable[Alert]) -> list[AlertRow]:
    """Lines in the order of urgency."""
    found = sorted(alerts, key=urgency)
    points = {a.point: page.register.points[a.point] for a in found if a.point in page.register.points}
    last = page.context.readings.last(points)
    firsts = first_outs(found)
    return [
        AlertRow(
            alert=alert,
            place=page.place_text(alert.zone, alert.asset),
            building=page.look.say(top.name) if (top := _top(page, alert)) else "",
            building_zone=top.id if top else "",
            point_name=own_name(page, alert) or page.point_name(alert.point),
            shown=page.look.value(points[alert.point], last.get(alert.point)) if alert.point in points else None,
            trend=_trend(page, points.get(alert.point)) if number < MOST_TRENDS else "",
            raised_by=raised_by(page, alert),
            first=alert.id in firsts,
        )
        for number, alert in enumerate(found)
    ]


def _top(page: Page, alert: Alert) -> Zone | None:
    return next(iter(page.register.zone_path(alert.zone)), None)


def raised_by(page: Page, alert: Alert) -> str:
    """The value that raised it, with its unit; empty where no value did."""
    if alert.value is None:
        return ""
    return amount(alert.value, alert.unit, page.register.points.get(alert.point), page.look.language)


def _trend(page: Page, point: Point | None) -> str:
    if point is None or not point.interval:
        return ""
    return trend(point, page.context.readings.before(point.id, page.look.now + 1, 12))


def first_outs(alerts: Iterable[Alert]) -> set[int]:
    """Where several alerts are open in one zone: the one that started first."""
    by_zone: dict[str, list[Alert]] = {}
    for alert in alerts:
        by_zone.setdefault(alert.zone, []).append(alert)
    return {min(some, key=lambda a: (a.started, a.id)).id for some in by_zone.values() if len(some) > 1}


def grouped(page: Page, rows: list[AlertRow], flood: bool = False) -> list[Group]:
    """One row each; in a flood, or with many, those together that have most in common, in the order of the most urgent row.

    Life safety and critical alerts always stand alone.
    """
    if not (flood or len(rows) > FLOOD):
        return [Group(title="", rows=[row], count=1, address="") for row in rows]
    lost = lost_gateways(row.alert for row in rows)
    found = gather([causes(row.alert, page.register, lost) for row in rows])
    return [_group(page, cause, [rows[place] for place in places]) for cause, places in found]


def _group(page: Page, cause: Cause | None, rows: list[AlertRow]) -> Group:
    """The list has no filter for a gateway: all behind it are here."""
    query = _query(cause)
    shown = rows[:MOST_FOLDED] if query else rows
    return Group(title=_title(page, cause, rows[0]), rows=shown, count=len(rows), address=f"/alerts?{urlencode(query)}")


def _query(cause: Cause | None) -> dict[str, str]:
    match cause:
        case Cause(kind="rule"):
            return {"rule": cause.id, "zone": cause.within}
        case Cause(kind="asset" | "zone"):
            return {cause.kind: cause.id}
        case _:
            return {}


def _title(page: Page, cause: Cause | None, first: AlertRow) -> str:
    look = page.look
    match cause:
        case Cause(kind="rule"):
            return (
                f"{first.building} · {look.say(first.alert.title)}" if first.building else look.say(first.alert.title)
            )
        case Cause(kind="asset"):
            return page.place_text("", cause.id)
        case Cause(kind="zone"):
            return page.place_text(cause.id, "")
        case Cause(kind="gateway" | "lost-gateway"):
            device = page.register.devices.get(cause.id)
            return look._("Behind the gateway %(name)s", name=look.say(device.name) if device else cause.id)
        case _:
            return ""


def buildings(register: Register, alerts: Iterable[Alert]) -> list[Building]:
    """Buildings with their floors, highest first; each with its worst priority."""
    worst: dict[str, list[int]] = {}
    for alert in alerts:
        if alert.condition is not Condition.NORMAL or not alert.acknowledged:
            for zone in register.zone_path(alert.zone):
                worst.setdefault(zone.id, []).append(int(alert.severity))
    tops = [zone for zone in register.zones.values() if zone.parent not in register.zones]
    return [
        Building(
            cell=_cell(top, worst),
            cells=[
                _cell(zone, worst)
                for zone in sorted(register.zones.values(), key=lambda z: -z.level)
                if zone.parent == top.id
            ],
        )
        for top in tops
    ]


def _cell(zone: Zone, worst: dict[str, list[int]]) -> Cell:
    found = worst.get(zone.id, [])
    return Cell(zone=zone, priority=min(found, default=0), count=len(found))


def gauges(page: Page) -> list[Gauge]:
    """Values with numeric limits that the most urgent rules watch."""
    book = page.context.book()
    ids = page.context.remember(
        "gauges", (page.register.version, id(book)), lambda: watched_points(book, page.register)
    )
    points = [page.register.points[id] for id in ids]
    last = page.context.readings.last(ids)
    alight = {a.point: int(a.severity) for a in sorted(page.open_alerts, key=lambda a: -a.severity)}
    found = []
    for point in points:
        watch = next(
            (w for w in watches(book, point, page.register, page.look.now) if w.low is not None or w.high), None
        )
        if watch is not None:
            shown = page.look.value(point, last.get(point.id))
            found.append(Gauge(point=point, shown=shown, watch=watch, priority=alight.get(point.id, 0)))
    return found


def watched_points(book: RuleBook, register: Register) -> list[str]:
    """Points under rules with numeric limits, of each rule in turn, in the register's order."""
    numeric = [
        rule for rule in sorted(book, key=lambda r: r.severity) if rule.kind.NAME in ("band", "minimum", "maximum")
    ]
    columns = [[point.id for point in book.points_of(rule, register)] for rule in numeric]
    in_turn = [id for row in zip_longest(*columns) for id in row if id is not None]
    return sorted(list(dict.fromkeys(in_turn))[:MOST_VALUES], key=list(register.points).index)


def orders_by_clock(page: Page) -> list[WorkOrder]:
    """Open work orders, the nearest breach first."""
    pressing = page.unit.clocks.pressing(MOST_ORDERS)
    newest = page.unit.work_orders.find(WorkOrderFilter(open=True), limit=MOST_ORDERS).rows
    found = page.unit.work_orders.some(pressing) | {order.id: order for order in newest}
    open_ones = (order for order in found.values() if order.open)
    by_clock = sorted(
        open_ones, key=lambda order: (clock.due if (clock := order.next_due()) else 2**62, order.severity)
    )
    return by_clock[:MOST_ORDERS]


__all__ = ["AlertRow", "Worker", "alert_rows", "router"]
