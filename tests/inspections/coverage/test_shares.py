"""Shares that can be worked out by hand."""

import math
from dataclasses import replace

import pytest

from facility.camera import Camera
from facility.floor_plan import AreaKind, FloorPlan
from inspections.coverage.lens import reach, ring, vertical_field
from inspections.coverage.settings import DENSITIES, CoverageSettings
from inspections.coverage.shares import AreaShare, by_group, by_zone, total, worst
from inspections.coverage.survey import Surveyor, ZoneSurvey, site_shares
from tests.inspections.coverage.plans import area, box, camera, plan

BARE = CoverageSettings(dead_zone=False, far_edge=False, mount=0.0)
"""Nothing but walls, so that numbers come out round."""


def survey(of: FloorPlan, *cameras: Camera, settings: CoverageSettings = BARE) -> ZoneSurvey:
    return Surveyor(settings).zone(of, cameras)


def shares(of: FloorPlan, *cameras: Camera, settings: CoverageSettings = BARE) -> dict[str, float]:
    return {share.area: share.blind for share in survey(of, *cameras, settings=settings).shares()}


def test_a_wide_camera_in_the_corner_of_an_empty_room_sees_all_of_it() -> None:
    assert shares(plan(), camera("c", 0.02, 0.02, 45, hfov=95))["all"] == pytest.approx(0, abs=0.01)


def test_a_right_angle_in_the_middle_of_a_square_sees_a_quarter_of_it() -> None:
    assert shares(plan(8, 8), camera("c", 4, 4, 0, hfov=90))["all"] == pytest.approx(0.75, abs=1e-6)


def test_a_camera_that_looks_all_around_sees_all_of_it() -> None:
    assert shares(plan(8, 8), camera("c", 4, 4, 77, hfov=360, width_px=100_000))["all"] == pytest.approx(0, abs=1e-6)


def test_a_wall_across_the_room_hides_what_is_behind_it() -> None:
    wall = plan(10, 8, walls=(((5.0, 0.0), (5.0, 8.0)),))
    assert shares(wall, camera("c", 2.5, 4, 0, hfov=360, width_px=100_000))["all"] == pytest.approx(0.5, abs=1e-6)


def test_a_door_in_the_wall_lets_a_wedge_through() -> None:
    # From (0, 4) through the gap 3…5 at x = 5: a trapezium from 2 wide to 4 wide over 5 m = 15 m² of the far 40 m².
    gap = plan(
        10, 8, walls=(((5.0, 0.0), (5.0, 3.0)), ((5.0, 5.0), (5.0, 8.0))), areas=(area("far", box(5, 0, 10, 8)),)
    )
    assert shares(gap, camera("c", 1e-3 + 0.01, 4, 0, hfov=90))["far"] == pytest.approx(1 - 15 / 40, abs=0.002)


def test_walls_that_cross_hide_the_same_as_walls_that_are_cut_there() -> None:
    crossing = plan(walls=(((2.0, 2.0), (8.0, 6.0)), ((2.0, 6.0), (8.0, 2.0))))
    cut = plan(
        walls=(((2.0, 2.0), (5.0, 4.0), (8.0, 6.0)), ((2.0, 6.0), (5.0, 4.0), (8.0, 2.0))),
    )
    eye = camera("c", 0.5, 4, 0, hfov=100)
    assert shares(crossing, eye)["all"] == pytest.approx(shares(cut, eye)["all"], abs=1e-9)


def test_the_floor_under_a_column_is_owed_by_nobody() -> None:
    stands = plan(10, 10, columns=(box(4, 4, 6, 6),))
    (share,) = survey(stands).shares()
    assert share.required == pytest.approx(96)
    assert share.blind == 1


def test_what_must_not_be_seen_and_what_is_left_out_is_not_in_the_denominator() -> None:
    floor = plan(
        10,
        10,
        areas=(
            area("all", box(0, 0, 10, 10)),
            area("toilet", box(0, 0, 2, 5), AreaKind.FORBIDDEN),
            area("shaft", box(8, 8, 10, 10), AreaKind.EXCLUDED),
        ),
    )
    assert [round(s.required, 6) for s in survey(floor).shares()] == [86]


