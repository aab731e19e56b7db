"""MQTT downlink: sirens, lights, signs, valves and lifts are told what to be. The address is a device of the register.

Topic ``dutyroom/v1/<site>/<device>/set``, retained, QoS 1: a device that was away learns its state when it comes back.
That it obeyed is seen in its own readings, never in the broker's acknowledgement.
"""

from __future__ import annotations

import json
import threading
from typing import Any, Literal

from facility.point import Device
from facility.register import Register
from facility.text import Text
from notify.channel import Message, Receipt, Refused
from notify.channel_kind import ChannelSettings, Parts
from notify.downlink import Downlink
from notify.secret import MissingSecret

KIND = "mqtt"
ABOUT = Text("MQTT 下行：声光报警器、灯、指示牌、阀门", "MQTT downlink: sirens, lights, signs, valves")
ADDRESS = Text("", "")
NEEDS_ADDRESS = False
FRESH = 5_000
"""A command older than this, in ms, was tried before: something newer may have been said meanwhile."""


class Settings(ChannelSettings):
    """``[[channel]]`` of this kind. There is one without being asked for, over the same broker as the readings."""

    kind: Literal["mqtt"]


class Mqtt:
    """Thread-safe. One connection for all devices, with a client id and a session of its own."""

    def __init__(self, given: Settings, parts: Parts, downlink: Downlink | None = None) -> None:
        if parts.broker is None or parts.register is None:
            raise MissingSecret(Text("没有设置消息服务器", "no broker is set"))
        self.NAME, self._clock, self._register = given.name, parts.clock, parts.register
        self._downlink = downlink or Downlink(parts.broker, parts.client_id)
        self._lock = threading.Lock()
        self._newest: dict[str, int] = {}
        """Device → when the newest command that it was sent was wanted."""
        self._turns: dict[str, threading.Lock] = {}

    def send(self, message: Message) -> Receipt:
        """``data``: ``command`` (or ``state``): the word; ``at``: when it was wanted; ``void``: after when nobody wants it.

        A command older than one that the device was sent since is refused: a siren that was switched off stays off.
        """
        register = self._register()
        device, word = _told(register, message)
        now = self._clock()
        at = _instant(message.data.get("at"), now)
        if now >= _instant(message.data.get("void"), now + 1):
            raise Refused("its time is over: it was not sent in time")
        topic = topic_of(register, device)
        if now - at > FRESH:
            self._remember(device.id, _wanted_at(self._downlink.retained(topic)))
        with self._turn(device.id):
            if at < self._newest.get(device.id, at):
                raise Refused("the device was told something newer since")
            payload = {"state": word, "id": message.key, "ts": at} | ({"test": True} if message.test else {})
            self._downlink.put(topic, json.dumps(payload, separators=(",", ":")).encode())
            self._remember(device.id, at)
        return Receipt(id=topic)

    def _remember(self, device: str, at: int) -> None:
        with self._lock:
            self._newest[device] = max(at, self._newest.get(device, at))

    def _turn(self, device: str) -> threading.Lock:
        """One command at a time to a device; the devices do not wait for one another."""
        with self._lock:
            return self._turns.setdefault(device, threading.Lock())

    def close(self) -> None:
        """Hang up."""
        self._downlink.close()


def topic_of(register: Register, device: Device) -> str:
    """Where the device listens."""
    return f"dutyroom/v1/{next(iter(register.sites), 'site')}/{device.external_id or device.id}/set"


def _told(register: Register, message: Message) -> tuple[Device, str]:
    device = register.devices.get(message.address)
    if device is None:
        raise Refused(f"the register has no device {message.address!r}")
    word = str(message.data.get("command") or message.data.get("state") or "")
    if not device.commands:
        raise Refused(f"the register does not say that {device.id} takes commands: fill its column takes")
    if word not in device.commands:
        raise Refused(f"{device.id} does not take {word!r}; it takes: {', '.join(device.commands)}")
    return device, word


def _instant(value: Any, otherwise: int) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else otherwise


def _wanted_at(payload: bytes | None) -> int:
    """The time in what the broker keeps for a device; 0 where there is none, or it is not ours."""
    try:
        said = json.loads(payload or b"")
    except ValueError:
        return 0
    return _instant(said.get("ts"), 0) if isinstance(said, dict) else 0


def open_channel(given: Settings, parts: Parts) -> Mqtt:
    """See ``notify.channel_kind.Opens``."""
    return Mqtt(given, parts)
