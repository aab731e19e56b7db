"""Floor plans: what a zone looks like from above, where things are on it, what must be seen and what must not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from facility.text import Text

Point2 = tuple[float, float]
"""Metres on the plan, x to the right and y upwards from its lower left corner."""


class AreaKind(StrEnum):
    """What an area of a plan is there for."""

    REQUIRED = "required"
    """Cameras must see it."""
    FORBIDDEN = "forbidden"
    """Cameras must not see it (国务院令第799号 Art 8: toilets, changing rooms, dormitories …)."""
    EXCLUDED = "excluded"
    """Left out of what must be seen: voids, shafts, private units."""
    PATROL = "patrol"
    """Guards must walk it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """A polygon without holes. ``density`` is the pixels per metre that a required area asks for (EN 62676-4)."""

    id: str
    kind: AreaKind
    name: Text
    outline: tuple[Point2, ...]
    density: float = 25.0
    group: str = ""
    """The class it is counted under: entrance, corridor, garage …"""


@dataclass(frozen=True, slots=True, kw_only=True)
class FloorPlan:
    """The plan of one zone. ``walls`` stop the eye: each is a line of points."""

    zone: str
    width: float
    """Metres."""
    height: float
    walls: tuple[tuple[Point2, ...], ...] = ()
    columns: tuple[tuple[Point2, ...], ...] = ()
    """Polygons that stand in the way."""
    areas: tuple[Area, ...] = ()
    marks: Mapping[str, Point2] = field(default_factory=dict)
    """Asset id → where it stands on the plan (checkpoints, detectors, doors)."""
    image: str = ""
    """SHA-256 of a picture drawn under it (``unit.files``); it covers the whole plan."""

    @property
    def id(self) -> str:
        """One plan a zone."""
        return self.zone


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanChange:
    """One plan that differs: added (no ``before``), changed, or removed (no ``after``)."""

    key: str
    """The zone."""
    before: FloorPlan | None
    after: FloorPlan | None
    table: str = "plans"

    @property
    def what(self) -> str:
        """added · changed · removed"""
        return "added" if self.before is None else "removed" if self.after is None else "changed"
