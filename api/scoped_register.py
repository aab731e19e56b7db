"""The register as it looks from within a limited account's buildings and clauses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from api.context import Context
from api.scoped_rooms import CAMERAS, PATROLS
from facility.camera import Camera
from facility.instrument import Instrument
from facility.person import Scope
from facility.point import Point
from facility.register import Register
from facility.round import Stop


@dataclass(frozen=True, kw_only=True)
class Narrowing:
    """One register and one scope."""

    base: Context
    whole: Register
    scope: Scope
    zones: frozenset[str]
    """All that lies in the scope's buildings; empty: no limit."""
    rules: frozenset[str]
    """Those of the scope's clauses."""

    def register(self) -> Register:
        """What lies within. A zone that holds one of these stays, so that places keep their names."""
        above = {zone.id for one in self.zones for zone in self.whole.zone_path(one)}
        zones = {id: zone for id, zone in self.whole.zones.items() if self._inside(id) or id in above}
        assets = {id: asset for id, asset in self.whole.assets.items() if self._inside(asset.zone)}
        cameras, stops = self._cameras(), self._stops(assets)
        rooms = {stop.point for stop in stops.values()}
        points = {
            id: point
            for id, point in self._points(assets).items()
            if self._watched(id) or id in rooms or point.asset in cameras
        }
        routes = {stop.route for stop in stops.values()}
        return replace(
            self.whole,
            zones=zones,
            assets=assets,
            points=points,
            cameras=cameras,
            stops=stops,
            routes={id: route for id, route in self.whole.routes.items() if id in routes},
            instruments=self._instruments(),
        )

    def _inside(self, zone: str) -> bool:
        return not self.zones or zone in self.zones

    def _points(self, assets: Mapping[str, object]) -> dict[str, Point]:
        return {id: point for id, point in self.whole.points.items() if point.asset in assets}

    def _watched(self, point: str) -> bool:
        return not self.scope.clauses or point in self._of_rules

    @cached_property
    def _of_rules(self) -> frozenset[str]:
        book = self.base.book()
        return frozenset(
            point.id for rule in book if rule.id in self.rules for point in book.points_of(rule, self.whole)
        )

    def _cameras(self) -> dict[str, Camera]:
        if not self.scope.sees(CAMERAS):
            return {}
        return {id: camera for id, camera in self.whole.cameras.items() if self._inside(camera.zone)}

    def _stops(self, assets: Mapping[str, object]) -> dict[str, Stop]:
        known = self._points(assets)
        if not self.scope.sees(PATROLS):
            return {}
        return {id: stop for id, stop in self.whole.stops.items() if stop.point in known}

    def _instruments(self) -> dict[str, Instrument]:
        """They are the whole property's; by clauses, those that a duty of one asks for."""
        kinds = {
            check.instrument
            for duty in self.base.duties().values()
            if self.scope.sees(*duty.clauses)
            for check in duty.checks
        }
        return {id: one for id, one in self.whole.instruments.items() if not self.scope.clauses or one.kind in kinds}
