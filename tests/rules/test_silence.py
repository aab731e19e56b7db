"""Silence: found by the clock, never cleared by it."""

import dataclasses

from facility.alert import Condition
from facility.quality import Quality
from facility.reading import Reading
from tests.rules.room import GAUGE, HOUR, MINUTE, SECOND, SMOKE, T0, Room, faulty, only, point, register, series

LIMIT = MINUTE
"""Six intervals of the gauge."""


def silent_room(registered: int = 0) -> Room:
    return Room(only("silence-equipment"), register(registered=registered))


def test_a_point_that_stops_speaking_is_silent_after_its_limit_and_not_before() -> None:
    room = silent_room()
    room.take(series(GAUGE, [0.6, 0.6]))
    room.tick(T0 + 10 * SECOND + LIMIT - 1)
    assert room.alerts() == []
    room.tick(T0 + 10 * SECOND + LIMIT)
    [alert] = room.alerts()
    assert (alert.rule, alert.point, alert.started) == ("silence-equipment", GAUGE, T0 + 10 * SECOND + LIMIT)
    assert (alert.value, alert.unit, alert.limit.en) == (None, "", "news within 1 min (one every 10 s)")
    assert (len(room.orders()), room.orders()[0].kind) == (1, "instrument")


def test_more_ticks_find_nothing_new() -> None:
    room = silent_room()
    for minute in range(1, 20):
        room.tick(T0 + minute * MINUTE)
    assert len([alert for alert in room.alerts() if alert.point == GAUGE]) == 1
    assert room.told() == ["alert raised", "work-order opened"]


def test_a_point_that_never_spoke_is_silent_from_its_registration() -> None:
    room = silent_room(registered=T0 + HOUR)
    room.tick(T0 + HOUR + LIMIT - 1)
    assert room.alerts() == []
    room.tick(T0 + HOUR + LIMIT)
    assert len(room.alerts()) == 1


def test_after_a_restart_every_point_has_its_limit_anew() -> None:
    room = silent_room()
    room.take(series(GAUGE, [0.6]))
    room.restart(T0 + HOUR)
    room.tick(T0 + HOUR + LIMIT - 1)
    assert room.alerts() == []
    room.tick(T0 + HOUR + LIMIT)
    assert len(room.alerts()) == 1


def test_an_open_silence_stays_open_over_a_restart_until_the_point_speaks() -> None:
    room = silent_room()
    room.tick(T0 + HOUR)
    room.restart(T0 + 2 * HOUR)
    room.tick(T0 + 2 * HOUR + 1)
    assert [alert.condition for alert in room.alerts()] == [Condition.ACTIVE]
    room.take([Reading(GAUGE, T0 + 3 * HOUR, 0.6)])
    assert [alert.state for alert in room.alerts()] == ["returned-unacknowledged"]


def test_a_backlog_does_not_end_a_silence_and_current_news_does() -> None:
    room = silent_room()
    room.tick(T0 + 2 * HOUR)
    room.take(series(GAUGE, [0.6] * 60), now=T0 + 2 * HOUR)
    assert room.alerts()[0].condition is Condition.ACTIVE
    room.take([Reading(GAUGE, T0 + 2 * HOUR, 0.6)], now=T0 + 2 * HOUR + SECOND)
    assert room.alerts()[0].condition is Condition.NORMAL


def test_news_that_was_under_way_when_silence_was_found_does_not_end_it_before_it_began() -> None:
    room = silent_room()
    room.take(series(GAUGE, [0.6]))
    room.tick(T0 + LIMIT + SECOND)
    room.take([Reading(GAUGE, T0 + LIMIT - SECOND, 0.6)], now=T0 + LIMIT + 2 * SECOND)
    [alert] = room.alerts()
    assert alert.ended == alert.started == T0 + LIMIT


def test_a_faulty_or_testing_sensor_speaks() -> None:
    room = silent_room()
    room.take([faulty(Reading(GAUGE, T0 + LIMIT, 0.0))])
    room.take([Reading(GAUGE, T0 + 2 * LIMIT, 0.0, test=True)])
    room.tick(T0 + 3 * LIMIT - 1)
    assert room.alerts() == []


