"""ChirpStack v4 over MQTT: ``application/<id>/device/<DevEUI>/event/<event>``, JSON.

``up`` carries the codec's values in ``object``, or only the frame's bytes in ``data`` for one of the source's codecs; ``status``
the battery and the link margin. ``join``, ``ack``, ``txack``, ``log``, ``location`` and ``integration`` say nothing about a point
and are left out. ``time`` is ISO 8601; ``deduplicationId`` tells repeats apart.
"""

from __future__ import annotations

from typing import Any

from collector import json_input, lorawan, scalars
from collector.decoding import ClaimsAnother, Codec, Decoded, DecodeError, Example, Memory, Message, Signal

NAME = "chirpstack"
FILTERS = ("application/{application}/device/{device}/event/{event}",)
NEEDS = (("device",), ("event",))
CODECS = True

LEFT_OUT = frozenset({"join", "ack", "txack", "log", "location", "integration"})


def decode(message: Message, memory: Memory) -> Decoded:
    """One event of one device."""
    del memory
    event = message.captured["event"]
    if event in LEFT_OUT:
        return Decoded()
    if event not in ("up", "status"):
        raise DecodeError(f"topic: event {event[:40]!r}; allowed: up, status, {', '.join(sorted(LEFT_OUT))}")
    found = json_input.table(message)
    device = _device(message, found)
    at = scalars.instant(found.get("time"), "time")
    signals = _up(message, device, found, at) if event == "up" else _status(device, found, at)
    identity = found.get("deduplicationId")
    key = f"{event}/{identity}" if type(identity) is str and len(identity) <= 64 else ""
    return Decoded(signals=tuple(signals), duplicate_key=key)


def _device(message: Message, found: dict[str, Any]) -> str:
    device = message.captured["device"].lower()
    claimed = _about(found).get("devEui")
    if claimed is not None and str(claimed).lower() != device:
        raise ClaimsAnother(
            f"deviceInfo.devEui: {str(claimed)[:40]!r}, but the topic says {device!r}, and the topic decides", claimed
        )
    return device


def _about(found: dict[str, Any]) -> dict[str, Any]:
    """What ChirpStack says of the device itself; empty where it says nothing."""
    about = found.get("deviceInfo")
    return about if type(about) is dict else {}


def _up(message: Message, device: str, found: dict[str, Any], at: int | None) -> list[Signal]:
    model = _about(found).get("deviceProfileName")
    frame = lorawan.Frame(device=device, model=model, data=found.get("data"), port=found.get("fPort"), at=at)
    return lorawan.signals(device, lorawan.values(message, found.get("object"), frame, "object"), at, "object")


def _status(device: str, found: dict[str, Any], at: int | None) -> list[Signal]:
    """Battery in percent unless the device cannot tell or hangs on mains; link margin in dB."""
    signals = []
    if not found.get("batteryLevelUnavailable") and not found.get("externalPowerSource") and "batteryLevel" in found:
        signals.append(scalars.signal(device, "battery", found["batteryLevel"], at, "%"))
    if "margin" in found:
        signals.append(scalars.signal(device, "margin", found["margin"], at, "dB"))
    return signals


_UP = "application/1/device/24e124126a148401/event/up"

