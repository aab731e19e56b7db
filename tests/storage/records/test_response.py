"""Leases, troubles of followers, and when clocks must be looked at."""

from dataclasses import replace
from importlib import import_module

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations

from facility.clock import Act, Clock
from facility.instant import HOUR, MINUTE
from facility.trouble import Trouble
from facility.work_order import Action, Order, take
from storage.records.clocks import Due
from storage.records.port import NotFound
from storage.records.sql import SqlRecords
from tests.storage.records.examples import FACT, NOON, ORDER, at_once

TROUBLE = Trouble(follower="notices", seq=7, at=NOON, error="ValueError: 消息", attempts=5)
ARRIVE = Clock(name="arrive", started=NOON, limit=HOUR, clause="ER-1")
RESPOND = Clock(name="respond", started=NOON, limit=8 * MINUTE)


def test_a_lease_goes_to_one_and_to_the_next_when_it_is_given_back(shared: SqlRecords) -> None:
    with shared.begin() as unit:
        assert unit.leases.get("responder") is None
        assert unit.leases.take("responder", "a/1", NOON, None)
        assert not unit.leases.take("responder", "b/2", NOON, None)
    with shared.begin() as unit:
        seen = unit.leases.get("responder")
        assert seen is not None
        assert (seen.holder, seen.beat, seen.held_as("a"), seen.held_as("b")) == ("a/1", 1, True, False)
        unit.leases.release("responder", "b/2", NOON)
        assert unit.leases.hold("responder", "a/1")
        unit.leases.release("responder", "a/1", NOON + 1)
        assert not unit.leases.hold("responder", "a/1")
        freed = unit.leases.get("responder")
        assert freed is not None
        assert freed.free
        assert unit.leases.take("responder", "b/2", NOON + 2, freed)


def test_a_holder_that_beats_is_not_robbed(shared: SqlRecords) -> None:
    with shared.begin() as unit:
        unit.leases.take("responder", "a/1", NOON, None)
        seen = unit.leases.get("responder")
        assert unit.leases.beat("responder", "a/1", NOON + 1)
        assert not unit.leases.take("responder", "b/2", NOON + 2, seen)
        assert not unit.leases.beat("responder", "b/2", NOON + 2)


def test_of_many_that_reach_for_it_one_gets_it(shared: SqlRecords) -> None:
    def reach(number: int) -> bool:
        with shared.begin() as unit:
            return unit.leases.take("responder", f"{number}/x", NOON, None)

    assert sorted(map(bool, at_once(6, reach))) == [False] * 5 + [True]


def test_a_trouble_is_kept_once_asked_about_and_solved(records: SqlRecords) -> None:
    with records.begin() as unit:
        unit.troubles.add(TROUBLE)
        unit.troubles.add(replace(TROUBLE, attempts=6))
        unit.troubles.add(replace(TROUBLE, follower="incidents"))
        newest, first = unit.troubles.open_ones()
        assert first == replace(TROUBLE, id=first.id, attempts=6)
        assert unit.troubles.count() == {"notices": 1, "incidents": 1}
        assert unit.troubles.asked("notices") == []
        unit.troubles.ask(first.id, NOON + 5)
        assert [found.asked for found in unit.troubles.asked("notices")] == [NOON + 5]
        unit.troubles.solved(first.id, NOON + 6)
        assert unit.troubles.open_ones() == [newest]
        with pytest.raises(NotFound):
            unit.troubles.ask(first.id, NOON + 7)


def test_an_order_is_looked_at_when_its_first_clock_warns(records: SqlRecords) -> None:
    with records.begin() as unit:
        order = unit.work_orders.add(replace(ORDER, clocks=(ARRIVE, RESPOND)))
        assert unit.clocks.next() == NOON + 6 * MINUTE
        assert unit.clocks.due(NOON + 6 * MINUTE - 1, 10) == []
        assert unit.clocks.due(NOON + HOUR, 10) == [
            Due(order.id, "respond", NOON + 6 * MINUTE),
            Due(order.id, "arrive", NOON + 45 * MINUTE),
        ]
        assert unit.clocks.due(NOON + HOUR, 1) == [Due(order.id, "respond", NOON + 6 * MINUTE)]


