"""What a carrier's NB-IoT platform pushes (``notifyType: deviceDataChanged``), as a bridge forwards it to ``nbiot/<device>``.

``service.data`` holds what the device said. Values are taken as they stand, and two kinds are understood beyond that: the 40
characters of a Wanlin gauge (``NB9001`` pressure, ``NB9003`` level; hundredths), and ``devState`` of a Wanlin smoke detector (0
heartbeat, 1 fire, 2 too hot, 3 removed, 4 low battery, 5 self-test). ``eventTime`` is UTC. The topic says who speaks: the
platform's ``deviceId``, or the gauge's IMEI.
"""

from __future__ import annotations

import re
from typing import Any

from collector import flattening, json_input, scalars
from collector.decoding import ClaimsAnother, Decoded, DecodeError, Example, Memory, Message, Signal

NAME = "nbiot_push"
FILTERS = ("nbiot/{device}",)
NEEDS = (("device",),)
BY_DEVICE = True

_GAUGE = re.compile(r"(NB900[13])[0-9]{3}([0-9]{15})([0-9]{2})([0-9]{4})([0-9]{4})([0-9]{4})..")
_KEYS = {"NB9001": ("pressure", "MPa"), "NB9003": ("level", "m")}
_SAYS = {"00": "heartbeat", "01": "heartbeat", "02": "low battery", "03": "low", "04": "high", "10": "self-test"}
_SAYS |= {"13": "low over", "14": "high over"}
_STATES = {0: "normal", 1: "fire", 2: "too hot", 3: "removed", 4: "low battery", 5: "self-test"}


def decode(message: Message, memory: Memory) -> Decoded:
    """One push; other kinds of notices (a device was added, removed) say nothing about a point."""
    del memory
    found = json_input.table(message)
    kind = found.get("notifyType")
    if type(kind) is not str:
        raise DecodeError("notifyType: missing; allowed: deviceDataChanged and the platform's other notices")
    if kind != "deviceDataChanged":
        return Decoded()
    service: Any = found.get("service")
    data = service.get("data") if type(service) is dict else None
    if type(data) is not dict:
        raise DecodeError("service.data: missing; allowed: an object of what the device said")
    device, at = message.captured["device"], scalars.instant(service.get("eventTime"), "service.eventTime")
    gauges = {key: gauge for key, raw in data.items() if type(raw) is str and (gauge := _GAUGE.fullmatch(raw))}
    if device not in (found.get("deviceId"), *(gauge.group(2) for gauge in gauges.values())):
        claimed = found.get("deviceId")
        raise ClaimsAnother(f"deviceId: {claimed!r:.60}; the topic says {device!r}, and the topic decides", claimed)
    said = [s for gauge in gauges.values() for s in _gauge(device, gauge, at)]
    return Decoded(signals=tuple(_marked(said + _values(device, data, at, frozenset(gauges)))))


def _values(device: str, data: dict[str, Any], at: int | None, skip: frozenset[str]) -> list[Signal]:
    """As they stand; a smoke detector's state is a number, and its temperature comes in tenths."""
    if "devState" not in data:
        return flattening.signals(device, data, at, skip=skip)
    tenths = data.get("temperature")
    warm = [scalars.signal(device, "temperature", tenths / 10, at, "°C")] if type(tenths) is int else []
    rest = flattening.signals(device, data, at, skip=skip | {"devState", *(["temperature"] if warm else [])})
    return _smoke(device, data["devState"], at) + warm + rest


def _gauge(device: str, gauge: re.Match[str], at: int | None) -> list[Signal]:
    key, unit = _KEYS[gauge.group(1)]
    low, high, value = (int(text) / 100 for text in gauge.groups()[3:6])
    said = _SAYS.get(gauge.group(3))
    return [
        Signal(device, key, value, at, unit),
        Signal(device, f"{key}_low", low, at, unit),
        Signal(device, f"{key}_high", high, at, unit),
        *([Signal(device, "says", said, at)] if said else []),
    ]


def _smoke(device: str, raw: Any, at: int | None) -> list[Signal]:
    said = _STATES.get(raw) if type(raw) is int else None
    if said is None:
        raise DecodeError(f"devState: {raw!r:.40} found; allowed: {', '.join(map(str, _STATES))}")
    fault = f"the detector says: {said}" if said == "removed" else ""
    return [Signal(device, "says", said, at), Signal(device, "smoke", raw in (1, 5), at, fault=fault)]


def _marked(signals: list[Signal]) -> list[Signal]:
    """A device in its self-test says so once, and all that it sends with it is a test."""
    if any(signal.key == "says" and signal.value == "self-test" for signal in signals):
        return [signal._replace(test=True) for signal in signals]
    return signals


_PUSH = (
    b'{"notifyType": "deviceDataChanged", "deviceId": "e9d7261b-e1df-4adf-9ad7-0b7c59bc66b2", "requestId": null,'
    b' "service": {"serviceId": "x", "serviceType": "x", "data": %s, "eventTime": "20200515T023353Z"}}'
)
_WHO, _AT = "e9d7261b-e1df-4adf-9ad7-0b7c59bc66b2", 1589510033000

EXAMPLES = (
    Example(
        what="a gauge that says its pressure is low",
        topic="nbiot/867726031402979",
        payload=_PUSH % b'{"ReceivePiezoMeter": "NB900190186772603140297903000100400000NC"}',
        decoded=Decoded(
            signals=(
                Signal("867726031402979", "pressure", 0.0, _AT, "MPa"),
                Signal("867726031402979", "pressure_low", 0.01, _AT, "MPa"),
                Signal("867726031402979", "pressure_high", 0.4, _AT, "MPa"),
                Signal("867726031402979", "says", "low", _AT),
            )
        ),
    ),
    Example(
        what="a smoke detector in its self-test",
        topic=f"nbiot/{_WHO}",
        payload=_PUSH % b'{"devState": 5, "temperature": 219, "electricQuantity": 100}',
        decoded=Decoded(
            signals=(
                Signal(_WHO, "says", "self-test", _AT, test=True),
                Signal(_WHO, "smoke", True, _AT, test=True),
                Signal(_WHO, "temperature", 21.9, _AT, "°C", test=True),
                Signal(_WHO, "electricQuantity", 100.0, _AT, test=True),
            )
        ),
    ),
    Example(
        what="a smoke detector that was taken off no longer watches",
        topic=f"nbiot/{_WHO}",
        payload=_PUSH % b'{"devState": 3, "signal": 12}',
        decoded=Decoded(
            signals=(
                Signal(_WHO, "says", "removed", _AT),
                Signal(_WHO, "smoke", False, _AT, fault="the detector says: removed"),
                Signal(_WHO, "signal", 12.0, _AT),
            )
        ),
    ),
    Example(what="another notice", topic="nbiot/x", payload=b'{"notifyType": "deviceAdded"}', decoded=Decoded()),
    Example(
        what="one device on another's topic",
        topic="nbiot/867726031402979",
        payload=_PUSH % b'{"devState": 0}',
        refused="the topic decides",
    ),
)
