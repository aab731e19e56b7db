"""News that comes late, twice, or out of order."""

import pytest

from facility.alert import Condition
from facility.reading import Reading
from tests.rules.room import ALARM, DOOR, GAUGE, HOUR, MINUTE, QUIET, SECOND, SMOKE, T0, Room, only, series


def test_a_backlog_in_order_is_judged_by_its_own_time_and_orders_nothing_when_it_is_over() -> None:
    room = Room(only("pump-pressure-band"))
    room.take(series(GAUGE, [0.6] * 10 + [0.4] * 30 + [0.6] * 60), now=T0 + 2 * HOUR)
    [alert] = room.alerts()
    assert (alert.started, alert.raised, alert.ended) == (T0 + 100 * SECOND, T0 + 130 * SECOND, T0 + 400 * SECOND)
    assert (alert.late, alert.condition, alert.opened) == (True, Condition.NORMAL, T0 + 2 * HOUR)
    assert room.orders() == []
    assert room.told() == ["alert raised", "alert returned"]


def test_a_backlog_whose_breach_still_goes_on_is_late_and_orders_work() -> None:
    room = Room(only("pump-pressure-band"))
    room.take(series(GAUGE, [0.4] * 30), now=T0 + 2 * HOUR)
    assert (room.alerts()[0].late, room.alerts()[0].condition) == (True, Condition.ACTIVE)
    assert room.orders()[0].event_at == T0


def test_a_long_hold_is_no_lateness() -> None:
    room = Room(only("pump-pressure-band"))
    room.take(series(GAUGE, [0.4] * 4), now=T0 + 30 * SECOND)
    assert room.alerts()[0].late is False


def test_smoke_found_late_and_over_is_on_the_list_and_pages_nobody() -> None:
    room = Room(only("smoke-alarm"))
    room.take(series(SMOKE, [QUIET] * 3, every=5 * MINUTE))
    room.take([Reading(SMOKE, T0 + MINUTE, ALARM)], now=T0 + HOUR)
    [alert] = room.alerts()
    assert (alert.late, alert.state) == (True, "returned-unacknowledged")
    assert (alert.started, alert.ended) == (T0 + MINUTE, T0 + 10 * MINUTE)
    assert room.orders() == []
    with room.records.read() as unit:
        assert unit.alerts.tracks() == {}


def test_late_news_that_comes_twice_is_told_once_even_after_somebody_closed_it() -> None:
    room = Room(only("smoke-alarm"))
    room.take(series(SMOKE, [QUIET] * 3, every=5 * MINUTE))
    late = [Reading(SMOKE, T0 + MINUTE, ALARM), Reading(SMOKE, T0 + 2 * MINUTE, QUIET)]
    room.take(late, now=T0 + HOUR)
    room.take(late, now=T0 + HOUR)
    room.acknowledge(1, T0 + HOUR)
    room.take(late, now=T0 + HOUR)
    assert [(alert.started, alert.ended) for alert in room.alerts()] == [(T0 + MINUTE, T0 + 2 * MINUTE)]


def test_late_news_stretches_an_alert_that_has_returned_and_is_not_acknowledged() -> None:
    room = Room(only("smoke-alarm"))
    room.take(series(SMOKE, [QUIET, ALARM, QUIET], every=5 * MINUTE))
    room.take([Reading(SMOKE, T0 + 3 * MINUTE, ALARM), Reading(SMOKE, T0 + 4 * MINUTE, QUIET)])
    [alert] = room.alerts()
    assert (alert.started, alert.ended) == (T0 + 3 * MINUTE, T0 + 10 * MINUTE)
    assert room.told()[-1] == "alert extended"
    told = len(room.facts())
    room.take([Reading(SMOKE, T0 + 3 * MINUTE, ALARM), Reading(SMOKE, T0 + 4 * MINUTE, QUIET)])
    assert len(room.facts()) == told


def test_late_news_of_what_is_burning_already_adds_nothing() -> None:
    room = Room(only("smoke-alarm"))
    room.take(series(SMOKE, [ALARM], start=T0 + HOUR))
    room.take([Reading(SMOKE, T0, ALARM)])
    assert (len(room.alerts()), len(room.facts())) == (1, 2)


def test_smoke_is_not_late_when_only_a_test_or_a_fault_was_newer() -> None:
    room = Room(only("smoke-alarm"))
    room.take([Reading(SMOKE, T0 + MINUTE, ALARM, test=True)])
    room.take([Reading(SMOKE, T0, ALARM)])
    assert (room.alerts()[0].condition, len(room.orders())) == (Condition.ACTIVE, 1)


def test_a_late_reading_does_not_move_a_limit_that_holds() -> None:
    room = Room(only("pump-pressure-band"))
    room.take(series(GAUGE, [0.6] * 10))
    room.take(series(GAUGE, [0.4] * 8, start=T0 + SECOND))
    assert room.alerts() == []
    room.take(series(GAUGE, [0.4] * 4, start=T0 + 100 * SECOND))
    room.take(series(GAUGE, [0.6] * 9, start=T0 + SECOND))
    assert [alert.condition for alert in room.alerts()] == [Condition.ACTIVE]


@pytest.mark.parametrize("order", [[0, 1, 2], [2, 1, 0], [1, 0, 2], [2, 0, 1]])
def test_the_order_within_a_batch_does_not_matter(order: list[int]) -> None:
    batch = series(DOOR, [0.0, 3.0, 0.0])
    room = Room(only("door-forced-sensitive"))
    room.take([batch[place] for place in order])
    assert [(alert.started, alert.ended) for alert in room.alerts()] == [(T0 + 10 * SECOND, T0 + 20 * SECOND)]


def test_a_redelivered_batch_doubles_nothing() -> None:
    room = Room(only("smoke-alarm", "pump-pressure-band"))
    batch = series(SMOKE, [QUIET, ALARM, QUIET, ALARM]) + series(GAUGE, [0.4] * 8 + [0.6] * 3)
    room.take(batch)
    lives, told = room.lives(), room.told()
    room.take(batch)
    assert (room.lives(), room.told()) == (lives, told)
