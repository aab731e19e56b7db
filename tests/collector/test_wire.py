"""However the bytes are cut, the same messages come out; what is not MQTT ends the connection and never the program."""

from __future__ import annotations

import struct
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.link import Delivery
from collector.wire import Heard, Wire, acknowledgements
from collector.wire_properties import Malformed

PINGRESP = b"\xd0\x00"
EVERY_PROPERTY = (
    b"\x01\x01" + b"\x02\0\0\0\x09" + b"\x03\0\x01t" + b"\x08\0\x01r" + b"\x09\0\x02\0\xff" + b"\x0b\x80\x01"
    b"\x26\0\x05trace\0\x02ab"
)


def length(size: int) -> bytes:
    low, rest = size % 128, size // 128
    return bytes([low | 0x80]) + length(rest) if rest else bytes([low])


def text(content: bytes) -> bytes:
    return struct.pack(">H", len(content)) + content


def publish(topic: bytes, payload: bytes, mid: int = 0, *, flags: int = 0, properties: bytes | None = None) -> bytes:
    """At QoS 1 with a ``mid``, else at QoS 0; ``properties`` make it MQTT 5."""
    body = text(topic) + (struct.pack(">H", mid) if mid else b"")
    body += (b"" if properties is None else length(len(properties)) + properties) + payload
    return bytes([0x30 | (2 if mid else 0) | flags]) + length(len(body)) + body


def heard(wire: Wire, *pieces: bytes) -> Heard:
    found = Heard()
    for piece in pieces:
        one = wire.feed(piece, 7, 3)
        found.deliveries += one.deliveries
        found.others += one.others
        found.unreadable += one.unreadable
    return found


messages = st.tuples(
    st.text(min_size=1, max_size=20).filter(lambda topic: len(topic.encode()) < 200),
    st.binary(max_size=300),
    st.integers(0, 65_535),
    st.booleans(),
)


@given(st.lists(messages, max_size=8), st.booleans(), st.lists(st.integers(1, 400), max_size=40))
def test_any_cutting_gives_the_same_messages(
    sent: list[tuple[str, bytes, int, bool]], five: bool, cuts: list[int]
) -> None:
    properties = EVERY_PROPERTY if five else None
    stream = b"".join(
        publish(topic.encode(), payload, mid, flags=int(retained), properties=properties) + PINGRESP
        for topic, payload, mid, retained in sent
    )
    pieces, rest = [], stream
    for cut in cuts:
        pieces.append(rest[:cut])
        rest = rest[cut:]
    found = heard(Wire(5 if five else 4), *pieces, rest)
    user = (("trace", "ab"),) if five else ()
    assert found.deliveries == [
        Delivery(topic, payload, 7, retained, mid, 1 if mid else 0, 3, user) for topic, payload, mid, retained in sent
    ]
    assert found.others == [PINGRESP] * len(sent)


@given(st.lists(st.binary(max_size=60), max_size=6), st.sampled_from([4, 5]))
def test_no_bytes_do_anything_but_become_messages_or_end_the_connection(pieces: list[bytes], version: int) -> None:
    wire = Wire(version)
    with suppress(Malformed):
        found = heard(wire, *pieces)
        assert sum(len(d.payload) for d in found.deliveries) <= sum(map(len, pieces))


@given(st.binary(min_size=1, max_size=40), st.integers(0, 60), st.sampled_from([4, 5]))
def test_a_message_that_was_hurt_is_understood_or_refused(hurt: bytes, at: int, version: int) -> None:
    whole = publish(b"a/b", b"payload", 9, properties=EVERY_PROPERTY if version == 5 else None)
    with suppress(Malformed):
        found = heard(Wire(version), whole[:at] + hurt + whole[at + len(hurt) :])
        assert len(found.deliveries) + len(found.others) + len(found.unreadable) <= 1 + len(hurt)


def test_a_message_that_comes_byte_by_byte_is_one() -> None:
    whole = publish(b"a/b", b"x" * 20_000, 9)
    found = heard(Wire(4), *(whole[at : at + 1] for at in range(len(whole))))
    assert [d.payload for d in found.deliveries] == [b"x" * 20_000]


def test_exactly_once_is_left_to_paho() -> None:
    packet = b"\x34" + publish(b"a", b"p", 5)[1:]
    assert heard(Wire(4), packet) == Heard(others=[packet])


def test_a_topic_that_is_not_utf_8_is_left_out_and_named_by_its_number() -> None:
    found = heard(Wire(4), publish(b"a/\xff", b"p", 5), publish(b"a/b", b"p", 6))
    assert (found.unreadable, [d.mid for d in found.deliveries]) == ([5], [6])


@pytest.mark.parametrize(
    ("version", "stream", "why"),
    [
        (4, b"\x32\xff\xff\xff\xff\x01", "more than 4 bytes"),
        (4, b"\x36\x05\0\x01a\0\x01", "QoS 3"),
        (4, b"\x30\x01\0", "without a topic"),
        (4, b"\x30\x03\0\x09a", "ends beyond its packet"),
        (4, b"\x32\x05\0\x01a\0\0", "without a number"),
        (4, b"\x30\x02\0\0", "an empty topic"),
        (4, b"\x00\x00", "type 0"),
        (4, b"\x10\x00", "type 1"),
        (4, b"\xf0\x00", "type 15"),
        (5, publish(b"a", b"", properties=b"\x23\0\x01"), "topic alias"),
        (5, publish(b"a", b"", properties=b"\x7f"), "property 0x7f"),
        (5, publish(b"a", b"", properties=b"\x02\0"), "ends beyond the others"),
        (5, publish(b"a", b"", properties=b"\x26\0\x05a"), "ends too early"),
        (5, publish(b"a", b"", properties=b"\x26\0"), "ends too early"),
        (5, b"\x30\x04\0\x01a\x05", "end beyond their packet"),
        (5, b"\x30\x03\0\x01a", "does not end"),
    ],
)
def test_what_is_not_mqtt_is_said(version: int, stream: bytes, why: str) -> None:
    with pytest.raises(Malformed, match=why):
        heard(Wire(version), stream)


def test_topics_that_nobody_can_remember_all_are_understood_all_the_same() -> None:
    long = b"a" * 300
    found = heard(Wire(4), *(publish(topic, b"", 1) for topic in (long, b"b", long)))
    assert [d.topic for d in found.deliveries] == [long.decode(), "b", long.decode()]


def test_acknowledgements_stand_behind_one_another() -> None:
    assert acknowledgements([1, 258]) == b"\x40\x02\0\x01\x40\x02\x01\x02"
    assert acknowledgements([]) == b""
