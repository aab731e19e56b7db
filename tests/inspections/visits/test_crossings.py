"""AP-4: who is not of the house is judged at each door, once, by the door's own time."""

from pathlib import Path
from typing import Any

import pytest

from facility.alert import Condition, Severity
from facility.crossing import Judgement
from facility.instant import DAY, HOUR, SECOND
from facility.visit import VisitDeed
from inspections.visits.alerts import AFTER_LEAVING, OUTSIDE, OVERSTAY, UNESCORTED
from inspections.visits.areas import is_allowed
from inspections.visits.crossings import FARTHEST
from storage.readings.port import ReadingsUnavailable
from storage.records.sql import SqlRecords
from tests.inspections.visits.house import NINE, House, register

WAITING, FINE, ESCORTED, UNACCOMPANIED = (
    Judgement.WAITING,
    Judgement.FINE,
    Judgement.ESCORTED,
    Judgement.UNESCORTED,
)


@pytest.fixture
def house(records: SqlRecords) -> House:
    return House(records)


@pytest.mark.parametrize(
    ("zone", "allowed"),
    [("t1-pump", True), ("t1", True), ("t1-lobby", True), ("t1-office", False), ("t2-lobby", False), ("gone", False)],
)
def test_the_way_to_where_a_visitor_may_be_is_open_and_nothing_else(zone: str, *, allowed: bool) -> None:
    assert is_allowed(register(), ["t1-pump"], zone) is allowed


def test_who_may_be_in_a_building_may_be_in_all_of_it() -> None:
    assert is_allowed(register(), ["t1"], "t1-data")


def test_with_an_escort_before_or_after_nothing_is_raised(house: House) -> None:
    first, second = house.let_in(), house.let_in("V002")
    house.passes("BBBB2222", "t1-pump", 60)
    house.passes("V001", "t1-pump", 70)
    house.passes("V002", "t1-pump", 31)
    house.look(75)
    house.look(200)
    assert (house.judgements(first.id), house.judgements(second.id)) == ([ESCORTED], [ESCORTED])
    assert house.alerts() == {}


def test_the_host_is_an_escort_by_being_the_host(house: House) -> None:
    visit = house.let_in()
    house.passes("V001", "t1-pump", 60)
    house.passes("AAAA1111", "t1-pump", 65)
    house.look(200)
    assert house.judgements(visit.id) == [ESCORTED]


@pytest.mark.parametrize(
    ("card", "at", "zone", "more"),
    [
        ("CCCC3333", 60, "t1-pump", {}),
        ("BBBB2222", 91, "t1-pump", {}),
        ("BBBB2222", 60, "t1-lobby", {}),
        ("BBBB2222", 60, "t1-pump", {"event": "denied"}),
        ("BBBB2222", 60, "t1-pump", {"direction": "out"}),
        ("99999999", 60, "t1-pump", {}),
    ],
    ids=["may not enter", "too late", "another door", "not let in", "the other way", "a stranger"],
)
def test_who_is_no_escort(house: House, card: str, at: int, zone: str, more: dict[str, Any]) -> None:
    visit = house.let_in()
    house.passes("V001", "t1-pump", 60)
    house.passes(card, zone, at, **more)
    house.look(200)
    alert = house.alerts()[UNESCORTED]
    assert house.judgements(visit.id) == [UNACCOMPANIED]
    assert (alert.clause, alert.severity, alert.zone, alert.asset) == ("AP-4", Severity.HIGH, "t1-pump", "t1-pump-door")
    assert (alert.started, alert.late) == (NINE + 60 * SECOND, False)
    assert f"visit #{visit.id}" in alert.limit.en
    assert "12:01:00" in alert.limit.zh  # the door's own time, on the property's clock


def test_two_visitors_are_no_escort_of_each_other(house: House) -> None:
    first, second = house.let_in(), house.let_in("V002")
    house.passes("V001", "t1-pump", 60)
    house.passes("V002", "t1-pump", 62)
    house.look(200)
    assert (house.judgements(first.id), house.judgements(second.id)) == ([UNACCOMPANIED], [UNACCOMPANIED])


def test_the_escort_is_waited_for_until_the_news_of_him_could_be_here(house: House) -> None:
    visit = house.let_in()
    house.passes("V001", "t1-pump", 60)
    house.look(61)
    house.look(100)
    assert (house.judgements(visit.id), house.alerts()) == ([WAITING], {})
    house.look(101)
    assert house.judgements(visit.id) == [UNACCOMPANIED]


