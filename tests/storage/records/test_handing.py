"""Messages that wait for the collector that judges: in order, of one group, until they are done."""

from dataclasses import replace

from facility.handed import Handed
from storage.records.sql import SqlRecords
from tests.storage.records.examples import NOON

MESSAGE = Handed(
    share="duty", topic="dutyroom/v1/滨江/gauge-1/readings", payload=b"\x00\xff", arrived=NOON, retained=True
)


def test_they_come_in_the_order_in_which_they_were_put_and_stay_until_they_are_done(records: SqlRecords) -> None:
    with records.begin() as unit:
        unit.handing.put([replace(MESSAGE, arrived=NOON + n) for n in range(1_200)])
        unit.handing.put([])
    with records.read() as unit:
        assert [one.arrived - NOON for one in unit.handing.oldest("duty", 3)] == [0, 1, 2]
        found = unit.handing.oldest("duty", 2_000)
    assert replace(found[7], id=0) == replace(MESSAGE, arrived=NOON + 7)
    with records.begin() as unit:
        unit.handing.done(one.id for one in found[:-1])
        assert [one.arrived - NOON for one in unit.handing.oldest("duty", 3)] == [1_199]


def test_each_group_has_its_own(records: SqlRecords) -> None:
    with records.begin() as unit:
        unit.handing.put([MESSAGE, replace(MESSAGE, share="other")])
        assert [one.share for one in unit.handing.oldest("other", 9)] == ["other"]
