"""The town's gateway: a persistent client at QoS 1 that keeps what is not acknowledged, and counts what is."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from scripts.servers.machine import HOST
from tests.faults.servers import Login
from tests.faults.town import Message

AHEAD = 2_000
"""Messages that may be unacknowledged; then the gateway holds the next one back."""


class Publisher:
    """Never killed: what the broker has not acknowledged it sends again on the next connection."""

    def __init__(self, port: int, login: Login, topic: str) -> None:
        self._topic = topic
        self.issued: list[Message] = []
        self.acknowledged: dict[int, float] = {}
        """Number of the message → when, on the wall clock in seconds."""
        self._under_way: dict[int, int] = {}
        self._early: dict[int, float] = {}
        """Acknowledged before it was noted which message it is."""
        self._lock = threading.Lock()
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=login.user or "gateway", clean_session=False)
        self._client.username_pw_set(login.user or None, login.password or None)
        self._client.max_queued_messages_set(0)
        self._client.max_inflight_messages_set(100)
        self._client.reconnect_delay_set(1, 1)
        self._client.on_publish = self._published
        self._client.connect_async(HOST, port, keepalive=10)
        self._client.loop_start()

    def close(self) -> None:
        """Leave the broker."""
        self._client.disconnect()
        self._client.loop_stop()

    @property
    def under_way(self) -> int:
        """Messages that are not acknowledged yet."""
        return len(self._under_way)

    def say(self, message: Message) -> None:
        """Publish it; returns at once."""
        self.issued.append(message)
        mid = self._client.publish(
            self._topic, message.payload, qos=1
        ).mid  # without the lock: paho calls back with its own
        with self._lock:
            if mid in self._early:
                self.acknowledged[message.number] = self._early.pop(mid)
            else:
                self._under_way[mid] = message.number

    def run(self, messages: Iterator[Message], over: Callable[[], bool]) -> None:
        """Each when it is due; what the broker does not take in time comes as soon as it does."""
        begun = time.monotonic()
        for message in messages:
            while time.monotonic() < begun + message.due / 1_000 or self.under_way > AHEAD:
                if over():
                    return
                time.sleep(0.01)
            self.say(message)

    def _published(self, _: mqtt.Client, __: Any, mid: int, ___: Any, ____: Any) -> None:
        with self._lock:
            number = self._under_way.pop(mid, None)
            if number is None:
                self._early[mid] = time.time()
            else:
                self.acknowledged[number] = time.time()
