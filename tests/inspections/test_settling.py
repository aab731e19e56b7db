"""What becomes of what is owed: by the clock, by a result, by a postponement, by what is out of service."""

import pytest

from facility.alert import Condition, NotAllowed
from facility.alert_life import FieldRefused
from facility.instant import DAY, HOUR
from facility.maintenance import Maintenance
from facility.occurrence import Occurrence, Standing
from facility.person import Role
from facility.scope import Extent
from facility.work_order import MissingField
from inspections.assigning import assign
from inspections.postponing import Wish, ask, grant, refuse, waiting
from inspections.standing import advance, attend_at
from storage.records.people import Account
from storage.records.port import AlertFilter
from storage.records.sql import SqlRecords
from tests.inspections.duties_house import House, at, duty, house

NOON = at("2026-03-10 12:00")
EARLY, MIDDAY, LATE, OVER = (at(f"2026-03-{text}") for text in ("11 00:00", "11 12:00", "12 06:00", "12 12:00"))
"""Of the first day: it opens, in its window, in its grace, missed."""


@pytest.fixture
def found(empty: SqlRecords) -> House:
    made = house(empty, NOON, duty(work_order="fire"))
    with empty.begin() as unit:
        for id, role in (
            ("liu", Role.GUARD),
            ("chen", Role.ENGINEER),
            ("wang", Role.OFFICER),
            ("zhao", Role.INSPECTOR),
        ):
            unit.people.add(Account(id=id, name=id, role=role, password="x", created=NOON))
    return made


def first(found: House, target: str = "ext-1") -> Occurrence:
    return found.all(targets=(target,))[0]


def told(found: House, one: Occurrence) -> list[str]:
    return [fact.what for fact in found.facts("occurrence", str(one.id))]


def test_it_is_planned_open_late_and_missed_as_time_goes_by(found: House) -> None:
    seen = []
    for now in (NOON, EARLY, at("2026-03-12 00:00"), LATE, OVER, OVER + DAY):
        found.step(now)
        seen.append(first(found).standing.value)
    assert seen == ["planned", "open", "open", "late", "missed", "missed"]
    assert told(found, first(found)) == ["late", "missed"]


def test_done_in_its_window_or_late_or_made_up_for(found: House) -> None:
    found.step(MIDDAY)
    assert found.do(first(found)).standing is Standing.DONE
    found.step(LATE)
    assert found.do(first(found, "ext-2")).standing is Standing.DONE_LATE
    found.step(OVER + DAY)
    second = found.all(targets=("ext-1",))[1]
    made_up = found.do(second)
    assert (made_up.standing, made_up.made_up, made_up.result) == (Standing.MISSED, 3, None)
    assert told(found, second) == ["late", "missed", "made-up"]


def test_done_early_it_is_counted_when_it_falls_due_all_the_same(found: House) -> None:
    found.step(MIDDAY)
    found.do(first(found))
    found.step(at("2026-03-12 00:00"))
    (fact,) = [fact for fact in found.facts("duty", "daily") if fact.what == "fell-due"]
    assert [row[1] for row in fact.data["occurrences"]] == ["ext-1", "ext-2"]
    assert fact.data["due"] == at("2026-03-12 00:00")
    assert attend_at(first(found)) is None


def test_a_second_result_changes_nothing_and_one_before_the_window_is_refused(found: House) -> None:
    found.step(MIDDAY)
    done = found.do(first(found))
    assert found.do(first(found)) == done
    with pytest.raises(NotAllowed):
        found.do(found.all(targets=("ext-1",))[1])


def test_what_was_done_in_time_and_came_late_counts_with_its_flag(found: House) -> None:
    found.step(OVER)
    assert found.do(first(found), MIDDAY, late=True).standing is Standing.DONE
    (fact,) = [fact for fact in found.facts("occurrence", str(first(found).id)) if fact.what == "done"]
    assert fact.data["late_upload"] is True
    assert found.do(first(found, "ext-2"), LATE, received=OVER).standing is Standing.MISSED


