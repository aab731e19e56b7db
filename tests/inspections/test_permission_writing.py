"""Permissions entered, changed, ended and taken back one by one: each a version, each by whoever saw what stood there."""

from dataclasses import replace
from datetime import date

import pytest

from facility.instant import DAY, parse
from facility.permission import permission_difference
from facility.permission_entries import Confirmed, Permission
from facility.permission_wish import PermissionRefused, Wish, granted, wish_of
from inspections.permission_writing import Signed, change, end, enter, take_back
from storage.records.port import Conflict, NotFound
from storage.records.sql import SqlRecords
from tests.facility.permissions import some_permissions
from tests.inspections.results_house import REGISTER

NOW = parse("2026-03-02T10:00:00+08:00")
TODAY = date(2026, 3, 2)
ZONE = next(iter(REGISTER.zones))
WISH = Wish(group="engineering", zone=ZONE, days="workdays sat", starts="22:00", ends="06:00", until="2026-12-31")
WISH = replace(WISH, approver="manager", reason="night shift")


@pytest.fixture
def records(empty: SqlRecords) -> SqlRecords:
    confirmed = Confirmed(permission="engineers", at=NOW - DAY, who="wang")
    wanted = replace(some_permissions(), confirmed={"engineers": confirmed})
    with empty.begin() as unit:
        unit.permissions.apply(permission_difference(unit.permissions.load(), wanted), "wang", NOW - DAY)
    return empty


def signed(why: str = "", seen: int = 0) -> Signed:
    return Signed(who="wang", at=NOW, why=why, seen=seen)


def stands(records: SqlRecords, id: str) -> Permission | None:
    with records.read() as unit:
        return unit.permissions.load().permissions.get(id)


def test_what_the_form_says_is_what_stands_there_and_a_fact_says_who(records: SqlRecords) -> None:
    with records.begin() as unit:
        made = enter(unit, REGISTER, WISH, signed())
    assert (made.days, made.starts, made.ends, made.until) == (("workdays", "sat"), 1320, 360, date(2026, 12, 31))
    assert stands(records, made.id) == made
    with records.read() as unit:
        (fact,) = unit.facts.of("permission", "2")
    assert (fact.who, fact.why, fact.data["keys"]) == ("wang", "night shift", [f"permissions/{made.id}"])


@pytest.mark.parametrize("one", some_permissions().permissions.values(), ids=lambda one: one.id)
def test_a_permission_shown_in_the_form_reads_back_as_it_was(one: Permission) -> None:
    known = replace(REGISTER, zones=REGISTER.zones | {"pumps": REGISTER.zones[ZONE]})
    wish = replace(wish_of(one), reason=one.reason or "x")
    assert granted(wish, some_permissions(), known, TODAY, one) == replace(one, reason=one.reason or "x")


@pytest.mark.parametrize(
    ("wrong", "fields"),
    [
        ({"group": "", "zone": ""}, ["group", "access"]),
        ({"holder": "li", "access": "staff"}, ["group", "access"]),
        ({"group": "nobody", "zone": "nowhere"}, ["group", "zone"]),
        ({"days": "someday", "starts": "25:00", "ends": "x"}, ["days", "starts", "ends"]),
        ({"since": "2026-02-30", "until": "soon", "days": ""}, ["days", "since", "until"]),
        ({"since": "2027-01-01"}, ["until"]),
        ({"until": "2026-03-01", "approver": " ", "reason": ""}, ["until", "approver", "reason"]),
    ],
)
def test_each_field_that_is_wrong_is_named_at_once(wrong: dict[str, str], fields: list[str]) -> None:
    with pytest.raises(PermissionRefused) as refused:
        granted(replace(WISH, **wrong), some_permissions(), REGISTER, TODAY)
    assert [field for field, _ in refused.value.wrong] == fields
    assert all(text.zh and text.en for _, text in refused.value.wrong)


def test_a_last_day_that_has_passed_may_stay_but_never_before_the_first_day() -> None:
    before = replace(some_permissions().permissions["li-nights"], since=date(2026, 1, 1), until=date(2026, 3, 1))
    known = replace(REGISTER, zones=REGISTER.zones | {"pumps": REGISTER.zones[ZONE]})
    wish = replace(wish_of(before), reason="as it was")
    assert granted(wish, some_permissions(), known, TODAY, before).until == before.until
    with pytest.raises(PermissionRefused, match="until: is before the first day, 2026-04-01"):
        granted(replace(wish, since="2026-04-01"), some_permissions(), known, TODAY, before)


def test_a_change_needs_a_reason_and_must_be_confirmed_anew(records: SqlRecords) -> None:
    wish = replace(wish_of(some_permissions().permissions["engineers"]), until="2026-06-30")
    with records.begin() as unit, pytest.raises(PermissionRefused, match="why"):
        change(unit, REGISTER, "engineers", wish, signed(seen=1))
    with records.begin() as unit:
        change(unit, REGISTER, "engineers", wish, signed("half a year", seen=1))
    with records.read() as unit:
        found = unit.permissions.load()
    assert found.permissions["engineers"].until == date(2026, 6, 30)
    assert "engineers" not in found.confirmed


def test_whoever_saw_an_older_state_changes_nothing(records: SqlRecords) -> None:
    with records.begin() as unit:
        end(unit, "engineers", signed("left", seen=1))
    with records.begin() as unit, pytest.raises(NotFound):
        end(unit, "engineers", signed("again", seen=1))
    with records.begin() as unit, pytest.raises(NotFound):
        change(unit, REGISTER, "engineers", WISH, signed("again", seen=1))
    with records.begin() as unit, pytest.raises(Conflict):
        take_back(unit, "engineers", signed(seen=1))


def test_what_was_ended_stands_again_and_what_was_entered_ends(records: SqlRecords) -> None:
    before = stands(records, "engineers")
    with records.begin() as unit:
        end(unit, "engineers", signed("left", seen=1))
        assert take_back(unit, "engineers", signed(seen=2)) == 3
        made = enter(unit, REGISTER, WISH, signed())
        take_back(unit, made.id, signed(seen=4))
    assert stands(records, "engineers") == before
    assert stands(records, made.id) is None
    with records.begin() as unit:
        assert enter(unit, REGISTER, WISH, signed()).id != made.id


def test_nothing_stands_again_for_somebody_who_is_gone(records: SqlRecords) -> None:
    with records.begin() as unit:
        end(unit, "li-nights", signed("left", seen=1))
        old = unit.permissions.load()
        gone = {id: one for id, one in old.holders.items() if id != "li"}
        cards = {id: one for id, one in old.credentials.items() if one.holder != "li"}
        left = replace(old, holders=gone, credentials=cards)
        unit.permissions.apply(permission_difference(old, left), "wang", NOW)
        with pytest.raises(PermissionRefused, match="no longer there"):
            take_back(unit, "li-nights", signed(seen=2))
