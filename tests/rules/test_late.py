"""News that comes late, twice, or out of order."""

import pytest

from facility.alert import Condition
from facility.reading import Reading
from rules.judge import A_PORTION, Judge
from rules.late import Lateness
from rules.limits import Bools
from storage.records.breaches import BreachFilter
from tests.rules.room import (
    ALARM,
    DOOR,
    GAUGE,
    HOUR,
    MINUTE,
    QUIET,
    SECOND,
    SMOKE,
    T0,
    Room,
    book_of,
    only,
    point,
    register,
    rule_text,
    series,
)


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
    assert (alert.started, alert.ended, alert.late_by) == (T0 + MINUTE, T0 + 5 * MINUTE, HOUR - MINUTE)
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


def test_late_news_of_what_is_burning_already_tells_since_when_and_no_more() -> None:
    room = Room(only("smoke-alarm"))
    room.take(series(SMOKE, [ALARM], start=T0 + HOUR))
    room.take([Reading(SMOKE, T0, ALARM)])
    room.take([Reading(SMOKE, T0, ALARM)])
    assert [(alert.started, alert.condition) for alert in room.alerts()] == [(T0, Condition.ACTIVE)]
    assert room.told() == ["alert raised", "work-order opened", "alert extended"]


def test_smoke_is_not_late_when_only_a_test_or_a_fault_was_newer() -> None:
    room = Room(only("smoke-alarm"))
    room.take([Reading(SMOKE, T0 + MINUTE, ALARM, test=True)])
    room.take([Reading(SMOKE, T0, ALARM)])
    assert (room.alerts()[0].condition, len(room.orders())) == (Condition.ACTIVE, 1)


def test_smoke_that_is_over_is_told_as_long_as_only_a_test_was_newer() -> None:
    room = Room(only("smoke-alarm"))
    room.take([Reading(SMOKE, T0 + MINUTE, ALARM, test=True)])
    room.take([Reading(SMOKE, T0, ALARM), Reading(SMOKE, T0 + 10 * SECOND, QUIET)])
    assert (room.alerts()[0].late, len(room.orders())) == (False, 1)


def test_late_readings_fulfil_a_hold_that_is_over_and_nobody_is_paged() -> None:
    room = Room(only("pump-pressure-band"))
    room.take(series(GAUGE, [0.6, 0.6] + [None] * 8 + [0.6] * 40))
    room.take(series(GAUGE, [0.4] * 8, start=T0 + 20 * SECOND), now=T0 + HOUR)
    [alert] = room.alerts()
    assert (alert.started, alert.raised, alert.ended) == (T0 + 20 * SECOND, T0 + 50 * SECOND, T0 + 100 * SECOND)
    assert (alert.late, alert.state, room.orders()) == (True, "returned-unacknowledged", [])
    assert alert.value == 0.4


def test_late_readings_of_what_still_goes_on_page_and_order_work() -> None:
    room = Room(only("pump-pressure-band"))
    room.take(series(GAUGE, [0.6, None, None, 0.4, None, None, None, 0.4]))
    assert room.alerts() == []
    room.take(series(GAUGE, [0.4, 0.4], start=T0 + 40 * SECOND))
    [alert] = room.alerts()
    assert (alert.condition, alert.started, alert.late) == (Condition.ACTIVE, T0 + 30 * SECOND, False)
    assert alert.work_order == room.orders()[0].id
    room.take(series(GAUGE, [0.6] * 40, start=T0 + 80 * SECOND))
    assert room.alerts()[0].ended == T0 + 80 * SECOND


def test_an_alert_without_a_cause_is_withdrawn_with_the_reason_and_never_deleted() -> None:
    room = Room(only("pump-pressure-band"))
    room.take(series(GAUGE, [0.6, 0.4, None, 0.4, None, 0.4]))
    assert room.alerts()[0].condition is Condition.ACTIVE
    room.take(series(GAUGE, [0.6], start=T0 + 20 * SECOND))
    [alert] = room.alerts()
    assert (alert.withdrawn, alert.state) == (True, "returned-unacknowledged")
    fact = room.facts()[-1]
    assert (fact.what, fact.before, fact.why) == (
        "withdrawn",
        "unacknowledged",
        "late readings show that the limit was not broken for long enough",
    )
    assert room.breaches() == []
    with room.records.read() as unit:
        assert [breach.withdrawn for breach in unit.breaches.find(BreachFilter(withdrawn=None))] == [True]
    room.acknowledge(alert.id, T0 + HOUR)
    assert room.alerts()[0].closed is not None


def test_what_comes_back_after_a_withdrawal_begins_when_it_begins() -> None:
    room = Room(only("pump-pressure-band"))
    room.take(series(GAUGE, [0.6, 0.4, None, 0.4, None, 0.4]))
    room.take(series(GAUGE, [0.6], start=T0 + 20 * SECOND))
    room.take(series(GAUGE, [0.6] + [0.4] * 5, start=T0 + 60 * SECOND))
    [alert] = room.alerts()
    assert (alert.withdrawn, alert.started, alert.condition) == (False, T0 + 70 * SECOND, Condition.ACTIVE)


