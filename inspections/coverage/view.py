"""What one camera sees of a plan: its wedge between walls, and the ring of it in which there are pixels enough."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

import numpy as np
import shapely
from shapely import Polygon
from shapely.geometry.base import BaseGeometry

from facility.camera import Camera
from facility.floor_plan import FloorPlan, Point2
from inspections.coverage import sight
from inspections.coverage.ground import Ground, common, on_grid, without
from inspections.coverage.lens import ring
from inspections.coverage.settings import CoverageSettings

NOTHING = Polygon()


class Misplaced(StrEnum):
    """Why nothing can be computed for a camera: it counts as seeing nothing, and its page says so."""

    OUTSIDE = "outside"
    """It hangs off the plan."""
    IN_A_WALL = "in-a-wall"
    """It hangs in a wall or column, or on one and looks along it."""


@dataclass(frozen=True, kw_only=True)
class Room:
    """A plan made ready for eyes."""

    plan: FloorPlan
    segments: sight.Segments
    stops: sight.Floats
    ground: Ground

    def trouble(self, eye: Point2) -> Misplaced | None:
        """Where no eye can be."""
        x, y = eye
        if not (0 <= x <= self.plan.width and 0 <= y <= self.plan.height):
            return Misplaced.OUTSIDE
        inside = shapely.contains_xy(self.ground.solid, x, y)
        return Misplaced.IN_A_WALL if inside or sight.touches(eye, self.segments) else None


@dataclass(frozen=True, kw_only=True)
class View:
    """``wedge`` is what lies open to the camera at whatever distance: what a forbidden area must not meet."""

    camera: Camera
    eye: Point2
    wedge: BaseGeometry
    trouble: Misplaced | None = None

    def seen(self, density: float, settings: CoverageSettings) -> BaseGeometry:
        """The part with at least ``density`` pixels per metre, outside the dead zone."""
        found = ring(self.camera, density, settings)
        if self.trouble or found.near >= found.far or self.wedge.is_empty:
            return NOTHING
        minx, miny, maxx, maxy = self.wedge.bounds
        reach = math.hypot(maxx - minx, maxy - miny)
        shape = self.wedge
        if found.far < reach:
            shape = common(shape, disc(self.eye, found.far, settings.arc))
        if found.near > 0:
            shape = without(shape, disc(self.eye, found.near, settings.arc))
        return shape


def view(camera: Camera, room: Room, settings: CoverageSettings) -> View:
    """The lens is ``settings.mount`` before the camera's point, so that one on a wall is not in it."""
    yaw = math.radians(camera.yaw)
    eye = (camera.x + settings.mount * math.cos(yaw), camera.y + settings.mount * math.sin(yaw))
    trouble = room.trouble(eye)
    if trouble:
        return View(camera=camera, eye=eye, wedge=NOTHING, trouble=trouble)
    corners = sight.seen_from(eye, yaw, math.radians(camera.hfov), room.segments, room.stops)
    shape = Polygon(corners) if len(corners) >= 3 else NOTHING
    return View(camera=camera, eye=eye, wedge=on_grid(shape if shape.is_valid else shapely.buffer(shape, 0)))


def disc(centre: Point2, radius: float, step: float) -> Polygon:
    """A circle as a polygon of the circle's own area, corners ``step`` degrees apart."""
    return Polygon(_unit_disc(max(8, round(360 / step))) * radius + np.asarray(centre))


@cache
def _unit_disc(corners: int) -> sight.Floats:
    turn = 2 * np.pi / corners
    # A regular polygon of n corners at radius R covers n/2·R²·sin(2π/n): R is chosen so that this is π.
    angles = np.arange(corners) * turn
    corner = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    return np.asarray(corner * np.sqrt(turn / np.sin(turn)), dtype=np.float64)