def test_each_passage_counts_once_however_often_it_is_looked_at(house: House, records: SqlRecords) -> None:
    visit = house.let_in()
    house.passes("V001", "t1-pump", 60)
    for at in (61, 110, 120, 1_000):
        house.look(at)
    again = House.__new__(House)
    again.__dict__ = dict(house.__dict__)
    again.look(1_010)
    assert house.told(visit.id).count("seen-unescorted") == 1
    number = house.alerts()[UNESCORTED].id
    with records.read() as unit:
        assert [fact.what for fact in unit.facts.of("alert", str(number))] == ["raised"]


def test_an_escort_whose_door_was_offline_takes_the_alert_back(house: House) -> None:
    visit = house.let_in()
    house.passes("V001", "t1-pump", 60)
    house.look(200)
    house.passes("BBBB2222", "t1-pump", 62, heard=2_000)
    house.look(2_001)
    alert = house.alerts()[UNESCORTED]
    assert (alert.condition, house.judgements(visit.id)) == (Condition.NORMAL, [ESCORTED])
    assert house.told(visit.id)[-1] == "escorted-after-all"


def test_who_was_alone_twice_is_still_told_of_when_one_escort_turns_up(house: House) -> None:
    visit = house.let_in()
    house.passes("V001", "t1-pump", 60)
    house.passes("V001", "t1-pump", 600)
    house.look(700)
    house.passes("BBBB2222", "t1-pump", 62, heard=2_000)
    house.look(2_001)
    assert house.judgements(visit.id) == [ESCORTED, UNACCOMPANIED]
    assert house.alerts()[UNESCORTED].condition is Condition.ACTIVE


def test_the_officer_confirms_an_escort_and_what_was_found_stays(house: House, records: SqlRecords) -> None:
    visit = house.let_in()
    house.passes("V001", "t1-pump", 60)
    house.look(200)
    house.act(visit.id, VisitDeed.CONFIRM_ESCORT, 300, reason="with the engineer now")
    with records.read() as unit:
        (found,) = unit.visits.crossings(visit.id)
    assert (found.judgement, found.confirmed_by) == (UNACCOMPANIED, "officer")
    assert house.alerts()[UNESCORTED].condition is Condition.NORMAL


def test_leaving_ends_what_was_wrong(house: House) -> None:
    visit = house.let_in(hours=1)
    house.passes("V001", "t1-pump", 60)
    house.passes("V001", "t1-data", 80)
    house.look(200)
    house.clock(2 * 3_600)
    assert set(house.alerts()) == {UNESCORTED, OUTSIDE, OVERSTAY}
    house.act(visit.id, VisitDeed.LEAVE, 2 * 3_600)
    assert {alert.condition for alert in house.alerts().values()} == {Condition.NORMAL}


@pytest.mark.parametrize(("zone", "severity"), [("t1-data", Severity.HIGH), ("t1-office", Severity.MEDIUM)])
def test_a_door_to_where_the_visitor_may_not_be(house: House, zone: str, severity: Severity) -> None:
    visit = house.let_in()
    house.passes("V001", zone, 60)
    house.look(61)
    assert house.judgements(visit.id) == [Judgement.OUTSIDE]
    assert house.alerts()[OUTSIDE].severity is severity


def test_a_door_that_stays_shut_is_written_down_and_raises_nothing(house: House) -> None:
    visit = house.let_in()
    house.passes("V001", "t1-data", 60, event="denied")
    house.look(200)
    assert (house.judgements(visit.id), house.alerts()) == ([Judgement.REFUSED], {})


def test_the_way_out_needs_no_escort(house: House) -> None:
    visit = house.let_in()
    house.passes("V001", "t1-pump", 60, direction="out")
    house.look(200)
    assert house.judgements(visit.id) == [FINE]


def test_a_badge_that_opens_after_the_visit_is_told_until_it_is_back(house: House) -> None:
    visit = house.let_in()
    house.act(visit.id, VisitDeed.LEAVE, 600)
    house.passes("V001", "t1-lobby", 1_200)
    house.look(1_300)
    assert house.judgements(visit.id) == [Judgement.AFTER_LEAVING]
    assert house.alerts()[AFTER_LEAVING].condition is Condition.ACTIVE
    house.act(visit.id, VisitDeed.BADGE_BACK, 1_400, reason="handed in at the gate")
    assert house.alerts()[AFTER_LEAVING].condition is Condition.NORMAL