def test_a_gateway_that_says_the_device_is_gone_is_believed_at_once() -> None:
    room = silent_room()
    room.take(series(GAUGE, [0.6]))
    room.take([faulty(Reading(GAUGE, T0 + SECOND, 0.6), Quality.STALE)])
    assert [alert.started for alert in room.alerts()] == [T0 + SECOND]
    room.take([Reading(GAUGE, T0 + 2 * SECOND, 0.6)])
    assert room.alerts()[0].condition is Condition.NORMAL


def test_a_device_with_several_points_is_one_silence_told_by_the_one_that_speaks_most() -> None:
    room = Room(only("silence-life-safety"))
    room.tick(T0 + 24 * HOUR)
    assert [alert.point for alert in room.alerts()] == [SMOKE]


def test_a_point_that_speaks_only_when_something_happens_is_never_silent() -> None:
    house = register(points=[point(GAUGE, "pressure", "MPa", 0.001, interval=0)])
    room = Room(only("silence-equipment"), house)
    room.tick(T0 + 1_000 * HOUR)
    assert room.alerts() == []


def test_silence_clears_nothing_else() -> None:
    room = Room(only("pump-pressure-band", "silence-equipment"))
    room.take(series(GAUGE, [0.4] * 5))
    for hour in range(1, 48):
        room.tick(T0 + hour * HOUR)
    assert {alert.rule: alert.condition for alert in room.alerts()} == {
        "pump-pressure-band": Condition.ACTIVE,
        "silence-equipment": Condition.ACTIVE,
    }


def test_one_bad_sample_and_then_silence_is_a_loss_of_data_and_no_limit_alert() -> None:
    room = Room(only("pump-pressure-band", "silence-equipment"))
    room.take(series(GAUGE, [0.6, 0.4]))
    room.tick(T0 + HOUR)
    room.take([Reading(GAUGE, T0 + HOUR, 0.4)])
    assert [alert.rule for alert in room.alerts()] == ["silence-equipment"]


def test_a_retired_point_is_returned_with_the_reason_and_never_in_silence() -> None:
    room = silent_room()
    room.tick(T0 + HOUR)
    rest = register(points=[one for one in room.register.points.values() if one.id != GAUGE], settings=[])
    with room.records.begin() as unit:
        adopt = room.judge.use(unit, rest, T0 + 2 * HOUR)
    adopt()
    [alert] = room.alerts()
    assert (alert.state, alert.ended) == ("returned-unacknowledged", T0 + 2 * HOUR)
    assert (room.facts()[-1].what, room.facts()[-1].why) == ("returned", "point retired")
    with room.records.read() as unit:
        assert unit.alerts.tracks() == {}


def test_a_retired_rule_is_returned_with_the_reason() -> None:
    room = Room(only("pump-pressure-band"))
    room.take(series(GAUGE, [0.4] * 5))
    with room.records.begin() as unit:
        adopt = room.judge.use(unit, room.register, T0 + HOUR, only("smoke-alarm"))
    adopt()
    assert (room.alerts()[0].condition, room.facts()[-1].why) == (Condition.NORMAL, "rule retired")


def test_what_was_retired_while_the_program_stood_still_is_returned_by_the_first_tick() -> None:
    room = Room(only("pump-pressure-band"))
    room.take(series(GAUGE, [0.4] * 5))
    room.book = only("smoke-alarm")
    room.restart(T0 + HOUR)
    room.tick(T0 + HOUR + SECOND)
    assert room.facts()[-1].why == "rule retired"
    room.tick(T0 + HOUR + 2 * SECOND)
    assert len(room.facts()) == 3


def test_a_change_of_the_register_keeps_what_goes_on() -> None:
    room = Room(only("pump-pressure-band", "silence-equipment"))
    room.take(series(GAUGE, [0.6, 0.4, 0.4]))
    more = register(points=[point("gauge-0.pressure", "pressure", "MPa", 0.001), *room.register.points.values()])
    with room.records.begin() as unit:
        adopt = room.judge.use(unit, dataclasses.replace(more, version=2), T0 + 25 * SECOND)
    adopt()
    room.take(series(GAUGE, [0.4, 0.4], start=T0 + 30 * SECOND))
    assert [(alert.rule, alert.started) for alert in room.alerts()] == [("pump-pressure-band", T0 + 10 * SECOND)]