EXAMPLES = (
    Example(
        what="Milesight EM500-PP: pressure in kPa, and a record that comes late",
        topic=_UP,
        payload=b'{"deduplicationId": "3ac7e3c4-4401-4b8d-9386-a5c902f9202d", "time": "2026-07-18T09:34:15.775023242+00:00",'
        b' "deviceInfo": {"devEui": "24e124126a148401"}, "fPort": 85, "data": "A3tYAg==",'
        b' "object": {"battery": 100, "pressure": 600, "history": [{"timestamp": 1722650880, "pressure": 520}]}}',
        decoded=Decoded(
            signals=(
                Signal("24e124126a148401", "battery", 100.0, 1784367255775),
                Signal("24e124126a148401", "pressure", 600.0, 1784367255775),
                Signal("24e124126a148401", "pressure", 520.0, 1722650880000),
            ),
            duplicate_key="up/3ac7e3c4-4401-4b8d-9386-a5c902f9202d",
        ),
    ),
    Example(
        what="Milesight GS524N under test: smoke, marked as a test",
        topic=_UP,
        payload=b'{"time": "2026-07-18T09:34:15Z", "object": {"type": "smoke sensor", "battery": 100, "concentration": 0,'
        b' "event": "testing alarm with normal battery"}}',
        decoded=Decoded(
            signals=(
                Signal("24e124126a148401", "type", "smoke sensor", 1784367255000, test=True),
                Signal("24e124126a148401", "battery", 100.0, 1784367255000, test=True),
                Signal("24e124126a148401", "concentration", 0.0, 1784367255000, test=True),
                Signal("24e124126a148401", "event", "testing alarm with normal battery", 1784367255000, test=True),
                Signal("24e124126a148401", "smoke", True, 1784367255000, test=True),
            ),
        ),
    ),
    Example(
        what="Decentlab pressure probe: values with units",
        topic=_UP,
        payload=b'{"time": "2026-07-18T09:34:15Z", "object": {"pressure": {"displayName": "Pressure", "value": 0.246,'
        b' "unit": "bar"}}}',
        decoded=Decoded(signals=(Signal("24e124126a148401", "pressure", 0.246, 1784367255000, "bar"),)),
    ),
    Example(
        what="Dragino PS-LB: the pressure, and the current behind it, by which a broken wire is told from 0 MPa",
        topic="application/1/device/a84041000181c061/event/up",
        payload=b'{"time": "2026-07-18T09:34:15Z", "object": {"Bat_V": 3.45, "IDC_intput_mA": 10, "Water_pressure_MPa": 0.6,'
        b' "Node_type": "PS-LB"}}',
        decoded=Decoded(
            signals=(
                Signal("a84041000181c061", "Bat_V", 3.45, 1784367255000),
                Signal("a84041000181c061", "IDC_intput_mA", 10.0, 1784367255000),
                Signal("a84041000181c061", "Water_pressure_MPa", 0.6, 1784367255000),
                Signal("a84041000181c061", "Node_type", "PS-LB", 1784367255000),
            )
        ),
    ),
    Example(
        what="Dragino LDS02: a door's state as a number, which becomes its word",
        topic="application/1/device/a84041000181c062/event/up",
        payload=b'{"time": "2026-07-18T09:34:15Z", "object": {"BAT_V": 2.952, "DOOR_OPEN_STATUS": 1, "DOOR_OPEN_TIMES": 7091}}',
        decoded=Decoded(
            signals=(
                Signal("a84041000181c062", "BAT_V", 2.952, 1784367255000),
                Signal("a84041000181c062", "DOOR_OPEN_STATUS", "open", 1784367255000),
                Signal("a84041000181c062", "DOOR_OPEN_TIMES", 7091.0, 1784367255000),
            )
        ),
    ),
    Example(
        what="battery and margin",
        topic="application/1/device/0101010101010101/event/status",
        payload=b'{"time": "2022-07-18T09:35:06.927172638+00:00", "margin": 10, "batteryLevel": 88.3}',
        decoded=Decoded(
            signals=(
                Signal("0101010101010101", "battery", 88.3, 1658136906927, "%"),
                Signal("0101010101010101", "margin", 10.0, 1658136906927, "dB"),
            )
        ),
    ),
    Example(
        what="a join says nothing about a point",
        topic="application/1/device/0101010101010101/event/join",
        payload=b'{"devAddr": "00189440"}',
        decoded=Decoded(),
    ),
    Example(
        what="bytes alone, which one of the source's codecs decodes",
        topic=_UP,
        payload=b'{"time": "2026-07-18T09:34:15Z", "deviceInfo": {"deviceProfileName": "level-probe"}, "fPort": 2,'
        b' "data": "BdwO"}',
        codecs={
            "level-probe": Codec(
                name="level-probe",
                script="function decodeUplink(i) { return { data: { level: (i.bytes[0] << 8 | i.bytes[1]) / 1000 } }; }",
            )
        },
        decoded=Decoded(signals=(Signal("24e124126a148401", "level", 1.5, 1784367255000),)),
    ),
    Example(what="no codec is set", topic=_UP, payload=b'{"fPort": 1, "data": "qg=="}', refused="payload codec"),
)
