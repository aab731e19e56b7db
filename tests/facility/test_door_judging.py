from dataclasses import replace
from random import Random

import pytest

from facility.alert import Severity
from facility.door import Door, doors_of
from facility.door_check import DoorCheck
from facility.door_finding import DoorRule
from facility.door_judging import clock_offset, judge, passbacks, tailgatings
from facility.instant import DAY, HOUR, MINUTE, SECOND, parse
from facility.permission import Permissions
from facility.point import Point
from facility.quality import Quality
from facility.reading import Passage, Reading
from facility.register import Register
from facility.site import Asset, Site, Zone
from facility.text import Text
from tests.facility.permissions import PUMPS, some_permissions

T0 = parse("2026-03-02T10:00:00+08:00")
DOOR = Door(asset="d", zone="pumps", place=PUMPS, entry="d.entry", counter="d.people")
OTHER = Door(asset="e", zone="pumps", place=PUMPS, entry="e.entry")


def check(rule: DoorRule, **more: object) -> DoorCheck:
    plain = DoorCheck(rule=rule, title=Text("x"), do_first=Text("y"), severity=Severity.HIGH)
    return replace(plain, **more)  # type: ignore[arg-type]


ALL = {rule: check(rule) for rule in DoorRule}
BACK = check(DoorRule.PASSBACK, within=12 * HOUR, settle=30 * SECOND)
TAIL = check(DoorRule.TAILGATING, within=20 * SECOND, settle=5 * SECOND)


def passage(at: int, card: str = "c-li", way: str = "in", event: str = "granted", point: str = "d.entry") -> Passage:
    return Passage(point=point, at=at, event=event, credential=card, direction=way)


def test_a_finding_says_whose_card_it_was_by_which_version_and_why() -> None:
    permissions = replace(some_permissions(), version=7)
    (found,) = judge(passage(T0 + 11 * HOUR), DOOR, permissions, ALL, T0 + 11 * HOUR + 900)
    assert (found.rule, found.holder, found.permissions, found.reason) == (
        DoorRule.OUT_OF_HOURS,
        "li",
        7,
        "out-of-hours",
    )
    assert (found.late, found.at, found.found) == (False, T0 + 11 * HOUR, T0 + 11 * HOUR + 900)


def test_judging_again_later_finds_the_same_key_and_says_that_it_is_late() -> None:
    night = passage(T0 + 11 * HOUR)
    first = judge(night, DOOR, some_permissions(), ALL, night.at)
    again = judge(night, DOOR, some_permissions(), ALL, night.at + 2 * DAY)
    assert [one.key for one in first] == [one.key for one in again]
    assert [one.late for one in again] == [True]


def test_without_any_credential_entered_nothing_is_said_but_duress() -> None:
    assert judge(passage(T0, "c-x"), DOOR, Permissions(), ALL, T0) == []
    (found,) = judge(passage(T0, "c-x", event="duress"), DOOR, Permissions(), ALL, T0)
    assert found.rule is DoorRule.DURESS


def test_of_a_duress_card_nothing_else_is_said_that_would_send_guards_to_the_door() -> None:
    found = judge(passage(T0 + 11 * HOUR, "c-forced"), DOOR, some_permissions(), ALL, T0)
    assert [(one.rule, one.reason) for one in found] == [(DoorRule.DURESS, "out-of-hours")]
    walk = [passage(T0, "c-guo", "out"), passage(T0 + MINUTE, "c-forced"), passage(T0 + 9 * MINUTE, "c-forced")]
    assert passbacks(walk, {"d.entry": DOOR}, BACK, some_permissions(), T0) == []


def test_a_check_that_is_not_in_force_or_not_for_that_class_finds_nothing() -> None:
    night = passage(T0 + 11 * HOUR)
    assert judge(night, DOOR, some_permissions(), {}, T0) == []
    staff_only = {DoorRule.OUT_OF_HOURS: check(DoorRule.OUT_OF_HOURS, access=("staff",))}
    assert judge(night, DOOR, some_permissions(), staff_only, T0) == []


@pytest.mark.parametrize("event", ["forced", "open", "closed", "held"])
def test_what_is_no_card_is_left_to_the_rules_on_readings(event: str) -> None:
    assert judge(passage(T0, "c-lost", event=event), DOOR, some_permissions(), ALL, T0) == []


def test_a_button_that_opens_without_a_card_is_nothing() -> None:
    assert judge(passage(T0, ""), DOOR, some_permissions(), ALL, T0) == []


