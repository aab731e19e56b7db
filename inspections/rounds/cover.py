"""How much of what must be patrolled lies near where somebody was: round a visited point, or along the way between two."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import shapely
from shapely.geometry.base import BaseGeometry

from facility.floor_plan import AreaKind, FloorPlan, Point2
from facility.round import Round
from facility.text import Text
from inspections.coverage.ground import common, on_grid, polygon, united, without

REACH = 8.0
"""Metres within which a guard who walks by is taken to have seen what there is; every result says which it was."""
Rings = tuple[tuple[Point2, ...], ...]
_ROUND = 16
"""Pieces of a quarter of a circle: the area is right within 0.2 %."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaCover:
    """One area that must be patrolled. Square metres."""

    id: str
    name: Text
    whole: float
    near: float

    @property
    def share(self) -> float:
        """0 to 1."""
        return self.near / self.whole if self.whole else 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Cover:
    """One plan."""

    zone: str
    reach: float
    areas: tuple[AreaCover, ...]
    unseen: tuple[Rings, ...] = ()
    """What lies farther away, for drawing: of each piece its outline, then its holes."""

    @property
    def whole(self) -> float:
        """Square metres that must be patrolled."""
        return sum(one.whole for one in self.areas)

    @property
    def near(self) -> float:
        """Of these, near where somebody was."""
        return sum(one.near for one in self.areas)

    @property
    def share(self) -> float:
        """0 to 1."""
        return self.near / self.whole if self.whole else 1.0


def cover(plan: FloorPlan, walks: Iterable[Sequence[str]], reach: float = REACH) -> Cover | None:
    """``walks``: assets in the order in which one guard was at them. None: nothing on the plan must be patrolled.

    The way between two points is the straight line: of how somebody really went nothing is known. Walls do not stop it.
    """
    owed = [area for area in plan.areas if area.kind is AreaKind.PATROL]
    if not owed:
        return None
    walked = _walked(plan.marks, walks, reach)
    closed = united(polygon(a.outline) for a in plan.areas if a.kind in (AreaKind.EXCLUDED, AreaKind.FORBIDDEN))
    whole, taken = shapely.box(0, 0, plan.width, plan.height), closed
    areas: list[AreaCover] = []
    unseen: list[BaseGeometry] = []
    for area in owed:
        net = without(common(on_grid(polygon(area.outline)), whole), taken)
        taken = united([taken, net])  # what two areas share is owed once
        areas.append(AreaCover(id=area.id, name=area.name, whole=net.area, near=common(net, walked).area))
        unseen.append(without(net, walked))
    return Cover(zone=plan.zone, reach=reach, areas=tuple(areas), unseen=tuple(_outlines(unseen)))


def _walked(marks: Mapping[str, tuple[float, float]], walks: Iterable[Sequence[str]], reach: float) -> BaseGeometry:
    points: set[tuple[float, float]] = set()
    ways: set[tuple[tuple[float, float], tuple[float, float]]] = set()
    for walk in walks:
        points.update(marks[asset] for asset in walk if asset in marks)
        ways.update(
            (marks[a], marks[b]) for a, b in pairwise(walk) if a in marks and b in marks and marks[a] != marks[b]
        )
    shapes = [*(shapely.Point(one) for one in sorted(points)), *(shapely.LineString(one) for one in sorted(ways))]
    return united(on_grid(shapely.buffer(shape, reach, quad_segs=_ROUND)) for shape in shapes)


def _outlines(shapes: Iterable[BaseGeometry]) -> Iterable[Rings]:
    for shape in shapes:
        for part in shapely.get_parts(shape):
            if not part.is_empty and part.geom_type == "Polygon":
                rings = [part.exterior, *part.interiors]
                yield tuple(tuple((float(x), float(y)) for x, y in ring.coords) for ring in rings)


def walks_of(rounds: Iterable[Round]) -> list[list[str]]:
    """Each guard's way on each round: the assets of the points, by the time of the visit."""
    found: list[list[str]] = []
    for one in rounds:
        by_guard: dict[str, list[tuple[int, str]]] = {}
        for stop in one.stops:
            if stop.visited and stop.at is not None:
                by_guard.setdefault(stop.guard, []).append((stop.at, stop.asset))
        found.extend([asset for _, asset in sorted(visits)] for visits in by_guard.values())
    return found
