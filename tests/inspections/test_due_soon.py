"""Somebody is told ahead of a due date and once its window has ended: once for each, over any downtime."""

from dataclasses import replace

import pytest

from facility.cadence import nominal_hours
from facility.duty import Cadence, Duty, Every, Trigger
from facility.instant import DAY, HOUR, MINUTE
from facility.person import Role
from inspections.assigning import assign
from inspections.due_soon import DueSoon, warnings_of
from inspections.postponing import Wish, ask, grant
from storage.records.people import Account
from storage.records.sql import SqlRecords
from tests.inspections.duties_house import MONTHLY, House, at, duty, house

WARNED = replace(MONTHLY, warn=(7 * DAY, DAY), grace=3 * DAY)
FIRST = at("2026-03-10 12:00")


@pytest.fixture
def found(empty: SqlRecords) -> House:
    """Two extinguishers that owe something each month; the first whole month is April."""
    made = house(empty, FIRST, WARNED)
    look(made, FIRST)
    return made


def look(found: House, now: int) -> list[tuple[str, int, str]]:
    """(what, how many, the length of the warning in days) that this look wrote."""
    before = len(found.facts("duty"))
    found.step(now)
    with found.records.begin() as unit:
        DueSoon(lambda: found.duties).step(unit, now)
    return [
        (fact.what, fact.data["many"], f"{fact.data['warning'] / DAY:g}d")
        for fact in found.facts("duty")[before:]
        if fact.what in ("due-soon", "overdue")
    ]


def test_each_warning_comes_once_for_all_of_it_together(found: House) -> None:
    assert look(found, at("2026-04-23 23:59")) == []
    assert look(found, at("2026-04-24 00:00")) == [("due-soon", 2, "7d")]
    assert look(found, at("2026-04-24 00:01")) == []
    found.do(found.all(targets=("ext-1",))[0])
    assert look(found, at("2026-04-30 00:00")) == [("due-soon", 1, "1d")]
    assert look(found, at("2026-05-01 00:00")) == []
    assert look(found, at("2026-05-01 00:01")) == [("overdue", 1, "0d")]
    assert look(found, at("2026-05-03 00:00")) == []


def test_after_a_downtime_what_can_still_be_done_is_told_once_and_what_cannot_is_left_to_its_alert(
    found: House,
) -> None:
    assert look(found, at("2026-04-30 12:00")) == [("due-soon", 2, "1d")], "not the first warning as well"
    assert look(found, at("2026-05-20 12:00")) == []
    assert found.standings("monthly", until=FIRST + 60 * DAY) == ["missed"]


def test_who_is_named_is_told_apart_from_the_others(found: House) -> None:
    found.step(at("2026-04-02 00:00"))
    with found.records.begin() as unit:
        unit.people.add(Account(id="liu", name="刘", role=Role.ENGINEER, password="", created=1))
        assign(unit, found.all(targets=("ext-2",))[0].id, "liu", "admin", found.now)
    look(found, at("2026-04-24 00:00"))
    told = [fact.data for fact in found.facts("duty") if fact.what == "due-soon"]
    assert [(one["assignee"], one["team"], one["target"]) for one in told] == [
        ("", "security", "ext-1"),
        ("liu", "security", "ext-2"),
    ]


def test_what_was_postponed_is_not_told_as_due(found: House) -> None:
    found.step(at("2026-04-20 00:00"))
    until = at("2026-05-10 00:00")
    with found.records.begin() as unit:
        one = found.all(targets=("ext-1",))[0]
        ask(unit, WARNED, one.id, Wish(until=until, why="雨", who="liu", at=found.now))
        grant(unit, one.id, "admin", found.now)
    assert look(found, at("2026-04-30 00:00")) == [("due-soon", 1, "1d")]
    assert look(found, at("2026-05-01 00:01")) == [("overdue", 1, "0d")]


def test_a_clock_that_is_set_back_says_nothing_twice_and_does_not_stay_silent(found: House) -> None:
    assert look(found, at("2026-04-24 00:00")) == [("due-soon", 2, "7d")]
    assert look(found, at("2026-04-23 12:00")) == []
    assert look(found, at("2026-04-30 00:00")) == [("due-soon", 2, "1d")]


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (duty(warn=(3 * DAY,)), [DAY]),
        (duty(warn=(HOUR, 3 * HOUR), before=2 * HOUR), [HOUR, 2 * HOUR]),
        (replace(MONTHLY, warn=(60 * DAY,)), [nominal_hours(MONTHLY.cadence) * HOUR]),
        (
            duty(
                cadence=Cadence(every=Every.EVENT),
                trigger=Trigger(noun="alert", what=("raised",), within=6 * HOUR),
                warn=(DAY, MINUTE),
            ),
            [MINUTE, 6 * HOUR],
        ),
    ],
)
def test_nobody_is_told_before_it_can_be_done(one: Duty, expected: list[int]) -> None:
    assert warnings_of(one) == expected
