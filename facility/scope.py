"""Which part of the property something is about: one point, one asset, a zone with all inside it, or everything."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from facility.register import Register


class Extent(StrEnum):
    """How far it reaches."""

    POINT = "point"
    ASSET = "asset"
    ZONE = "zone"
    """With every zone inside it."""
    SYSTEM = "system"
    """The whole property."""


@dataclass(frozen=True, slots=True)
class Scope:
    """``id`` is a point's, an asset's or a zone's; empty for the whole property."""

    extent: Extent
    id: str = ""

    def covers(self, point: str, register: Register) -> bool:
        """Whether the point lies in it. A point that has left the register lies in the whole property only."""
        found = register.points.get(point)
        match self.extent:
            case Extent.SYSTEM:
                return True
            case Extent.POINT:
                return point == self.id
            case Extent.ASSET:
                return found is not None and found.asset == self.id
            case Extent.ZONE:
                asset = register.assets.get(found.asset) if found else None
                return asset is not None and any(zone.id == self.id for zone in register.zone_path(asset.zone))

    def points(self, register: Register) -> list[str]:
        """Every point in it, in the register's order."""
        return [point for point in register.points if self.covers(point, register)]

    def known(self, register: Register) -> bool:
        """Whether the register has it."""
        match self.extent:
            case Extent.SYSTEM:
                return not self.id
            case Extent.POINT:
                return self.id in register.points
            case Extent.ASSET:
                return self.id in register.assets
            case Extent.ZONE:
                return self.id in register.zones
