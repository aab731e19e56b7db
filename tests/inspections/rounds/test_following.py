"""Rounds as the responder follows them: from the scan to the alert, over restarts and downtime, with real stores."""

from __future__ import annotations

from dataclasses import replace

import pytest

from facility.alert import Condition, Severity
from facility.instant import DAY, HOUR, MINUTE
from facility.point import Point
from facility.round import RoundState
from facility.round_figures import tally
from facility.round_fold import Given
from facility.text import Text
from inspections.rounds.following import RoundsFollowed
from inspections.rounds.forgetting import forget_guards
from storage.readings.port import ReadingsUnavailable
from storage.records.port import Conflict
from tests.facility.patrols import STOPS, TEN, hide, register, route, stop
from tests.inspections.rounds.house import CARDS, House, told


def walk(house: House) -> None:
    house.at(0)
    house.scan("a")
    house.at(5)
    house.scan("b")
    house.at(11)
    house.scan("c")
    house.look()


def test_a_round_that_is_walked_is_told_point_by_point_and_rings_nobody(house: House) -> None:
    house.registers()
    walk(house)
    assert (house.ten().state, told(house.ten())) == (RoundState.DONE, "on-time on-time on-time")
    assert [fact.what for fact in house.facts] == ["begun", "point", "point", "point", "ended"]
    assert [(fact.before, fact.after) for fact in house.facts][1] == ("open", "on-time")
    ended = house.facts[-1].data
    assert (ended["planned"], ended["visited"], ended["on_time"], ended["walkers"]) == (3, 3, 3, 1)
    assert not house.alerts


def test_facts_are_for_ever_and_nobody_is_in_them(house: House) -> None:
    house.registers(route(team="guards", guards=2))
    walk(house)
    told_of = repr([fact.data for fact in house.facts])
    assert not any(hide("guard", card) in told_of for card in CARDS.values())
    assert {fact.data["walker"] for fact in house.facts if fact.what == "point" and fact.data["at"]} == {1}


def test_after_half_a_year_nobody_is_in_rounds_either_and_their_figures_stay(house: House) -> None:
    house.registers()
    house.at(0)
    house.scan("b", "office")
    walk(house)
    with house.records.begin() as unit:
        unit.rounds.give(Given(point="a.scan", at=TEN, guard=hide("guard", "C1"), device_at=TEN, received=TEN))
    before = house.ten()
    assert before.walkers
    house.now += 181 * DAY
    with house.records.begin() as unit:
        assert forget_guards(unit, house.now - 180 * DAY).count == 2
        assert forget_guards(unit, house.now - 180 * DAY).count == 0
        assert unit.rounds.given(["a.scan"], TEN, TEN + 1) == []
    after = house.ten()
    assert hide("guard", "C1") not in repr(after)
    assert hide("guard", "C9") not in repr(after)
    assert tally([after]) == tally([before])


def test_an_overdue_point_is_told_while_it_can_be_saved_and_returns_when_it_is_scanned(house: House) -> None:
    house.registers()
    house.at(0)
    house.scan("a")
    house.at(11)
    (alert,) = house.alerts
    assert (alert.severity, alert.clause, alert.zone) == (Severity.MEDIUM, "AP-3", "t1")
    assert "1 points overdue: b" in alert.limit.en
    assert "before 10:26" in alert.limit.en
    house.scan("b")
    house.at(12)
    (alert,) = house.alerts
    assert alert.condition is Condition.NORMAL
    assert told(house.ten()) == "on-time late open"
    assert house.alert_facts == ["raised", "returned"]


def test_one_alert_a_round_is_told_anew_and_rises_when_points_are_missed(house: House) -> None:
    house.registers()
    house.at(0)
    house.scan("a")
    house.at(25)
    (alert,) = house.alerts
    assert "2 points overdue: b, c" in alert.limit.en
    house.at(27)
    (missed,) = house.alerts
    assert (missed.id, missed.severity) == (alert.id, Severity.HIGH)
    assert "2 of 3 points missed: b, c" in missed.limit.en
    assert house.ten().state is RoundState.INCOMPLETE
    assert house.alert_facts == ["raised", "changed", "rose"]
    assert [fact.what for fact in house.facts].count("ended") == 1


