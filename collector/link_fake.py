"""A link without a network: a broker's promises kept in memory. Ships for tests and trials."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from collector.link import Delivery, LinkState


class FakeLink:
    """Hands out what was given to ``deliver``; what was not acknowledged comes again after ``reconnect``."""

    def __init__(self, window: int = 65_535) -> None:
        self._window = window
        self._waiting: deque[Delivery] = deque()
        self._in_flight: dict[int, Delivery] = {}
        self._mid = 0
        self.generation = 1
        self.acknowledged: list[Delivery] = []
        self.dropped: list[Delivery] = []
        """Acknowledgements that came too late for their connection."""
        self.published: list[tuple[str, bytes]] = []

    def start(self) -> None:
        """Nothing to connect to."""

    def stop(self) -> None:
        """Nothing to leave."""

    def deliver(self, topic: str, payload: bytes, *, arrived: int, retained: bool = False) -> None:
        """A message reaches the broker."""
        self._mid += 1
        self._waiting.append(Delivery(topic, payload, arrived, retained, self._mid, 1, self.generation))

    def reconnect(self) -> None:
        """The connection is lost and made again: everything unacknowledged is sent again, first."""
        self.generation += 1
        again = [*self._in_flight.values(), *self._waiting]
        self._in_flight.clear()
        self._waiting = deque(delivery._replace(generation=self.generation) for delivery in again)

    def take(self, limit: int, timeout: float) -> list[Delivery]:
        """What is there and fits the in-flight window. Never waits."""
        del timeout
        room = min(limit, self._window - len(self._in_flight), len(self._waiting))
        taken = [self._waiting.popleft() for _ in range(room)]
        self._in_flight.update((delivery.mid, delivery) for delivery in taken)
        return taken

    def acknowledge(self, deliveries: Sequence[Delivery]) -> int:
        """As a real link does it."""
        told = [d for d in deliveries if d.generation == self.generation and d.mid in self._in_flight]
        for delivery in told:
            del self._in_flight[delivery.mid]
        self.acknowledged += told
        self.dropped += [d for d in deliveries if d.generation != self.generation]
        return len(told)

    def publish(self, topic: str, payload: bytes) -> None:
        """Kept in ``published``."""
        self.published.append((topic, payload))

    def state(self) -> LinkState:
        """Always connected."""
        return LinkState(
            address="memory:", connected=True, subscribed=True, connections=self.generation, queued=len(self._waiting)
        )

    @property
    def unacknowledged(self) -> int:
        """What the broker still holds."""
        return len(self._in_flight) + len(self._waiting)
