"""What Dutyroom took over: read along the wire between broker and worker (MQTT 3.1.1), from what really went through."""

from __future__ import annotations

from collections.abc import Iterator

PUBLISH, PUBACK = 3, 4


class Taken:
    """Payloads that the worker acknowledged to the broker, over all connections: none of these may ever be missing."""

    def __init__(self) -> None:
        self.payloads: set[bytes] = set()

    def connection(self) -> Tap:
        """For a new one; packet identifiers begin anew."""
        return Tap(self)


class Tap:
    """One connection, both ways."""

    def __init__(self, taken: Taken) -> None:
        self._taken = taken
        self._down, self._up = bytearray(), bytearray()
        self._offered: dict[int, bytes] = {}

    def down(self, piece: bytes) -> None:
        """From the broker to the worker."""
        self._down += piece
        for kind, flags, body in packets(self._down):
            if kind == PUBLISH and flags & 0b0110:
                start = 2 + int.from_bytes(body[:2], "big")
                self._offered[int.from_bytes(body[start : start + 2], "big")] = body[start + 2 :]

    def up(self, piece: bytes) -> None:
        """From the worker to the broker."""
        self._up += piece
        for kind, _, body in packets(self._up):
            if kind == PUBACK and (payload := self._offered.pop(int.from_bytes(body[:2], "big"), None)) is not None:
                self._taken.payloads.add(payload)


def packets(buffer: bytearray) -> Iterator[tuple[int, int, bytes]]:
    """(kind, flags, body) of every whole packet; what is whole is taken out of ``buffer``."""
    while len(buffer) >= 2:
        size = shift = 0
        head = 1
        while True:
            if head >= len(buffer):
                return
            byte = buffer[head]
            size |= (byte & 0x7F) << shift
            head, shift = head + 1, shift + 7
            if not byte & 0x80:
                break
        if len(buffer) < head + size:
            return
        packet = buffer[0] >> 4, buffer[0] & 0x0F, bytes(buffer[head : head + size])
        del buffer[: head + size]
        yield packet
