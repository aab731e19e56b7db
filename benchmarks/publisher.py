"""The load: messages that are made beforehand, sent at QoS 1 over one socket, as fast as the broker takes them.

A process of its own, so that what it costs is not counted with the collector. A client library would cost more than that.
"""

from __future__ import annotations

import json
import secrets
import select
import socket
import struct
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass

GAUGES = 1_000
WINDOW = 5_000
"""Messages on their way to the broker."""
A_WRITE = 100
CONNECTED = b"\x20\x02\x00\x00"
AN_ACKNOWLEDGEMENT = 4
"""Bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """``messages`` of ``batch`` readings each, of gauges that speak in turn, the newest about now."""

    prefix: str
    messages: int
    batch: int
    now: int
    """Instant at which the last reading was measured, about."""

    @property
    def readings(self) -> int:
        """All of them; no two have the same point and time."""
        return self.messages * self.batch

    def each(self) -> Iterator[tuple[str, bytes]]:
        """Topic and payload, in order."""
        for number in range(self.messages):
            yield f"{self.prefix}/v1/site/gauge-{number % GAUGES}/readings", self._payload(number)

    def _payload(self, number: int) -> bytes:
        if self.batch == 1:
            return _json(_row(self.now - self.messages + number, number))
        rounds = -(-self.messages // GAUGES)
        first = self.now - (rounds - number // GAUGES) * self.batch * 1_000 + number % GAUGES
        return _json([_row(first + second * 1_000, second) for second in range(self.batch)])


def fresh_load(messages: int, batch: int = 1) -> Load:
    """Of now, with topics of its own."""
    now = time.time_ns() // 1_000_000
    return Load(prefix=f"bench-{secrets.token_hex(4)}", messages=messages, batch=batch, now=now)


def _row(at: int, number: int) -> dict[str, object]:
    return {"ts": at, "values": {"pressure": round(0.6 + number % 20 / 1_000, 3)}, "seq": number}


def _json(document: object) -> bytes:
    return json.dumps(document, separators=(",", ":")).encode()


def packet(topic: str, payload: bytes, mid: int) -> bytes:
    """PUBLISH at QoS 1, as MQTT 3.1.1 and 3.3.1 say."""
    name = topic.encode()
    body = struct.pack(">H", len(name)) + name + struct.pack(">H", mid) + payload
    return b"\x32" + _length(len(body)) + body


def _length(size: int) -> bytes:
    """MQTT 2.2.3: seven bits a byte, the lowest first."""
    found = bytearray()
    while True:
        size, low = divmod(size, 128)
        found.append(low | (128 if size else 0))
        if not size:
            return bytes(found)


def connected(broker: str, client: str) -> socket.socket:
    """A connection to ``host:port`` with a clean session and no keep-alive."""
    name = client.encode()
    body = b"\x00\x04MQTT\x04\x02\x00\x00" + struct.pack(">H", len(name)) + name
    host, _, port = broker.rpartition(":")
    connection = socket.create_connection((host, int(port)))
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    connection.sendall(b"\x10" + _length(len(body)) + body)
    if connection.recv(4) != CONNECTED:
        raise ConnectionError("the broker refused the connection")
    return connection


def send(connection: socket.socket, packets: list[bytes]) -> None:
    """All of them, and until each is acknowledged."""
    sent = told = 0
    while told < len(packets) * AN_ACKNOWLEDGEMENT:
        room = WINDOW - (sent - told // AN_ACKNOWLEDGEMENT)
        if room > 0 and sent < len(packets):
            some = packets[sent : sent + min(room, A_WRITE)]
            connection.sendall(b"".join(some))
            sent += len(some)
        must_wait = sent == len(packets) or room <= A_WRITE
        if select.select([connection], [], [], 10.0 if must_wait else 0.0)[0]:
            told += len(connection.recv(1 << 16))


def main(broker: str, load: Load) -> None:
    """Makes everything, says so, waits for a line on its input, sends, and says how long it took."""
    packets = [packet(topic, payload, number % 65_535 + 1) for number, (topic, payload) in enumerate(load.each())]
    connection = connected(broker, f"{load.prefix}-publisher")
    print("ready", flush=True)
    sys.stdin.readline()
    began = time.perf_counter()
    send(connection, packets)
    print(round(time.perf_counter() - began, 3), flush=True)
    connection.sendall(b"\xe0\x00")
    connection.close()


if __name__ == "__main__":
    address, given = sys.argv[1:]
    main(address, Load(**json.loads(given)))
