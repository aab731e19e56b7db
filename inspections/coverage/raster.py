"""The same shares by another way, to check the polygons by: cells of floor, each asked whether a camera can see it.

It shares nothing with the polygons: no sweep, no rings, no shapely. A cell is seen when the ray from the lens to its middle
crosses no wall, the camera's picture has pixels enough there, and the floor there lies between its lower and upper edge.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from facility.camera import Camera
from facility.floor_plan import Area, AreaKind, FloorPlan, Point2
from inspections.coverage.settings import CoverageSettings

CELL = 0.25
"""Metres; at 1 m the error reaches a quarter of a point."""

Cells = npt.NDArray[np.float64]
Marks = npt.NDArray[np.bool_]


def raster_shares(
    plan: FloorPlan, cameras: Iterable[Camera], settings: CoverageSettings, cell: float = CELL
) -> dict[str, tuple[float, float]]:
    """Required area → (square metres required, square metres seen)."""
    cells = _cells(plan, cell)
    owner = _owners(plan, cells)
    required = [area for area in plan.areas if area.kind is AreaKind.REQUIRED]
    seen = np.zeros(len(cells), dtype=bool)
    asked = np.asarray([area.density for area in required] or [0.0])[np.maximum(owner, 0)]
    for camera in cameras:
        if camera.zone == plan.zone:
            seen |= _seen(camera, plan, cells, asked, settings)
    one = cell * cell
    return {
        area.id: (float((owner == n).sum()) * one, float((seen & (owner == n)).sum()) * one)
        for n, area in enumerate(required)
    }


def _cells(plan: FloorPlan, cell: float) -> Cells:
    x = np.arange(cell / 2, plan.width, cell)
    y = np.arange(cell / 2, plan.height, cell)
    return np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)


def _owners(plan: FloorPlan, cells: Cells) -> npt.NDArray[np.int64]:
    """The number of the required area that each cell is owed to; -1 where nothing is."""
    owner = np.full(len(cells), -1, dtype=np.int64)
    required = [area for area in plan.areas if area.kind is AreaKind.REQUIRED]
    for n, area in sorted(enumerate(required), key=lambda pair: pair[1].density):
        owner[_inside(cells, area.outline)] = n
    for outline in [*plan.columns, *(a.outline for a in plan.areas if _left_out(a))]:
        owner[_inside(cells, outline)] = -1
    return owner


def _left_out(area: Area) -> bool:
    return area.kind in (AreaKind.FORBIDDEN, AreaKind.EXCLUDED)


def _inside(cells: Cells, outline: Sequence[Point2]) -> Marks:
    """By the number of sides to the right."""
    inside = np.zeros(len(cells), dtype=bool)
    for (x1, y1), (x2, y2) in zip(outline, (*outline[1:], outline[0]), strict=True):
        between = (cells[:, 1] < y1) != (cells[:, 1] < y2)
        if y1 != y2:
            inside ^= between & (cells[:, 0] < x1 + (x2 - x1) * (cells[:, 1] - y1) / (y2 - y1))
    return inside


def _seen(camera: Camera, plan: FloorPlan, cells: Cells, asked: Cells, settings: CoverageSettings) -> Marks:
    yaw = math.radians(camera.yaw)
    lens = np.array([camera.x + settings.mount * math.cos(yaw), camera.y + settings.mount * math.sin(yaw)])
    if not (0 <= lens[0] <= plan.width and 0 <= lens[1] <= plan.height):
        return np.zeros(len(cells), dtype=bool)
    away = cells - lens
    far = np.hypot(away[:, 0], away[:, 1])
    turned = np.abs((np.degrees(np.arctan2(away[:, 1], away[:, 0])) - camera.yaw + 180) % 360 - 180)
    seen = (turned <= camera.hfov / 2) & (_pixels(camera, far, settings) >= asked)
    seen &= _in_picture(camera, far, settings)
    if settings.occlusion:
        walls = [*plan.walls, *((*column, column[0]) for column in plan.columns)]
        for line in walls:
            for a, b in pairwise(line):
                seen &= ~_crosses(lens, cells, a, b)
    return np.asarray(seen, dtype=bool)


def _pixels(camera: Camera, far: Cells, settings: CoverageSettings) -> Cells:
    """Pixels on a metre, so far away."""
    width = camera.width_px
    with np.errstate(divide="ignore"):
        if camera.hfov >= settings.fisheye:
            return width / (far * math.pi * camera.hfov / 180)
        return width / (2 * far * math.tan(math.pi * camera.hfov / 360))


def _in_picture(camera: Camera, far: Cells, settings: CoverageSettings) -> Marks:
    """Whether the floor there is between the picture's edges, by how steeply one looks down at it."""
    drop = camera.height - settings.seen_height
    if drop <= 0:
        return np.ones(len(far), dtype=bool)
    ratio = camera.height_px / camera.width_px if camera.height_px else 0.5625
    if camera.hfov >= settings.fisheye:
        half = min(180.0, camera.hfov * ratio) / 2
    else:
        half = math.degrees(math.atan(ratio * math.tan(math.pi * camera.hfov / 360)))
    down = np.degrees(np.arctan2(drop, far))
    seen = np.ones(len(far), dtype=bool)
    if settings.dead_zone:
        seen &= down <= camera.tilt + half
    if settings.far_edge:
        seen &= down >= camera.tilt - half
    return seen


def _crosses(lens: Cells, cells: Cells, a: Point2, b: Point2) -> Marks:
    """Whether the straight line from the lens to each cell goes through the wall from ``a`` to ``b``."""
    side_of_lens = _side(a, b, lens[None, :])[0]
    other_side = _side(a, b, cells) * side_of_lens < 0
    sides = [
        (corner[0] - lens[0]) * (cells[:, 1] - lens[1]) - (corner[1] - lens[1]) * (cells[:, 0] - lens[0])
        for corner in (a, b)
    ]
    return np.asarray(other_side & (sides[0] * sides[1] <= 0), dtype=bool)


def _side(a: Point2, b: Point2, points: Cells) -> Cells:
    """Above 0 to the left of the way from ``a`` to ``b``."""
    return np.asarray((b[0] - a[0]) * (points[:, 1] - a[1]) - (b[1] - a[1]) * (points[:, 0] - a[0]), dtype=np.float64)