def test_passback_is_found_over_all_doors_of_a_zone_in_any_order() -> None:
    walk = [
        passage(T0, "c-guo", "out"),
        passage(T0 + MINUTE),
        passage(T0 + 2 * MINUTE, way="out", point="e.entry"),
        passage(T0 + 3 * MINUTE, point="e.entry"),
        passage(T0 + 4 * MINUTE),
        passage(T0 + 5 * MINUTE, event="denied"),
    ]
    doors = {"d.entry": DOOR, "e.entry": OTHER}
    for seed in range(20):
        Random(seed).shuffle(walk)
        found = passbacks(walk, doors, BACK, some_permissions(), T0)
        assert [(one.at, one.door, one.holder) for one in found] == [(T0 + 4 * MINUTE, "d", "li")]


def test_a_late_way_out_takes_the_passback_back() -> None:
    walk = [passage(T0, "c-guo", "out"), passage(T0 + MINUTE), passage(T0 + 10 * MINUTE)]
    assert len(passbacks(walk, {"d.entry": DOOR}, BACK, some_permissions(), T0)) == 1
    late = passage(T0 + 5 * MINUTE, way="out")
    assert passbacks([*walk, late], {"d.entry": DOOR}, BACK, some_permissions(), T0) == []


def test_tests_of_a_door_are_nobody_s_passback() -> None:
    walk = [passage(T0, "c-guo", "out"), passage(T0 + MINUTE), replace(passage(T0 + 10 * MINUTE), test=True)]
    assert passbacks(walk, {"d.entry": DOOR}, BACK, some_permissions(), T0) == []


def count(at: int, many: int, **more: object) -> Reading:
    return Reading("d.people", at, float(many), received=at)._replace(**more)  # type: ignore[arg-type]


def test_a_count_waits_for_passages_that_may_still_be_on_their_way() -> None:
    counts = [count(T0 + SECOND, 2)]
    assert tailgatings(DOOR, [passage(T0)], counts, TAIL, T0 + 5 * SECOND) == []
    (found,) = tailgatings(DOOR, [passage(T0)], counts, TAIL, T0 + 6 * SECOND)
    assert (found.at, found.reason, found.point) == (T0 + SECOND, "2>1", "d.people")
    both = [passage(T0), passage(T0 + 500, "c-guo")]
    assert tailgatings(DOOR, both, counts, TAIL, T0 + 6 * SECOND) == []


def test_a_passage_answers_for_one_person_only() -> None:
    counts = [count(T0 + SECOND, 1), count(T0 + 2 * SECOND, 1)]
    assert [one.at for one in tailgatings(DOOR, [passage(T0)], counts, TAIL, T0 + MINUTE)] == [T0 + 2 * SECOND]


def test_a_counter_that_is_broken_or_tested_counts_nobody() -> None:
    counts = [count(T0, 3, test=True), count(T0 + 1, 3, quality=Quality.SENSOR_FAULT)]
    assert tailgatings(DOOR, [], counts, TAIL, T0 + MINUTE) == []


def test_a_clock_is_told_by_the_smallest_difference_whatever_the_delays() -> None:
    def heard(spans: list[int]) -> list[Reading]:
        return [Reading("d.entry", T0 + n, 0.0, received=T0 + n + span) for n, span in enumerate(spans)]

    assert clock_offset(heard([14_000, 900_000, 13_000]), 3) == 13_000
    assert clock_offset(heard([14_000, 900_000]), 3) is None
    assert clock_offset(heard([-12_000]), 3) == -12_000
    assert clock_offset([heard([14_000])[0]._replace(quality=Quality.STAMPED)], 1) is None
    assert clock_offset([], 1) is None


def test_doors_are_assets_with_a_reader_or_a_contact() -> None:
    site, zone = Site(id="s", name=Text("s")), Zone(id="pumps", site="s", access="sensitive", name=Text("p"))
    assets = {id: Asset(id=id, zone="pumps", kind=kind, name=Text(id)) for id, kind in KINDS.items()}
    points = {
        f"{asset}.{quantity}": Point(
            id=f"{asset}.{quantity}",
            asset=asset,
            quantity=quantity,
            unit="",
            resolution=1.0,
            interval=0,
            name=Text("p"),
        )
        for asset, quantity in (
            ("d", "entry"),
            ("d", "door"),
            ("d", "count"),
            ("fire", "contact"),
            ("lift", "door"),
            ("plain", "temperature"),
        )
    }
    register = Register(sites={"s": site}, zones={"pumps": zone}, assets=assets, points=points)
    found = doors_of(register)
    assert list(found) == ["d", "fire"]
    assert (found["d"].entry, found["d"].state, found["d"].counter) == ("d.entry", "d.door", "d.count")
    assert found["fire"].events == ("fire.contact",)
    assert found["d"].place.access == "sensitive"


KINDS = {"d": "door", "fire": "fire-door", "lift": "lift", "plain": "door"}
