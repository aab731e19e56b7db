"""One acts, the others stand by; who is dead is found out without comparing two machines' clocks."""

import pytest

from response.tenure import BEAT_EVERY, PATIENCE, LostLease, Tenure
from storage.records.sql import SqlRecords
from tests.storage.records.examples import NOON


def may_act(tenure: Tenure, records: SqlRecords) -> bool:
    try:
        with records.begin() as unit:
            tenure.fence(unit)
    except LostLease:
        return False
    return True


def test_the_first_acts_and_the_second_stands_by(records: SqlRecords) -> None:
    first, second = Tenure("a", "1", records), Tenure("b", "2", records)
    for tick in range(0, 3 * PATIENCE, BEAT_EVERY):
        assert first.keep(NOON, tick)
        assert not second.keep(NOON, tick)
    assert may_act(first, records)
    assert not may_act(second, records)


def test_one_that_dies_is_followed_by_another_after_a_while(records: SqlRecords) -> None:
    dead, heir = Tenure("a", "1", records), Tenure("b", "2", records)
    dead.keep(NOON, 0)
    ticks = range(7_000_000, 7_000_000 + PATIENCE, BEAT_EVERY)
    assert [heir.keep(NOON, tick) for tick in ticks] == [False] * len(ticks)
    assert heir.keep(NOON, ticks.stop)
    assert not may_act(dead, records)


@pytest.mark.parametrize("step", [-86_400_000, 86_400_000])
def test_a_time_of_day_that_jumps_moves_nothing(records: SqlRecords, step: int) -> None:
    first, second = Tenure("a", "1", records), Tenure("b", "2", records)
    first.keep(NOON, 0)
    second.keep(NOON + step, 0)
    assert first.keep(NOON + step, BEAT_EVERY)
    assert not second.keep(NOON, BEAT_EVERY)
    dead_at = 2 * BEAT_EVERY
    second.keep(NOON - step, dead_at)
    assert second.keep(NOON - step, dead_at + PATIENCE)


def test_the_same_place_started_again_acts_at_once(records: SqlRecords) -> None:
    earlier = Tenure("a", "1", records)
    earlier.keep(NOON, 0)
    again = Tenure("a", "2", records)
    assert again.keep(NOON, 0)
    assert not may_act(earlier, records)


def test_two_of_one_name_do_not_take_it_from_each_other_for_ever(records: SqlRecords) -> None:
    first = Tenure("a", "1", records)
    first.keep(NOON, 0)
    second = Tenure("a", "2", records)
    second.keep(NOON, 0)
    first.lost()
    for tick in range(0, 3 * PATIENCE, BEAT_EVERY):
        assert not first.keep(NOON, tick)
        assert second.keep(NOON, tick)


def test_one_that_stops_gives_it_back(records: SqlRecords) -> None:
    first, second = Tenure("a", "1", records), Tenure("b", "2", records)
    first.keep(NOON, 0)
    second.keep(NOON, 0)
    first.give_back(NOON)
    first.give_back(NOON)
    assert not may_act(first, records)
    assert second.keep(NOON, BEAT_EVERY)
