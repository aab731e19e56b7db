"""How much of what must be patrolled lies near a visited point or way."""

from __future__ import annotations

import math

import pytest

from facility.floor_plan import Area, AreaKind, FloorPlan, Point2
from facility.round_fold import fold
from facility.text import Text
from inspections.rounds.cover import cover, walks_of
from tests.facility.patrols import LI, TEN, WANG, at, ten

MARKS = {"a": (10.0, 10.0), "b": (50.0, 10.0), "c": (90.0, 10.0)}


def area(id: str, *outline: Point2, kind: AreaKind = AreaKind.PATROL) -> Area:
    return Area(id=id, kind=kind, name=Text("", id), outline=outline)


def box(id: str, x: float, y: float, width: float, height: float, kind: AreaKind = AreaKind.PATROL) -> Area:
    return area(id, (x, y), (x + width, y), (x + width, y + height), (x, y + height), kind=kind)


def plan(*areas: Area) -> FloorPlan:
    return FloorPlan(zone="garage", width=100, height=20, areas=areas, marks=MARKS)


def test_round_a_visited_point_lies_a_circle_and_along_a_way_a_band() -> None:
    found = cover(plan(box("all", 0, 0, 100, 20)), [["a"]], reach=5)
    assert found is not None
    assert found.near == pytest.approx(math.pi * 25, rel=0.005)
    assert [len(rings) for rings in found.unseen] == [2], "an outline with a hole"
    walked = cover(plan(box("all", 0, 0, 100, 20)), [["a", "b"]], reach=5)
    assert walked is not None
    assert walked.near == pytest.approx(400 + math.pi * 25, rel=0.005)
    assert walked.share == pytest.approx(walked.near / 2000)


def test_between_two_guards_there_is_no_way() -> None:
    apart, together = (
        cover(plan(box("all", 0, 0, 100, 20)), [["a"], ["b"]], 5),
        cover(plan(box("all", 0, 0, 100, 20)), [["a", "b"]], 5),
    )
    assert apart is not None
    assert together is not None
    assert apart.near < together.near


def test_a_point_that_is_not_on_this_plan_breaks_the_way() -> None:
    found = cover(plan(box("all", 0, 0, 100, 20)), [["a", "roof", "b"]], 5)
    assert found is not None
    assert found.near == pytest.approx(2 * math.pi * 25, rel=0.005)


def test_nobody_was_there_is_nothing_and_nothing_owed_is_no_figure() -> None:
    found = cover(plan(box("all", 0, 0, 100, 20)), [])
    assert found is not None
    assert (found.share, len(found.unseen)) == (0, 1)
    assert cover(plan(box("shaft", 0, 0, 5, 5, AreaKind.EXCLUDED)), [["a"]]) is None


def test_what_is_closed_is_not_owed_and_what_two_areas_share_is_owed_once() -> None:
    found = cover(
        plan(box("west", 0, 0, 60, 20), box("east", 40, 0, 60, 20), box("x", 0, 0, 10, 20, AreaKind.EXCLUDED)), []
    )
    assert found is not None
    assert [round(one.whole) for one in found.areas] == [1000, 800]


def test_walks_are_by_guard_and_by_time() -> None:
    one = fold(ten(), [at(0, "b"), at(5, "a"), at(6, "c", WANG)], TEN + 10**8)
    assert sorted(walks_of([one])) == [["b", "a"], ["c"]]
    assert LI != WANG
