"""Shelves, latches, re-alarms, windows and tests over real records: what the clock does, also after a restart."""

import dataclasses
from typing import Any

import pytest

from facility.alert import AlertAction, NotAllowed
from facility.alert_life import Wish, take_action
from facility.maintenance import Maintenance
from facility.reading import Reading
from facility.register import Register, difference
from facility.scope import Extent
from facility.test_mode import TestMode, end_test
from facility.work_order import State
from rules.definition import BrokenRules, read_rule
from rules.proof import GRACE, report_tests
from tests.rules.room import (
    ALARM,
    GAUGE,
    HOUR,
    MINUTE,
    QUIET,
    SECOND,
    SMOKE,
    T0,
    Room,
    book_of,
    faulty,
    manual,
    only,
    rule_text,
    series,
)

BAND = '[band]\naround = "set_pressure"\nwithin = "0.1 MPa"\n[response]\nwork_order = "water-supply"'


def gauge_room(**more: str) -> Room:
    return Room(book_of(rule_text("pressure", BAND, **more)))


def act(room: Room, number: int, action: AlertAction, at: int, **more: Any) -> None:
    """As the interface does it."""
    with room.records.begin() as unit:
        wish = Wish(action=action, who="officer", at=at, reason="welding next door", **more)
        unit.alerts.update(take_action(unit.alerts.get(number), wish))


def window(room: Room, **more: Any) -> Maintenance:
    plan = Maintenance(
        extent=Extent.ZONE, scope="room", since=T0, until=T0 + HOUR, who="li", why="pump overhaul", created=T0
    )
    with room.records.begin() as unit:
        return unit.maintenance.add(dataclasses.replace(plan, **more))


def begin_test(room: Room, expected: tuple[str, ...] = (SMOKE,), **more: Any) -> TestMode:
    plan = TestMode(
        extent=Extent.ZONE, scope="room", since=T0, until=T0 + HOUR, who="li", why="monthly test", expected=expected
    )
    with room.records.begin() as unit:
        return unit.test_modes.add(dataclasses.replace(plan, **more))


def report(room: Room, now: int) -> list[TestMode]:
    with room.records.begin() as unit:
        if not unit.registers.version():
            unit.registers.apply(difference(Register(), room.register), "li", T0)
        return report_tests(unit, room.readings, now)


# Shelves


def test_a_shelved_alert_comes_back_at_the_second_also_after_a_restart() -> None:
    room = gauge_room()
    room.take(series(GAUGE, [0.4]))
    act(room, 1, AlertAction.SHELVE, T0, until=T0 + HOUR)
    room.tick(T0 + HOUR - SECOND)
    assert room.alerts()[0].state == "shelved"
    room.restart(T0 + HOUR - SECOND)
    room.tick(T0 + HOUR)
    assert room.alerts()[0].state == "unacknowledged"
    [fact] = [fact for fact in room.facts() if fact.what == "unshelved"]
    assert (fact.before, fact.after, fact.who) == ("shelved", "unacknowledged", "system:rules")


def test_what_ran_out_while_nobody_ran_comes_back_at_the_first_tick() -> None:
    room = gauge_room()
    room.take(series(GAUGE, [0.4]))
    act(room, 1, AlertAction.SHELVE, T0, until=T0 + MINUTE)
    room.restart(T0 + 9 * HOUR)
    room.tick(T0 + 9 * HOUR)
    assert room.alerts()[0].state == "unacknowledged"


def test_what_comes_and_goes_on_the_shelf_is_one_alert_and_opens_no_work() -> None:
    room = gauge_room()
    room.take(series(GAUGE, [0.4]))
    with room.records.begin() as unit:
        unit.work_orders.update(dataclasses.replace(unit.work_orders.get(1), closed=T0, state=State.CANCELLED))
    room.acknowledge(1, T0)
    act(room, 1, AlertAction.SHELVE, T0, until=T0 + HOUR)
    room.take(series(GAUGE, [0.6, 0.4, 0.6, 0.4], start=T0 + MINUTE))
    assert [alert.state for alert in room.alerts()] == ["shelved"]
    assert len(room.orders()) == 1
    room.tick(T0 + HOUR)
    [alert] = room.alerts()
    assert (alert.state, alert.work_order, len(room.orders())) == ("unacknowledged", 2, 2)


