"""The ground of a plan: what must be seen, what must not, as polygons. Each piece of floor is owed to one area only."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import shapely
from shapely import Polygon
from shapely.geometry.base import BaseGeometry

from facility.floor_plan import Area, AreaKind, FloorPlan, Point2

GRID = 1e-6
"""Everything lies on a grid of a micrometre: unions of polygons that touch come out whole."""


@dataclass(frozen=True, kw_only=True)
class Ground:
    """``required`` are without forbidden and excluded areas and without columns; they do not overlap one another."""

    required: tuple[tuple[Area, BaseGeometry], ...]
    forbidden: tuple[tuple[Area, BaseGeometry], ...]
    solid: BaseGeometry
    """Columns."""


def ground(plan: FloorPlan) -> Ground:
    """Where two required areas overlap, the one that asks for more pixels has the floor."""
    whole = shapely.box(0, 0, plan.width, plan.height)
    solid = united(polygon(column) for column in plan.columns)
    forbidden = [(area, common(polygon(area.outline), whole)) for area in _of(plan, AreaKind.FORBIDDEN)]
    taken = united(
        [solid, *(shape for _, shape in forbidden), *(polygon(a.outline) for a in _of(plan, AreaKind.EXCLUDED))]
    )
    required: dict[str, tuple[Area, BaseGeometry]] = {}
    for area in sorted(_of(plan, AreaKind.REQUIRED), key=lambda area: -area.density):
        net = without(common(polygon(area.outline), whole), taken)
        required[area.id] = (area, net)
        taken = united([taken, net])
    in_order = tuple(required[area.id] for area in _of(plan, AreaKind.REQUIRED))
    return Ground(required=in_order, forbidden=tuple(forbidden), solid=solid)


def _of(plan: FloorPlan, kind: AreaKind) -> list[Area]:
    return [area for area in plan.areas if area.kind is kind]


def polygon(outline: Sequence[Point2]) -> BaseGeometry:
    """Made valid: an outline that crosses itself covers what it runs around."""
    if len(outline) < 3:
        return Polygon()
    found = Polygon(outline)
    return found if found.is_valid else shapely.buffer(shapely.make_valid(found), 0)


def on_grid(shape: BaseGeometry) -> BaseGeometry:
    """Without hairs and rounding."""
    return _faces(shapely.set_precision(shape, GRID))


def united(shapes: Iterable[BaseGeometry]) -> BaseGeometry:
    """One shape; empty of nothing."""
    return _faces(shapely.union_all(list(shapes), grid_size=GRID))


def common(one: BaseGeometry, other: BaseGeometry) -> BaseGeometry:
    """What both cover."""
    return _faces(shapely.intersection(one, other, grid_size=GRID))


def without(one: BaseGeometry, other: BaseGeometry) -> BaseGeometry:
    """What only the first covers."""
    return _faces(shapely.difference(one, other, grid_size=GRID))


def _faces(shape: BaseGeometry) -> BaseGeometry:
    """Shapes that touch have points and lines in common: they cover nothing, and the next operation refuses them."""
    if shape.geom_type in ("Polygon", "MultiPolygon"):
        return shape
    return shapely.MultiPolygon([part for part in _parts(shape) if isinstance(part, Polygon)])


def _parts(shape: BaseGeometry) -> Iterable[BaseGeometry]:
    for part in shapely.get_parts(shape):
        yield from shapely.get_parts(part)
