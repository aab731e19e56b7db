"""What the collector needs of a broker: messages that stay the broker's until they are acknowledged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol


class Delivery(NamedTuple):
    """One message as it arrived, not yet acknowledged."""

    topic: str
    payload: bytes
    arrived: int
    """When it reached this machine, an instant."""
    retained: bool = False
    mid: int = 0
    """The broker's number for it, good for this connection only."""
    qos: int = 1
    generation: int = 0
    """Which connection it came by: an acknowledgement never goes out on another one."""
    user: tuple[tuple[str, str], ...] = ()
    """What its publisher wrote on it for tracing (MQTT 5's user properties): shown with what was refused, never judged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkState:
    """How the link does."""

    address: str
    """Never with a password."""
    connected: bool = False
    subscribed: bool = False
    """The broker has granted every subscription of this connection."""
    connections: int = 0
    """How often it has connected."""
    queued: int = 0
    queued_bytes: int = 0
    overflowed: int = 0
    """Messages left with the broker because the queue was full; they come again after the next connection."""
    problem: str = ""
    """The newest trouble in plain words; empty while all is well."""


class Link(Protocol):
    """``take``, ``acknowledge`` and ``publish`` are called by one thread; ``state`` by any."""

    def start(self) -> None:
        """Begin to connect; returns at once. A broker that cannot be reached is tried again for ever."""

    def stop(self) -> None:
        """Disconnect. What is not acknowledged stays with the broker."""

    def take(self, limit: int, timeout: float) -> list[Delivery]:
        """What is there, oldest first, at most ``limit``; waits up to ``timeout`` seconds only when there is nothing."""

    def acknowledge(self, deliveries: Sequence[Delivery]) -> int:
        """Tell the broker that they are safe; those of an older connection are dropped. Returns how many were told."""

    def publish(self, topic: str, payload: bytes) -> None:
        """Send a message at QoS 1, as soon as there is a connection."""

    def state(self) -> LinkState:
        """How the link does now."""
