"""The duty room's promises about alarms, one test each, in the words of the promise. scripts/break shows that each can fail."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import orjson
import pytest
from sqlalchemy import create_engine
from sqlalchemy.exc import DatabaseError

from collector.ingest import Ingest
from collector.link_fake import FakeLink
from facility.alert import Alert, AlertAction, Condition, NotAllowed, Severity
from facility.alert_life import Wish, alert_actions, take_action
from facility.maintenance import Maintenance
from facility.quality import Quality
from facility.reading import Reading
from facility.scope import Extent
from facility.test_mode import TestMode
from facility.text import Text
from rules.definition import load_book
from rules.judge import Judge
from storage.readings.journalled import as_far_as_known
from storage.records.port import Conflict, RecordsUnavailable, Unit
from storage.records.sql import SqlRecords
from tests.collector.property import NOW, SOURCES, TOPIC, pressure
from tests.collector.property import register as small_property
from tests.rules.room import (
    ALARM,
    BOX,
    GAUGE,
    HOUR,
    MINUTE,
    QUIET,
    SECOND,
    SMOKE,
    T0,
    Room,
    book_of,
    manual,
    only,
    point,
    register,
    rule_text,
    series,
    setting,
)
from tests.storage.records.away import AwayRecords

BAND = only("pump-pressure-band")
LOW, GOOD = 0.45, 0.6


class Collector:
    """A gauge, a broker, stores and a judge that hands nothing to anybody who has not stored it."""

    def __init__(self, records: SqlRecords | None = None) -> None:
        self.link, self.room = FakeLink(), Room(book_of(rule_text("low", '[minimum]\nlimit = "0.5 MPa"')))
        self.records = records or self.room.records
        self.register = small_property()
        self.start()

    def start(self) -> None:
        """Anew, with what was stored and nothing else."""
        self.judge = Judge(self.room.book, NOW, register=self.register)
        with self.records.begin() as unit:
            as_far_as_known(self.room.readings, partial(self.judge.restore, unit))
        self.link.reconnect()
        self.ingest = Ingest(
            name="worker-1",
            link=self.link,
            records=self.records,
            readings=self.room.readings,
            register=self.register,
            sources=SOURCES,
            judge=self.judge,
            pseudonym_key=b"promises",
            pause=lambda seconds: None,
        )

    def alerts(self) -> list[Alert]:
        with self.records.read() as unit:
            return unit.alerts.open_ones()


class Unwilling(AwayRecords):
    """Records that cannot be written while they are ``away``, or that are written and do not say so."""

    mute = False

    @contextmanager
    def begin(self) -> Iterator[Unit]:
        with super().begin() as unit:
            yield unit
        if self.mute:
            raise RecordsUnavailable("the connection was lost while it committed")


# 1. An acknowledged message is durable and judged. A restart anywhere loses nothing and doubles nothing.


def test_1_an_acknowledged_message_is_durable_and_judged_and_a_crash_loses_and_doubles_nothing() -> None:
    records = Unwilling("sqlite://")
    records.migrate()
    duty = Collector(records)
    records.away = True
    duty.link.deliver(TOPIC, pressure(0.4), arrived=NOW)
    duty.ingest.once(NOW)
    assert (duty.link.unacknowledged, duty.link.acknowledged) == (1, []), "not judged, so not acknowledged"
    assert len(duty.room.readings.range("gauge-1.pressure", NOW, NOW + 1)) == 1, "and durable before it was judged"
    records.away = False
    duty.start()
    duty.ingest.once(NOW + SECOND)
    assert duty.link.unacknowledged == 0
    assert [alert.value for alert in duty.alerts()] == [0.4]
    assert len(duty.room.readings.range("gauge-1.pressure", NOW, NOW + 1)) == 1


def test_1_a_commit_whose_answer_was_lost_is_not_judged_twice() -> None:
    records = Unwilling("sqlite://")
    records.migrate()
    duty = Collector(records)
    for at, value in ((NOW, 0.4), (NOW + 1, 0.6)):
        duty.link.deliver(TOPIC, pressure(value, at), arrived=NOW + 1)
    records.mute = True
    assert duty.ingest.once(NOW + 1).in_hand == 2
    records.mute = False
    duty.ingest.once(NOW + HOUR)
    assert duty.link.unacknowledged == 0
    with records.read() as unit:
        assert [fact.what for fact in unit.facts.after(0) if fact.noun == "alert"] == ["raised", "returned"]
    duty.link.deliver(TOPIC, pressure(0.4, NOW + 2), arrived=NOW + HOUR)
    duty.ingest.once(NOW + HOUR)
    with records.read() as unit:
        assert [fact.what for fact in unit.facts.after(0) if fact.noun == "alert"] == [
            "raised",
            "returned",
            "re-raised",
        ]


# 2. Silence never clears.


def test_2_a_dead_sensor_leaves_its_alert_open_and_raises_its_own() -> None:
    room = Room(only("pump-pressure-band", "silence-equipment"))
    room.take(series(GAUGE, [LOW] * 5))
    for minutes in range(1, 120):
        room.tick(T0 + minutes * MINUTE)
    open_ones = {alert.rule: alert.condition for alert in room.alerts()}
    assert open_ones == {"pump-pressure-band": Condition.ACTIVE, "silence-equipment": Condition.ACTIVE}


def test_2_what_is_no_evidence_does_not_clear_either_and_good_news_does() -> None:
    room = Room(BAND)
    room.take(series(GAUGE, [LOW] * 5))
    for number, quality in enumerate(q for q in Quality if q not in (Quality.GOOD, Quality.STAMPED)):
        faulty = series(GAUGE, [GOOD] * 60, start=T0 + (number + 1) * HOUR)
        room.take([reading._replace(quality=quality) for reading in faulty])
    assert room.alerts()[0].condition is Condition.ACTIVE
    room.take(series(GAUGE, [GOOD] * 60, start=T0 + 20 * HOUR))
    assert room.alerts()[0].condition is Condition.NORMAL


def test_2_a_point_that_never_spoke_is_silent_too_also_after_a_restart() -> None:
    room = Room(only("silence-equipment"))
    room.restart(T0 + HOUR)
    room.tick(T0 + HOUR + 59 * SECOND)
    assert room.alerts() == []
    room.tick(T0 + HOUR + MINUTE)
    assert [alert.point for alert in room.alerts()] == [GAUGE]


# 3. Event time: order and delay of arrival do not change what is found; late news is marked late and pages nobody.


@pytest.mark.parametrize("seed", range(6))
def test_3_the_order_in_which_a_batch_arrives_does_not_change_what_is_found(seed: int) -> None:
    story = series(GAUGE, [GOOD] * 3 + [LOW] * 8 + [GOOD] * 40 + [LOW] * 3 + [GOOD] * 6)
    shuffled = random.Random(seed).sample(story, len(story))
    found = []
    for arrived in (story, shuffled):
        room = Room(BAND)
        room.take(arrived, now=T0 + HOUR)
        found.append(room.lives())
    assert found[0] == found[1]
    assert len(found[0]) == 1


def test_3_news_of_what_is_over_is_marked_late_and_pages_nobody() -> None:
    room = Room(only("smoke-alarm"))
    room.take(series(SMOKE, [ALARM, QUIET]), now=T0 + 2 * HOUR)
    [alert] = room.alerts()
    assert (alert.late, alert.condition, alert.started) == (True, Condition.NORMAL, T0)
    assert room.orders() == []


def test_3_a_hold_of_ten_minutes_is_no_lateness_and_a_return_counts_from_the_first_good_sample() -> None:
    room = Room(book_of(rule_text("slow", '[minimum]\nlimit = "0.5 MPa"\nhold_for = "10m"\nclear_for = "2m"')))
    for reading in series(GAUGE, [LOW] * 70 + [GOOD] * 20):
        room.take([reading])
    [alert] = room.alerts()
    assert (alert.raised - alert.started, alert.late) == (10 * MINUTE, False)
    assert alert.ended == T0 + 700 * SECOND


@pytest.mark.parametrize("seed", range(4))
def test_3_neither_do_delays_from_batch_to_batch_change_what_is_found(seed: int) -> None:
    story = series(GAUGE, [GOOD] * 3 + [LOW] * 8 + [GOOD] * 40 + [LOW] * 3 + [GOOD] * 12)
    rng, rooms = random.Random(seed), [Room(BAND), Room(BAND)]
    for room, arrived in zip(rooms, (story, rng.sample(story, len(story))), strict=True):
        for start in range(0, len(arrived), 7):
            room.take(arrived[start : start + 7], now=T0 + HOUR + start)
    assert rooms[0].breaches() == rooms[1].breaches()
    assert len(rooms[0].breaches()) == 1
    assert told(rooms[0]) == told(rooms[1])


def told(room: Room) -> list[tuple[str, int, int, int | None]]:
    """What stands on the list; what late news has shown never to have been is no part of it."""
    return [(alert.point, alert.started, alert.raised, alert.ended) for alert in room.alerts() if not alert.withdrawn]


def test_3_smoke_that_comes_late_and_behind_its_point_is_told_with_its_own_time() -> None:
    room = Room(only("smoke-alarm"))
    room.take(series(SMOKE, [QUIET], start=T0 + HOUR))
    room.take(series(SMOKE, [ALARM], start=T0), now=T0 + HOUR + MINUTE)
    [alert] = room.alerts()
    assert (alert.late, alert.started, alert.condition) == (True, T0, Condition.NORMAL)
    assert room.orders() == []


# 4. One open alert per (rule, point), under any concurrency.


def a_draft() -> Alert:
    return Alert(
        rule="r",
        rule_version="1",
        clause="",
        point="p",
        asset="",
        zone="",
        severity=Severity.HIGH,
        title=Text("题", "t"),
        started=T0,
        raised=T0,
        opened=T0,
        limit=Text("限", "l"),
    )


def _hundred_at_once(url: str) -> int:
    records = SqlRecords(url)
    records.migrate()

    def open_it(_: int) -> bool:
        try:
            with records.begin() as unit:
                unit.alerts.open(a_draft())
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(16) as pool:
        won = sum(pool.map(open_it, range(100)))
    with records.read() as unit:
        assert len(unit.alerts.open_ones()) == won
    records.close()
    return won


def test_4_of_a_hundred_that_open_one_cause_at_once_one_succeeds(tmp_path: Path) -> None:
    assert _hundred_at_once(f"sqlite:///{tmp_path}/records.db") == 1


def test_4_of_a_hundred_that_open_one_cause_at_once_one_succeeds_on_postgresql(postgres_db_url: str) -> None:
    assert _hundred_at_once(postgres_db_url) == 1


def test_4_the_database_itself_refuses_a_second_one(tmp_path: Path) -> None:
    records = SqlRecords(f"sqlite:///{tmp_path}/records.db")
    records.migrate()
    with records.begin() as unit:
        unit.alerts.open(a_draft())
    columns = ", ".join(field.name for field in dataclasses.fields(Alert) if field.name not in ("id", "title", "limit"))
    copy = f"INSERT INTO alerts (title_zh, title_en, limit_zh, limit_en, {columns}) SELECT title_zh, title_en, limit_zh, limit_en, {columns} FROM alerts"  # noqa: E501
    with create_engine(f"sqlite:///{tmp_path}/records.db").begin() as connection, pytest.raises(DatabaseError):
        connection.exec_driver_sql(copy)
    records.close()


# 5. Every transition is a stored fact, append-only and chained by hash.


def test_5_every_transition_is_a_stored_fact_and_none_can_be_altered() -> None:
    room = Room(only("smoke-alarm"))
    for step, value in enumerate([ALARM, QUIET, ALARM, QUIET]):
        room.take(series(SMOKE, [value], start=T0 + step * MINUTE))
    told = [(fact.what, fact.before, fact.after) for fact in room.facts() if fact.noun == "alert"]
    assert told == [
        ("raised", "normal", "unacknowledged"),
        ("returned", "unacknowledged", "returned-unacknowledged"),
        ("re-raised", "returned-unacknowledged", "unacknowledged"),
        ("returned", "unacknowledged", "returned-unacknowledged"),
    ]
    with room.records.read() as unit:
        assert unit.facts.verify() is None


# 6. A test is not a fire.


def test_6_a_test_pages_nobody_and_is_kept_as_proof() -> None:
    room = Room(only("smoke-alarm"))
    room.take([Reading(SMOKE, T0, ALARM, test=True)])
    assert (room.alerts(), room.orders()) == ([], [])
    assert [reading.test for reading in room.readings.range(SMOKE, T0, T0 + 1)] == [True]


def test_6_a_test_neither_clears_a_fire_nor_hides_one() -> None:
    room = Room(only("smoke-alarm"))
    room.take([Reading(SMOKE, T0, ALARM), Reading(SMOKE, T0 + 1, QUIET, test=True)])
    assert room.alerts()[0].condition is Condition.ACTIVE
    room = Room(only("smoke-alarm"))
    room.take([Reading(SMOKE, T0 + 1, QUIET, test=True)])
    room.take([Reading(SMOKE, T0 + 2, ALARM)])
    assert (room.alerts()[0].announces, len(room.orders())) == (True, 1)


def test_6_in_test_mode_the_signal_is_recorded_and_pages_nobody_and_outside_it_pages() -> None:
    room = Room(only("smoke-alarm"))
    with room.records.begin() as unit:
        unit.test_modes.add(
            TestMode(
                extent=Extent.ZONE,
                scope="room",
                since=T0,
                until=T0 + HOUR,
                who="li",
                why="monthly test",
                expected=(SMOKE,),
            )
        )
    room.take(series(SMOKE, [ALARM], start=T0 + MINUTE))
    [alert] = room.alerts()
    assert (alert.test, alert.open, alert.announces, room.orders()) == (True, True, False, [])
    room.take(series(SMOKE, [QUIET], start=T0 + 2 * MINUTE))
    assert "alert raised" in room.told()
    room.take(series(SMOKE, [ALARM], start=T0 + 2 * HOUR))
    assert [(one.test, one.announces) for one in room.alerts() if one.open] == [(False, True)]
    assert len(room.orders()) == 1


# 7. A bad message stops nothing and is never dropped in silence.


def test_7_a_bad_message_is_kept_with_its_bytes_and_its_reason_and_stops_nothing() -> None:
    duty = Collector()
    for payload in (b"\xff\x00 no json", pressure("warm", NOW + 1), pressure(0.4, NOW + 2)):
        duty.link.deliver(TOPIC, payload, arrived=NOW + 2)
    duty.ingest.once(NOW + 2)
    with duty.records.read() as unit:
        letters = unit.letters.dead().rows
    assert {letter.payload for letter in letters} == {b"\xff\x00 no json", pressure("warm", NOW + 1)}
    assert all(letter.reason for letter in letters)
    assert duty.link.unacknowledged == 0
    assert [alert.value for alert in duty.alerts()] == [0.4]


def test_7_one_entry_of_a_batch_that_means_nothing_takes_no_other_with_it() -> None:
    duty = Collector()
    rows = [{"ts": NOW, "values": {"pressure": "warm"}}, {"ts": NOW + 1, "values": {"pressure": 0.4}}]
    duty.link.deliver(TOPIC, orjson.dumps(rows), arrived=NOW + 1)
    duty.ingest.once(NOW + 1)
    assert [alert.value for alert in duty.alerts()] == [0.4]
    with duty.records.read() as unit:
        assert len(unit.letters.dead().rows) == 1


def test_7_what_nobody_foresaw_and_what_nobody_knows_is_kept_counted_and_acknowledged(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    duty = Collector()
    monkeypatch.setattr("collector.qualify.Qualifier._event", lambda *_: 1 / 0)
    duty.link.deliver("dutyroom/v1/riverside/door-1/events", b'{"event": "granted"}', arrived=NOW)
    duty.link.deliver("a/stranger", b"hello", arrived=NOW)
    duty.link.deliver(TOPIC, pressure(0.4), arrived=NOW)
    duty.ingest.once(NOW)
    with duty.records.read() as unit:
        (letter,) = unit.letters.dead().rows
        (stranger,) = unit.letters.unclaimed().rows
    assert (letter.payload, stranger.payload) == (b'{"event": "granted"}', b"hello")
    assert (duty.ingest.stats.letters, duty.link.unacknowledged) == (1, 0)
    assert [alert.value for alert in duty.alerts()] == [0.4]


# 8. Life safety is never shelved, grouped away, rate-limited or paged late.


def test_8_life_safety_cannot_be_shelved() -> None:
    room = Room(only("smoke-alarm", "pump-pressure-band"))
    room.take(series(SMOKE, [ALARM]) + series(GAUGE, [LOW] * 5))
    smoke, gauge = sorted(room.alerts(), key=lambda alert: alert.rule, reverse=True)
    wish = Wish(action=AlertAction.SHELVE, who="officer", at=T0 + MINUTE, reason="noise", until=T0 + HOUR)
    assert take_action(gauge, wish).shelved_until == T0 + HOUR
    assert AlertAction.SHELVE not in alert_actions(smoke)
    with pytest.raises(NotAllowed):
        take_action(smoke, wish)


def test_8_every_one_of_many_at_once_pages_at_its_first_sample() -> None:
    lives = [rule for rule in manual() if rule.life_safety]
    assert lives
    assert {rule.spec.hold_for for rule in lives} == {0}
    detectors = [point(f"d{number}.smoke", "smoke") for number in range(300)]
    room = Room(only("smoke-alarm"), register(detectors))
    room.take([Reading(detector.id, T0, ALARM) for detector in detectors])
    assert [alert.announces for alert in room.alerts()] == [True] * 300
    assert {alert.raised for alert in room.alerts()} == {T0}


def test_8_a_window_of_one_person_does_not_keep_life_safety_from_paging() -> None:
    room = Room(only("smoke-alarm"))
    plan = Maintenance(extent=Extent.SYSTEM, scope="", since=T0, until=T0 + HOUR, who="li", why="painting", created=T0)
    with room.records.begin() as unit:
        unit.maintenance.add(plan)
    room.tick(T0)
    room.take(series(SMOKE, [ALARM], start=T0 + MINUTE))
    assert [(alert.out_of_service, alert.announces) for alert in room.alerts()] == [(False, True)]


@pytest.mark.parametrize("quality", [Quality.BAD_CLOCK, Quality.UNCALIBRATED, Quality.STAMPED])
def test_8_smoke_is_smoke_whatever_the_clock_or_the_calibration(quality: Quality) -> None:
    room = Room(only("smoke-alarm"))
    room.take([Reading(SMOKE, T0, ALARM, quality)])
    assert [alert.announces for alert in room.alerts()] == [True]


# 9. Evidence can be rebuilt: test_evidence.py. Here: an alert says by what it was judged.


def test_9_an_alert_names_the_version_of_the_rule_and_the_limits_that_were_in_force() -> None:
    change = T0 + 10 * MINUTE
    room = Room(BAND, register(settings=[setting(0.6), setting(0.8, since=change)]))
    room.take(series(GAUGE, [LOW] * 5))
    room.take(series(GAUGE, [GOOD] * 40, start=T0 + MINUTE))
    [alert] = room.alerts()
    assert alert.rule_version == load_book().rules["pump-pressure-band"].version
    assert (alert.low, alert.high, alert.value) == (0.5, 0.7, LOW)
    assert [fact.data["rule_version"] for fact in room.facts() if fact.what == "raised"] == [alert.rule_version]


# 10. Units are checked; limits compare at the point's resolution.


@pytest.mark.parametrize("set_to", [0.1, 0.35, 0.6, 0.8, 0.9, 1.0, 1.2])
@pytest.mark.parametrize(("unit", "factor", "resolution"), [("MPa", 1, 0.001), ("kPa", 1000, 1.0), ("bar", 10, 0.01)])
def test_10_exactly_0_1_mpa_away_is_inside_and_one_step_more_is_outside(
    set_to: float, unit: str, factor: int, resolution: float
) -> None:
    gauge = dataclasses.replace(point(GAUGE, "pressure", unit, resolution))
    house = register([gauge], [setting(set_to * factor)])
    for sign in (1, -1):
        inside, outside = Room(BAND, house), Room(BAND, house)
        edge = (set_to + sign * 0.1) * factor
        inside.take(series(GAUGE, [edge] * 5))
        outside.take(series(GAUGE, [edge + sign * resolution] * 5))
        assert (len(inside.alerts()), len(outside.alerts())) == (0, 1)


def test_10_a_limit_between_two_steps_of_the_instrument_is_never_stretched() -> None:
    for value, raised in ((0.700, 0), (0.701, 1)):
        room = Room(book_of(rule_text("high", '[maximum]\nlimit = "0.7005 MPa"')))
        room.take(series(GAUGE, [value]))
        assert len(room.alerts()) == raised


def test_10_a_value_in_another_unit_is_converted_or_refused() -> None:
    duty = Collector()
    for at, value, unit in ((NOW, 450, "kPa"), (NOW + 1, 450, "°C"), (NOW + 2, 4.6, "bar")):
        body = orjson.dumps({"ts": at, "values": {"pressure": value}, "unit": {"pressure": unit}})
        duty.link.deliver(TOPIC, body, arrived=NOW + 2)
    duty.ingest.once(NOW + 2)
    assert [r.value for r in duty.room.readings.range("gauge-1.pressure", NOW, NOW + 3)] == pytest.approx([0.45, 0.46])
    with duty.records.read() as unit_of_work:
        [letter] = unit_of_work.letters.dead().rows
    assert "°C" in letter.reason


def test_10_half_a_megohm_passes_and_one_step_less_does_not() -> None:
    room = Room(only("insulation-minimum"))
    room.take(series(BOX, [0.5]))
    assert room.alerts() == []
    room.take(series(BOX, [0.49], start=T0 + 24 * HOUR))
    assert len(room.alerts()) == 1