def test_a_clock_that_was_stopped_in_time_is_looked_at_no_more(records: SqlRecords) -> None:
    with records.begin() as unit:
        order = unit.work_orders.add(replace(ORDER, clocks=(ARRIVE, RESPOND)))
        accepted = take(order, Order(action=Action.ACCEPT, who="li", at=NOON + MINUTE), point_normal=None)
        unit.work_orders.update(accepted)
        assert [due.clock for due in unit.clocks.due(NOON + 2 * HOUR, 10)] == ["arrive"]


def test_a_clock_that_was_stopped_late_is_still_looked_at(records: SqlRecords) -> None:
    with records.begin() as unit:
        order = unit.work_orders.add(replace(ORDER, clocks=(RESPOND,)))
        accepted = take(order, Order(action=Action.ACCEPT, who="li", at=NOON + HOUR), point_normal=None)
        unit.work_orders.update(accepted)
        assert unit.clocks.due(NOON + 2 * HOUR, 10) == [Due(order.id, "respond", RESPOND.due + 1)]


def test_instants_can_be_moved_and_forgotten(records: SqlRecords) -> None:
    with records.begin() as unit:
        order = unit.work_orders.add(replace(ORDER, clocks=(ARRIVE, RESPOND)))
        unit.clocks.look_at([Due(order.id, "respond", NOON + 3 * HOUR)])
        unit.clocks.forget([Due(order.id, "arrive", 0), Due(order.id + 9, "arrive", 0)])
        assert unit.clocks.due(NOON + 9 * HOUR, 10) == [Due(order.id, "respond", NOON + 3 * HOUR)]
        unit.clocks.forget([])
        unit.clocks.look_at([])


def test_orders_that_were_open_before_there_was_a_scheduler_are_looked_at(records: SqlRecords) -> None:
    module = import_module("storage.records.migrations.versions.m0051_response")
    with records.begin() as unit:
        order = unit.work_orders.add(replace(ORDER, clocks=(ARRIVE, RESPOND)))
        over = unit.work_orders.add(replace(ORDER, clocks=(ARRIVE,)))
        cancelled = take(over, Order(action=Action.CANCEL, who="li", at=NOON, reason="twice"), point_normal=None)
        unit.work_orders.update(cancelled)
    with records.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM clock_dues")
        with Operations.context(MigrationContext.configure(connection)):
            module._look_at_what_stands()
    with records.read() as unit:
        assert sorted(unit.clocks.due(0, 10)) == [Due(order.id, "arrive", 0), Due(order.id, "respond", 0)]


def test_what_is_done_about_a_clock_is_done_once(shared: SqlRecords) -> None:
    act = Act(work_order=3, clock="arrive", level="breach", due=NOON, at=NOON + 1)

    def breach(number: int) -> bool:
        with shared.begin() as unit:
            return bool(unit.clocks.act([replace(act, at=NOON + number)]))

    assert sorted(map(bool, at_once(4, breach))) == [False] * 3 + [True]
    with shared.begin() as unit:
        more = [act, replace(act, level="warning"), replace(act, work_order=4)]
        assert unit.clocks.act(more) == {(3, "arrive", "warning"), (4, "arrive", "breach")}
        assert unit.clocks.act([]) == set()
        assert [(found.work_order, found.level) for found in unit.clocks.acts([3])] == [(3, "breach"), (3, "warning")]
        assert unit.clocks.acts([]) == []


def test_pauses_and_rounds_come_back_whole(records: SqlRecords) -> None:
    from facility.clock import Pause

    clock = replace(
        ARRIVE,
        source="contract",
        warn=MINUTE,
        every=HOUR,
        pausable=True,
        met=(NOON + 1, NOON + 2),
        pauses=(Pause(since=NOON, until=NOON + 5, by="li", approver="王主管", why="等配件"), Pause(since=NOON + 9)),
    )
    with records.begin() as unit:
        order = unit.work_orders.add(replace(ORDER, clocks=(clock,)))
        assert unit.work_orders.get(order.id).clocks == (clock,)


def test_what_happened_to_several_things_is_read_at_once(records: SqlRecords) -> None:
    with records.begin() as unit:
        kept = unit.facts.append_all([replace(FACT, subject=subject) for subject in ("1", "2", "1")])
        unit.facts.append(replace(FACT, noun="work-order"))
        assert unit.facts.about("alert", ["1", "2", "3"]) == {"1": [kept[0], kept[2]], "2": [kept[1]]}
        assert unit.facts.about("alert", []) == {}