def test_life_safety_is_refused_with_a_plain_sentence() -> None:
    room = Room(only("smoke-alarm"))
    room.take(series(SMOKE, [ALARM]))
    with pytest.raises(NotAllowed, match="life-safety alert: nobody can shelve it"):
        act(room, 1, AlertAction.SHELVE, T0, until=T0 + MINUTE)


def test_a_rule_of_life_safety_that_wants_to_be_shelved_is_refused() -> None:
    text = rule_text("smoke", '[state]\nbad = ["alarm"]', applies='applies = { quantity = "smoke" }')
    assert read_rule(f"shelve_max = '1h'\n{text}", "x.toml").shelve_max == HOUR
    with pytest.raises(BrokenRules, match="never shelved"):
        read_rule(f"life_safety = true\nshelve_max = '1h'\n{text}", "x.toml")


def test_no_rule_of_the_manual_delays_life_safety() -> None:
    lives = [rule for rule in manual() if rule.life_safety]
    assert {"smoke-alarm", "manual-call-point", "lift-trapped", "gas-alarm"} <= {rule.id for rule in lives}
    assert all(rule.spec.hold_for == 0 for rule in lives)


def test_a_hundred_smoke_alarms_at_once_are_a_hundred_alerts_and_orders() -> None:
    """No rate limit, no grouping away."""
    from tests.rules.room import point, register

    points = [point(f"d{number}.smoke", "smoke", interval=5 * MINUTE) for number in range(100)]
    room = Room(only("smoke-alarm"), register(points))
    room.take([reading for one in points for reading in series(one.id, [ALARM])])
    assert [alert.announces for alert in room.alerts()] == [True] * 100
    assert len({alert.work_order for alert in room.alerts()}) == 100


# Latched, announced again


def test_a_latched_alert_waits_for_an_inspection_on_the_spot() -> None:
    room = gauge_room(latched="latched = true")
    room.take(series(GAUGE, [0.4, 0.6]))
    room.acknowledge(1, T0 + MINUTE)
    assert (room.alerts()[0].state, room.alerts()[0].closed) == ("latched", None)
    act(room, 1, AlertAction.RESET, T0 + HOUR)
    assert (room.alerts()[0].state, room.alerts()[0].closed) == ("normal", T0 + HOUR)


def test_while_it_goes_on_it_cannot_be_reset() -> None:
    room = gauge_room(latched="latched = true")
    room.take(series(GAUGE, [0.4]))
    with pytest.raises(NotAllowed):
        act(room, 1, AlertAction.RESET, T0)


def test_what_nobody_attends_to_is_announced_each_period_until_somebody_does() -> None:
    room = gauge_room(realarm="realarm_after = '10m'")
    room.take(series(GAUGE, [0.4]))
    for minute in range(1, 31):
        room.tick(T0 + minute * MINUTE)
    again = [fact.at - T0 for fact in room.facts() if fact.what == "re-alarmed"]
    assert again == [10 * MINUTE, 20 * MINUTE, 30 * MINUTE]
    room.acknowledge(1, T0 + 31 * MINUTE)
    room.tick(T0 + 3 * HOUR)
    assert len([fact for fact in room.facts() if fact.what == "re-alarmed"]) == 3


# Windows


def test_in_a_window_alerts_are_kept_and_open_no_work_and_are_back_when_it_ends() -> None:
    room = gauge_room()
    window(room)
    room.tick(T0)
    room.take(series(GAUGE, [0.4]))
    [alert] = room.alerts()
    assert (alert.state, alert.announces, room.orders()) == ("out-of-service", False, [])
    room.restart(T0 + HOUR)
    room.tick(T0 + HOUR)
    [alert] = room.alerts()
    assert (alert.state, alert.work_order) == ("unacknowledged", 1)
    assert [f"{fact.noun} {fact.what}" for fact in room.facts()] == [
        "maintenance begun",
        "alert raised",
        "maintenance ended",
        "work-order opened",
        "alert back-in-service",
    ]


