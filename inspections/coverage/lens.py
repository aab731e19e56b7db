"""How far a camera sees: from its angles, its height and its pixels to a ring on the floor. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass

from facility.camera import Camera
from inspections.coverage.settings import CoverageSettings

_WIDE = 16 / 9


@dataclass(frozen=True, slots=True, kw_only=True)
class Ring:
    """Metres from the camera along the floor; nothing is seen when ``near >= far``."""

    near: float
    far: float


def vertical_field(camera: Camera, settings: CoverageSettings) -> float:
    """Degrees: ``2·atan(tan(hfov/2)·height/width)`` of a rectilinear lens, in proportion of a fisheye."""
    shape = camera.height_px / camera.width_px if camera.height_px else 1 / _WIDE
    if camera.hfov >= settings.fisheye:
        return min(180.0, camera.hfov * shape)
    return math.degrees(2 * math.atan(math.tan(math.radians(camera.hfov / 2)) * shape))


def reach(camera: Camera, density: float, settings: CoverageSettings) -> float:
    """Where pixels per metre fall to ``density``: ``width / (2·tan(hfov/2)·density)``; a fisheye's ``width / (hfov·density)``.

    Without a density (0): as far as the eye goes.
    """
    if density <= 0:
        return math.inf
    if camera.hfov >= settings.fisheye:
        return camera.width_px / (math.radians(camera.hfov) * density)
    return camera.width_px / (2 * math.tan(math.radians(camera.hfov / 2)) * density)


def ring(camera: Camera, density: float, settings: CoverageSettings) -> Ring:
    """Nearer than ``h·tan(90° − tilt − vfov/2)`` lies below the picture; farther than ``reach`` there are too few pixels."""
    far = reach(camera, density, settings)
    above = camera.height - settings.seen_height
    if above <= 0:
        return Ring(near=0.0, far=far)
    half = vertical_field(camera, settings) / 2
    near = _meets_floor(above, camera.tilt + half) if settings.dead_zone else 0.0
    if settings.far_edge:
        far = min(far, _meets_floor(above, camera.tilt - half))
    return Ring(near=near, far=far)


def _meets_floor(above: float, down: float) -> float:
    """How far away a ray that points ``down`` degrees from level meets the floor; one that does not: never."""
    if down >= 90:
        return 0.0
    return math.inf if down <= 0 else above * math.tan(math.radians(90 - down))
