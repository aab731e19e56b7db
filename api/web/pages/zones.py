"""The site as a tree, and one zone with what is in it."""

from __future__ import annotations

from dataclasses import dataclass, field

from fastapi import APIRouter, Request, Response

from api.access import Reader
from api.web.page import Page, reading
from api.web.pages.board import MOST_WATCHED, alert_rows, buildings, urgency
from api.web.values import Shown
from facility.alert import Condition
from facility.point import Point
from facility.site import Asset, Zone
from storage.records.port import NotFound

router = APIRouter(prefix="/zones")
MOST_POINTS = 500
MOST_ALERTS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class PointLine:
    """A point with its value."""

    point: Point
    shown: Shown
    priority: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetLine:
    """An asset with its points."""

    asset: Asset
    points: list[PointLine]


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """A zone of the tree with its worst priority, its number of assets, and what is inside it."""

    zone: Zone
    priority: int
    assets: int
    inner: list[Branch] = field(default_factory=list)


@router.get("")
def show_tree(request: Request, visitor: Reader) -> Response:
    """Every zone."""
    with reading(request, visitor) as page:
        return page.render("zones.html", tree=_branches(page, ""), cells=buildings(page.register, page.open_alerts))


@router.get("/{id}")
def show_one(request: Request, visitor: Reader, id: str) -> Response:
    """One zone: the zones inside it, its assets with their values, its alerts."""
    with reading(request, visitor) as page:
        zone = page.register.zones.get(id)
        if zone is None:
            raise NotFound(id)
        below = page.register.zones_below(id)
        lines = asset_lines(page, id)
        return page.render(
            "zone.html",
            zone=zone,
            path=page.place(id)[:-1],
            inner=_branches(page, id),
            lines=lines,
            rows=alert_rows(page, sorted((a for a in page.open_alerts if a.zone in below), key=urgency)[:MOST_ALERTS]),
            count=sum(a.zone in below for a in page.open_alerts),
            watched=[line.point.id for asset in lines for line in asset.points][:MOST_WATCHED],
        )


def asset_lines(page: Page, zone: str) -> list[AssetLine]:
    """Assets right in the zone, with their points' newest values."""
    assets = [asset for asset in page.register.assets.values() if asset.zone == zone]
    ids = {asset.id for asset in assets}
    points = [point for point in page.register.points.values() if point.asset in ids][:MOST_POINTS]
    last = page.context.readings.last([point.id for point in points])
    alight = _alight(page)
    return [
        AssetLine(
            asset=asset,
            points=[
                PointLine(point=p, shown=page.look.value(p, last.get(p.id)), priority=alight.get(p.id, 0))
                for p in points
                if p.asset == asset.id
            ],
        )
        for asset in assets
    ]


def _alight(page: Page) -> dict[str, int]:
    found: dict[str, int] = {}
    for alert in page.open_alerts:
        if alert.condition is not Condition.NORMAL:
            found[alert.point] = min(found.get(alert.point, 9), int(alert.severity))
    return found


def _branches(page: Page, parent: str, above: tuple[str, ...] = ()) -> list[Branch]:
    zones = page.register.zones
    inner = [z for z in zones.values() if (z.parent if z.parent in zones else "") == parent and z.id not in above]
    return [_branch(page, zone, above) for zone in sorted(inner, key=lambda z: -z.level)]


def _branch(page: Page, zone: Zone, above: tuple[str, ...]) -> Branch:
    inner = _branches(page, zone.id, (*above, zone.id))
    own = [int(a.severity) for a in page.open_alerts if a.zone == zone.id]
    worst = min([*own, *(b.priority for b in inner if b.priority)], default=0)
    assets = sum(asset.zone == zone.id for asset in page.register.assets.values())
    return Branch(zone=zone, priority=worst, assets=assets + sum(b.assets for b in inner), inner=inner)