def test_a_late_good_run_ends_what_seemed_to_go_on() -> None:
    room = Room(only("smoke-alarm"))
    room.take([Reading(SMOKE, T0, ALARM), Reading(SMOKE, T0 + HOUR, ALARM)])
    room.acknowledge(1, T0 + HOUR)
    room.take([Reading(SMOKE, T0 + MINUTE, QUIET)])
    assert room.breaches() == [
        ("smoke-alarm", SMOKE, T0, T0, T0 + MINUTE),
        ("smoke-alarm", SMOKE, T0 + HOUR, T0 + HOUR, None),
    ]
    assert [alert.condition for alert in room.alerts()] == [Condition.ACTIVE]


def test_what_is_later_than_its_sources_lateness_is_kept_and_changes_nothing() -> None:
    room = Room(only("smoke-alarm"))
    room.judge = Judge(room.book, T0, register=room.register, lateness=Lateness(sources={"native": HOUR}))
    room.take(series(SMOKE, [QUIET] * 20, every=5 * MINUTE))
    room.take([Reading(SMOKE, T0 + MINUTE, ALARM)], now=T0 + MINUTE + HOUR)
    room.take([Reading(SMOKE, T0 + 2 * MINUTE, ALARM)], now=T0 + 2 * MINUTE + HOUR + 1)
    assert [alert.started for alert in room.alerts()] == [T0 + MINUTE]
    assert room.judge.backlog.beyond == 1
    assert len(room.readings.range(SMOKE, T0, T0 + HOUR)) == 14


def test_what_waits_to_be_judged_again_survives_a_crash() -> None:
    room = Room(only("smoke-alarm"))
    room.take(series(SMOKE, [QUIET] * 3, every=5 * MINUTE))
    late = [Reading(SMOKE, T0 + MINUTE, ALARM, received=T0 + HOUR)]
    room.readings.append(late)
    with room.records.begin() as unit:
        room.judge.judge(unit, late, T0 + HOUR)  # committed and acknowledged; the power goes before it is adopted
    room.restart(T0 + 2 * HOUR)
    room.look_back(T0 + 2 * HOUR)
    assert [alert.started for alert in room.alerts()] == [T0 + MINUTE]
    with room.records.read() as unit:
        assert unit.late_work.waiting() == {}


def test_a_rule_whose_code_fails_on_history_is_marked_and_the_others_are_judged(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    room = Room(only("smoke-alarm", "sensor-fault-life-safety"))
    room.take(series(SMOKE, [QUIET] * 3, every=5 * MINUTE))
    with monkeypatch.context() as patch:
        patch.setattr(room.book.rules["sensor-fault-life-safety"].kind, "not_clear", _fails)
        room.take([Reading(SMOKE, T0 + MINUTE, ALARM)], now=T0 + HOUR)
    assert [alert.rule for alert in room.alerts()] == ["smoke-alarm"]
    troubles = {health.rule: health.error for health in room.judge.health()}
    assert troubles["sensor-fault-life-safety"] is not None


def _fails(*_: object) -> Bools:
    raise ZeroDivisionError("the rule's own mistake")


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


def test_history_is_judged_again_in_portions_and_live_judging_goes_on_between_them() -> None:
    names = [f"gauge-{number:02}.pressure" for number in range(30)]
    points = [point(name, "pressure", "MPa", 0.001) for name in names]
    held = rule_text("held", '[minimum]\nlimit = "0.5 MPa"\nhold_for = "20s"')
    room = Room(book_of(held), register(points, []))
    room.take([Reading(name, T0 + MINUTE, 0.6) for name in names])
    late = [Reading(name, T0 + n * 10 * SECOND, 0.4, received=T0 + HOUR) for name in names for n in range(6)]
    room.readings.append(late)
    with room.records.begin() as unit:
        adopt = room.judge.judge(unit, late, T0 + HOUR)
    adopt()
    portions = 0
    while room.judge.backlog.waiting:
        before = len(room.judge.backlog.waiting)
        with room.records.read() as unit:
            findings = room.judge.look_back(unit, room.readings, T0 + HOUR)
        with room.records.begin() as unit:
            adopt = room.judge.correct(unit, findings, T0 + HOUR)
        adopt()
        assert 0 < before - len(room.judge.backlog.waiting) <= A_PORTION
        live = [Reading(names[0], T0 + 2 * MINUTE + portions * 10 * SECOND, 0.6)]
        with room.records.begin() as unit:
            room.judge.judge(unit, live, T0 + HOUR)()
        portions += 1
    assert portions >= 30 / A_PORTION
    assert sorted(point for _, point, *_ in room.breaches()) == names
