from dataclasses import replace
from datetime import date
from zoneinfo import ZoneInfo

import pytest

from facility.instant import parse
from facility.permission import (
    REASONS,
    Permissions,
    Place,
    Reason,
    may_enter,
    may_pass,
    permission_difference,
    place_of,
)
from facility.permission_entries import Permission
from facility.register import Register
from facility.site import Site, Zone
from facility.text import Text
from tests.facility.permissions import LOBBY, PUMPS, ROOF, STAFF, some_permissions

MONDAY_TEN = parse("2026-03-02T10:00:00+08:00")


def at(text: str) -> int:
    return parse(f"{text}:00+08:00")


def reason(place: Place, when: int, holder: str = "li", permissions: Permissions | None = None) -> Reason:
    return may_enter(permissions or some_permissions(), holder, place, when).reason


def test_a_group_s_permission_holds_for_its_people_in_its_hours() -> None:
    found = may_enter(some_permissions(), "li", PUMPS, MONDAY_TEN)
    assert (found.allowed, found.permission) == (True, "engineers")


def test_hours_end_with_their_last_minute() -> None:
    assert reason(PUMPS, at("2026-03-06T19:59")) is Reason.PERMITTED
    assert reason(PUMPS, at("2026-03-06T20:00")) is Reason.OUT_OF_HOURS


def test_a_class_includes_the_classes_below_it_and_none_above() -> None:
    assert reason(STAFF, MONDAY_TEN) is Reason.PERMITTED
    assert reason(ROOF, MONDAY_TEN) is Reason.NO_PERMISSION


def test_workdays_are_those_of_the_calendar_a_worked_saturday_included() -> None:
    assert reason(PUMPS, at("2026-02-28T10:00")) is Reason.PERMITTED  # worked instead of a day of the Spring Festival
    assert reason(PUMPS, at("2026-03-07T10:00")) is Reason.OUT_OF_HOURS
    assert reason(PUMPS, at("2026-02-17T10:00")) is Reason.OUT_OF_HOURS  # Spring Festival


def test_a_night_belongs_to_the_day_on_which_it_begins() -> None:
    """The last night begins on the permission's last day and ends on the next morning."""
    assert reason(PUMPS, at("2026-03-06T05:59")) is Reason.PERMITTED
    assert reason(PUMPS, at("2026-03-06T06:00")) is Reason.OUT_OF_HOURS
    assert reason(PUMPS, at("2026-03-06T23:00")) is Reason.OUT_OF_HOURS  # of two misses the hours are nearer


def test_after_its_last_day_it_has_ended_and_before_its_first_it_has_not_begun() -> None:
    assert reason(PUMPS, at("2027-01-04T10:00")) is Reason.ENDED
    assert reason(PUMPS, at("2025-12-29T10:00")) is Reason.OUT_OF_HOURS  # the nights had no beginning
    assert reason(STAFF, at("2025-12-29T10:00")) is Reason.NOT_BEGUN


def test_a_zone_s_permission_opens_what_lies_in_it_and_is_guarded_no_more() -> None:
    building = some_permissions(Permission(id="all-of-t1", holder="pan", zone="t1", approver="m"))
    corridor = Place(zone="corridor", access="public", around={"t1": "public", "corridor": "public"})
    assert reason(corridor, MONDAY_TEN, "pan", building) is Reason.PUBLIC
    assert reason(PUMPS, MONDAY_TEN, "pan", building) is Reason.NO_PERMISSION
    staff = replace(building, permissions={"s": Permission(id="s", holder="pan", zone="x", approver="m")})
    inner = Place(zone="y", access="staff", around={"x": "staff", "y": "staff"})
    assert reason(inner, MONDAY_TEN, "pan", staff) is Reason.PERMITTED


def test_a_zone_of_any_class_is_opened_by_a_permission_for_itself() -> None:
    assert reason(PUMPS, at("2026-03-01T23:00")) is Reason.PERMITTED


def test_everybody_may_be_in_a_public_area_but_those_who_have_left() -> None:
    assert reason(LOBBY, MONDAY_TEN, "nobody") is Reason.PUBLIC
    assert reason(LOBBY, at("2026-07-01T00:00"), "guo") is Reason.LEFT
    assert reason(LOBBY, at("2026-06-30T23:59"), "guo") is Reason.PUBLIC


def test_somebody_whom_nobody_knows_may_enter_nothing_guarded() -> None:
    assert reason(STAFF, MONDAY_TEN, "stranger") is Reason.UNKNOWN


@pytest.mark.parametrize(
    ("card", "when", "wanted"),
    [
        ("c-li", "2026-03-02T10:00", Reason.PERMITTED),
        ("c-lost", "2026-03-02T10:00", Reason.LOST),
        ("c-old", "2026-02-28T23:59", Reason.OUT_OF_HOURS),
        ("c-old", "2026-03-01T00:00", Reason.EXPIRED),
        ("c-new", "2026-05-31T10:00", Reason.NOT_YET),
        ("c-new", "2026-06-01T10:00", Reason.PERMITTED),
        ("c-visitor", "2026-03-02T10:00", Reason.BLOCKED),
        ("c-nobody", "2026-03-02T10:00", Reason.UNKNOWN),
    ],
)
def test_the_credential_itself_must_be_good(card: str, when: str, wanted: Reason) -> None:
    place = STAFF if card == "c-old" else PUMPS
    found = may_pass(some_permissions(), card, place, at(when))
    assert found.reason is wanted
    assert found.allowed is (wanted is Reason.PERMITTED)


def test_a_lost_card_opens_no_public_door_either() -> None:
    assert may_pass(some_permissions(), "c-lost", LOBBY, MONDAY_TEN).reason is Reason.LOST


def test_hours_follow_the_zone_over_the_change_of_clocks() -> None:
    """In New York the night of 8 March 2026 has no 02:30: permitted from 02:30 means from the jump on."""
    rule = Permission(id="r", holder="li", zone="pumps", starts=150, ends=240, approver="m")
    there = replace(some_permissions(), timezone="America/New_York", permissions={"r": rule})
    jump = parse("2026-03-08T07:00:00Z")
    assert reason(PUMPS, jump - 1, permissions=there) is Reason.OUT_OF_HOURS
    assert reason(PUMPS, jump, permissions=there) is Reason.PERMITTED
    assert there.zone == ZoneInfo("America/New_York")


def test_a_place_is_as_the_register_has_it_and_one_that_it_does_not_know_is_guarded_most() -> None:
    site = Site(id="s", name=Text("s"))
    outer = Zone(id="t1", site="s", name=Text("1"))
    inner = Zone(id="pumps", site="s", parent="t1", access="sensitive", name=Text("2"))
    register = Register(sites={"s": site}, zones={"t1": outer, "pumps": inner})
    assert place_of(register, "pumps") == PUMPS
    assert place_of(register, "gone").access == "high-risk"


def test_every_reason_has_its_words() -> None:
    assert set(REASONS) == set(Reason)


def test_a_difference_names_what_was_added_changed_and_removed() -> None:
    old = some_permissions()
    new = replace(
        old,
        permissions={"engineers": replace(old.permissions["engineers"], until=date(2026, 6, 30))},
        holders=old.holders | {"new": replace(old.holders["pan"], id="new")},
    )
    told = {(change.table, change.key, change.what) for change in permission_difference(old, new)}
    assert told == {
        ("holders", "new", "added"),
        ("permissions", "engineers", "changed"),
        ("permissions", "li-nights", "removed"),
    }
