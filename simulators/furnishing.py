"""From a register to what stands in the simulated building: models, guards, lines."""

from __future__ import annotations

import importlib
import pkgutil
from dataclasses import dataclass, field
from random import Random
from zoneinfo import ZoneInfo

from facility.instant import HOUR, to_datetime
from facility.point import Device, Point
from facility.register import Register
from facility.round import Route
from simulators import devices
from simulators.devices.anything import Anything
from simulators.devices.model import Fitting, Model
from simulators.dialects import native, spoken_by
from simulators.guard import Guard
from simulators.line import GatewayLine, Line
from simulators.people import People


def _families() -> dict[str, type[Model]]:
    for info in pkgutil.iter_modules(devices.__path__):
        importlib.import_module(f"{devices.__name__}.{info.name}")
    return {kind: family for family in Model.__subclasses__() for kind in family.kinds}


FAMILIES = _families()
"""Asset kind → the family that stands for it; all others are ``Anything``."""


@dataclass(kw_only=True)
class Furnishing:
    """Everything in its initial state at ``start``; the same for the same register, start and seed."""

    register: Register
    start: int
    seed: int
    models: dict[tuple[str, str], Model] = field(default_factory=dict, init=False)
    """(device, asset) → model."""
    guards: dict[str, Guard] = field(default_factory=dict, init=False)
    """By route."""
    lines: dict[str, Line] = field(default_factory=dict, init=False)
    """By device."""

    def __post_init__(self) -> None:
        self._utc_offset = _utc_offset(self.register, self.start)
        self._people = People.living_here(self.seed)
        gateways = {device.gateway for device in self.register.devices.values() if device.gateway}
        for device in self.register.devices.values():
            self.lines[device.id] = self._line(device, gateway=device.id in gateways)
        for (device_id, asset), points in self._fitted().items():
            self.models[device_id, asset] = self._model(device_id, asset, points)
        for route in self.register.routes.values():
            self.guards[route.id] = self._guard(route)

    def _fitted(self) -> dict[tuple[str, str], tuple[Point, ...]]:
        found: dict[tuple[str, str], tuple[Point, ...]] = {}
        for point in self.register.points.values():
            # A checkpoint has nothing to say by itself: guards scan it.
            if point.device in self.lines and point.quantity != "scan":
                key = (point.device, point.asset)
                found[key] = (*found.get(key, ()), point)
        return found

    def _rng(self, name: str) -> Random:
        return Random(f"{name}/{self.seed}")  # noqa: S311

    def _model(self, device: str, asset: str, points: tuple[Point, ...]) -> Model:
        found = self.register.assets[asset]
        zone = self.register.zones.get(found.zone)
        fitting = Fitting(
            asset=found,
            device=self.register.devices[device],
            points=points,
            register=self.register,
            people=self._people,
            access=zone.access if zone else "public",
            utc_offset=self._utc_offset,
        )
        return FAMILIES.get(found.kind, Anything).fit(fitting, self._rng(f"{device}/{asset}"), self.start)

    def _guard(self, route: Route) -> Guard:
        return Guard.on(
            route,
            register=self.register,
            people=self._people,
            utc_offset=self._utc_offset,
            rng=self._rng(f"route/{route.id}"),
            start=self.start,
        )

    def _line(self, device: Device, *, gateway: bool) -> Line:
        site = next(iter(self.register.sites), "site")
        dialect = spoken_by(device.source)
        kind = GatewayLine if gateway and dialect is native.wire else Line
        return kind(device=device, site=site, dialect=dialect)

    def gateway_of(self, line: Line) -> GatewayLine | None:
        """The simulated gateway that speaks for the device, where there is one."""
        gateway = self.lines.get(line.device.gateway)
        return gateway if isinstance(gateway, GatewayLine) and line.dialect is native.wire else None


def _utc_offset(register: Register, at: int) -> int:
    site = next(iter(register.sites.values()), None)
    offset = to_datetime(at, ZoneInfo(site.timezone)).utcoffset() if site else None
    return round(offset.total_seconds() * 1000) if offset is not None else 8 * HOUR
