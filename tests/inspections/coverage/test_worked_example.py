"""An L-shaped floor of 124 m² with three cameras of 70° and 1920 px: by polygons, by cells, and in the order that must hold."""

from dataclasses import replace

import pytest

from facility.camera import Camera
from facility.floor_plan import FloorPlan
from inspections.coverage.raster import raster_shares
from inspections.coverage.settings import CoverageSettings
from inspections.coverage.shares import blind
from inspections.coverage.survey import Surveyor
from tests.inspections.coverage.plans import area, box, camera


def floor(density: float = 25.0) -> FloorPlan:
    outline = ((0.0, 0.0), (14.0, 0.0), (14.0, 6.0), (10.0, 6.0), (10.0, 10.0), (0.0, 10.0))
    return FloorPlan(
        zone="z",
        width=14.0,
        height=10.0,
        walls=((*outline, outline[0]),),
        columns=(box(5.0, 4.0, 5.6, 4.6),),
        areas=(area("all", outline, density=density),),
    )


CAMERAS = (camera("a", 0.1, 0.1, 40), camera("b", 13.9, 0.1, 150), camera("c", 9.9, 9.9, 222))
WALLS_ONLY = CoverageSettings(dead_zone=False, far_edge=False)


def by_polygons(plan: FloorPlan, cameras: tuple[Camera, ...], settings: CoverageSettings) -> float:
    (share,) = Surveyor(settings).zone(plan, cameras).shares()
    return share.blind


def by_cells(plan: FloorPlan, cameras: tuple[Camera, ...], settings: CoverageSettings, cell: float = 0.1) -> float:
    (found,) = raster_shares(plan, cameras, settings, cell).values()
    return blind(*found)


def test_the_floor_is_124_square_metres_less_its_column() -> None:
    (share,) = Surveyor().zone(floor(), ()).shares()
    assert share.required == pytest.approx(124 - 0.36)


ROWS = {
    "without occlusion": (25.0, CAMERAS, replace(WALLS_ONLY, occlusion=False)),
    "column and walls, 25 px/m": (25.0, CAMERAS, WALLS_ONLY),
    "column and walls, 62.5 px/m": (62.5, CAMERAS, WALLS_ONLY),
    "with the dead zone under each camera": (25.0, CAMERAS, CoverageSettings()),
    "one of three offline": (25.0, CAMERAS[:2], WALLS_ONLY),
    "another offline": (25.0, CAMERAS[1:], WALLS_ONLY),
    "125 px/m": (125.0, CAMERAS, WALLS_ONLY),
    "250 px/m": (250.0, CAMERAS, WALLS_ONLY),
}


@pytest.mark.parametrize("row", ROWS)
def test_polygons_and_cells_agree_within_half_a_point(row: str) -> None:
    density, cameras, settings = ROWS[row]
    exact, counted = by_polygons(floor(density), cameras, settings), by_cells(floor(density), cameras, settings)
    assert exact == pytest.approx(counted, abs=0.005)


def test_what_is_left_out_of_the_reckoning_makes_the_difference_between_pass_and_fail() -> None:
    found = {row: by_polygons(floor(density), cameras, settings) for row, (density, cameras, settings) in ROWS.items()}
    assert found["without occlusion"] < found["column and walls, 25 px/m"] < 0.05
    # All of it is nearer than the 22 m of the finer class.
    assert found["column and walls, 62.5 px/m"] == pytest.approx(found["column and walls, 25 px/m"])
    assert found["with the dead zone under each camera"] > 0.05
    assert found["column and walls, 25 px/m"] < found["one of three offline"] < 0.05 < found["another offline"]
    assert 0.05 < found["125 px/m"] < found["250 px/m"]


def test_a_coarse_raster_is_not_good_enough_to_check_by() -> None:
    plan, exact = floor(), by_polygons(floor(), CAMERAS, CoverageSettings())
    fine = by_cells(plan, CAMERAS, CoverageSettings(), 0.05)
    assert abs(fine - exact) < 0.002
    assert abs(by_cells(plan, CAMERAS, CoverageSettings(), 1.0) - exact) > abs(fine - exact)
