"""Two sessions at one broker: what must never wait (life safety) has its own, and passes a million messages in the other.

A broker hands a session's messages out in order. So no priority of ours helps what stands at the end of an outage's backlog.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from collector.link import Delivery, Link, LinkState


class WaitingLink(Link, Protocol):
    """A link of which one can see whether it has anything, without taking it."""

    @property
    def waiting(self) -> int:
        """Messages that have arrived and are not taken."""


class ExpressLink:
    """As one ``Link``. Both are given ``arrived``, and no two connections of theirs share a generation."""

    def __init__(self, express: WaitingLink, usual: WaitingLink, arrived: threading.Condition) -> None:
        self._express, self._usual, self._arrived = express, usual, arrived

    def start(self) -> None:
        """Begin to connect, the express first."""
        self._express.start()
        self._usual.start()

    def stop(self) -> None:
        """Disconnect both."""
        self._usual.stop()
        self._express.stop()

    def take(self, limit: int, timeout: float) -> list[Delivery]:
        """All of the express that is there, then of the usual."""
        if timeout > 0:
            with self._arrived:
                self._arrived.wait_for(lambda: self._express.waiting or self._usual.waiting, timeout)
        found = self._express.take(limit, 0.0)
        return found + self._usual.take(limit - len(found), 0.0)

    def acknowledge(self, deliveries: Sequence[Delivery]) -> int:
        """Each tells its broker of those that came by its own connection."""
        return self._express.acknowledge(deliveries) + self._usual.acknowledge(deliveries)

    def publish(self, topic: str, payload: bytes) -> None:
        """By the express: an answer does not wait either."""
        self._express.publish(topic, payload)

    def state(self) -> LinkState:
        """Connected where both are; the express's trouble is told first."""
        first, second = self._express.state(), self._usual.state()
        return replace(
            second,
            connected=first.connected and second.connected,
            subscribed=first.subscribed and second.subscribed,
            connections=max(first.connections, second.connections),
            queued=first.queued + second.queued,
            queued_bytes=first.queued_bytes + second.queued_bytes,
            overflowed=first.overflowed + second.overflowed,
            problem=f"express: {first.problem}" if first.problem else second.problem,
        )
