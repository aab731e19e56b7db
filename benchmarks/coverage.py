"""How long it takes to work out what 200 cameras see of 50 plans, beside counting the same by cells, in the same run."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from facility.camera import Camera
from facility.floor_plan import Area, AreaKind, FloorPlan
from facility.text import Text
from inspections.coverage.plan_files import corners_of
from inspections.coverage.raster import raster_shares
from inspections.coverage.settings import CoverageSettings
from inspections.coverage.shares import blind, total
from inspections.coverage.survey import Surveyor, ZoneSurvey, site_shares

ZONES, CAMERAS = 50, 4
WIDTH, HEIGHT = 60.0, 40.0
BUDGET = 5.0
"""Seconds that a site of this size may take."""
T = TypeVar("T")


def plan(number: int) -> FloorPlan:
    """A garage of 60 × 40 m: 24 columns, rooms along one side, a wall that differs from floor to floor."""
    columns = tuple(corners_of(6 + 9 * x, 6 + 8 * y, 6.8 + 9 * x, 6.8 + 8 * y) for x in range(6) for y in range(4))
    rooms = tuple(((10.0 * x, 34.0), (10.0 * x, 40.0)) for x in range(1, 6))
    turn = 12.0 + number % 20
    return FloorPlan(
        zone=f"z{number}",
        width=WIDTH,
        height=HEIGHT,
        walls=(((0.0, 34.0), (WIDTH, 34.0)), *rooms, ((turn, 14.0), (turn + 8, 14.0), (turn + 8, 20.0))),
        columns=columns,
        areas=(
            _area("lanes", AreaKind.REQUIRED, (0, 0, WIDTH, 34), 25.0),
            _area("ramp", AreaKind.REQUIRED, (0, 0, 10, 10), 62.5),
            _area("lobby", AreaKind.REQUIRED, (40, 24, 52, 34), 125.0),
            _area("toilet", AreaKind.FORBIDDEN, (50, 34, 60, 40), 0.0),
            _area("rooms", AreaKind.EXCLUDED, (0, 34, 50, 40), 0.0),
        ),
    )


def _area(id: str, kind: AreaKind, box: tuple[float, float, float, float], density: float) -> Area:
    return Area(id=id, kind=kind, name=Text(id, id), outline=corners_of(*box), density=density, group=id)


def cameras(zone: str) -> list[Camera]:
    """One in each corner."""
    places = ((0.3, 0.3, 40.0), (59.7, 0.3, 140.0), (0.3, 33.7, -35.0), (59.7, 33.7, 215.0))
    return [
        Camera(id=f"{zone}-{n}", zone=zone, name=Text("", ""), x=x, y=y, yaw=yaw, width_px=2560)
        for n, (x, y, yaw) in enumerate(places[:CAMERAS])
    ]


def timed(work: Callable[[], T]) -> tuple[float, T]:
    """Seconds, and what came of it."""
    start = time.perf_counter()
    found = work()
    return time.perf_counter() - start, found


def main() -> dict[str, float | int | str]:
    """``budget_ratio``: below 1 is within the budget. ``ratio``: how many times faster than counting cells of 0.25 m."""
    plans = {one.zone: one for one in map(plan, range(ZONES))}
    every = [camera for zone in plans for camera in cameras(zone)]
    surveys: dict[str, ZoneSurvey] = Surveyor().site(plans, every)
    began = time.process_time()
    exact, shares = timed(lambda: site_shares(surveys))
    processor = time.process_time() - began
    one_down, _ = timed(lambda: site_shares(surveys, {camera.id for camera in every} - {"z7-2"}))
    sample = list(plans)[:5]
    by_zone = {zone: cameras(zone) for zone in sample}
    cells, counted = timed(lambda: {z: raster_shares(plans[z], by_zone[z], CoverageSettings()) for z in sample})
    of_sample = total(share for share in shares if share.zone in sample).share or 0.0
    required, seen = (sum(pair[n] for found in counted.values() for pair in found.values()) for n in (0, 1))
    return {
        "benchmark": "coverage",
        "zones": ZONES,
        "cameras": len(every),
        "seconds": round(exact, 3),
        "cpu_seconds": round(processor, 3),
        "budget_ratio": round(processor / BUDGET, 3),
        "ratio": round(cells / len(sample) * ZONES / exact, 1),
        "one_camera_down_seconds": round(one_down, 4),
        "blind": round(total(shares).share or 0.0, 4),
        "apart_points": round(abs(of_sample - blind(required, seen)) * 100, 3),
    }
