"""Frames of fire panels: which way the test bit goes is said by the source."""

import pytest

from collector.decoders import gb26875
from collector.decoding import DecodeError, Message, Signal
from collector.qualify import Arrival, Qualifier
from collector.sources import SourcesError, read_sources
from facility.quality import TRUE_BUT_UNTIMELY, Quality
from tests.collector.property import KEY, NOW, device, point, register

AT = bytes.fromhex("040009020715")
PANEL = b"\x01\x01" + bytes.fromhex("0102 0100") + AT


def signals(payload: bytes, **options: str) -> tuple[Signal, ...]:
    message = Message(
        topic="gb26875/g", payload=payload, received=0, source="s", captured={"gateway": "g"}, options=options
    )
    return gb26875.decode(message, {}).signals


@pytest.mark.parametrize(("options", "test"), [({}, False), ({"test_bit": "0"}, False), ({"test_bit": "1"}, True)])
def test_the_source_says_which_value_of_the_first_bit_is_a_test(options: dict[str, str], test: bool) -> None:
    assert {signal.test for signal in signals(gb26875.frame(PANEL), **options)} == {test}


@pytest.mark.parametrize(("part", "test"), [("same", True), ("1", True), ("0", False)])
def test_parts_may_mean_the_opposite_of_their_system(part: str, test: bool) -> None:
    normal = b"\x02\x01" + bytes.fromhex("0102 28 01020304 0100") + bytes(31) + AT
    assert {s.test for s in signals(gb26875.frame(normal), test_bit="1", part_test_bit=part)} == {test}
    assert {s.test for s in signals(gb26875.frame(PANEL), test_bit="1", part_test_bit=part)} == {True}


@pytest.mark.parametrize("clock", ["000000000000", "ffffffffffff", "3c0009020715"])
def test_a_fire_is_not_lost_for_a_clock_that_was_never_set(clock: str) -> None:
    found = signals(gb26875.frame(b"\x01\x01" + bytes.fromhex("0102 0300") + bytes.fromhex(clock)))
    assert [(s.key, s.at) for s in found if s.value] == [("fire", 0)]


def test_several_frames_and_several_objects_come_in_one_message() -> None:
    two = b"\x01\x02" + PANEL[2:] + bytes.fromhex("0d03 0300") + AT
    found = signals(gb26875.frame(two) + gb26875.frame(PANEL))
    assert [s.device for s in found if s.key == "fire"] == ["1-2", "13-3", "1-2"]
    assert [s.value for s in found if s.key == "fire"] == [False, True, False]


def test_the_devices_own_state_is_its_own() -> None:
    found = signals(gb26875.frame(b"\x15\x01\x09" + AT))
    assert {s.device for s in found} == {"g"}
    assert [s.key for s in found if s.value] == ["mains_fault"]


def test_a_negative_value_is_negative() -> None:
    cold = b"\x03\x01" + bytes.fromhex("0102 28 01020304 03 ceff") + AT
    assert [(s.value, s.unit) for s in signals(gb26875.frame(cold))] == [(-5.0, "°C")]


def test_a_value_that_moves_in_whole_steps_is_a_number_like_any_other() -> None:
    events = b"\x03\x01" + bytes.fromhex("0102 28 01020304 01 0203") + AT
    (found,) = signals(gb26875.frame(events))
    assert (found.value, type(found.value), found.unit) == (770.0, float, "1")


@pytest.mark.parametrize(
    ("payload", "said"),
    [
        (b"@@", "it ends within its head"),
        (b"##" + bytes(40), "begin with @@"),
        (gb26875.frame(PANEL)[:-1], "no ## where it should end"),
        (gb26875.frame(b"\x01\x02" + PANEL[2:]), "2 objects of 10 bytes announced, 10 bytes found"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_place(payload: bytes, said: str) -> None:
    with pytest.raises(DecodeError, match=said):
        signals(payload)


def test_an_option_that_there_is_not_is_refused_with_what_there_is() -> None:
    head = '[[source]]\nname = "p"\ndecoder = "gb26875"\n'
    assert read_sources(head + 'options = { test_bit = "1" }').named("p") is not None
    with pytest.raises(SourcesError, match=r"line 4.*'2' found; allowed: 0, 1"):
        read_sources(head + 'options = { test_bit = "2" }')
    with pytest.raises(SourcesError, match="'polarity' is no option of gb26875; allowed: test_bit"):
        read_sources(head + 'options = { polarity = "1" }')


def test_such_a_fire_is_a_reading_at_its_arrival_that_counts_for_a_verdict() -> None:
    source = read_sources('[[source]]\nname = "p"\ndecoder = "gb26875"\n').named("p")
    assert source is not None
    known = register(
        point("panel.fire", "panel", "fire", ""), devices=(device("panel", source="p", external_id="1-2", gateway="g"),)
    )
    payload = gb26875.frame(b"\x01\x01" + bytes.fromhex("0102 0300") + bytes(6))
    message = Message(topic="gb26875/g", payload=payload, received=NOW, source="p", captured={"gateway": "g"})
    arrival = Arrival(source=source, arrived=NOW, received=NOW)
    readings = Qualifier(known, KEY).qualify(gb26875.decode(message, {}), arrival).readings
    assert [(r.point, r.value, r.at, Quality(r.quality)) for r in readings] == [
        ("panel.fire", 1.0, NOW, Quality.BAD_CLOCK)
    ]
    assert Quality.BAD_CLOCK in TRUE_BUT_UNTIMELY