def test_a_planned_window_takes_what_is_open_with_it_when_it_begins() -> None:
    room = gauge_room()
    window(room, since=T0 + MINUTE)
    room.take(series(GAUGE, [0.4]))
    room.tick(T0 + MINUTE - SECOND)
    assert room.alerts()[0].state == "unacknowledged"
    room.tick(T0 + MINUTE)
    assert room.alerts()[0].state == "out-of-service"
    [fact] = [fact for fact in room.facts() if fact.what == "taken-out-of-service"]
    assert (fact.who, fact.why, fact.after) == ("li", "pump overhaul", "out-of-service")


@pytest.mark.parametrize("extent", [Extent.POINT, Extent.ASSET, Extent.ZONE, Extent.SYSTEM])
def test_a_window_on_anything_leaves_life_safety_alone_without_a_second_person(extent: Extent) -> None:
    scope = {Extent.POINT: SMOKE, Extent.ASSET: "smoke", Extent.ZONE: "room", Extent.SYSTEM: ""}[extent]
    room = Room(only("smoke-alarm"))
    room.take(series(SMOKE, [ALARM]))
    window(room, extent=extent, scope=scope)
    room.tick(T0 + SECOND)
    assert room.alerts()[0].state == "unacknowledged"
    other = Room(only("smoke-alarm"))
    window(other, extent=extent, scope=scope)
    other.take(series(SMOKE, [ALARM]))
    assert (other.alerts()[0].announces, len(other.orders())) == (True, 1)


def test_with_a_second_person_life_safety_is_out_of_service_until_the_window_ends() -> None:
    room = Room(only("smoke-alarm"))
    window(room, second="wang")
    room.take(series(SMOKE, [ALARM]))
    assert room.alerts()[0].state == "out-of-service"
    room.tick(T0 + HOUR)
    assert (room.alerts()[0].announces, len(room.orders())) == (True, 1)


# Tests


def test_a_test_pages_nobody_is_kept_and_closes_by_itself() -> None:
    room = Room(only("smoke-alarm"))
    begin_test(room)
    room.take(series(SMOKE, [ALARM, QUIET]))
    [alert] = room.alerts()
    assert (alert.test, alert.announces, alert.closed is not None) == (True, False, True)
    assert room.orders() == []
    assert [fact.what for fact in room.facts()] == ["raised", "returned"]


def test_what_still_burns_when_the_test_ends_pages_at_once() -> None:
    room = Room(only("smoke-alarm"))
    begin_test(room)
    room.take(series(SMOKE, [ALARM]))
    room.restart(T0 + HOUR)
    room.tick(T0 + HOUR - 1)
    assert room.alerts()[0].test
    room.tick(T0 + HOUR)
    [alert] = room.alerts()
    assert (alert.test, alert.announces, alert.work_order) == (False, True, 1)


def test_what_went_off_before_the_test_began_is_in_earnest() -> None:
    room = Room(only("smoke-alarm"))
    room.take(series(SMOKE, [ALARM], start=T0 - SECOND))
    begin_test(room)
    room.tick(T0 + SECOND)
    other = Room(only("smoke-alarm"), started=T0 - HOUR)
    begin_test(other)
    other.take(series(SMOKE, [ALARM], start=T0 - SECOND), now=T0 + 2 * SECOND)
    for found in (room, other):
        assert [alert.test for alert in found.alerts()] == [False]
        assert len(found.orders()) == 1


def test_outside_its_scope_a_test_changes_nothing() -> None:
    room = Room(only("smoke-alarm"))
    begin_test(room, extent=Extent.ASSET, scope="gauge")
    room.take(series(SMOKE, [ALARM]))
    assert (room.alerts()[0].test, len(room.orders())) == (False, 1)


