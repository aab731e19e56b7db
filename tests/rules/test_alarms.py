"""What is raised, returned, ordered and told."""

import dataclasses
from collections.abc import Callable

import pytest

from facility.alert import Condition
from facility.quality import Quality
from facility.reading import Reading
from facility.work_order import State
from rules.definition import load_book
from rules.limits import Bools, Index, LimitTable, Samples
from tests.rules.room import (
    ALARM,
    BOX,
    DOOR,
    GAUGE,
    HOUR,
    MINUTE,
    QUIET,
    SCAN,
    SECOND,
    SMOKE,
    T0,
    Room,
    book_of,
    faulty,
    only,
    register,
    rule_text,
    series,
    setting,
)

Breached = Callable[[Samples, LimitTable, Index], Bools]


def test_a_leak_becomes_an_alert_and_a_work_order_in_one_commit() -> None:
    room = Room(only("pump-pressure-band"))
    room.take(series(GAUGE, [0.6, 0.49, 0.48, 0.47, 0.46]))
    [alert], [order] = room.alerts(), room.orders()
    assert (alert.condition, alert.state, alert.late) == (Condition.ACTIVE, "unacknowledged", False)
    assert (alert.started, alert.raised) == (T0 + 10 * SECOND, T0 + 40 * SECOND)
    assert (alert.value, alert.unit, alert.low, alert.high) == (0.46, "MPa", 0.5, 0.7)
    assert (alert.clause, alert.asset, alert.zone) == ("EQ-4", "gauge", "room")
    assert alert.rule_version == load_book().rules["pump-pressure-band"].version
    assert alert.limit.en == "0.500–0.700 MPa (set value ±0.1 MPa)"
    assert alert.work_order == order.id
    assert (order.alert, order.kind, order.state) == (alert.id, "water-supply", State.NEW)
    assert (order.value, order.unit, order.rule_version) == (alert.value, alert.unit, alert.rule_version)
    assert [(clock.name, clock.started, clock.limit, clock.clause) for clock in order.clocks] == [
        ("arrive", alert.started, HOUR, "ER-1")
    ]
    assert room.told() == ["alert raised", "work-order opened"]


def test_it_returns_after_its_clear_time_and_stays_listed_until_acknowledged() -> None:
    room = Room(only("pump-pressure-band"))
    room.take(series(GAUGE, [0.45] * 5 + [0.6] * 40))
    [alert] = room.alerts()
    assert (alert.state, alert.ended, alert.closed) == ("returned-unacknowledged", T0 + 50 * SECOND, None)
    room.acknowledge(alert.id, T0 + HOUR)
    assert room.alerts()[0].closed == T0 + HOUR


def test_an_acknowledged_alert_closes_when_it_returns_and_the_next_is_a_new_one() -> None:
    room = Room(only("smoke-alarm"))
    room.take(series(SMOKE, [ALARM]))
    room.acknowledge(room.alerts()[0].id, T0 + 1)
    room.take(series(SMOKE, [QUIET], start=T0 + MINUTE))
    assert room.alerts()[0].closed is not None
    room.take(series(SMOKE, [ALARM], start=T0 + 2 * MINUTE))
    assert [alert.state for alert in room.alerts()] == ["normal", "unacknowledged"]


def test_what_comes_back_unacknowledged_is_the_same_alert_and_joins_its_order() -> None:
    room = Room(only("smoke-alarm"))
    for step, value in enumerate([ALARM, QUIET, ALARM, QUIET, ALARM]):
        room.take(series(SMOKE, [value], start=T0 + step * MINUTE))
    [alert] = room.alerts()
    assert (alert.condition, alert.started, alert.ended) == (Condition.ACTIVE, T0, None)
    assert len(room.orders()) == 1
    assert room.told() == [
        "alert raised",
        "work-order opened",
        "alert returned",
        "alert re-raised",
        "alert returned",
        "alert re-raised",
    ]


def test_what_comes_back_names_the_limits_and_the_version_by_which_it_came_back() -> None:
    change = T0 + 10 * MINUTE
    first = only("pump-pressure-band")
    text = first.rules["pump-pressure-band"].text.replace('hold_for  = "30s"', 'hold_for  = "20s"')
    room = Room(first, register(settings=[setting(0.6), setting(0.8, since=change)]))
    room.take(series(GAUGE, [0.45] * 5 + [0.6] * 40))
    with room.records.begin() as unit:
        adopt = room.judge.use(unit, room.register, change, book_of(text))
    adopt()
    room.take(series(GAUGE, [0.6] * 5, start=change))
    [alert] = room.alerts()
    assert (alert.condition, alert.low, alert.high) == (Condition.ACTIVE, 0.7, 0.9)
    versions = [
        (fact.what, fact.data["rule_version"], fact.data["low"]) for fact in room.facts() if fact.noun == "alert"
    ]
    old, new = first.rules["pump-pressure-band"].version, book_of(text).rules["pump-pressure-band"].version
    assert versions == [("raised", old, 0.5), ("returned", old, 0.5), ("re-raised", new, 0.7)]