def test_a_missed_round_rings_until_the_route_is_walked_again(house: House) -> None:
    house.registers()
    house.at(30)
    assert house.ten().state is RoundState.MISSED
    assert [fact.what for fact in house.facts][-1] == "missed"
    assert house.alerts[0].severity is Severity.HIGH
    for minutes, point in ((120, "a"), (125, "b"), (131, "c")):
        house.at(minutes)
        house.scan(point)
    house.at(134)
    (alert,) = house.alerts
    assert alert.condition is Condition.NORMAL


def test_too_few_people_are_told_though_every_point_was_visited(house: House) -> None:
    house.registers(route(team="guards", guards=2))
    walk(house)
    house.at(30)
    (alert,) = house.alerts
    assert (alert.severity, alert.limit.en) == (Severity.MEDIUM, "2 people are asked for, 1 came")
    assert house.ten().state is RoundState.INCOMPLETE


def test_nobody_on_shift_is_no_excuse(house: House) -> None:
    house.registers(route(team="nobody"))
    house.at(30)
    assert house.ten().state is RoundState.MISSED


def test_after_two_days_away_rounds_are_judged_by_what_was_stored_meanwhile_and_ring_nobody(house: House) -> None:
    house.registers()
    house.plan()
    for day in (0, 1):
        for minutes, point in ((0, "a"), (5, "b"), (11, "c")):
            house.jump(day * 24 * 60 + minutes)
            house.scan(point)
    house.jump(2 * 24 * 60 + 30)
    house.restart()
    house.look()
    house.look()
    done = [one for one in house.rounds if one.state is RoundState.DONE]
    assert [one.start for one in done] == [TEN, TEN + DAY]
    past = [one for one in house.rounds if one.closes < house.now]
    assert len(past) == 25
    assert all(one.over for one in past)
    assert [one.severity for one in house.alerts] == [Severity.HIGH], "only the one that is over just now"


def test_what_arrives_days_late_keeps_the_round_missed_with_its_flag(house: House) -> None:
    house.registers()
    house.at(0)
    house.scan("a")
    house.at(30)
    house.jump(3 * 24 * 60)
    house.scan("b", at=5)
    house.look()
    assert told(house.ten()) == "on-time on-time-uploaded-late missed"
    assert (house.ten().state, house.ten().on_time, house.ten().uploaded_late) == (RoundState.INCOMPLETE, 1, 1)
    late = house.facts[-1]
    assert (late.what, late.before, late.after) == ("late-upload", "missed", "on-time-uploaded-late")


def test_what_arrives_after_a_week_changes_nothing(house: House) -> None:
    house.registers()
    house.at(30)
    house.jump(8 * 24 * 60)
    house.scan("b", at=5)
    house.look()
    assert told(house.ten()) == "missed missed missed"


def test_a_restart_in_the_middle_doubles_and_loses_nothing(house: House) -> None:
    house.registers()
    house.at(0)
    house.scan("a")
    house.at(5)
    house.restart()
    house.scan("b")
    house.at(10)
    house.restart()
    house.at(11)
    house.scan("c")
    house.look()
    house.restart()
    house.look()
    assert [fact.what for fact in house.facts] == ["begun", "point", "point", "point", "ended"]


def test_of_two_that_judge_at_once_one_writes(house: House) -> None:
    house.registers()
    house.at(0)
    house.scan("a")
    other = RoundsFollowed(readings=lambda: house.readings, hide=hide)
    real = house.readings.scans

    def between(point: str, start: int, end: int, limit: int = 1000) -> object:
        with house.changed():
            house.readings.scans = real  # type: ignore[method-assign]
            other.run(house.records, house.now)
        return real(point, start, end, limit)

    house.readings.scans = between  # type: ignore[method-assign, assignment]
    house.look()
    assert [fact.what for fact in house.facts] == ["begun", "point"]


