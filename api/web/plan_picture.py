"""A plan as a picture: what is seen, what is not, where none may look, where cameras hang. In metres, y down as SVG has it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from shapely.geometry.base import BaseGeometry

from api.coverage_reading import SETTINGS, Standing
from facility.camera import Camera
from facility.floor_plan import Area, AreaKind, FloorPlan, Point2
from facility.text import Text
from inspections.coverage.ground import united, without
from inspections.coverage.states import CameraState
from inspections.coverage.survey import ZoneSurvey

SHADES = 4
"""Classes are told apart by so many shades; further ones begin again, each has its name in the legend."""
DUST = 0.002
"""A blind piece of less than this share of the plan's side is rounding of the drawing, not worth a hatch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """One area."""

    kind: str
    name: Text
    path: str
    shade: int = 0
    group: str = ""
    violated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """What is seen, or not, of one required area."""

    path: str
    shade: int
    over: bool = False
    """Its area is above the limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Eye:
    """One camera where it hangs."""

    camera: Camera
    x: float
    y: float
    wedge: str
    """Its axis and the edges of its view, short."""
    turn: float
    """Degrees clockwise, as SVG turns."""
    state: str
    sees: bool
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """Everything that is drawn."""

    plan: FloorPlan
    unit: float
    """Metres that a line of text takes."""
    grounds: tuple[Ground, ...]
    seen: tuple[Piece, ...]
    blind: tuple[Piece, ...]
    walls: str
    columns: str
    eyes: tuple[Eye, ...]
    marks: tuple[tuple[str, float, float], ...]
    groups: tuple[tuple[str, int], ...]
    """Class → its shade."""
    hatch: float
    """Metres between two lines of a hatch."""


def picture(found: Standing, survey: ZoneSurvey, *, live: bool) -> Picture:
    """``live``: with the cameras that work now, where somebody looks at them; else with all."""
    plan = survey.plan
    now = live and found.fresh
    shares = {share.area: share for share in survey.shares(found.working if now else None)}
    seen = survey.seen(found.working if now else survey.ids)
    required = survey.room.ground.required
    shades = _shades(area.group for area, _ in required)
    violated = {violation.area for violation in survey.violations}
    speck = (max(plan.width, plan.height) * DUST) ** 2
    blind = [(area, _blind(net, seen[area.id], speck)) for area, net in required]
    unit = max(plan.width, plan.height) / 50
    return Picture(
        plan=plan,
        unit=unit,
        grounds=tuple(_ground(plan, area, shades, violated) for area in plan.areas),
        seen=tuple(Piece(path=_shape(plan, seen[area.id]), shade=shades[area.group]) for area, _ in required),
        blind=tuple(
            Piece(path=_shape(plan, shape), shade=shades[area.group], over=shares[area.id].blind > SETTINGS.limit)
            for area, shape in blind
            if not shape.is_empty
        ),
        walls=" ".join(_line(plan, wall) for wall in plan.walls),
        columns=" ".join(_line(plan, column) + "Z" for column in plan.columns),
        eyes=tuple(_eye(found, plan, camera, unit, now=now) for camera in survey.cameras),
        marks=tuple((asset, x, round(plan.height - y, 3)) for asset, (x, y) in plan.marks.items()),
        groups=tuple(shades.items()),
        hatch=unit * 0.5,
    )


def _shades(groups: Iterable[str]) -> dict[str, int]:
    return {group: number % SHADES for number, group in enumerate(dict.fromkeys(groups))}


def _blind(net: BaseGeometry, seen: BaseGeometry, speck: float) -> BaseGeometry:
    """Without hairs along the edges."""
    shape = without(net, seen)
    return united(part for part in getattr(shape, "geoms", [shape]) if part.area > speck)


def _ground(plan: FloorPlan, area: Area, shades: dict[str, int], violated: set[str]) -> Ground:
    return Ground(
        kind=area.kind.value,
        name=area.name,
        path=_line(plan, area.outline) + "Z",
        shade=shades.get(area.group, 0) if area.kind is AreaKind.REQUIRED else 0,
        group=area.group,
        violated=area.id in violated,
    )


def _eye(found: Standing, plan: FloorPlan, camera: Camera, unit: float, *, now: bool) -> Eye:
    state = found.state(camera.id) if now else CameraState.WORKING
    half = math.radians(min(camera.hfov, 340) / 2)
    size = 2.2 * unit
    ends = [(size * math.cos(turn), size * math.sin(turn)) for turn in (-half, half)]
    (x1, y1), (x2, y2) = ends
    return Eye(
        camera=camera,
        x=round(camera.x, 3),
        y=round(plan.height - camera.y, 3),
        wedge=f"M0 0L{x1:.3f} {y1:.3f}A{size:.3f} {size:.3f} 0 {int(camera.hfov > 180)} 1 {x2:.3f} {y2:.3f}Z",
        turn=round(-camera.yaw, 2),
        state=state.value,
        sees=state is CameraState.WORKING,
        label=camera.id.removeprefix("cam-"),
    )


def _shape(plan: FloorPlan, shape: BaseGeometry) -> str:
    rings: list[Sequence[Point2]] = []
    for part in getattr(shape, "geoms", [shape]):
        if not part.is_empty:
            rings += [part.exterior.coords, *(hole.coords for hole in part.interiors)]
    return " ".join(_line(plan, list(ring)[:-1]) + "Z" for ring in rings)


def _line(plan: FloorPlan, points: Iterable[Point2]) -> str:
    return "M" + "L".join(f"{_short(x)} {_short(plan.height - y)}" for x, y in points)


def _short(metres: float) -> str:
    return f"{metres:.3f}".rstrip("0").rstrip(".") or "0"
