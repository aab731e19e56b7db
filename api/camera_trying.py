"""A camera that hangs otherwise: read from what people and programs send, tried, and proposed to the register."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from api.problems import Problem
from facility.alert_life import FieldRefused
from facility.camera import Camera
from facility.register import Change, Register
from facility.text import Text
from storage.records.port import Unit

LIMITS: dict[str, tuple[float, float]] = {
    "x": (0, 2_000),
    "y": (0, 2_000),
    "height": (0, 100),
    "yaw": (-360, 360),
    "tilt": (-90, 90),
    "hfov": (1, 360),
    "width_px": (1, 100_000),
    "height_px": (0, 100_000),
}
"""What the register takes, by field."""
WHOLE = ("width_px", "height_px")


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A camera as it is and as it would be."""

    before: Camera
    after: Camera


def hung(camera: Camera, given: Mapping[str, Any]) -> Camera:
    """The camera with what is given instead. Raises ``FieldRefused``, naming the field and what is allowed."""
    values: dict[str, Any] = {
        name: _value(camera.id, name, given[name]) for name in LIMITS if given.get(name) not in (None, "")
    }
    return replace(camera, **values)


def _value(camera: str, name: str, given: Any) -> float | int:
    low, high = LIMITS[name]
    try:
        value = float(str(given).strip().replace(",", "."))
    except ValueError:
        value = math.nan
    if not low <= value <= high or (name in WHOLE and value != int(value)):
        field = f"{camera}.{name}"
        raise FieldRefused(
            "what-if",
            field,
            Text(
                f"{given!r} 不行；可用：{low:g} 到 {high:g}", f"{given!r} is not possible; allowed: {low:g} to {high:g}"
            ),
        )
    return int(value) if name in WHOLE else value


def propose(unit: Unit, register: Register, cameras: list[Camera], *, who: str, why: str, at: int) -> int:
    """The register's new version. Raises ``Problem`` when nothing differs, ``FieldRefused`` without a reason, ``Conflict``."""
    if not why.strip():
        raise FieldRefused("propose", "why", Text("请写明理由", "is missing; say why the register is changed"))
    changes = [
        Change(table="cameras", key=one.id, before=before, after=one)
        for one in cameras
        if (before := register.cameras.get(one.id)) is not None and before != one
    ]
    if not changes:
        raise Problem(422, "invalid", "Nothing to change", "cameras: they hang as the register says already")
    return unit.registers.apply(changes, who=who, at=at, why=why.strip())
