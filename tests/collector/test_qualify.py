"""The quality of a reading is decided once; this is the table of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from collector.decoding import Decoded, Event, Signal, Status
from collector.qualify import Qualifier
from facility.instant import DAY, HOUR, MINUTE
from facility.point import Point
from facility.pseudonym import pseudonym
from facility.quality import Quality
from facility.reading import Passage, Reading, Scan
from tests.collector.property import KEY, NOW, arrival, point, qualified, register

GOOD, STAMPED, FAULT = Quality.GOOD, Quality.STAMPED, Quality.SENSOR_FAULT
RANGE, UNCALIBRATED, CLOCK, STALE = Quality.OUT_OF_RANGE, Quality.UNCALIBRATED, Quality.BAD_CLOCK, Quality.STALE


def one(signal: Signal, *points: Point, source: str = "native", retained: bool = False) -> Reading:
    found = qualified(Decoded(signals=(signal,)), *points, source=source, retained=retained)
    assert not found.refused
    (reading,) = found.readings
    return reading


def gauge(value: float | bool | str = 0.6, at: int | None = NOW, **more: object) -> Signal:
    return Signal("gauge-1", "pressure", value, at, **more)  # type: ignore[arg-type]


EXPIRED = point("gauge-1.pressure", "gauge-1", low=0.0, high=1.6, calibration_due=NOW)
TABLE = [
    ("plain", gauge(), GOOD, 0.6, NOW),
    ("a whole number", gauge(1.0), GOOD, 1.0, NOW),
    ("at the end of its range", gauge(1.6), GOOD, 1.6, NOW),
    ("below the range", gauge(-0.001), RANGE, -0.001, NOW),
    ("above the range", gauge(1.601), RANGE, 1.601, NOW),
    ("no time", gauge(at=None), STAMPED, 0.6, NOW),
    ("before 2000", gauge(at=946_684_799_999), CLOCK, 0.6, NOW),
    ("first instant of 2000", gauge(at=946_684_800_000), GOOD, 0.6, 946_684_800_000),
    ("seconds where milliseconds are meant", gauge(at=NOW // 1_000), CLOCK, 0.6, NOW),
    ("5 min ahead", gauge(at=NOW + 5 * MINUTE), GOOD, 0.6, NOW + 5 * MINUTE),
    ("more than 5 min ahead", gauge(at=NOW + 5 * MINUTE + 1), CLOCK, 0.6, NOW),
    ("an hour ahead", gauge(at=NOW + HOUR), CLOCK, 0.6, NOW),
    ("a time beyond all calendars", gauge(at=10**18), CLOCK, 0.6, NOW),
    ("two days late", gauge(at=NOW - 2 * DAY), GOOD, 0.6, NOW - 2 * DAY),
    ("the device reports a fault", gauge(fault="open loop"), FAULT, 0.6, NOW),
    ("the device has no value", gauge(0.0, fault="null"), FAULT, 0.0, NOW),
    ("a fault goes before the range", gauge(9.0, fault="x"), FAULT, 9.0, NOW),
    ("a fault with a word", gauge("OL", fault="x"), FAULT, 0.0, NOW),
    ("stale", gauge(stale=True), STALE, 0.6, NOW),
    ("stale goes before the range", gauge(2.0, stale=True), STALE, 2.0, NOW),
    ("kPa in the payload", gauge(600.0, unit="kPa"), GOOD, 0.6, NOW),
    ("bar in the payload, out of range", gauge(20.0, unit="bar"), RANGE, 2.0, NOW),
]


@pytest.mark.parametrize(("what", "signal", "quality", "value", "at"), TABLE, ids=[row[0] for row in TABLE])
def test_the_quality_of(what: str, signal: Signal, quality: Quality, value: float, at: int) -> None:
    assert one(signal) == Reading("gauge-1.pressure", at, value, quality, False, NOW)


@pytest.mark.parametrize("value", [0.6, 1])
def test_when_our_own_clock_was_set_back_devices_are_not_wrong(value: float) -> None:
    """As soon as something was received at a time, devices may say it: in the plain case and in the one with care."""
    late = replace(arrival("native"), arrived=NOW - HOUR, received=NOW)
    found = Qualifier(register(), KEY).qualify(Decoded(signals=(gauge(value),)), late)
    assert found.readings == [Reading("gauge-1.pressure", NOW, value, GOOD, False, NOW)]


def test_calibration_counts_at_the_time_of_the_event() -> None:
    assert one(gauge(at=NOW), EXPIRED).quality is UNCALIBRATED
    assert one(gauge(at=NOW - 1), EXPIRED).quality is GOOD
    assert one(gauge(2.0), EXPIRED).quality is RANGE
    assert one(gauge(at=None), EXPIRED).quality is UNCALIBRATED


def test_a_test_is_marked_and_kept() -> None:
    assert one(Signal("smoke-1", "smoke", True, NOW, test=True)) == Reading("smoke-1.smoke", NOW, 1.0, GOOD, True, NOW)


@pytest.mark.parametrize(("value", "number"), [(True, 1.0), (False, 0.0), ("alarm", 1.0), ("ON", 1.0), (1.0, 1.0)])
def test_a_state_is_its_number(value: float | bool | str, number: float) -> None:
    assert one(Signal("smoke-1", "smoke", value, NOW)).value == number


@pytest.mark.parametrize(
    ("signal", "said"),
    [
        (gauge("0_02"), "gauge-1: pressure: '0_02' is not a number; allowed: pressure in MPa"),
        (gauge(True), "pressure: True is not a number"),
        (gauge(20.0, unit="Cel"), "pressure: 'Cel' is a unit of temperature, not of pressure; allowed: MPa"),
        (gauge(20.0, unit="kPs"), "is not a unit of pressure"),
        (Signal("smoke-1", "smoke", "perhaps", NOW), "smoke: 'perhaps' is not a state of smoke; allowed: clear"),
        (Signal("smoke-1", "smoke", 7.0, NOW), "not a state of smoke"),
    ],
)
def test_what_cannot_be_a_value_of_its_point_is_refused_by_its_field(signal: Signal, said: str) -> None:
    found = qualified(Decoded(signals=(signal,)))
    assert not found.readings
    (reason,) = found.refused
    assert said in reason


# --- the loop -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("current", "sent", "quality"),
    [
        (10.0, 0.6, GOOD),
        (4.0, 0.0, GOOD),
        (3.6, 0.0, GOOD),
        (3.59, 0.0, FAULT),
        (0.0, 0.0, FAULT),
        (21.0, 1.6, GOOD),
        (21.6, 1.76, FAULT),
    ],
)
def test_a_broken_loop_is_a_fault_and_never_a_pressure(current: float, sent: float, quality: Quality) -> None:
    both = (
        Signal("a84041000181c061", "IDC_intput_mA", current, NOW),
        Signal("a84041000181c061", "Water_pressure_MPa", sent, NOW),
    )
    for signals in (both, both[::-1]):
        found = qualified(Decoded(signals=signals), source="lora")
        assert [(r.point, r.value, r.quality) for r in found.readings] == [("probe-1.pressure", sent, quality)]
        assert not found.unclaimed


def test_a_loop_current_that_is_no_number_is_a_fault() -> None:
    signals = (
        Signal("a84041000181c061", "IDC_intput_mA", "n/a", NOW),
        Signal("a84041000181c061", "Water_pressure_MPa", 0.6, NOW),
    )
    assert qualified(Decoded(signals=signals), source="lora").readings[0].quality is FAULT


def test_a_loop_current_belongs_to_the_value_of_its_own_time() -> None:
    signals = (
        Signal("a84041000181c061", "IDC_intput_mA", 0.0, NOW - MINUTE),
        Signal("a84041000181c061", "Water_pressure_MPa", 0.0, NOW - MINUTE),
        Signal("a84041000181c061", "IDC_intput_mA", 12.0, NOW),
        Signal("a84041000181c061", "Water_pressure_MPa", 0.8, NOW),
    )
    assert [r.quality for r in qualified(Decoded(signals=signals), source="lora").readings] == [FAULT, GOOD]


IN_MILLIAMPERES = point("gauge-1.pressure", "gauge-1", low=0.0, high=1.6, sent_unit="mA")


@pytest.mark.parametrize(
    ("current", "value", "quality"),
    [
        (4.0, 0.0, GOOD),
        (12.0, 0.8, GOOD),
        (20.0, 1.6, GOOD),
        (3.9, -0.01, GOOD),
        (20.5, 1.65, GOOD),
        (3.7, -0.03, RANGE),
        (20.8, 1.68, RANGE),
        (3.5, -0.05, FAULT),
        (0.0, -0.4, FAULT),
        (22.0, 1.8, FAULT),
    ],
)
def test_4_to_20_milliamperes_span_the_instruments_range(current: float, value: float, quality: Quality) -> None:
    reading = one(gauge(current), IN_MILLIAMPERES)
    assert (round(reading.value, 9), reading.quality) == (value, quality)


def test_a_current_in_the_payload_is_a_loop_as_well() -> None:
    assert round(one(gauge(0.012, unit="A")).value, 9) == 0.8


def test_a_loop_without_a_range_is_refused() -> None:
    found = qualified(Decoded(signals=(gauge(12.0),)), point("gauge-1.pressure", "gauge-1", sent_unit="mA"))
    assert "needs its range" in next(iter(found.refused))


def test_a_points_own_current_is_just_a_current() -> None:
    leakage = point("box.residual", "gauge-1", "residual_current", "mA", key="pressure", high=1_000.0)
    assert one(gauge(2.0), leakage) == Reading("box.residual", NOW, 2.0, GOOD, False, NOW)


# --- units, scales and names --------------------------------------------------------------------------------------------


def test_unit_and_scale_of_the_register() -> None:
    tenths = point("gauge-1.pressure", "gauge-1", sent_unit="kPa", scale=0.1)
    assert one(gauge(6_000.0), tenths).value == 0.6


def test_the_payloads_unit_goes_before_the_key_maps_and_the_registers() -> None:
    lora = Signal("24e124126a148401", "pressure", 600.0, NOW)
    assert one(lora, source="lora").value == 0.6
    assert one(lora._replace(unit="bar", value=6.0), source="lora").value == 0.6
    mapped = Signal("24e124126a148401", "water_kpa", 600.0, NOW)
    assert one(mapped, source="lora").value == 0.6


def test_a_device_is_found_by_the_sources_own_table() -> None:
    assert one(Signal("B1/F03/smoke-07", "smoke", True, NOW), source="zigbee").point == "smoke-7.smoke"


def test_an_unknown_device_and_an_unknown_key_are_unclaimed() -> None:
    found = qualified(Decoded(signals=(gauge(), Signal("gauge-1", "colour", 1.0, NOW), Signal("who", "a", 1.0, NOW))))
    assert list(found.unclaimed) == [("gauge-1", "colour"), ("who", "")]
    assert len(found.readings) == 1


def test_ignored_keys_are_not_news() -> None:
    found = qualified(Decoded(signals=(Signal("B1/F03/smoke-07", "linkquality", 1.0, NOW),)), source="zigbee")
    assert not found.unclaimed
    assert not found.refused


# --- time ---------------------------------------------------------------------------------------------------------------


def test_two_values_without_a_time_in_one_millisecond_stay_two() -> None:
    qualifier = Qualifier(register(), KEY)
    smoke = [Signal("smoke-1", "smoke", value, None) for value in (True, False)]
    found = [qualifier.qualify(Decoded(signals=(s,)), arrival()).readings[0] for s in smoke]
    assert [(r.at, r.value) for r in found] == [(NOW, 1.0), (NOW + 1, 0.0)]
    later = qualifier.qualify(Decoded(signals=(smoke[0],)), arrival(arrived=NOW + 10)).readings[0]
    assert later.at == NOW + 10


def test_a_stamp_never_runs_more_than_a_second_ahead() -> None:
    qualifier = Qualifier(register(), KEY)
    flood = Decoded(signals=tuple(Signal("smoke-1", "smoke", True, None) for _ in range(3_000)))
    assert max(r.at for r in qualifier.qualify(flood, arrival()).readings) <= NOW + 1_000


def test_a_retained_value_without_a_time_is_stale() -> None:
    assert one(gauge(at=None), retained=True).quality is STALE
    assert one(gauge(), retained=True).quality is GOOD


# --- who may speak ------------------------------------------------------------------------------------------------------


def test_a_gateway_speaks_only_for_its_own_devices() -> None:
    mine, other = gauge(), Signal("smoke-1", "smoke", True, NOW)
    found = qualified(Decoded(signals=(mine, other), speaker="gateway-1"))
    assert [r.point for r in found.readings] == ["gauge-1.pressure"]
    assert list(found.refused) == [
        "device 'smoke-1': 'gateway-1' may not speak for it; its register entry must name it as gateway"
    ]


def test_an_unknown_gateway_speaks_for_nobody_that_is_known() -> None:
    found = qualified(Decoded(signals=(gauge(), Signal("who", "a", 1.0, NOW)), speaker="intruder"))
    assert not found.readings
    assert list(found.unclaimed) == [("who", "")]


def test_a_gateway_cannot_say_that_a_strange_device_is_offline() -> None:
    found = qualified(Decoded(statuses=(Status(device="smoke-1", online=False, at=None),), speaker="gateway-1"))
    assert not found.readings
    assert found.refused


# --- events and statuses ------------------------------------------------------------------------------------------------


def test_a_denied_card_is_a_passage_under_a_pseudonym_and_a_state() -> None:
    event = Event(device="door-1", name="denied", at=NOW, credential="04A1B2C3", direction="in", seq=8)
    found = qualified(Decoded(events=(event,)))
    card = pseudonym(KEY, "card", "04A1B2C3")
    assert found.passages == [
        Passage(point="door-1.entry", at=NOW, event="denied", credential=card, direction="in", seq=8, received=NOW)
    ]
    assert found.readings == [Reading("door-1.entry", NOW, 1.0, GOOD, False, NOW)]
    assert "04A1B2C3" not in repr(found)
    assert len(card) == 16


def test_a_duress_card_that_is_refused_is_refused_in_the_passage_alone() -> None:
    denied = Event(device="door-1", name="denied", at=NOW, credential="04A1B2C3", seq=8)
    other = replace(denied, at=NOW + 1, credential="0BADCAFE", seq=9)
    qualifier = Qualifier(register(), KEY)
    qualifier.hushed = frozenset({pseudonym(KEY, "card", "04A1B2C3")})
    found = qualifier.qualify(Decoded(events=(denied, other)), arrival())
    assert [one.event for one in found.passages] == ["denied", "denied"]
    assert [one.value for one in found.readings] == [0.0, 1.0]


def test_what_a_reader_itself_calls_duress_is_not_told_as_a_refusal_beside_it() -> None:
    denied = Event(device="door-1", name="denied", at=NOW, credential="04A1B2C3", seq=8)
    found = qualified(Decoded(events=(denied, replace(denied, name="duress", seq=9))))
    assert [one.event for one in found.passages] == ["denied", "duress"]
    assert {one.value for one in found.readings} == {0.0}


@pytest.mark.parametrize(
    ("name", "where", "number"),
    [
        ("granted", "entry", 0.0),
        ("denied", "entry", 1.0),
        ("closed", "state", 0.0),
        ("open", "state", 1.0),
        ("held", "state", 2.0),
        ("forced", "state", 3.0),
    ],
)
def test_events_of_a_door_show_on_its_state_points(name: str, where: str, number: float) -> None:
    found = qualified(Decoded(events=(Event(device="door-1", name=name, at=NOW),)))
    assert found.readings == [Reading(f"door-1.{where}", NOW, number, GOOD, False, NOW)]
    assert [(p.point, p.event) for p in found.passages] == [(f"door-1.{where}", name)]


def test_a_scan_keeps_neither_tag_nor_guard() -> None:
    event = Event(device="post-1", name="scan", at=NOW, tag="94D8FC5F", guard="0411223344", seq=9)
    found = qualified(Decoded(events=(event,)))
    tag, guard = pseudonym(KEY, "tag", "94D8FC5F"), pseudonym(KEY, "guard", "0411223344")
    assert found.scans == [Scan(point="post-1.scan", at=NOW, tag=tag, guard=guard, seq=9, received=NOW)]
    assert found.readings == [Reading("post-1.scan", NOW, 1.0, GOOD, False, NOW)]
    assert not found.passages


def test_an_event_without_a_point_is_unclaimed() -> None:
    found = qualified(Decoded(events=(Event(device="door-1", name="doorbell", at=NOW),)))
    assert list(found.unclaimed) == [("door-1", "doorbell")]
    assert not found.passages


def test_an_event_with_a_bad_clock_gets_ours() -> None:
    found = qualified(Decoded(events=(Event(device="door-1", name="denied", at=5),)))
    assert (found.passages[0].at, found.readings[0].quality) == (NOW, CLOCK)


def test_a_retained_event_without_a_time_is_old_news() -> None:
    found = qualified(Decoded(events=(Event(device="door-1", name="denied", at=None),)), retained=True)
    assert not found.passages
    assert not found.readings


def test_offline_makes_each_point_of_the_device_stale_now() -> None:
    found = qualified(Decoded(statuses=(Status(device="door-1", online=False, at=NOW - DAY),)))
    assert found.readings == [
        Reading("door-1.state", NOW, 0.0, STALE, False, NOW),
        Reading("door-1.entry", NOW, 0.0, STALE, False, NOW),
    ]


def test_online_says_nothing_about_a_point() -> None:
    assert not qualified(Decoded(statuses=(Status(device="door-1", online=True, at=None),))).readings


def test_another_register_counts_from_then_on() -> None:
    qualifier = Qualifier(register(point("a.b", "smoke-1")), KEY)
    assert qualifier.qualify(Decoded(signals=(gauge(),)), arrival()).unclaimed
    qualifier.use(register())
    assert qualifier.qualify(Decoded(signals=(gauge(),)), arrival()).readings


def test_what_the_decoder_refused_stays_refused() -> None:
    assert qualified(Decoded(refused=("[2] ts: no time",))).refused == {"[2] ts: no time": 1}
