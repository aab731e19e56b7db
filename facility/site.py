"""Site → zone → asset: where things are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from facility.text import Text

BEIJING = "Asia/Shanghai"


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """One property."""

    id: str
    name: Text
    timezone: str = BEIJING


def time_zone(name: str) -> tzinfo:
    """A property's time zone by its name; Beijing time where that is unknown."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo(BEIJING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone:
    """A building, a floor, a room. ``parent`` is another zone, or empty right below the site."""

    id: str
    site: str
    parent: str = ""
    kind: str = "area"
    """building · floor · room · garage · outdoor · area"""
    access: str = "public"
    """public · staff · sensitive · high-risk: who may enter (manual AP-1)."""
    level: int = 0
    """Storey, 1 at the ground, -1 the first below; only for floors and garages."""
    name: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """A thing that is looked after: a pump set, a distribution box, a smoke detector, a door, a checkpoint."""

    id: str
    zone: str
    kind: str
    """A word of the trade with hyphens: pump-room-gauge, distribution-box, smoke-detector, door, checkpoint, camera …"""
    model: str = ""
    name: Text


ZONE_KINDS = ("building", "floor", "room", "garage", "outdoor", "area")
ACCESS_CLASSES = ("public", "staff", "sensitive", "high-risk")