def test_a_new_alert_of_the_same_cause_joins_the_order_that_people_are_on() -> None:
    room = Room(only("smoke-alarm"))
    room.take(series(SMOKE, [ALARM]))
    room.acknowledge(room.alerts()[0].id, T0)
    room.take(series(SMOKE, [QUIET, ALARM], start=T0 + MINUTE))
    first, second = room.alerts()
    assert first.work_order == second.work_order
    assert len(room.orders()) == 1
    assert room.told()[-1] == "work-order joined"


def test_a_closed_order_is_not_joined() -> None:
    room = Room(only("smoke-alarm"))
    room.take(series(SMOKE, [ALARM, QUIET]))
    with room.records.begin() as unit:
        order = unit.work_orders.get(1)
        unit.work_orders.update(dataclasses.replace(order, state=State.CANCELLED, closed=T0))
    room.take(series(SMOKE, [ALARM], start=T0 + MINUTE))
    assert [order.open for order in room.orders()] == [False, True]
    assert room.alerts()[0].work_order == 2


@pytest.mark.parametrize("set_pressure", [0.6, 0.35, 0.8, 1.0, 0.1, 1.2])
def test_boundaries_are_exact(set_pressure: float) -> None:
    point = dataclasses.replace(register().points[GAUGE], low=0.0, high=1.6)
    house = register(points=[point], settings=[setting(set_pressure)])
    inside = [round(set_pressure + 0.1, 3), round(set_pressure - 0.1, 3)]
    room = Room(only("pump-pressure-band"), house)
    room.take(series(GAUGE, inside * 20))
    assert room.alerts() == []
    for outside in (round(set_pressure + 0.101, 3), round(set_pressure - 0.101, 3)):
        room = Room(only("pump-pressure-band"), house)
        room.take(series(GAUGE, [outside] * 5))
        assert len(room.alerts()) == 1


def test_a_gauge_in_kilopascal_is_held_to_the_same_limit() -> None:
    point = dataclasses.replace(register().points[GAUGE], unit="kPa", resolution=1.0)
    room = Room(only("pump-pressure-band"), register(points=[point], settings=[setting(600)]))
    room.take(series(GAUGE, [700.0, 500.0] * 20))
    assert room.alerts() == []
    room.take(series(GAUGE, [701.0] * 4, start=T0 + HOUR))
    assert room.alerts()[0].limit.en == "500–700 kPa (set value ±0.1 MPa)"


def test_insulation_of_half_a_megohm_passes_and_one_step_less_does_not() -> None:
    room = Room(only("insulation-minimum"))
    room.take(series(BOX, [0.5]))
    assert room.alerts() == []
    room.take(series(BOX, [0.49], start=T0 + HOUR))
    assert (room.alerts()[0].limit.zh, room.alerts()[0].clause) == ("不低于 0.50 MΩ", "EQ-2")


def test_a_set_pressure_takes_effect_at_its_own_time_for_readings_of_before_and_after() -> None:
    change = T0 + 10 * MINUTE
    house = register(settings=[setting(0.6), setting(0.8, since=change)])
    room = Room(only("pump-pressure-band"), house)
    room.take(series(GAUGE, [0.6] * 60 + [0.8] * 60))
    assert room.alerts() == []
    room.take(series(GAUGE, [0.6] * 5, start=T0 + HOUR))
    assert (room.alerts()[0].low, room.alerts()[0].high) == (0.7, 0.9)


def test_limits_of_a_change_in_the_future_are_taken_up_by_the_tick() -> None:
    change = T0 + 10 * MINUTE
    room = Room(only("pump-pressure-band"), register(settings=[setting(0.6), setting(0.8, since=change)]))
    room.tick(change)
    room.take(series(GAUGE, [0.6] * 5, start=change + MINUTE))
    assert [alert.low for alert in room.alerts()] == [0.7]