def test_a_badge_belongs_to_whoever_had_it_at_the_time(house: House) -> None:
    first = house.let_in()
    house.act(first.id, VisitDeed.LEAVE, 600)
    second = house.let_in(at=900)
    house.passes("V001", "t1-lobby", 300, heard=1_000)
    house.passes("V001", "t1-lobby", 1_000)
    house.look(1_001)
    assert (house.judgements(first.id), house.judgements(second.id)) == ([FINE], [FINE])
    assert house.alerts() == {}


def test_late_news_of_somebody_who_has_gone_is_shown_and_wakes_nobody(house: House) -> None:
    visit = house.let_in()
    house.act(visit.id, VisitDeed.LEAVE, 600)
    house.passes("V001", "t1-pump", 60, heard=9_000)
    house.look(9_001)
    house.look(9_100)
    alert = house.alerts()[UNESCORTED]
    assert (alert.condition, alert.late, alert.state) == (Condition.NORMAL, True, "returned-unacknowledged")
    assert "late news" in alert.limit.en


def test_late_news_of_somebody_who_is_still_here_is_told(house: House) -> None:
    house.let_in(hours=6)
    house.passes("V001", "t1-pump", 60, heard=9_000)
    house.look(9_001)
    house.look(9_100)
    alert = house.alerts()[UNESCORTED]
    assert (alert.condition, alert.late) == (Condition.ACTIVE, True)


def test_a_standstill_of_two_days_loses_no_passage(house: House) -> None:
    visit = house.let_in(hours=72)
    house.look(30)
    house.passes("V001", "t1-pump", 60)
    house.look(2 * 86_400)
    assert house.judgements(visit.id) == [UNACCOMPANIED]
    assert 2 * DAY < FARTHEST


def test_a_store_that_is_away_is_asked_again_and_nothing_is_passed_over(house: House) -> None:
    visit = house.let_in()
    house.look(30)
    house.passes("V001", "t1-data", 60)
    there, house.readings = house.readings, type(house.readings)()
    house.readings.close()
    with pytest.raises(ReadingsUnavailable):
        house.look(61)
    house.readings = there
    house.look(3_600)
    assert house.judgements(visit.id) == [Judgement.OUTSIDE]


def test_before_permissions_are_entered_our_own_people_are_escorts(records: SqlRecords) -> None:
    house = House(records, permitted=False)
    visit = house.let_in(host="plumber")
    house.passes("V001", "t1-pump", 60)
    house.passes("CCCC3333", "t1-pump", 65)
    house.look(200)
    assert house.judgements(visit.id) == [ESCORTED]


def test_more_passages_than_a_page_holds_are_all_read(house: House) -> None:
    visit = house.let_in()
    house.passes("V001", "t1-data", 1)
    for second in range(2, 600):
        house.passes("BBBB2222", "t1-data", second)
        house.passes("AAAA1111", "t1-data", second)
    house.look(601)
    assert house.judgements(visit.id) == [Judgement.OUTSIDE]


def test_two_processes_that_look_at_once_find_one(tmp_path: Path) -> None:
    from tests.storage.records.examples import at_once

    store = SqlRecords(f"sqlite:///{tmp_path}/records.db")
    store.migrate()
    house = House(store)
    visit = house.let_in()
    house.passes("V001", "t1-pump", 60)
    house.passes("V001", "t1-data", 61)
    at_once(3, lambda _: house.look(200))
    house.look(201)
    assert house.told(visit.id).count("seen-unescorted") == house.told(visit.id).count("seen-outside") == 1
    store.close()


def test_nothing_is_read_while_no_badge_was_ever_given(house: House) -> None:
    house.readings.close()
    house.look(60)


def test_where_a_visitor_was_last_seen_is_told_when_he_stays_too_long(house: House, records: SqlRecords) -> None:
    visit = house.let_in(hours=1)
    house.passes("V001", "t1-lobby", 60)
    house.look(61)
    house.clock(3_600 + 15 * 60 - 1)
    assert house.alerts() == {}
    house.clock(3_600 + 15 * 60)
    assert "t1-lobby" in house.alerts()[OVERSTAY].limit.zh
    house.act(visit.id, VisitDeed.EXTEND, 5_000, until=NINE + 3 * HOUR)
    assert house.alerts()[OVERSTAY].condition is Condition.NORMAL
    house.clock(3 * 3_600 + 900)
    assert house.alerts()[OVERSTAY].condition is Condition.ACTIVE
    number = house.alerts()[OVERSTAY].id
    with records.read() as unit:
        whats = [fact.what for fact in unit.facts.of("alert", str(number))]
    assert whats == ["raised", "returned", "re-raised"]