def test_where_two_areas_overlap_the_one_that_asks_for_more_pixels_has_the_floor() -> None:
    floor = plan(10, 10, areas=(area("hall", box(0, 0, 10, 10)), area("door", box(0, 0, 2, 5), density=250.0)))
    required = {s.area: round(s.required, 6) for s in survey(floor).shares()}
    assert required == {"hall": 90, "door": 10}
    assert total(survey(floor).shares()).required == pytest.approx(100)


def test_more_pixels_are_asked_for_the_nearer_the_camera_must_be() -> None:
    # 1920 px at 70°: w / (2·tan 35°·ppm).
    eye = camera("c", 0, 0, 0)
    far = {name: reach(eye, density, BARE) for name, density in DENSITIES.items()}
    assert {name: round(metres, 2) for name, metres in far.items()} == {
        "monitor": 109.68,
        "detect": 54.84,
        "observe": 21.94,
        "recognise": 10.97,
        "identify": 5.48,
    }


def test_a_reach_of_so_many_metres_leaves_the_rest_of_a_half_disc_blind() -> None:
    # 20 m of wall, the camera in its middle looking across: half a disc of reach r, πr²/2 of 20 × 10.
    eye = camera("c", 10, 0.02, 90, hfov=179.9, width_px=1000)
    found = CoverageSettings(dead_zone=False, far_edge=False, mount=0.0, fisheye=120)
    floor = plan(20, 10, areas=(area("all", box(0, 0, 20, 10), density=50.0),))
    r = 1000 / (math.radians(179.9) * 50)
    assert shares(floor, eye, settings=found)["all"] == pytest.approx(1 - math.pi * r * r / 2 / 200, abs=0.002)


def test_the_dead_zone_ends_where_the_lower_edge_of_the_picture_meets_the_floor() -> None:
    eye = camera("c", 0, 0, 0, hfov=90, tilt=20.0, height=3.0)
    field = vertical_field(eye, BARE)
    assert field == pytest.approx(2 * math.degrees(math.atan(9 / 16)))
    found = ring(eye, 25, CoverageSettings())
    assert found.near == pytest.approx(3 * math.tan(math.radians(90 - 20 - field / 2)))
    assert ring(eye, 25, BARE).near == 0


def test_a_square_picture_sees_nearer_than_a_wide_one() -> None:
    wide, square = camera("c", 0, 0, 0), camera("c", 0, 0, 0, height_px=1920)
    assert vertical_field(square, BARE) == pytest.approx(70)
    assert ring(square, 25, CoverageSettings()).near < ring(wide, 25, CoverageSettings()).near


def test_a_camera_that_looks_down_sees_no_further_than_its_upper_edge() -> None:
    down = camera("c", 0, 0, 0, tilt=60.0, height=3.0)
    half = vertical_field(down, BARE) / 2
    assert ring(down, 25, CoverageSettings()).far == pytest.approx(3 * math.tan(math.radians(90 - 60 + half)))
    assert ring(down, 25, CoverageSettings(far_edge=False)).far == pytest.approx(reach(down, 25, BARE))


def test_a_camera_that_looks_up_sees_no_floor() -> None:
    assert shares(plan(), camera("c", 0.5, 4, 0, tilt=-60.0), settings=CoverageSettings())["all"] == 1


def test_a_view_into_a_forbidden_room_is_a_violation_however_small_the_blind_share() -> None:
    floor = plan(10, 8, areas=(area("all", box(0, 0, 10, 8)), area("wc", box(8, 3, 10, 5), AreaKind.FORBIDDEN)))
    into = survey(floor, camera("c", 0.02, 4, 0, hfov=170, width_px=10_000))
    (violation,) = into.violations
    assert (violation.camera, violation.area) == ("c", "wc")
    assert violation.seen == pytest.approx(4, abs=0.01)
    walled = replace(floor, walls=(((8.0, 3.0), (8.0, 5.0)),))
    assert survey(walled, camera("c", 0.02, 4, 0, hfov=170)).violations == ()