def test_a_result_that_comes_before_the_clock_looked_is_judged_by_the_time(found: House) -> None:
    found.now = OVER + HOUR
    assert found.do(first(found)).standing is Standing.MISSED
    assert told(found, first(found)) == ["missed", "made-up"]
    found.step()
    assert told(found, first(found)) == ["missed", "made-up"]
    assert len([fact for fact in found.facts("duty", "daily") if fact.what == "fell-due"]) == 1


def test_a_miss_is_one_alert_a_thing_with_one_order_a_place_and_returns_when_it_is_done(found: House) -> None:
    found.step(OVER)
    found.step(OVER + DAY)
    with found.records.read() as unit:
        alerts = unit.alerts.find(AlertFilter(rules=("duty-missed",))).rows
    assert sorted(alert.point for alert in alerts) == ["daily/ext-1", "daily/ext-2"]
    assert {alert.rule_version for alert in alerts} == {
        ""
    }  # else the rules' room would end them as a rule's that is gone
    assert {order.source_of for order in found.opened} == {"duty-missed:daily/b1"}
    found.do(found.all(targets=("ext-1",))[2])
    with found.records.read() as unit:
        after = {alert.point: alert.condition for alert in unit.alerts.find(AlertFilter(rules=("duty-missed",))).rows}
    assert after == {"daily/ext-1": Condition.NORMAL, "daily/ext-2": Condition.ACTIVE}


def test_nobody_on_shift_is_no_excuse_and_shows(found: House) -> None:
    found.step(OVER)
    missed = [fact for fact in found.facts("occurrence") if fact.what == "missed"]
    assert [fact.data["nobody_on_shift"] for fact in missed] == [True, True]


def window(found: House, since: int, until: int, ended: int | None = None, extent: Extent = Extent.ASSET) -> None:
    scope = {Extent.ASSET: "ext-1", Extent.ZONE: "b1"}.get(extent, "")
    one = Maintenance(
        extent=extent, scope=scope, since=since, until=until, who="wang", why="x", created=since, ended=ended
    )
    with found.records.begin() as unit:
        unit.maintenance.add(one)


@pytest.mark.parametrize(
    ("ended", "extent", "expected"),
    [
        (None, Extent.ASSET, ["suspended", "missed"]),
        (LATE, Extent.ASSET, ["suspended", "missed"]),
        (MIDDAY, Extent.ASSET, ["missed", "missed"]),
        (None, Extent.ZONE, ["suspended", "suspended"]),
        (None, Extent.SYSTEM, ["missed", "missed"]),
    ],
)
def test_out_of_service_for_the_whole_window_suspends_it_and_ended_early_it_is_owed(
    found: House, ended: int | None, extent: Extent, expected: list[str]
) -> None:
    window(found, NOON, OVER, ended, extent)
    found.step(OVER)
    assert [first(found, target).standing.value for target in ("ext-1", "ext-2")] == expected
    if expected[0] == "suspended":
        assert first(found).why == "maintenance:1"
        assert told(found, first(found)) == ["suspended"]


def test_two_windows_one_after_the_other_suspend_it_and_a_gap_between_them_does_not(found: House) -> None:
    window(found, NOON, MIDDAY)
    window(found, MIDDAY, OVER)
    found.step(OVER)
    assert first(found).standing is Standing.SUSPENDED
    window(found, OVER, at("2026-03-13 06:00"))
    window(found, at("2026-03-13 07:00"), at("2026-03-15 06:00"))
    found.step(at("2026-03-14 12:00"))
    assert [one.value for one in (found.all(targets=("ext-1",))[i].standing for i in (1, 2))] == ["suspended", "missed"]


def ask_for(found: House, until: int, why: str = "没有备件", who: str = "chen") -> None:
    with found.records.begin() as unit:
        ask(unit, found.duties["daily"], first(found).id, Wish(until=until, why=why, who=who, at=found.now))


