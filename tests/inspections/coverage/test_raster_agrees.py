"""Polygons and cells, which share no geometry, agree within half a point on whatever plan."""

import math

from hypothesis import given, settings
from hypothesis import strategies as st

from facility.camera import Camera
from facility.floor_plan import AreaKind, FloorPlan
from inspections.coverage.raster import raster_shares
from inspections.coverage.settings import CoverageSettings
from inspections.coverage.shares import blind
from inspections.coverage.survey import Surveyor
from tests.inspections.coverage.plans import area, box, camera

HALF_A_POINT = 0.005
CELL = 0.125
GRID_ROUNDING = 1e-3
"""Square metres: a micrometre along all outlines."""
WIDTH, HEIGHT = 24.0, 16.0


def within(low: float, high: float) -> st.SearchStrategy[float]:
    return st.floats(low, high, allow_nan=False).map(lambda x: round(x, 2))


POINTS = st.tuples(within(0, WIDTH), within(0, HEIGHT))


@st.composite
def plans(draw: st.DrawFn) -> FloorPlan:
    walls = draw(st.lists(st.lists(POINTS, min_size=2, max_size=4, unique=True).map(tuple), max_size=5))
    columns = [
        box(x, y, x + 0.8, y + 0.8)
        for x, y in draw(st.lists(st.tuples(within(1, WIDTH - 2), within(1, HEIGHT - 2)), max_size=5))
    ]
    x, y = draw(st.tuples(within(2, WIDTH - 8), within(2, HEIGHT - 8)))
    density = draw(st.sampled_from([12.5, 25.0, 62.5, 125.0]))
    return FloorPlan(
        zone="z",
        width=WIDTH,
        height=HEIGHT,
        walls=tuple(walls),
        columns=tuple(columns),
        areas=(
            area("all", box(0, 0, WIDTH, HEIGHT)),
            area("near", box(x, y, x + 6, y + 5), density=density),
            area(
                "out", box(x + 5, y + 4, x + 7, y + 7), draw(st.sampled_from([AreaKind.FORBIDDEN, AreaKind.EXCLUDED]))
            ),
        ),
    )


@st.composite
def cameras(draw: st.DrawFn, name: str) -> Camera:
    return camera(
        name,
        draw(within(0.2, WIDTH - 0.2)),
        draw(within(0.2, HEIGHT - 0.2)),
        draw(within(-360, 360)),
        hfov=draw(st.one_of(within(20, 119), within(121, 360))),
        tilt=draw(within(-10, 80)),
        height=draw(within(2, 5)),
        width_px=draw(st.sampled_from([1280, 1920, 3840])),
        height_px=draw(st.sampled_from([0, 1080, 1920])),
    )


@given(plan=plans(), first=cameras("a"), second=cameras("b"))
@settings(max_examples=60, deadline=None)
def test_polygons_and_cells_agree_on_any_plan(plan: FloorPlan, first: Camera, second: Camera) -> None:
    found = Surveyor(CoverageSettings()).zone(plan, (first, second))
    placed = [one for one in (first, second) if one.id not in found.misplaced]
    exact = found.shares({one.id for one in placed})
    counted = raster_shares(plan, placed, CoverageSettings(), CELL)
    whole_exact = blind(sum(s.required for s in exact), sum(s.seen for s in exact))
    whole = blind(sum(r for r, _ in counted.values()), sum(s for _, s in counted.values()))
    assert abs(whole_exact - whole) < HALF_A_POINT
    assert math.isclose(sum(s.required for s in exact), sum(r for r, _ in counted.values()), rel_tol=0.01)


@given(plan=plans(), first=cameras("a"), second=cameras("b"))
@settings(max_examples=30, deadline=None)
def test_a_camera_more_never_makes_the_blind_share_greater(plan: FloorPlan, first: Camera, second: Camera) -> None:
    found = Surveyor(CoverageSettings()).zone(plan, (first, second))
    both, alone = found.shares(), found.shares({"a"})
    assert all(more.seen >= less.seen - GRID_ROUNDING for more, less in zip(both, alone, strict=True))
    assert all(0 <= share.blind <= 1 for share in both)
