"""``/api/v1/site``: the tree of zones and assets."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import Field

from api.access import READING
from api.context import Context, context_of
from api.discreet import is_silent
from api.paging import PROBLEMS, Out, Words, words
from api.routes import API
from facility.register import Register
from facility.site import Asset, Zone

router = APIRouter(prefix=API, tags=["site"], responses=PROBLEMS, dependencies=[READING])


class AssetOut(Out):
    """A thing that is looked after, and its points."""

    id: str = Field(examples=["pump-room-1"])
    kind: str = Field(examples=["pump-room-gauge"])
    model: str
    name: Words
    points: list[str] = Field(examples=[["pump-room-1.pressure"]])


class ZoneOut(Out):
    """A zone with what is inside it. ``open`` is the number of open alerts in it and below."""

    id: str = Field(examples=["b1"])
    kind: str = Field(examples=["building"])
    level: int
    access: str
    name: Words
    open: int
    assets: list[AssetOut]
    zones: list[ZoneOut]


class SiteOut(Out):
    """The property."""

    id: str = Field(examples=["riverside"])
    name: Words
    timezone: str = Field(examples=["Asia/Shanghai"])
    version: int = Field(description="The register's version.")
    zones: list[ZoneOut]


@router.get("/site", summary="The property as a tree: zones, assets, points")
def read_site(context: Annotated[Context, Depends(context_of)]) -> SiteOut:
    """Zones inside zones, each with its assets, their points and the number of open alerts."""
    with context.records.read() as unit:
        register = context.register(unit)
        zones_alight = [alert.zone for alert in unit.alerts.open_ones() if not is_silent(alert)]
    site = context.site(register)
    return SiteOut(
        id=site.id,
        name=words(site.name),
        timezone=site.timezone,
        version=register.version,
        zones=_Tree(register, zones_alight).below(""),
    )


class _Tree:
    def __init__(self, register: Register, zones_alight: list[str]) -> None:
        self._inner: dict[str, list[Zone]] = {}
        for zone in register.zones.values():
            self._inner.setdefault(zone.parent if zone.parent in register.zones else "", []).append(zone)
        self._assets: dict[str, list[Asset]] = {}
        for asset in register.assets.values():
            self._assets.setdefault(asset.zone, []).append(asset)
        self._points: dict[str, list[str]] = {}
        for point in register.points.values():
            self._points.setdefault(point.asset, []).append(point.id)
        self._alight = zones_alight

    def below(self, parent: str, above: tuple[str, ...] = ()) -> list[ZoneOut]:
        return [self._zone(zone, above) for zone in self._inner.get(parent, []) if zone.id not in above]

    def _zone(self, zone: Zone, above: tuple[str, ...]) -> ZoneOut:
        inner = self.below(zone.id, (*above, zone.id))
        return ZoneOut(
            id=zone.id,
            kind=zone.kind,
            level=zone.level,
            access=zone.access,
            name=words(zone.name),
            open=self._alight.count(zone.id) + sum(z.open for z in inner),
            assets=[self._asset(asset) for asset in self._assets.get(zone.id, [])],
            zones=inner,
        )

    def _asset(self, asset: Asset) -> AssetOut:
        return AssetOut(
            id=asset.id,
            kind=asset.kind,
            model=asset.model,
            name=words(asset.name),
            points=self._points.get(asset.id, []),
        )