def test_the_report_says_which_signals_came_through_and_which_did_not() -> None:
    room = Room(only("smoke-alarm"))
    mode = begin_test(room, expected=(SMOKE, "box.insulation"))
    room.take(series(SMOKE, [ALARM, QUIET], start=T0 + MINUTE))
    assert report(room, T0 + HOUR) == []
    [found] = report(room, T0 + HOUR + GRACE)
    assert (found.came, found.missed, found.ended) == ((SMOKE,), ("box.insulation",), T0 + HOUR)
    [fact] = [fact for fact in room.facts() if fact.noun == "test-mode"]
    assert (fact.subject, fact.what) == (str(mode.id), "ended")
    assert (fact.data["came"], fact.data["missed"]) == ([SMOKE], ["box.insulation"])
    assert report(room, T0 + 2 * HOUR) == []


def test_a_detectors_own_test_signal_is_proof_too() -> None:
    room = Room(only("smoke-alarm"))
    begin_test(room)
    room.take([reading._replace(test=True) for reading in series(SMOKE, [ALARM], start=T0 + MINUTE)])
    [found] = report(room, T0 + HOUR + GRACE)
    assert (room.alerts(), found.came) == ([], (SMOKE,))


def test_a_faulty_signal_proves_nothing() -> None:
    room = Room(only("smoke-alarm"))
    begin_test(room)
    room.take([faulty(reading) for reading in series(SMOKE, [ALARM], start=T0 + MINUTE)])
    [found] = report(room, T0 + HOUR + GRACE)
    assert found.missed == (SMOKE,)


def test_signals_of_before_and_after_prove_nothing() -> None:
    room = Room(only("smoke-alarm"), started=T0 - HOUR)
    begin_test(room)
    room.take(series(SMOKE, [ALARM, QUIET], start=T0 - MINUTE))
    room.take(series(SMOKE, [ALARM, QUIET], start=T0 + HOUR))
    [found] = report(room, T0 + 2 * HOUR)
    assert found.missed == (SMOKE,)


def test_a_test_that_is_ended_early_counts_from_then() -> None:
    room = Room(only("smoke-alarm"))
    mode = begin_test(room)
    with room.records.begin() as unit:
        unit.test_modes.update(end_test(mode, "wang", T0 + MINUTE))
    room.take(series(SMOKE, [ALARM], start=T0 + 2 * MINUTE))
    assert (room.alerts()[0].test, len(room.orders())) == (False, 1)
    [found] = report(room, T0 + 2 * MINUTE)
    assert (found.ended_by, found.missed) == ("wang", (SMOKE,))


def test_what_went_off_again_while_shelved_calls_somebody_once_a_person_puts_it_back() -> None:
    room = gauge_room()
    room.take(series(GAUGE, [0.4]))
    act(room, 1, AlertAction.SHELVE, T0 + SECOND, until=T0 + HOUR)
    with room.records.begin() as unit:
        order = unit.work_orders.get(1)
        unit.work_orders.update(dataclasses.replace(order, state=State.CLOSED))
    room.take(series(GAUGE, [0.6, 0.4], start=T0 + MINUTE))
    assert len(room.orders()) == 1
    act(room, 1, AlertAction.UNSHELVE, T0 + 5 * MINUTE)
    room.tick(T0 + 5 * MINUTE + SECOND)
    assert [order.state for order in room.orders()] == [State.CLOSED, State.NEW]
    assert room.alerts()[0].work_order == 2
    [fact] = [fact for fact in room.facts() if fact.what == "re-alarmed"]
    assert fact.why == "it went on while shelved"
    room.tick(T0 + 6 * MINUTE)
    assert len([fact for fact in room.facts() if fact.what == "re-alarmed"]) == 1


def test_what_nobody_has_seen_yet_stays_in_earnest_when_it_goes_off_again_in_a_test() -> None:
    """A page too many in a test; to make a test of it would take a real alarm off the list with the test."""
    room = Room(only("smoke-alarm"))
    room.take([Reading(SMOKE, T0 - 2 * MINUTE, ALARM), Reading(SMOKE, T0 - MINUTE, QUIET)], now=T0 - MINUTE)
    begin_test(room)
    room.take([Reading(SMOKE, T0 + MINUTE, ALARM), Reading(SMOKE, T0 + 2 * MINUTE, QUIET)], now=T0 + 2 * MINUTE)
    [alert] = room.alerts()
    assert (alert.state, alert.test) == ("returned-unacknowledged", False)
