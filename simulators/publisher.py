"""A simulated building on a real broker: QoS 1, and every acknowledgement counted."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from queue import SimpleQueue
from urllib.parse import unquote, urlsplit

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from facility.register import Register
from simulators.building import Building
from simulators.clock import Pace
from simulators.scenario import Scenario
from simulators.spoken import Message

BREATH = 0.05
"""Seconds between two looks at the clock."""
UNACKNOWLEDGED = 1_000
"""So many messages may be on their way; then the building waits for the broker."""
FAREWELL = 10.0
"""Seconds given to the last acknowledgements."""

Acknowledged = Callable[[Message], None]


@dataclass(slots=True)
class Counts:
    """What was given to the client, and what the broker took charge of."""

    published: int = 0
    acknowledged: int = 0


class Publisher:
    """A connection that comes back by itself; what was not acknowledged is sent again."""

    def __init__(self, url: str, acknowledged: Acknowledged | None = None, *, listen: str = "") -> None:
        """``listen``: a filter for what devices are told; empty where none of them takes commands."""
        parts = urlsplit(url)
        self.counts = Counts()
        self._acknowledged = acknowledged
        self._pending: dict[int, Message] = {}
        self._early: set[int] = set()
        self._changed = threading.Condition()
        self._filter = listen
        self._heard: SimpleQueue[tuple[str, bytes]] = SimpleQueue()
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=f"building-{secrets.token_hex(4)}")
        self._client.max_queued_messages_set(0)
        self._client.reconnect_delay_set(min_delay=1, max_delay=15)
        self._client.on_publish = self._on_publish
        self._client.on_connect, self._client.on_message = self._on_connect, self._on_message
        if parts.username:
            self._client.username_pw_set(unquote(parts.username), unquote(parts.password or ""))
        if parts.scheme == "mqtts":
            self._client.tls_set()
        self._client.connect_async(
            parts.hostname or "127.0.0.1", parts.port or (8883 if parts.scheme == "mqtts" else 1883)
        )
        self._client.loop_start()

    def _on_publish(self, client: mqtt.Client, userdata: object, mid: int, *_: object) -> None:
        del client, userdata
        with self._changed:
            message = self._pending.pop(mid, None)
            if message is None:
                # The acknowledgement overtook publish()'s own return.
                self._early.add(mid)
                return
            self._count(message)

    def _on_connect(self, client: mqtt.Client, *_: object) -> None:
        if self._filter:
            client.subscribe(self._filter, qos=1)

    def _on_message(self, client: mqtt.Client, userdata: object, message: mqtt.MQTTMessage) -> None:
        del client, userdata
        self._heard.put((message.topic, bytes(message.payload)))

    def heard(self) -> Iterator[tuple[str, bytes]]:
        """(topic, payload) of what devices were told since this was asked last."""
        while not self._heard.empty():
            yield self._heard.get()

    def _count(self, message: Message) -> None:
        self.counts.acknowledged += 1
        if self._acknowledged:
            self._acknowledged(message)
        self._changed.notify_all()

    def publish(self, message: Message, stop: threading.Event) -> None:
        """Hand it to the client; waits while too many are on their way."""
        with self._changed:
            while len(self._pending) >= UNACKNOWLEDGED and not stop.is_set():
                self._changed.wait(BREATH)
        info = self._client.publish(message.topic, message.payload, qos=1, retain=message.retain)
        with self._changed:
            self.counts.published += 1
            if info.mid in self._early:
                self._early.remove(info.mid)
                self._count(message)
            else:
                self._pending[info.mid] = message

    def close(self) -> Counts:
        """Wait for the last acknowledgements, but not for ever, and hang up."""
        with self._changed:
            self._changed.wait_for(lambda: not self._pending, FAREWELL)
        self._client.disconnect()
        self._client.loop_stop()
        return self.counts


def _commands(register: Register) -> str:
    if not any(device.commands for device in register.devices.values()):
        return ""
    return f"dutyroom/v1/{next(iter(register.sites), 'site')}/+/set"


def run(
    url: str,
    register: Register,
    scenario: Scenario,
    *,
    speed: float,
    seed: int,
    stop: threading.Event,
    clock: Callable[[], int],
    seconds: float | None = None,
    acknowledged: Acknowledged | None = None,
) -> Counts:
    """Publish until ``stop`` is set or ``seconds`` are over. ``clock`` tells real time, an instant.

    Raises ``ScenarioError`` before anything is published when the register lacks what the scenario needs.
    ``acknowledged`` is called from the client's thread.
    """
    began = clock()
    pace = Pace(began=began, span=scenario.duration, speed=speed)
    building = Building(register=register, start=pace.start, seed=seed, scenario=scenario)
    publisher = Publisher(url, acknowledged, listen=_commands(register))
    try:
        while not stop.is_set() and (seconds is None or clock() - began < seconds * 1_000):
            now = pace.simulated(clock())
            for message in building.messages(now + 1):
                publisher.publish(message, stop)
            for topic, payload in publisher.heard():
                for message in building.hear(topic, payload, now):
                    publisher.publish(message, stop)
            stop.wait(BREATH)
    finally:
        counts = publisher.close()
    return counts
