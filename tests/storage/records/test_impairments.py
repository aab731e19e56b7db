"""A stopped fire facility is kept whole, one at a time of each, and found by when it stood still."""

from dataclasses import replace

import pytest

from facility.impairment import Impairment
from facility.instant import DAY, HOUR
from storage.records.port import Conflict, NotFound
from storage.records.sql import SqlRecords
from tests.storage.records.examples import NOON, at_once

PUMP = Impairment(
    asset="fire-pump-1",
    zone="b1",
    why="换轴承",
    measures="每小时巡查",
    who="chen",
    since=NOON,
    until=NOON + 8 * HOUR,
    created=NOON,
    overdue=NOON + DAY,
    reported=NOON + DAY,
    reported_by="wang",
    reported_how="电话",
    result="试水正常",
)


def test_one_comes_back_whole(records: SqlRecords) -> None:
    with records.begin() as unit:
        kept = unit.impairments.add(PUMP)
        assert unit.impairments.get(kept.id) == replace(PUMP, id=kept.id)
        ended = unit.impairments.update(replace(kept, ended=NOON + 2 * DAY, ended_by="chen"))
        assert unit.impairments.get(kept.id) == ended
        with pytest.raises(Conflict):
            unit.impairments.update(kept)
        with pytest.raises(NotFound):
            unit.impairments.get(10**30)


def test_a_thing_is_stopped_once_at_a_time(records: SqlRecords) -> None:
    with records.begin() as unit:
        kept = unit.impairments.add(PUMP)
        with pytest.raises(Conflict):
            unit.impairments.add(PUMP)
        unit.impairments.update(replace(kept, ended=NOON + HOUR))
        assert unit.impairments.add(PUMP).id != kept.id


def test_of_two_who_stop_it_at_once_one_is_told(shared: SqlRecords) -> None:
    def stop(_: int) -> Impairment:
        with shared.begin() as unit:
            return unit.impairments.add(PUMP)

    found = at_once(3, stop)
    assert sum(isinstance(one, Impairment) for one in found) == 1
    assert all(isinstance(one, Impairment | Conflict) for one in found)


def test_those_that_touch_a_stretch_of_time_are_found(records: SqlRecords) -> None:
    with records.begin() as unit:
        for asset, since, ended in (("a", NOON, NOON + HOUR), ("b", NOON, None), ("c", NOON + DAY, None)):
            unit.impairments.add(replace(PUMP, asset=asset, since=since, ended=ended))
        assert [one.asset for one in unit.impairments.touching(NOON + HOUR, NOON + DAY)] == ["b"]
        assert [one.asset for one in unit.impairments.touching(0, NOON + 1)] == ["a", "b"]
        assert [one.asset for one in unit.impairments.open_ones()] == ["b", "c"]
        assert [one.asset for one in unit.impairments.find(limit=2).rows] == ["c", "b"]
