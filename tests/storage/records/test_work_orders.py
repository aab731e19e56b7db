from dataclasses import replace

import pytest

from facility.clock import Clock
from facility.work_order import Action, Order, State, WorkOrder, take
from storage.records.port import Conflict, NotFound, WorkOrderFilter
from storage.records.sql import SqlRecords
from tests.storage.records.examples import NOON, ORDER


def added(records: SqlRecords, *orders: WorkOrder) -> list[WorkOrder]:
    with records.begin() as unit:
        return [unit.work_orders.add(order) for order in orders]


def test_a_work_order_comes_back_with_its_clocks(records: SqlRecords) -> None:
    clocks = (*ORDER.clocks, Clock(name="arrive", started=NOON, limit=900_000, stopped=NOON + 1))
    (kept,) = added(records, replace(ORDER, clocks=clocks))
    with records.read() as unit:
        assert unit.work_orders.get(kept.id) == replace(ORDER, id=kept.id, clocks=clocks)


def test_what_a_person_did_is_kept_once(records: SqlRecords) -> None:
    (kept,) = added(records, ORDER)
    accepted = take(kept, Order(action=Action.ACCEPT, who="li", at=NOON + 5), point_normal=False)
    with records.begin() as unit:
        after = unit.work_orders.update(accepted)
    with pytest.raises(Conflict, match="version 1"), records.begin() as unit:
        unit.work_orders.update(accepted)
    with records.read() as unit:
        assert unit.work_orders.get(kept.id) == after == replace(accepted, version=1)


def test_a_work_order_that_is_not_there_is_not_found(records: SqlRecords) -> None:
    with records.begin() as unit:
        with pytest.raises(NotFound):
            unit.work_orders.get(9)
        with pytest.raises(NotFound):
            unit.work_orders.update(replace(ORDER, id=9))


def test_open_means_that_somebody_still_owes_something(records: SqlRecords) -> None:
    kept = added(records, *(replace(ORDER, state=state) for state in State))
    with records.read() as unit:
        for is_open in (True, False):
            found = unit.work_orders.find(WorkOrderFilter(open=is_open)).rows
            assert found == [order for order in reversed(kept) if order.open is is_open]


@pytest.mark.parametrize(
    "wanted",
    [
        WorkOrderFilter(states=(State.ACCEPTED, State.ARRIVED)),
        WorkOrderFilter(assignees=("li",)),
        WorkOrderFilter(zones=("roof",)),
        WorkOrderFilter(assets=("tank",)),
        WorkOrderFilter(alert=2),
        WorkOrderFilter(since=NOON + 1),
        WorkOrderFilter(since=NOON + 1, until=NOON + 2, open=True),
    ],
)
def test_each_filter_finds_what_it_names(records: SqlRecords, wanted: WorkOrderFilter) -> None:
    tank = replace(ORDER, state=State.ACCEPTED, assignee="li", zone="roof", asset="tank", alert=2, opened=NOON + 1)
    other, expected = added(records, ORDER, tank)
    with records.read() as unit:
        assert unit.work_orders.find(wanted).rows == [expected]
        assert unit.work_orders.count(wanted) == 1
        assert unit.work_orders.find(WorkOrderFilter(until=NOON + 1)).rows == [other]


def test_pages_lead_from_the_newest_to_the_oldest(records: SqlRecords) -> None:
    kept = added(records, *([ORDER] * 4))
    with records.read() as unit:
        first = unit.work_orders.find(WorkOrderFilter(), limit=2)
        second = unit.work_orders.find(WorkOrderFilter(), first.cursor, limit=2)
    assert [*first.rows, *second.rows] == kept[::-1]
    assert second.cursor is None
