"""Rounds come back whole, are planned once, and are found by what they are about, on every database."""

from dataclasses import replace

import pytest

from facility.instant import DAY, HOUR, MINUTE
from facility.round import Flag, PointStatus, Round, RoundState, Stray, StrayScan
from facility.round_figures import Counted, tally
from facility.round_fold import Given, fold
from facility.round_timetable import rounds
from storage.records.port import Conflict, NotFound
from storage.records.rounds import RoundFilter
from storage.records.sql import SqlRecords
from tests.facility.patrols import LI, TEN, at, register, route, stop, table, ten

OF = route(team="guards", duty="fire-patrol")
DAYS = rounds(register(OF), OF, table(), TEN, TEN + DAY)


def planned(records: SqlRecords) -> list[Round]:
    with records.begin() as unit:
        assert unit.rounds.plan(DAYS) == 12
        return unit.rounds.all(RoundFilter())


def test_a_round_comes_back_with_its_points_its_strays_and_its_crew(records: SqlRecords) -> None:
    wanted = ten(route(), (stop(1, "a", 0, tags=("04A1",), asks=("photo", "reading")), stop(2, "b")))
    walked = fold(
        replace(wanted, crew=(LI,)), [at(0, "a", tag="04A1"), at(0.5, "b"), at(1, "b", "ff"), at(1, "b")], TEN + HOUR
    )
    assert (walked.duplicates, walked.ghosts, walked.stops[1].flags) == (1, 1, (Flag.TOO_FAST,))
    with records.begin() as unit:
        assert unit.rounds.plan([walked]) == 1
        (kept,) = unit.rounds.all(RoundFilter())
        assert kept == replace(walked, id=kept.id)
        assert isinstance(kept.stops[0].status, PointStatus)
        assert kept.strays[1] == StrayScan(why=Stray.DUPLICATE, point="b.scan", at=TEN + MINUTE, guard=LI)
        again = fold(kept, [at(0, "a", tag="04A1")], TEN + HOUR)
        assert unit.rounds.update(again) == replace(again, version=2) == unit.rounds.get(kept.id)


def test_planning_again_adds_what_is_missing_and_changes_nothing_that_is_there(records: SqlRecords) -> None:
    first, *_ = planned(records)
    with records.begin() as unit:
        unit.rounds.update(replace(first, state=RoundState.DONE, attend_at=None))
        assert unit.rounds.plan([*DAYS, *rounds(register(OF), OF, table(), TEN + DAY, TEN + 25 * HOUR)]) == 1
        assert unit.rounds.plan([]) == 0
        assert unit.rounds.get(first.id).state is RoundState.DONE


def test_the_second_of_two_writers_is_told(records: SqlRecords) -> None:
    first, *_ = planned(records)
    with records.begin() as unit:
        unit.rounds.update(replace(first, ghosts=1))
    with pytest.raises(Conflict), records.begin() as unit:
        unit.rounds.update(replace(first, ghosts=2))
    with records.begin() as unit, pytest.raises(NotFound):
        unit.rounds.get(10**30)


def test_only_planned_rounds_of_another_plan_that_are_not_open_are_withdrawn(records: SqlRecords) -> None:
    first, second, *_ = planned(records)
    with records.begin() as unit:
        unit.rounds.update(replace(second, state=RoundState.RUNNING))
        assert unit.rounds.withdraw("night", first.opens, first.plan) == 0
        assert unit.rounds.withdraw("day", first.opens, "") == 0
        assert unit.rounds.withdraw("night", first.opens, "") == 10
        assert [one.id for one in unit.rounds.all(RoundFilter())] == [first.id, second.id]


def test_they_are_found_by_what_they_are_about_page_by_page(records: SqlRecords) -> None:
    found = planned(records)
    with records.read() as unit:
        newest = unit.rounds.find(RoundFilter(), limit=5)
        rest = unit.rounds.find(RoundFilter(), newest.cursor, limit=50)
        assert [*newest.rows, *rest.rows] == found[::-1]
        assert rest.cursor is None
        soonest = unit.rounds.find(RoundFilter(), limit=5, soonest=True)
        assert [*soonest.rows, *unit.rounds.find(RoundFilter(), soonest.cursor, soonest=True).rows] == found
        with pytest.raises(ValueError, match="cursor"):
            unit.rounds.find(RoundFilter(), newest.cursor, soonest=True)
        assert unit.rounds.count(RoundFilter(routes=("night",), teams=("guards",), duties=("fire-patrol",))) == 12
        assert unit.rounds.count(RoundFilter(routes=("day",))) == 0
        assert unit.rounds.count(RoundFilter(states=(RoundState.DONE,))) == 0
        assert unit.rounds.all(RoundFilter(since=found[2].start, until=found[4].start)) == found[2:4]
        assert unit.rounds.some([found[3].id, 10**30]) == {found[3].id: found[3]}
        assert unit.rounds.some([]) == {}


def test_figures_are_read_without_the_points_and_are_the_same(records: SqlRecords) -> None:
    planned(records)
    walked = fold(ten(), [at(0, "a"), at(12, "b")], TEN + DAY)
    with records.begin() as unit:
        first, second, *_ = unit.rounds.all(RoundFilter())
        for one in (first, second):
            unit.rounds.update(replace(one, state=walked.state, stops=walked.stops))
        (found, _) = unit.rounds.counted(RoundFilter())
        assert found == Counted(route="night", team="guards", start=TEN, tally=tally([walked]))
        assert found.tally.late == 1
        assert unit.rounds.counted(RoundFilter(since=second.start + 1)) == []


def test_those_that_an_instant_may_belong_to_and_those_whose_time_has_come(records: SqlRecords) -> None:
    found = planned(records)
    with records.begin() as unit:
        assert unit.rounds.open_at(TEN, TEN + 1) == found[:1]
        assert unit.rounds.open_at(found[0].closes, found[0].closes + 1) == []
        assert unit.rounds.open_at(TEN, found[1].opens + 1) == found[:2]
        assert unit.rounds.to_attend(TEN - 1, 10) == []
        assert unit.rounds.to_attend(TEN + 3 * HOUR, 10) == found[:2]
        assert unit.rounds.to_attend(TEN + DAY, 3) == found[:3]
        unit.rounds.update(replace(found[0], attend_at=None))
        assert unit.rounds.to_attend(TEN + 3 * HOUR, 10) == found[1:2]


def test_what_was_given_at_a_checkpoint_is_kept_once(records: SqlRecords) -> None:
    one = Given(
        point="a.scan", at=TEN, guard=LI, files=("f",), value=0.5, note="n", device_at=TEN, offset=-3, received=7
    )
    with records.begin() as unit:
        assert unit.rounds.give(one)
        assert not unit.rounds.give(replace(one, value=9.0))
        assert unit.rounds.give(replace(one, guard="", received=9))
        kept = unit.rounds.given(["a.scan", "b.scan"], TEN, TEN + 1)
        assert [replace(each, id=0) for each in kept] == [one, replace(one, guard="", received=9)]
        assert unit.rounds.given(["a.scan"], TEN + 1, TEN + 2) == unit.rounds.given([], TEN, TEN + 1) == []
        assert [each.received for each in unit.rounds.given_since(8)] == [9]
