"""Several collectors share a broker's load: each takes messages in, one judges them all.

What is judged hangs together (rules over several points, gateways, devices computed from others), so a second judge would be
wrong. Whoever does not judge hands over what it takes, durable before it is acknowledged; who judges takes it like a
message of its own, and it is gone when it is judged. A message that is handed over twice is judged as one that comes twice.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import structlog

from collector.backoff import Backoff
from collector.link import Delivery, Link, LinkState
from collector.stats import Stats
from facility.handed import Handed
from storage.records.port import Conflict, Records, RecordsUnavailable

log = structlog.get_logger()

BATCH = 2_000
HANDED = -2
"""The generation of a delivery that came by another collector; a link's own are never negative."""
LOOK_EVERY = 0.1
"""Seconds: who judges waits no longer for its own messages before it looks for those of the others."""


def shared(filters: Iterable[str], share: str) -> list[str]:
    """The filters as a group subscribes to them: each message goes to one member (MQTT 5, 4.8.2)."""
    return [f"$share/{share}/{one}" for one in filters]


class Relay:
    """Who does not judge. One thread only; never raises for what a store does."""

    def __init__(self, link: Link, records: Records, share: str, pause: Callable[[float], None] = time.sleep) -> None:
        self._link, self._records, self._share = link, records, share
        self._hand: list[Delivery] = []
        self._backoff = Backoff(pause)
        self.stats = Stats()

    def once(self, now: int, timeout: float) -> int:
        """Take what is there, hand it over, acknowledge. Returns how many.

        It waits up to ``timeout`` seconds when there is nothing to do, or nothing that could be done yet.
        """
        if self._backoff.waits(now, timeout):
            return 0
        if not self._hand:
            self._hand = self._link.take(BATCH, timeout)
            self.stats.received += len(self._hand)
        if not self._hand:
            return 0
        try:
            with self._records.begin() as unit:
                unit.handing.put([self._handed(delivery) for delivery in self._hand])
        except (RecordsUnavailable, Conflict) as error:
            self._later(error, now)
            return 0
        return self._safe(now)

    def health(self, now: int) -> dict[str, Any]:
        """As of a collector that judges; what was handed over is judged by another one."""
        state = self._link.state()
        link = {name: getattr(state, name) for name in state.__slots__}
        lag = max(0, now - self._hand[0].arrived) if self._hand else 0
        about = {"in_hand": len(self._hand), "link": link, "connected": state.connected, "lag": lag, "relays": True}
        return self.stats.note(now) | about

    def _safe(self, now: int) -> int:
        taken, self._hand = self._hand, []
        self._backoff.over()
        self.stats.error = ""
        self.stats.acknowledged += self._link.acknowledge(taken)
        self.stats.messages += len(taken)
        self.stats.newest = taken[-1].arrived
        self.stats.tick(now)
        return len(taken)

    def _later(self, error: Exception, now: int) -> None:
        self._backoff.failed(now)
        self.stats.retries += 1
        self.stats.error = f"{type(error).__name__}: {error}"
        log.warning("messages could not be handed over; they are kept", messages=len(self._hand), reason=str(error))

    def _handed(self, delivery: Delivery) -> Handed:
        return Handed(
            share=self._share,
            topic=delivery.topic,
            payload=delivery.payload,
            arrived=delivery.arrived,
            retained=delivery.retained,
        )


class SharedLink:
    """The link of who judges: its own messages, and those that the others hand over. A ``Link``."""

    def __init__(self, link: Link, records: Records, share: str) -> None:
        self._link, self._records, self._share = link, records, share
        self._given: set[int] = set()
        """Taken and not judged yet."""
        self._judged: set[int] = set()
        """Judged, and not gone yet: the store was away."""

    def start(self) -> None:
        """The link's own."""
        self._link.start()

    def stop(self) -> None:
        """The link's own; what was handed over stays for whoever judges next."""
        self._link.stop()

    def take(self, limit: int, timeout: float) -> list[Delivery]:
        """What the others handed over first, since it has waited longer."""
        handed = self._handed(limit)
        return handed + self._link.take(limit - len(handed), 0.0 if handed else min(timeout, LOOK_EVERY))

    def acknowledge(self, deliveries: Sequence[Delivery]) -> int:
        """The broker is told of its own; the others are forgotten. Never raises: it is tried again with the next."""
        self._judged |= {delivery.mid for delivery in deliveries if delivery.generation == HANDED}
        self._forget()
        own = [delivery for delivery in deliveries if delivery.generation != HANDED]
        return self._link.acknowledge(own) + len(deliveries) - len(own)

    def publish(self, topic: str, payload: bytes) -> None:
        """The link's own."""
        self._link.publish(topic, payload)

    def state(self) -> LinkState:
        """The link's own."""
        return self._link.state()

    def _handed(self, limit: int) -> list[Delivery]:
        """By asking for so many more as are here already: one with a smaller number may be committed later."""
        try:
            with self._records.read() as unit:
                found = unit.handing.oldest(self._share, limit + len(self._given))
        except RecordsUnavailable:
            return []
        new = [one for one in found if one.id not in self._given][:limit]
        self._given |= {one.id for one in new}
        return [
            Delivery(one.topic, one.payload, one.arrived, one.retained, one.id, qos=1, generation=HANDED) for one in new
        ]

    def _forget(self) -> None:
        if not self._judged:
            return
        try:
            with self._records.begin() as unit:
                unit.handing.done(self._judged)
        except (RecordsUnavailable, Conflict) as error:
            log.warning("what was judged is not forgotten yet", messages=len(self._judged), reason=str(error))
            return
        self._given -= self._judged
        self._judged = set()
