"""Whether a broker keeps what is queued for somebody who is away, tried out: a client leaves, is written to, and comes back.

Everything happens on a topic and a session that were made up for it; both are gone afterwards.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.reasoncodes import ReasonCode

from collector.broker import Broker, broker_at
from dutyroom.broker_access import PROBED

MESSAGES = 1_100
"""More than the thousand at which Mosquitto and EMQX begin to drop unless they are told otherwise."""
PATIENCE = 30.0
"""Seconds for one step: to connect, to have everything acknowledged."""
SILENCE = 5.0
"""Seconds without a further message after which no more is expected."""
_IN_FLIGHT = 200


class ProbeFailed(ValueError):
    """The broker could not be tried out. Says which step failed and what to look at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Probed:
    """What came back."""

    sent: int
    kept: int
    remembered: bool
    """The broker still knew the session."""


def probe(url: str, messages: int = MESSAGES, silence: float = SILENCE) -> Probed:
    """Try the broker at ``url``. Raises ``ProbeFailed``, ``BadAddress``."""
    at, name = broker_at(url), secrets.token_hex(6)
    topic, listener = PROBED.replace("+", name), f"dutyroom-doctor-{name}"
    try:
        with _Client(at, listener, keep=True) as absent:
            absent.subscribe(topic)
        _publish(at, topic, messages, f"{listener}-p")
        with _Client(at, listener, keep=True) as back:
            kept = back.collect(messages, silence)
            return Probed(sent=messages, kept=kept, remembered=back.remembered or kept > 0)
    finally:
        with suppress(ProbeFailed), _Client(at, listener, keep=False):
            pass  # a clean session: the broker forgets the other one and what is left in it


def shares(url: str, patience: float = SILENCE) -> bool:
    """Whether the broker knows groups: some grant the subscription and send nothing. Raises ``ProbeFailed``, ``BadAddress``."""
    at, name = broker_at(url), secrets.token_hex(6)
    topic = PROBED.replace("+", name)
    with _Client(at, f"dutyroom-doctor-{name}", keep=False) as member:
        member.subscribe(f"$share/{name}/{topic}")
        _publish(at, topic, 1, f"dutyroom-doctor-{name}-p")
        return member.collect(1, patience) == 1


def _publish(at: Broker, topic: str, messages: int, name: str) -> None:
    with _Client(at, name, keep=False) as publisher:
        for number in range(messages):
            publisher.paho.publish(topic, b"%d" % number, qos=1)
        if not publisher.wait(lambda: publisher.acknowledged >= messages, PATIENCE):
            raise ProbeFailed(
                f"{publisher.acknowledged} of {messages} messages were acknowledged within {PATIENCE:.0f} s: "
                f"may this account publish on {PROBED}? Is the broker's disk full or slow?"
            )


class _Client:
    """One connection, MQTT 3.1.1: every broker speaks it."""

    def __init__(self, at: Broker, name: str, *, keep: bool) -> None:
        self._at = at
        self._changed = threading.Condition()
        self._answer: ReasonCode | None = None
        self._granted: list[ReasonCode] = []
        self._got: set[bytes] = set()
        self.remembered = False
        self.acknowledged = 0
        self.paho = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=name, clean_session=not keep)
        if at.user:
            self.paho.username_pw_set(at.user, at.password)
        if at.tls:
            self.paho.tls_set(ca_certs=at.ca)
        self.paho.max_queued_messages_set(0)
        self.paho.max_inflight_messages_set(_IN_FLIGHT)
        self.paho.on_connect, self.paho.on_message = self._connected, self._message
        self.paho.on_subscribe, self.paho.on_publish = self._subscribed, self._published

    def __enter__(self) -> _Client:
        try:
            self.paho.connect(self._at.host, self._at.port)
        except (OSError, ValueError) as error:
            raise ProbeFailed(f"{self._at} does not answer ({error})") from None
        self.paho.loop_start()
        if not self.wait(lambda: self._answer is not None, PATIENCE):
            self._leave()
            raise ProbeFailed(f"{self._at} did not answer within {PATIENCE:.0f} s: is it a broker, is it TLS?")
        if self._answer is not None and self._answer.is_failure:
            self._leave()
            raise ProbeFailed(
                f"{self._at} does not let us in: {self._answer}; see user and password in DUTYROOM_MQTT_URL"
            )
        return self

    def __exit__(self, *_: object) -> None:
        self._leave()

    def _leave(self) -> None:
        self.paho.disconnect()
        self.paho.loop_stop()

    def subscribe(self, topic: str) -> None:
        """Returns when it is granted."""
        self.paho.subscribe(topic, qos=1)
        if not self.wait(lambda: bool(self._granted), PATIENCE):
            raise ProbeFailed("the broker did not answer a subscription")
        if self._granted[0].is_failure or self._granted[0].value < 1:
            raise ProbeFailed(f"the broker did not grant QoS 1 on {topic}: may this account read {PROBED}?")

    def collect(self, wanted: int, silence: float) -> int:
        """How many different messages come, until all are there or nothing more comes for ``silence`` seconds."""
        known = -1
        while known < (count := len(self._got)) < wanted:
            known = count
            self.wait(lambda: len(self._got) > count, silence)
        return len(self._got)

    def wait(self, until: Callable[[], bool], seconds: float) -> bool:
        """Whether it became so in time."""
        with self._changed:
            return self._changed.wait_for(until, timeout=seconds)

    def _connected(self, _client: Any, _data: Any, flags: Any, reason: ReasonCode, _properties: Any) -> None:
        with self._changed:
            self._answer, self.remembered = reason, bool(flags.session_present)
            self._changed.notify_all()

    def _message(self, _client: Any, _data: Any, message: mqtt.MQTTMessage) -> None:
        with self._changed:
            self._got.add(bytes(message.payload))
            self._changed.notify_all()

    def _subscribed(self, _client: Any, _data: Any, _mid: int, reasons: list[ReasonCode], _properties: Any) -> None:
        with self._changed:
            self._granted = reasons
            self._changed.notify_all()

    def _published(self, *_: Any) -> None:
        with self._changed:
            self.acknowledged += 1
            self._changed.notify_all()
