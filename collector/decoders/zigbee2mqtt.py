"""Zigbee2MQTT: ``zigbee2mqtt/<friendly name>`` with the device's state, ``…/availability`` with ``online`` or ``offline``.

Friendly names may contain slashes. ``bridge/…`` is the bridge's own talk, and ``…/set``, ``…/get`` are commands to devices:
they are left out. There is no time unless the bridge is set to add ``last_seen`` (ISO 8601 or epoch milliseconds).
``test: true`` marks everything in the message as a test. ``contact`` is true while the contact is closed, so it becomes the
word ``closed`` or ``open``: a bare boolean means the opposite to other makers.
"""

from __future__ import annotations

from typing import Any

from collector import flattening, json_input, scalars
from collector.decoding import Decoded, DecodeError, Example, Memory, Message, Signal, Status

NAME = "zigbee2mqtt"
FILTERS = ("zigbee2mqtt/{device#}",)
NEEDS = (("device",),)

_ABOUT_THE_RADIO = frozenset({"last_seen", "elapsed", "update", "update_available", "device"})
"""What the bridge adds about itself."""


def decode(message: Message, memory: Memory) -> Decoded:
    """A state, an availability, or nothing."""
    del memory
    name = message.captured["device"]
    last = name.rpartition("/")[2]
    if name.split("/")[0] == "bridge" or last in ("set", "get", "") or "/set/" in name or "/get/" in name:
        return Decoded()
    if last == "availability" and "/" in name:
        return _availability(message, name.removesuffix("/availability"))
    return _state(message, name)


def _state(message: Message, device: str) -> Decoded:
    if not message.payload:
        return Decoded()
    found = json_input.table(message)
    if type(found.get("contact")) is bool:
        found["contact"] = "closed" if found["contact"] else "open"
    signals = flattening.signals(
        device, found, _last_seen(found), test=found.get("test") is True, skip=_ABOUT_THE_RADIO
    )
    return Decoded(signals=tuple(signals))


def _last_seen(found: dict[str, Any]) -> int | None:
    stamp = found.get("last_seen")
    return None if stamp in ("", "N/A") else scalars.instant(stamp, "last_seen")


def _availability(message: Message, device: str) -> Decoded:
    """``online``/``offline`` as text (older bridges) or ``{"state": "online"}``."""
    if not message.payload:
        return Decoded()
    text = message.payload.strip()
    state: Any = text.decode() if text in (b"online", b"offline") else json_input.table(message).get("state")
    if state not in ("online", "offline"):
        raise DecodeError(f"state: {str(state)[:40]!r} found; allowed: online, offline")
    return Decoded(statuses=(Status(device=device, online=state == "online", at=None),))


EXAMPLES = (
    Example(
        what="a smoke detector under test, under a nested name",
        topic="zigbee2mqtt/B1/F03/smoke-07",
        payload=b'{"smoke": false, "smoke_density_dbm": 0.012, "test": true, "battery": 97, "linkage_alarm": true,'
        b' "linkquality": 118}',
        decoded=Decoded(
            signals=(
                Signal("B1/F03/smoke-07", "smoke", False, None, test=True),
                Signal("B1/F03/smoke-07", "smoke_density_dbm", 0.012, None, test=True),
                Signal("B1/F03/smoke-07", "test", True, None, test=True),
                Signal("B1/F03/smoke-07", "battery", 97.0, None, test=True),
                Signal("B1/F03/smoke-07", "linkage_alarm", True, None, test=True),
                Signal("B1/F03/smoke-07", "linkquality", 118.0, None, test=True),
            )
        ),
    ),
    Example(
        what="a door contact with last_seen, and a value that the bridge does not know yet",
        topic="zigbee2mqtt/door-1",
        payload=b'{"contact": false, "temperature": null, "last_seen": "2026-11-24T08:00:00+08:00"}',
        decoded=Decoded(
            signals=(
                Signal("door-1", "contact", "open", 1795478400000),
                Signal("door-1", "temperature", 0.0, 1795478400000, fault=scalars.NO_VALUE),
            )
        ),
    ),
    Example(
        what="a device was lost",
        topic="zigbee2mqtt/B1/F03/smoke-07/availability",
        payload=b'{"state": "offline"}',
        decoded=Decoded(statuses=(Status(device="B1/F03/smoke-07", online=False, at=None),)),
    ),
    Example(
        what="it is there again, as older bridges say it",
        topic="zigbee2mqtt/B1/F03/smoke-07/availability",
        payload=b"online",
        decoded=Decoded(statuses=(Status(device="B1/F03/smoke-07", online=True, at=None),)),
    ),
    Example(
        what="an availability that is neither",
        topic="zigbee2mqtt/B1/F03/smoke-07/availability",
        payload=b'{"state": "asleep"}',
        refused="allowed: online, offline",
    ),
    Example(
        what="the bridge's own talk", topic="zigbee2mqtt/bridge/state", payload=b'{"state":"online"}', decoded=Decoded()
    ),
    Example(what="a command to a device", topic="zigbee2mqtt/door-1/set", payload=b'{"state":"ON"}', decoded=Decoded()),
)
