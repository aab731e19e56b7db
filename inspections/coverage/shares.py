"""Shares that cameras leave unseen: of an area, a class, a zone, the site. Square metres are added, never percentages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from facility.text import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaShare:
    """Square metres of one required area, and what of it nobody sees."""

    zone: str
    area: str
    name: Text
    group: str
    density: float
    """Pixels per metre that it asks for."""
    required: float
    seen: float

    @property
    def blind(self) -> float:
        """1 − seen ∩ required / required."""
        return blind(self.required, self.seen)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """Several areas taken together, weighted by their size."""

    required: float
    seen: float

    @property
    def share(self) -> float | None:
        """None where nothing must be seen: that is no share of 0."""
        return blind(self.required, self.seen) if self.required > 0 else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """A camera that looks into an area that must not be seen, however small its share."""

    zone: str
    camera: str
    area: str
    name: Text
    seen: float
    """Square metres."""


def blind(required: float, seen: float) -> float:
    """Never below 0 by rounding."""
    return min(1.0, max(0.0, 1 - seen / required)) if required > 0 else 0.0


def total(areas: Iterable[AreaShare]) -> Sum:
    """Area-weighted."""
    found = list(areas)
    return Sum(required=sum(area.required for area in found), seen=sum(area.seen for area in found))


def by_group(areas: Iterable[AreaShare]) -> dict[str, Sum]:
    """Class → its areas together."""
    groups: dict[str, list[AreaShare]] = {}
    for area in areas:
        groups.setdefault(area.group or "other", []).append(area)
    return {group: total(found) for group, found in groups.items()}


def by_zone(areas: Iterable[AreaShare]) -> dict[str, Sum]:
    """Zone → its areas together."""
    zones: dict[str, list[AreaShare]] = {}
    for area in areas:
        zones.setdefault(area.zone, []).append(area)
    return {zone: total(found) for zone, found in zones.items()}


def worst(areas: Iterable[AreaShare]) -> AreaShare | None:
    """The area with the greatest blind share; None of none."""
    return max((area for area in areas if area.required > 0), key=lambda area: area.blind, default=None)


def worst_zone(zones: Mapping[str, Sum]) -> str:
    """Empty of none."""
    shares = {zone: found.share for zone, found in zones.items() if found.share is not None}
    return max(shares, key=lambda zone: shares[zone] or 0.0, default="")
