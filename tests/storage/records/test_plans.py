from dataclasses import replace

import pytest

from facility.floor_plan import Area, AreaKind, FloorPlan, PlanChange
from facility.text import Text
from storage.records.port import Conflict
from storage.records.sql import SqlRecords

LOBBY = FloorPlan(
    zone="lobby",
    width=18.0,
    height=12.0,
    walls=(((0.0, 0.0), (18.0, 0.0)), ((0.0, 0.0), (0.0, 12.0), (18.0, 12.0))),
    columns=(((4.0, 4.0), (4.6, 4.0), (4.6, 4.6)),),
    areas=(
        Area(
            id="hall",
            kind=AreaKind.REQUIRED,
            name=Text("大厅", "Hall"),
            outline=((0.0, 0.0), (18.0, 0.0), (18.0, 12.0)),
            density=62.5,
            group="corridor",
        ),
    ),
    marks={"cp-1": (3.5, 2.0)},
)


def put(records: SqlRecords, plan: FloorPlan, at: int = 1_000, who: str = "lin") -> int:
    with records.begin() as unit:
        return unit.plans.put(plan, who, at, "drawn anew")


def test_a_plan_comes_back_as_it_was_drawn_and_no_other_zone_has_one(records: SqlRecords) -> None:
    assert put(records, LOBBY) == 1
    with records.read() as unit:
        assert unit.plans.of("lobby") == LOBBY
        assert unit.plans.of("garage") is None
        assert unit.plans.all() == {"lobby": LOBBY}


def test_a_plan_is_answered_as_it_was_known_then(records: SqlRecords) -> None:
    put(records, LOBBY, at=1_000)
    put(records, replace(LOBBY, width=20.0), at=2_000)
    with records.read() as unit:
        assert unit.plans.of("lobby", at=999) is None
        assert unit.plans.of("lobby", at=1_999) == LOBBY
        assert unit.plans.all(at=2_000)["lobby"].width == 20.0


def test_a_plan_that_stays_as_it_was_makes_no_version(records: SqlRecords) -> None:
    assert put(records, LOBBY) == put(records, LOBBY, at=5_000) == 1


def test_every_version_says_who_why_and_what(records: SqlRecords) -> None:
    put(records, LOBBY)
    put(records, replace(LOBBY, height=13.0), at=2_000, who="wang")
    with records.begin() as unit:
        unit.plans.apply(
            [PlanChange(key="lobby", before=unit.plans.of("lobby"), after=None)], "lin", 3_000, "torn down"
        )
    with records.read() as unit:
        versions = unit.plans.versions_of("lobby")
        assert [(v.version, v.at, v.who, v.why, v.what) for v in versions] == [
            (3, 3_000, "lin", "torn down", "removed"),
            (2, 2_000, "wang", "drawn anew", "changed"),
            (1, 1_000, "lin", "drawn anew", "added"),
        ]
        assert [v.plan and v.plan.height for v in versions] == [None, 13.0, 12.0]
        assert unit.plans.all() == {}
        assert unit.plans.newest() == {}


def test_what_stands_says_since_which_version(records: SqlRecords) -> None:
    put(records, LOBBY)
    put(records, replace(LOBBY, zone="garage"), at=2_000, who="wang")
    with records.read() as unit:
        newest = unit.plans.newest()
    assert {zone: (v.version, v.at, v.who) for zone, v in newest.items()} == {
        "lobby": (1, 1_000, "lin"),
        "garage": (2, 2_000, "wang"),
    }


def test_each_change_is_a_fact(records: SqlRecords) -> None:
    version = put(records, LOBBY)
    with records.read() as unit:
        (fact,) = unit.facts.of("plan", str(version))
    assert (fact.what, fact.who, fact.why, fact.data["keys"]) == ("changed", "lin", "drawn anew", ["plans/lobby"])


def test_whoever_drew_on_an_older_plan_is_told(records: SqlRecords) -> None:
    put(records, LOBBY)
    put(records, replace(LOBBY, width=20.0), at=2_000)
    late = PlanChange(key="lobby", before=LOBBY, after=replace(LOBBY, width=21.0))
    with pytest.raises(Conflict), records.begin() as unit:
        unit.plans.apply([late], "wang", 3_000)