def test_a_store_of_readings_that_is_away_makes_nobody_miss_anything(house: House) -> None:
    house.registers()
    house.at(0)
    gone, house.readings = house.readings, type(house.readings)()
    house.readings.close()
    house.jump(30)
    with pytest.raises(ReadingsUnavailable):
        house.look()
    assert house.ten().state == RoundState.RUNNING
    house.readings = gone
    house.jump(31)
    for minutes, point in ((0, "a"), (5, "b"), (11, "c")):
        house.now = TEN + minutes * MINUTE
        house.scan(point)
    house.jump(31)
    house.look()
    assert house.ten().state == RoundState.DONE


def test_somebody_of_another_team_visits_nothing_and_ghosts_are_counted(house: House) -> None:
    house.registers()
    house.at(0)
    house.scan("a", "office")
    house.scan("a", "FFFF")
    house.look()
    assert told(house.ten()) == "open open open"
    assert (house.ten().wrong_guards, house.ten().ghosts, house.ten().begun) == (1, 1, None)


def test_a_reader_that_sees_ghosts_all_the_time_hides_no_visit(house: House) -> None:
    house.registers()
    house.at(0)
    house.scan("a")
    for seq in range(1_500):
        house.scan("a", "FFFF", at=1 + seq / 1_000, seq=seq)
    house.at(3)
    assert house.ten().stops[0].told == "on-time"
    assert house.ten().ghosts == 1_500


def test_a_door_that_is_a_checkpoint_is_visited_by_guards_and_not_by_all_who_go_through(house: House) -> None:
    doors = (STOPS[0], replace(stop(2, "b"), point="door.entry"), STOPS[2])
    found = register(route(team="guards"), doors)
    door = Point(
        id="door.entry", asset="door", name=Text("", "door"), quantity="entry", unit="", resolution=1, interval=0
    )
    house.registers()
    house.put(replace(found, points=found.points | {"door.entry": door}))
    house.at(0)
    house.scan("a")
    house.at(5)
    house.pass_door("door.entry", "resident")
    house.pass_door("door.entry", "li", "denied")
    house.look()
    assert told(house.ten()) == "on-time open open"
    house.pass_door("door.entry", "li")
    house.look()
    assert told(house.ten()) == "on-time on-time open"
    assert house.ten().stops[1].guard == hide("guard", "C1")


def test_a_photo_that_comes_after_the_scan_makes_the_visit_effective(house: House) -> None:
    house.registers(stops=(stop(1, "a", 0, asks=("photo",)), *STOPS[1:]))
    walk(house)
    assert house.ten().effective == 2
    with house.records.begin() as unit:
        gift = Given(point="a.scan", at=TEN + MINUTE, files=("f",), device_at=house.now, received=house.now)
        assert [unit.rounds.give(gift), unit.rounds.give(gift)] == [True, False]
    house.look()
    assert house.ten().effective == 3
    assert house.facts[-1].data["effective"] is True


def test_a_planned_round_follows_the_register_until_it_opens(house: House) -> None:
    house.jump(-30)
    house.registers()
    house.plan()
    assert len(house.ten().stops) == 3
    house.registers(stops=(*STOPS, stop(4, "d")))
    house.at(0)
    assert len(house.ten().stops) == 4, "not open yet when it changed"
    house.registers(stops=STOPS[:2])
    house.look()
    assert len(house.ten().stops) == 4, "frozen"
    assert {len(one.stops) for one in house.rounds if one.start > TEN} == {2}


def test_a_route_that_is_gone_has_no_more_rounds(house: House) -> None:
    house.registers()
    house.at(0)
    with house.records.read() as unit:
        now = unit.registers.load()
    house.put(replace(now, routes={}, stops={}))
    house.look()
    assert [one.start for one in house.rounds] == [TEN]


def test_planning_twice_plans_once(house: House) -> None:
    house.registers()
    house.plan()
    first = house.rounds
    house.restart()
    house.now += HOUR // 2
    house.plan()
    with house.records.begin() as unit:
        assert unit.rounds.plan(first) == 0
    assert [one.key for one in house.rounds] == [one.key for one in first]


def test_what_is_settled_with_a_round_is_undone_with_it(house: House) -> None:
    house.registers()
    house.at(0)

    def refuse(*_: object) -> None:
        raise Conflict("somebody else settled it")

    house.followed.settle = refuse
    walk(house)
    assert house.ten().state == RoundState.RUNNING
    house.restart()
    house.look()
    assert house.ten().state == RoundState.DONE
