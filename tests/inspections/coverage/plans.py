"""Plans and cameras that tests look at."""

from collections.abc import Sequence
from typing import Any

from facility.camera import Camera
from facility.floor_plan import Area, AreaKind, FloorPlan, Point2
from facility.text import Text


def camera(id: str, x: float, y: float, yaw: float, **more: Any) -> Camera:
    given: dict[str, Any] = {"id": id, "zone": "z", "name": Text(id, id), "x": x, "y": y, "yaw": yaw, "hfov": 70.0}
    return Camera(**given | more)


def box(x0: float, y0: float, x1: float, y1: float) -> tuple[Point2, ...]:
    return ((x0, y0), (x1, y0), (x1, y1), (x0, y1))


def area(id: str, outline: Sequence[Point2], kind: AreaKind = AreaKind.REQUIRED, **more: Any) -> Area:
    return Area(id=id, kind=kind, name=Text(id, id), outline=tuple(outline), **more)


def plan(width: float = 10, height: float = 8, **more: Any) -> FloorPlan:
    given: dict[str, Any] = {
        "zone": "z",
        "width": width,
        "height": height,
        "areas": (area("all", box(0, 0, width, height)),),
    }
    return FloorPlan(**given | more)
