"""The register: everything the property consists of, as it was in force at one time."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import tzinfo
from functools import cached_property
from typing import NamedTuple

from facility.camera import Camera
from facility.instrument import Instrument
from facility.point import Device, Point, Setting
from facility.round import Route, Stop
from facility.site import BEIJING, Asset, Site, Zone, time_zone

Noun = Site | Zone | Asset | Device | Point | Setting | Camera | Route | Stop | Instrument
"""What the register is made of."""


class Stretch(NamedTuple):
    """How long an entry has stood without a break, and as the same kind of thing."""

    since: int
    until: int | None
    """When it was retired; None while it stands."""


def key_of(noun: Noun) -> str:
    """The id by which the register tells entries of one kind apart."""
    match noun:
        case Setting():
            return f"{noun.point}/{noun.name}/{noun.since}"
        case Stop():
            return f"{noun.route}/{noun.order}"
        case _:
            return noun.id


@dataclass(frozen=True, kw_only=True)
class Register:
    """A snapshot. Dictionaries are by id and keep the import's order; ``version`` grows with every change."""

    version: int = 0
    sites: dict[str, Site] = field(default_factory=dict)
    zones: dict[str, Zone] = field(default_factory=dict)
    assets: dict[str, Asset] = field(default_factory=dict)
    devices: dict[str, Device] = field(default_factory=dict)
    points: dict[str, Point] = field(default_factory=dict)
    settings: dict[str, Setting] = field(default_factory=dict)
    cameras: dict[str, Camera] = field(default_factory=dict)
    routes: dict[str, Route] = field(default_factory=dict)
    stops: dict[str, Stop] = field(default_factory=dict)
    instruments: dict[str, Instrument] = field(default_factory=dict)
    registered: dict[str, int] = field(default_factory=dict)
    """Point id → instant at which it was first registered."""

    @cached_property
    def _settings_of(self) -> dict[tuple[str, str], list[Setting]]:
        found: dict[tuple[str, str], list[Setting]] = {}
        for setting in sorted(self.settings.values(), key=lambda s: s.since):
            found.setdefault((setting.point, setting.name), []).append(setting)
        return found

    def setting(self, point: str, name: str, at: int) -> Setting | None:
        """The setting in force at ``at``. Before the first one, None."""
        history = self._settings_of.get((point, name), [])
        index = bisect_right(history, at, key=lambda s: s.since)
        return history[index - 1] if index else None

    def settings_history(self, point: str, name: str) -> list[Setting]:
        """All settings of that name on the point, oldest first."""
        return list(self._settings_of.get((point, name), []))

    @cached_property
    def point_by_key(self) -> dict[tuple[str, str], Point]:
        """(device, payload key) → point."""
        return {(p.device, p.key or p.id.rpartition(".")[2]): p for p in self.points.values() if p.device}

    @cached_property
    def device_by_external(self) -> dict[tuple[str, str], Device]:
        """(source, external id) → device."""
        return {(d.source, d.external_id or d.id): d for d in self.devices.values()}

    @property
    def time_zone(self) -> tzinfo:
        """The property's: that of the first site."""
        site = next(iter(self.sites.values()), None)
        return time_zone(site.timezone if site else BEIJING)

    def zone_of(self, point: Point) -> Zone | None:
        """The zone in which the point's asset stands."""
        asset = self.assets.get(point.asset)
        return self.zones.get(asset.zone) if asset else None

    def zone_path(self, zone: str) -> list[Zone]:
        """From the outermost zone down to ``zone``. A loop of parents ends it."""
        path: list[Zone] = []
        found = self.zones.get(zone)
        while found is not None and found not in path:
            path.append(found)
            found = self.zones.get(found.parent)
        return path[::-1]

    def zones_below(self, zone: str) -> set[str]:
        """``zone`` and every zone inside it."""
        found, more = {zone}, True
        while more:
            inner = {z.id for z in self.zones.values() if z.parent in found} - found
            found |= inner
            more = bool(inner)
        return found


TABLES: dict[str, type] = {
    "sites": Site,
    "zones": Zone,
    "assets": Asset,
    "devices": Device,
    "points": Point,
    "settings": Setting,
    "cameras": Camera,
    "routes": Route,
    "stops": Stop,
    "instruments": Instrument,
}
"""Noun per CSV file and per attribute of ``Register``, in the order in which they refer to one another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One entry that differs: added (no ``before``), changed, or retired (no ``after``)."""

    table: str
    key: str
    before: Noun | None
    after: Noun | None

    @property
    def what(self) -> str:
        """added · changed · retired"""
        return "added" if self.before is None else "retired" if self.after is None else "changed"


def difference(old: Register, new: Register) -> list[Change]:
    """What must happen to ``old`` to become ``new``, table by table. Settings are history: they are never retired."""
    return [change for table in TABLES for change in _table_difference(table, old, new)]


def _table_difference(table: str, old: Register, new: Register) -> Iterable[Change]:
    before: dict[str, Noun] = getattr(old, table)
    after: dict[str, Noun] = getattr(new, table)
    for key, noun in after.items():
        if before.get(key) != noun:
            yield Change(table=table, key=key, before=before.get(key), after=noun)
    if table != "settings":
        for key, noun in before.items():
            if key not in after:
                yield Change(table=table, key=key, before=noun, after=None)