def test_a_forbidden_room_is_seen_from_any_distance_and_over_any_dead_zone() -> None:
    floor = plan(10, 8, areas=(area("wc", box(8, 3, 10, 5), AreaKind.FORBIDDEN),))
    weak = survey(floor, camera("c", 0.1, 4, 0, width_px=1, tilt=-60.0), settings=CoverageSettings())
    assert [v.area for v in weak.violations] == ["wc"]


def test_less_than_the_tolerance_of_a_forbidden_room_is_the_drawing_s_coarseness() -> None:
    floor = plan(10, 8, areas=(area("wc", box(9.999, 3, 10, 5), AreaKind.FORBIDDEN),))
    assert survey(floor, camera("c", 0.1, 4, 0)).violations == ()


@pytest.mark.parametrize(
    ("x", "y", "yaw", "why"),
    [(-1, 4, 180, "outside"), (5, 4, 0, "in-a-wall"), (2, 4, 90, "in-a-wall")],
    ids=["off the plan", "in a column", "on a wall, looking along it"],
)
def test_a_camera_where_no_eye_can_be_sees_nothing_and_says_why(x: float, y: float, yaw: float, why: str) -> None:
    floor = plan(10, 8, walls=(((2.0, 0.0), (2.0, 8.0)),), columns=(box(4, 3, 6, 5),))
    found = survey(floor, camera("c", x, y, yaw), settings=CoverageSettings())
    assert found.misplaced == {"c": why}
    assert [s.blind for s in found.shares()] == [1]


def test_a_camera_on_a_wall_looks_into_the_room_before_it() -> None:
    floor = plan(
        10, 8, walls=(((5.0, 0.0), (5.0, 8.0)),), areas=(area("l", box(0, 0, 5, 8)), area("r", box(5, 0, 10, 8)))
    )
    found = shares(floor, camera("c", 5, 4, 180, hfov=110), settings=CoverageSettings(dead_zone=False, far_edge=False))
    assert found["r"] == 1
    assert found["l"] < 0.5


def test_a_camera_that_fails_leaves_out_what_it_alone_saw() -> None:
    left, right = camera("a", 4, 4, 180, hfov=90), camera("b", 4, 4, 0, hfov=90)
    found = survey(plan(8, 8), left, right)
    assert total(found.shares()).share == pytest.approx(0.5)
    assert total(found.shares({"a"})).share == pytest.approx(0.75)
    assert found.alone("b") == pytest.approx(16)
    twice = survey(plan(8, 8), left, replace(left, id="c"))
    assert twice.alone("a") == pytest.approx(0)


def test_areas_of_a_class_are_added_by_size_and_a_site_is_its_square_metres() -> None:
    def one(zone: str, required: float, seen: float, group: str = "hall") -> AreaShare:
        return AreaShare(
            zone=zone, area="a", name=area("a", ()).name, group=group, density=25, required=required, seen=seen
        )

    found = [one("z1", 90, 90), one("z2", 10, 5), one("z2", 100, 100, "garage")]
    assert by_group(found)["hall"].share == pytest.approx(0.05)
    assert by_zone(found)["z2"].share == pytest.approx(5 / 110)
    assert total(found).share == pytest.approx(0.025)
    worst_of = worst(found)
    assert worst_of is not None
    assert (worst_of.zone, worst_of.blind) == ("z2", 0.5)


def test_a_plan_that_asks_for_nothing_has_no_share_at_all() -> None:
    assert total(survey(plan(areas=())).shares()).share is None


def test_cameras_of_other_zones_count_for_theirs_only() -> None:
    plans = {"a": replace(plan(8, 8), zone="a"), "b": replace(plan(8, 8), zone="b")}
    surveys = Surveyor(BARE).site(plans, [replace(camera("c", 4, 4, 0, hfov=90), zone="b")])
    assert [s.blind for s in site_shares(surveys)] == pytest.approx([1, 0.75])


def test_what_was_computed_is_kept_while_plan_and_cameras_stay() -> None:
    surveyor, floor, eye = Surveyor(BARE), plan(), camera("c", 0.5, 4, 0)
    first = surveyor.zone(floor, [eye])
    assert surveyor.zone(replace(floor), [replace(eye)]) is first
    assert surveyor.zone(floor, [replace(eye, yaw=1.0)]) is not first
