"""Tasmota: ``tele/<topic>/SENSOR``, ``…/STATE`` and ``…/LWT``; ``stat/<topic>/RESULT`` and ``…/POWER``.

Sensors stand as objects under their own names, so a value's key is ``DS18B20.Temperature``; ``TempUnit`` says its unit.
A card that a reader (PN532, RC522, RDM6300) saw is a scan. ``Time`` is local and says no offset unless it ends in one:
without, the time of arrival stands in. ``LWT`` is ``Online`` or ``Offline``.
"""

from __future__ import annotations

import re
from typing import Any

from collector import flattening, json_input, scalars
from collector.decoding import Decoded, DecodeError, Event, Example, Memory, Message, Signal, Status

NAME = "tasmota"
FILTERS = ("tele/{device}/{kind}", "stat/{device}/{kind}")
NEEDS = (("device",), ("kind",))
BY_DEVICE = True

READERS = frozenset({"PN532", "RC522", "RDM6300"})
ABOUT_ITSELF = frozenset(
    {"Time", "Uptime", "UptimeSec", "Heap", "SleepMode", "Sleep", "LoadAvg", "MqttCount", "Wifi", "Eth", "Berry", "Vcc"}
    | {"TempUnit", "PressureUnit", "SpeedUnit"}
)
"""What is said about the device rather than by its sensors, and the units of what stands beside them."""

_TEMPERATURES = {"C": "°C", "F": "°F"}
_OFFSET = re.compile(r"(Z|[+-][0-9]{2}:?[0-9]{2})$")
_POWER = re.compile(r"POWER[0-9]{0,2}")


def decode(message: Message, memory: Memory) -> Decoded:
    """One message; commands' echoes and the device's own talk (``INFO1``, ``STATUS5``, ``LOGGING``) are left out."""
    del memory
    device, kind = message.captured["device"], message.captured["kind"]
    if kind == "LWT":
        return _will(message, device)
    if _POWER.fullmatch(kind):
        return Decoded(signals=(Signal(device, kind, _switch(message.payload, kind), None),))
    if kind not in ("SENSOR", "STATE", "RESULT"):
        return Decoded()
    found = json_input.table(message)
    at = _time(found.get("Time"))
    readers = READERS & found.keys()
    return Decoded(
        signals=tuple(_with_units(flattening.signals(device, found, at, skip=ABOUT_ITSELF | readers), found)),
        events=tuple(_scan(device, name, found[name], at) for name in sorted(readers)),
    )


def _will(message: Message, device: str) -> Decoded:
    if not message.payload:
        return Decoded()
    word = message.payload.strip()
    if word not in (b"Online", b"Offline"):
        raise DecodeError(f"LWT: {word[:20]!r} found; allowed: Online, Offline")
    return Decoded(statuses=(Status(device=device, online=word == b"Online", at=None),))


def _switch(payload: bytes, kind: str) -> str:
    word = payload.strip()
    if word not in (b"ON", b"OFF"):
        raise DecodeError(f"{kind}: {word[:20]!r} found; allowed: ON, OFF")
    return word.decode()


def _time(raw: Any) -> int | None:
    return scalars.iso_instant(raw, "Time") if type(raw) is str and _OFFSET.search(raw) else None


def _with_units(signals: list[Signal], found: dict[str, Any]) -> list[Signal]:
    """``TempUnit`` and ``PressureUnit`` hold for every value of that name in the message."""
    units = {"Temperature": _TEMPERATURES.get(str(found.get("TempUnit")), ""), "Pressure": found.get("PressureUnit")}
    return [
        signal._replace(unit=unit)
        if not signal.unit and type(unit := units.get(signal.key.rpartition(".")[2])) is str
        else signal
        for signal in signals
    ]


def _scan(device: str, reader: str, found: Any, at: int | None) -> Event:
    uid = found.get("UID") if type(found) is dict else None
    if type(uid) is not str or not re.fullmatch(r"[0-9A-Fa-f]{4,32}", uid):
        raise DecodeError(f"{reader}.UID: {str(uid)[:40]!r} found; allowed: 4 to 32 hexadecimal digits")
    return Event(device=device, name="scan", at=at, tag=uid.upper())


EXAMPLES = (
    Example(
        what="a thermometer, with the unit beside it",
        topic="tele/plant-room/SENSOR",
        payload=b'{"Time": "2026-11-24T08:00:00", "DS18B20": {"Id": "0119123F8828", "Temperature": 21.2}, "TempUnit": "C"}',
        decoded=Decoded(
            signals=(
                Signal("plant-room", "DS18B20.Id", "0119123F8828", None),
                Signal("plant-room", "DS18B20.Temperature", 21.2, None, "°C"),
            )
        ),
    ),
    Example(
        what="a card before a reader at a checkpoint",
        topic="tele/checkpoint-3/SENSOR",
        payload=b'{"Time": "2019-01-10T18:23:24", "PN532": {"UID": "94D8FC5F", "DATA": ""}}',
        decoded=Decoded(events=(Event(device="checkpoint-3", name="scan", at=None, tag="94D8FC5F"),)),
    ),
    Example(
        what="a meter whose clock says its offset",
        topic="tele/meter-1/SENSOR",
        payload=b'{"Time": "2026-11-24T08:00:00+08:00", "ENERGY": {"Total": 3.185, "Power": 12.1, "Voltage": 231}}',
        decoded=Decoded(
            signals=(
                Signal("meter-1", "ENERGY.Total", 3.185, 1795478400000),
                Signal("meter-1", "ENERGY.Power", 12.1, 1795478400000),
                Signal("meter-1", "ENERGY.Voltage", 231.0, 1795478400000),
            )
        ),
    ),
    Example(
        what="a relay was switched",
        topic="stat/siren/POWER",
        payload=b"ON",
        decoded=Decoded(signals=(Signal("siren", "POWER", "ON", None),)),
    ),
    Example(
        what="the device was lost",
        topic="tele/plant-room/LWT",
        payload=b"Offline",
        decoded=Decoded(statuses=(Status(device="plant-room", online=False, at=None),)),
    ),
    Example(what="its own talk", topic="tele/plant-room/INFO1", payload=b'{"Info1": {}}', decoded=Decoded()),
    Example(
        what="a ghost card", topic="tele/checkpoint-3/SENSOR", payload=b'{"PN532": {"UID": "?"}}', refused="PN532.UID"
    ),
)