def test_a_point_without_its_setting_is_not_judged_and_says_so() -> None:
    room = Room(only("pump-pressure-band"), register(settings=[]))
    room.take(series(GAUGE, [0.1] * 20))
    assert room.alerts() == []
    [health] = room.judge.health()
    assert health.cannot_judge == {"no set_pressure": (1, (GAUGE,))}
    assert health.note()["cannot_judge"] == [{"reason": "no set_pressure", "count": 1, "points": [GAUGE]}]


def test_a_broken_wire_raises_the_sensor_and_never_the_pressure() -> None:
    room = Room(only("pump-pressure-band", "sensor-fault"))
    room.take([faulty(reading) for reading in series(GAUGE, [0.0] * 10)])
    [alert] = room.alerts()
    assert (alert.rule, alert.value, alert.unit) == ("sensor-fault", None, "")


@pytest.mark.parametrize("quality", [q for q in Quality if q not in (Quality.GOOD, Quality.STAMPED)])
def test_what_is_no_evidence_neither_raises_nor_clears_a_limit(quality: Quality) -> None:
    room = Room(only("pump-pressure-band"))
    room.take([faulty(reading, quality) for reading in series(GAUGE, [0.1] * 10)])
    assert room.alerts() == []
    room.take(series(GAUGE, [0.1] * 10, start=T0 + HOUR))
    room.take([faulty(reading, quality) for reading in series(GAUGE, [0.6] * 100, start=T0 + 2 * HOUR)])
    assert room.alerts()[0].condition is Condition.ACTIVE


@pytest.mark.parametrize("quality", [Quality.BAD_CLOCK, Quality.UNCALIBRATED, Quality.STAMPED])
def test_smoke_is_smoke_whatever_the_clock_or_the_calibration(quality: Quality) -> None:
    room = Room(only("smoke-alarm"))
    room.take([faulty(reading, quality) for reading in series(SMOKE, [ALARM])])
    assert (room.alerts()[0].life_safety, len(room.orders())) == (True, 1)


def test_a_test_is_not_a_fire_and_its_end_is_no_all_clear() -> None:
    room = Room(only("smoke-alarm"))
    room.take([Reading(SMOKE, T0, ALARM, test=True)])
    assert (room.alerts(), room.orders(), room.facts()) == ([], [], [])
    room.take([Reading(SMOKE, T0 + 1, ALARM), Reading(SMOKE, T0 + 2, QUIET, test=True)])
    assert room.alerts()[0].condition is Condition.ACTIVE
    assert len(room.readings.range(SMOKE, T0, T0 + 10)) == 3


def test_doors_of_sensitive_areas_weigh_more() -> None:
    room = Room(load_book())
    room.take([Reading(DOOR, T0, 3.0)])
    assert [(alert.rule, alert.severity.name) for alert in room.alerts()] == [("door-forced-sensitive", "CRITICAL")]


def test_a_missed_checkpoint_is_found_by_the_tick() -> None:
    room = Room(only("missed-checkpoint"), register(registered=T0))
    room.take([Reading(SCAN, T0, 1.0)])
    room.tick(T0 + 2 * HOUR)
    assert room.alerts() == []
    room.tick(T0 + 2 * HOUR + 24 * MINUTE)
    assert [(alert.rule, alert.clause) for alert in room.alerts()] == [("missed-checkpoint", "AP-3")]
    room.take([Reading(SCAN, T0 + 150 * MINUTE, 1.0)])
    assert room.alerts()[0].state == "returned-unacknowledged"


def test_a_rule_whose_code_raises_is_marked_and_touches_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = rule_text("broken", '[maximum]\nlimit = "0.1 MPa"')
    sound = rule_text("sound", '[maximum]\nlimit = "0.2 MPa"')
    room = Room(book_of(broken, sound))
    real = room.judge.health()[0]
    assert real.error is None
    rule = room.book.rules["broken"]
    monkeypatch.setattr(rule.kind, "breached", _breaks_for(rule.kind.breached))
    room.take(series(GAUGE, [0.5]))
    assert [alert.rule for alert in room.alerts()] == ["sound"]
    health = {one.rule: one.error for one in room.judge.health()}
    assert health["sound"] is None
    assert health["broken"] is not None
    assert "ZeroDivisionError" in health["broken"].text


def _breaks_for(real: Breached) -> Breached:
    """Raises whenever a row with the first rule's limit is among those asked for."""

    def breached(samples: Samples, limits: LimitTable, row: Index) -> Bools:
        if (limits.high[row] == 100).any():
            raise ZeroDivisionError("the rule's own mistake")
        return real(samples, limits, row)

    return breached
