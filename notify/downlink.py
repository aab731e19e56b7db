"""Messages down to devices: retained, at QoS 1, and handed over only when the broker says that it has them."""

from __future__ import annotations

import threading
from typing import Any

from paho.mqtt.client import Client, MQTTMessage, MQTTv5, MQTTv311
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from notify.channel import NotNow, Refused
from notify.channel_kind import BrokerAddress

KEEPALIVE = 30
SESSION_SECONDS = 14 * 86_400
CONNECT = 8.0
ACKNOWLEDGE = 10.0
LOOK = 0.5
"""Seconds given to a retained message to arrive: a broker sends it at once after the subscription, or there is none."""


class Downlink:
    """One connection, made when it is first needed and kept. Thread-safe.

    Whatever is not acknowledged in time is dropped together with its connection: nothing lies here that could go out later,
    after something newer. Sending it again is the outbox's business.
    """

    def __init__(self, broker: BrokerAddress, client_id: str, *, acknowledge: float = ACKNOWLEDGE) -> None:
        self._broker, self._client_id, self._acknowledge = broker, client_id, acknowledge
        self._lock = threading.Lock()
        self._line: _Line | None = None

    def put(self, topic: str, payload: bytes) -> None:
        """Returns once the broker has acknowledged it. Raises ``NotNow``; ``Refused`` where the broker does not allow it."""
        line = self._connected()
        try:
            line.put(topic, payload, self._acknowledge)
        except NotNow:
            self._drop(line)
            raise

    def retained(self, topic: str) -> bytes | None:
        """What the broker keeps for the topic now; None where it keeps nothing. Raises ``NotNow``."""
        line = self._connected()
        try:
            return line.retained(topic, self._acknowledge)
        except NotNow:
            self._drop(line)
            raise

    def close(self) -> None:
        """Hang up."""
        if self._line is not None:
            self._drop(self._line)

    def _connected(self) -> _Line:
        with self._lock:
            line = self._line
            if line is None or not line.up.is_set():
                if line is not None:
                    line.close()
                line = self._line = _Line(self._broker, self._client_id)
                if not line.up.wait(CONNECT):
                    self._line = None
                    line.close()
                    raise NotNow(f"the broker {self._broker.host}:{self._broker.port} {line.trouble}")
            return line

    def _drop(self, line: _Line) -> None:
        with self._lock:
            if self._line is line:
                self._line = None
        line.close()


class _Line:
    """One connection of paho's, with its thread."""

    def __init__(self, broker: BrokerAddress, client_id: str) -> None:
        self.up = threading.Event()
        self.trouble = "does not answer"
        self._codes: dict[int, ReasonCode] = {}
        self._kept: dict[str, bytes] = {}
        self._changed = threading.Condition()
        self._subscribed: set[int] = set()
        self._client = client = _client(broker, client_id)
        client.on_connect, client.on_disconnect, client.on_connect_fail = self._came, self._gone, self._failed
        client.on_publish, client.on_message, client.on_subscribe = self._taken, self._heard, self._granted
        client.reconnect_delay_set(min_delay=1, max_delay=2)
        _connect(client, broker)
        client.loop_start()

    def put(self, topic: str, payload: bytes, seconds: float) -> None:
        info = self._client.publish(topic, payload, qos=1, retain=True)
        try:
            info.wait_for_publish(seconds)
        except (RuntimeError, ValueError) as error:
            raise NotNow(f"the broker did not get it: {error}") from None
        if not info.is_published():
            raise NotNow("the broker did not acknowledge it in time")
        code = self._codes.pop(info.mid, None)
        if code is not None and code.is_failure:
            raise Refused(f"the broker refuses it: {code}")

    def retained(self, topic: str, seconds: float) -> bytes | None:
        self._kept.pop(topic, None)
        _, mid = self._client.subscribe(topic, qos=1)
        with self._changed:
            if mid is None or not self._changed.wait_for(lambda: mid in self._subscribed, seconds):
                raise NotNow("the broker does not answer")
            self._changed.wait_for(lambda: topic in self._kept, LOOK)
        self._client.unsubscribe(topic)
        return self._kept.get(topic)

    def close(self) -> None:
        self.up.clear()
        self._client.disconnect()
        # Not joined: a thread that hangs must not hold up the one that sends.
        threading.Thread(target=self._client.loop_stop, daemon=True).start()

    def _came(self, client: Client, userdata: object, flags: object, code: ReasonCode, *_: object) -> None:
        del client, userdata, flags
        if code.is_failure:
            self.trouble = f"does not let us in: {code}"
            return
        self.up.set()

    def _gone(self, *_: object) -> None:
        self.up.clear()

    def _failed(self, *_: object) -> None:
        self.trouble = "cannot be reached"

    def _taken(self, client: Client, userdata: object, mid: int, code: ReasonCode, *_: object) -> None:
        del client, userdata
        self._codes[mid] = code

    def _heard(self, client: Client, userdata: object, message: MQTTMessage) -> None:
        del client, userdata
        with self._changed:
            if message.retain:
                self._kept[message.topic] = bytes(message.payload)
            self._changed.notify_all()

    def _granted(self, client: Client, userdata: object, mid: int, *_: object) -> None:
        del client, userdata
        with self._changed:
            self._subscribed.add(mid)
            self._changed.notify_all()


def _client(broker: BrokerAddress, client_id: str) -> Client:
    five = broker.version == 5
    session: dict[str, Any] = {} if five else {"clean_session": False}
    client = Client(CallbackAPIVersion.VERSION2, client_id=client_id, protocol=MQTTv5 if five else MQTTv311, **session)
    if broker.user:
        client.username_pw_set(broker.user, broker.password)
    if broker.tls:
        client.tls_set(ca_certs=broker.ca)
    return client


def _connect(client: Client, broker: BrokerAddress) -> None:
    if broker.version != 5:
        client.connect_async(broker.host, broker.port, keepalive=KEEPALIVE)
        return
    properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]  # paho's own
    properties.SessionExpiryInterval = SESSION_SECONDS
    client.connect_async(broker.host, broker.port, keepalive=KEEPALIVE, clean_start=False, properties=properties)