def test_postponing_takes_a_reason_and_another_person_and_shows_for_ever(found: House) -> None:
    found.step(LATE)
    until = at("2026-03-12 20:00")
    ask_for(found, until)
    with found.records.begin() as unit:
        assert waiting(unit, first(found)) is not None
        with pytest.raises(FieldRefused, match="yourself"):
            grant(unit, first(found).id, "chen", LATE)
        kept = grant(unit, first(found).id, "wang", LATE)
        assert waiting(unit, kept) is None
    assert (kept.standing, kept.until, kept.due) == (Standing.OPEN, until, at("2026-03-12 00:00"))
    assert [(one.who, one.approver) for one in kept.postponed] == [("chen", "wang")]
    found.step(until)
    assert found.do(first(found)).standing is Standing.DONE
    assert told(found, kept) == ["late", "postponement-asked", "postponed", "done"]


def test_postponed_and_not_done_it_is_missed_by_its_later_end(found: House) -> None:
    found.step(MIDDAY)
    ask_for(found, at("2026-03-12 20:00"))
    with found.records.begin() as unit:
        grant(unit, first(found).id, "wang", MIDDAY)
    found.step(OVER)
    assert first(found).standing is Standing.OPEN
    found.step(at("2026-03-13 08:00"))
    assert first(found).standing is Standing.MISSED


def test_what_may_not_be_postponed_is_told_why(found: House) -> None:
    found.step(MIDDAY)
    with pytest.raises(MissingField):
        ask_for(found, at("2026-03-12 20:00"), why=" ")
    for until in (MIDDAY, at("2026-03-12 00:00"), at("2026-03-13 01:00")):
        with pytest.raises(FieldRefused):
            ask_for(found, until)
    with found.records.begin() as unit, pytest.raises(NotAllowed):
        grant(unit, first(found).id, "wang", MIDDAY)
    found.step(OVER)
    with pytest.raises(NotAllowed):
        ask_for(found, at("2026-03-12 20:00"))


def test_a_refusal_leaves_it_as_it_was(found: House) -> None:
    found.step(MIDDAY)
    ask_for(found, at("2026-03-12 20:00"))
    with found.records.begin() as unit:
        refuse(unit, first(found).id, "wang", "今天做", MIDDAY)
        assert waiting(unit, first(found)) is None
    assert first(found).postponed == ()


def test_somebody_is_named_who_may_do_it(found: House) -> None:
    with found.records.begin() as unit:
        number = first(found).id
        assert assign(unit, number, "liu", "wang", NOON).assignee == "liu"
        assert assign(unit, number, "liu", "wang", NOON).version == 2
        for wrong in ("zhao", "nobody"):
            with pytest.raises(FieldRefused):
                assign(unit, number, wrong, "wang", NOON)
        assert assign(unit, number, "", "wang", NOON).assignee == ""
    assert told(found, first(found)) == ["assigned", "assigned"]
    found.step(OVER)
    with found.records.begin() as unit, pytest.raises(NotAllowed):
        assign(unit, number, "liu", "wang", OVER)


def test_an_unassigned_one_and_an_assigned_one_are_missed_alike(found: House) -> None:
    with found.records.begin() as unit:
        assign(unit, first(found).id, "liu", "wang", NOON)
    found.step(OVER)
    assert [first(found, target).standing for target in ("ext-1", "ext-2")] == [Standing.MISSED] * 2


def test_what_time_makes_of_it_does_not_depend_on_how_often_it_looks(found: House) -> None:
    one = first(found)
    for end in (NOON, EARLY, MIDDAY, LATE, OVER, OVER + DAY):
        slowly = one
        for now in (NOON, EARLY, MIDDAY, LATE, OVER, OVER + DAY):
            if now <= end:
                slowly = advance(slowly, now).after
        assert slowly == advance(one, end).after
