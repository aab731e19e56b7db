"""MQTT's bytes as they arrive, in whatever pieces: PUBLISH packets become deliveries in bulk, all other packets stay bytes.

Numbers in brackets are sections of the MQTT 3.1.1 and 5.0 standards. No I/O, no clock.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field

from collector.link import Delivery
from collector.topics import ByTopic
from collector.wire_properties import Malformed, User, properties

_FOR_PAHO = {4: (2, 4, 5, 6, 7, 9, 11, 13), 5: (2, 4, 5, 6, 7, 9, 11, 13, 14, 15)}
"""Version → types of packets that a broker sends besides PUBLISH [2.1.2]."""


@dataclass(slots=True)
class Heard:
    """What one piece of the stream completed."""

    deliveries: list[Delivery] = field(default_factory=list)
    others: list[bytes] = field(default_factory=list)
    """Whole packets of other kinds, and PUBLISH at QoS 2, which nobody asked for."""
    unreadable: list[int] = field(default_factory=list)
    """Numbers of messages whose topic is not UTF-8 [1.5.3]; 0 for one at QoS 0."""


class Wire:
    """The stream of one connection. After ``Malformed`` it cannot go on: where the next packet begins is not known."""

    def __init__(self, version: int) -> None:
        """``version``: 4 for MQTT 3.1.1, 5 for 5.0."""
        self._five = version == 5
        self._types = frozenset(_FOR_PAHO[version])
        self._rest = bytearray()
        self._needed = 0
        self._topics: ByTopic[bytes, str] = ByTopic()

    def feed(self, piece: bytes, arrived: int, generation: int) -> Heard:
        """What is complete with ``piece``. Raises ``Malformed``."""
        heard = Heard()
        if self._rest:
            self._rest += piece
            if len(self._rest) < self._needed:
                return heard
            piece = bytes(self._rest)
        taken = self._packets(piece, heard, arrived, generation)
        self._rest = bytearray(memoryview(piece)[taken:])
        return heard

    def _packets(self, data: bytes, heard: Heard, arrived: int, generation: int) -> int:
        """Where the first incomplete packet begins. Written out rather than split up: it runs for each message there is."""
        at, end, five = 0, len(data), self._five
        known, add = self._topics.get, heard.deliveries.append
        user: User = ()
        while at + 2 <= end:
            first, size, body = data[at], data[at + 1], at + 2
            if size & 0x80:
                size, body = _length(data, at + 1)
                if not body:
                    break
            beyond = body + size
            if beyond > end:
                self._needed = beyond - at
                return at
            if first & 0xF4 != 0x30 or size < 2:
                heard.others.append(self._other(first, data[at:beyond]))
                at = beyond
                continue
            past = body + 2 + (data[body] << 8 | data[body + 1])
            qos = first >> 1 & 1
            payload = past + 2 * qos
            if payload > beyond:
                raise Malformed("a topic that ends beyond its packet")
            mid = _mid(data, past) if qos else 0
            if five:
                payload, user = properties(data, payload, beyond)
            name = data[body + 2 : past]
            topic = known(name) or self._topic(name)
            if topic is None:
                heard.unreadable.append(mid)
            else:
                add(Delivery(topic, data[payload:beyond], arrived, first & 1 == 1, mid, qos, generation, user))
            at = beyond
        self._needed = 2
        return at

    def _topic(self, name: bytes) -> str | None:
        """None when it is not UTF-8."""
        if not name:
            raise Malformed("an empty topic")
        try:
            topic = name.decode()
        except UnicodeDecodeError:
            return None
        self._topics.remember(name, topic)
        return topic

    def _other(self, first: int, packet: bytes) -> bytes:
        kind = first >> 4
        if kind == 3 and (first & 0x06 == 0x06 or len(packet) < 4):
            raise Malformed("a message at QoS 3, or without a topic")
        if kind != 3 and kind not in self._types:
            raise Malformed(f"a packet of type {kind}, which no broker sends")
        return packet


def acknowledgements(numbers: Sequence[int]) -> bytes:
    """A PUBACK for each [3.4]; in MQTT 5 the short form says success as well."""
    words = [0x4002] * (2 * len(numbers))
    words[1::2] = numbers
    return struct.pack(f">{len(words)}H", *words)


def _mid(data: bytes, at: int) -> int:
    """A packet identifier [2.3.1]."""
    found = data[at] << 8 | data[at + 1]
    if not found:
        raise Malformed("a message at QoS 1 without a number")
    return found


def _length(data: bytes, at: int) -> tuple[int, int]:
    """A remaining length [2.2.3] and where it ends; (0, 0) when it is not all there."""
    size = 0
    for place in range(at, min(at + 4, len(data))):
        size |= (data[place] & 0x7F) << 7 * (place - at)
        if not data[place] & 0x80:
            return size, place + 1
    if len(data) - at >= 4:
        raise Malformed("a length of more than 4 bytes")
    return 0, 0
