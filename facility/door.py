"""Doors, as the register has them: an asset with a reader, a contact, or both."""

from __future__ import annotations

from dataclasses import dataclass

from facility.permission import Place, place_of
from facility.register import Register


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """Points are empty where the door has none."""

    asset: str
    zone: str
    """To which it leads."""
    place: Place
    entry: str = ""
    """Quantity ``entry``: cards shown to its reader."""
    state: str = ""
    """Quantity ``door`` or ``contact``."""
    counter: str = ""
    """Quantity ``count``: how many people went through since its last report."""

    @property
    def events(self) -> tuple[str, ...]:
        """The points that passages are kept under."""
        return tuple(point for point in (self.entry, self.state) if point)


_PART = {"entry": "entry", "door": "state", "contact": "state", "count": "counter"}


def doors_of(register: Register) -> dict[str, Door]:
    """By asset, in the register's order. Points of the same kind: the first one."""
    found: dict[str, dict[str, str]] = {}
    for point in register.points.values():
        part = _PART.get(point.quantity)
        if part and (asset := register.assets.get(point.asset)) and "door" in asset.kind.split("-"):
            found.setdefault(asset.id, {}).setdefault(part, point.id)
    return {
        asset: Door(
            asset=asset,
            zone=(zone := register.assets[asset].zone),
            place=place_of(register, zone),
            **found[asset],
        )
        for asset in register.assets
        if asset in found and found[asset].keys() & {"entry", "state"}
    }
