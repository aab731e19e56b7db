"""Shelly, second generation and later: ``<prefix>/events/rpc``, ``<prefix>/status/<component>``, ``<prefix>/online``.

``NotifyStatus`` tells what changed, component by component, at ``ts`` (seconds since 1970, or null before the clock is
set): a key is ``switch:0.output`` or ``smoke:0.alarm``. The device's own affairs (``sys``, ``wifi``, ``cloud`` …), button
presses (``NotifyEvent``) and answers to calls say nothing about a point.
"""

from __future__ import annotations

import re
from typing import Any

from collector import flattening, json_input, scalars
from collector.decoding import Decoded, DecodeError, Example, Memory, Message, Signal, Status

NAME = "shelly"
FILTERS = ("{device}/events/{kind}", "{device}/status/{component}", "{device}/online")
NEEDS = (("device",),)
BY_DEVICE = True

ITS_OWN = frozenset({"ts", "sys", "wifi", "eth", "cloud", "mqtt", "ble", "ws", "ui", "matter", "knx", "bthome"})
NOT_VALUES = frozenset({"id", "source", "errors", "tF", "minute_ts", "by_minute"})
"""In a component: its number, who switched it, and the same temperature in another unit."""
_UNITS = {"tC": "°C", "rh": "%", "apower": "W", "voltage": "V", "current": "A", "freq": "Hz", "percent": "%"}
_COMPONENT = re.compile(r"[a-z_]{1,24}:[0-9]{1,3}")


def decode(message: Message, memory: Memory) -> Decoded:
    """A notification, a component's status, or whether it is there."""
    del memory
    device, component = message.captured["device"], message.captured.get("component", "")
    if component:
        return _status(message, device, component)
    if message.captured.get("kind") == "rpc":
        return _notification(json_input.table(message), device)
    if "kind" in message.captured:
        raise DecodeError(f"topic: events/{message.captured['kind'][:40]}; allowed: events/rpc")
    return _online(message, device)


def _notification(found: dict[str, Any], device: str) -> Decoded:
    method, params = found.get("method"), found.get("params")
    if type(method) is not str or not method.startswith("Notify") or type(params) is not dict:
        raise DecodeError("method: no notification; allowed: NotifyStatus, NotifyFullStatus, NotifyEvent, with params")
    if method not in ("NotifyStatus", "NotifyFullStatus"):
        return Decoded()
    at = scalars.instant(params.get("ts"), "ts", 1_000)
    signals = [
        signal
        for name, values in params.items()
        if name not in ITS_OWN and type(values) is dict
        for signal in _signals(device, name, values, at)
    ]
    return Decoded(signals=tuple(signals))


def _status(message: Message, device: str, component: str) -> Decoded:
    """The same values as in a notification, without a time."""
    if component in ITS_OWN:
        return Decoded()
    if not _COMPONENT.fullmatch(component):
        raise DecodeError(f"topic: component {component[:40]!r}; allowed: a name and a number, as in switch:0")
    return Decoded(signals=tuple(_signals(device, component, json_input.table(message), None)))


def _signals(device: str, component: str, values: dict[str, Any], at: int | None) -> list[Signal]:
    """``temperature: {"tC": 43.2}`` inside a component is ``…temperature.tC``."""
    found = flattening.signals(device, {component: _bare(values)}, at)
    return [signal._replace(unit=signal.unit or _UNITS.get(signal.key.rpartition(".")[2], "")) for signal in found]


def _bare(values: dict[str, Any]) -> dict[str, Any]:
    """A component without what is no value; its inner objects too (they are one deep)."""
    return {
        key: {k: v for k, v in raw.items() if k not in NOT_VALUES} if type(raw) is dict else raw
        for key, raw in values.items()
        if key not in NOT_VALUES
    }


def _online(message: Message, device: str) -> Decoded:
    if not message.payload:
        return Decoded()
    word = message.payload.strip()
    if word not in (b"true", b"false"):
        raise DecodeError(f"online: {word[:20]!r} found; allowed: true, false")
    return Decoded(statuses=(Status(device=device, online=word == b"true", at=None),))


EXAMPLES = (
    Example(
        what="a relay with a meter was switched",
        topic="shellyplus1pm-441793a5d2fc/events/rpc",
        payload=b'{"src": "shellyplus1pm-441793a5d2fc", "dst": "shellyplus1pm-441793a5d2fc/events", "method": "NotifyStatus",'
        b' "params": {"ts": 1652704957.52, "switch:0": {"id": 0, "output": true, "source": "HTTP", "apower": 12.5,'
        b' "temperature": {"tC": 54.0, "tF": 129.3}}}}',
        decoded=Decoded(
            signals=(
                Signal("shellyplus1pm-441793a5d2fc", "switch:0.output", True, 1652704957520),
                Signal("shellyplus1pm-441793a5d2fc", "switch:0.apower", 12.5, 1652704957520, "W"),
                Signal("shellyplus1pm-441793a5d2fc", "switch:0.temperature.tC", 54.0, 1652704957520, "°C"),
            )
        ),
    ),
    Example(
        what="a smoke detector's alarm",
        topic="shellyplussmoke-80646f000001/events/rpc",
        payload=b'{"src": "shellyplussmoke-80646f000001", "method": "NotifyStatus",'
        b' "params": {"ts": 1795478400.25, "smoke:0": {"id": 0, "alarm": true, "mute": false}}}',
        decoded=Decoded(
            signals=(
                Signal("shellyplussmoke-80646f000001", "smoke:0.alarm", True, 1795478400250),
                Signal("shellyplussmoke-80646f000001", "smoke:0.mute", False, 1795478400250),
            )
        ),
    ),
    Example(
        what="a component's status, without a time",
        topic="plant-room/status/temperature:0",
        payload=b'{"id": 0, "tC": 22.5, "tF": 72.5}',
        decoded=Decoded(signals=(Signal("plant-room", "temperature:0.tC", 22.5, None, "°C"),)),
    ),
    Example(
        what="its own affairs",
        topic="shellyplus1-08b61fd90730/events/rpc",
        payload=b'{"src": "shellyplus1-08b61fd90730", "method": "NotifyStatus",'
        b' "params": {"ts": 1736604020.06, "cloud": {"connected": true}}}',
        decoded=Decoded(),
    ),
    Example(
        what="the device was lost",
        topic="plant-room/online",
        payload=b"false",
        decoded=Decoded(statuses=(Status(device="plant-room", online=False, at=None),)),
    ),
    Example(
        what="an answer to somebody's call", topic="plant-room/events/rpc", payload=b'{"id": 1}', refused="method: no"
    ),
)
