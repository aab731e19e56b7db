"""Hikvision access controllers: their events as JSON, as a bridge forwards them to ``hikvision/<device>/event``.

``AccessControllerEvent`` says by two numbers what happened. Of major 5 (events) the minor ones below are passages and door
states; others say nothing about a point. Names, faces and employees' numbers, which are sent too, are never kept. Minor
numbers are those of the events: the table by which linkage is configured counts differently from 0x19 on. ``serialNo`` and the
time together tell repeats apart, since a reset begins to count anew. A controller of several doors is told so by the option
``doors``: then each door is a device of its own, ``lobby-1:2``.
"""

from __future__ import annotations

from typing import Any

from collector import json_input, scalars
from collector.decoding import Decoded, DecodeError, Event, Example, Memory, Message

NAME = "hikvision"
FILTERS = ("hikvision/{device}/event",)
NEEDS = (("device",),)
BY_DEVICE = True
OPTIONS = {"doors": ("one", "many")}

EVENT = 5
DOORS = {0x19: "open", 0x1A: "closed", 0x1B: "forced", 0x1C: "held"}
PASSED = frozenset(
    {0x01, 0x02, 0x10, 0x26, 0x28, 0x2B, 0x2E, 0x36, 0x39, 0x3C, 0x3F, 0x42, 0x45, 0x48, 0x4B, 0x4D, 0x68}
)
"""Card, finger, face, number and password in their combinations, when they were right."""
FAILED = frozenset({0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x27, 0x4C})
"""Wrong or slow passwords, no right, outside the times, expired, unknown, anti-passback, interlock, finger or face not known."""
DURESS = 5
"""``cardType``: a card that is shown under duress opens like any other."""


def decode(message: Message, memory: Memory) -> Decoded:
    """One event; a heartbeat says nothing about a point."""
    del memory
    found = json_input.table(message)
    what = found.get("AccessControllerEvent")
    if type(what) is not dict:
        if type(found.get("eventType")) is str:
            return Decoded()
        raise DecodeError("AccessControllerEvent: missing; allowed: an event of an access controller, or a heartbeat")
    major, minor = _number(what, "majorEventType"), _number(what, "subEventType")
    at = scalars.instant(found.get("dateTime"), "dateTime")
    if major != EVENT:
        return Decoded()
    device = _door(message, what)
    events = tuple(_events(device, minor, what, at))
    return Decoded(events=events, duplicate_key=_key(device, what, at))


def _door(message: Message, what: dict[str, Any]) -> str:
    device = message.captured["device"]
    return f"{device}:{_number(what, 'doorNo')}" if message.options.get("doors") == "many" else device


def _events(device: str, minor: int, what: dict[str, Any], at: int | None) -> list[Event]:
    serial = _number(what, "serialNo", 0)
    if minor in DOORS:
        return [Event(device=device, name=DOORS[minor], at=at, seq=serial)]
    if minor not in PASSED and minor not in FAILED:
        return []
    card = what.get("cardNo", "")
    if type(card) is not str or len(card) > 64:
        raise DecodeError(f"cardNo: {json_input.kind_of(card)} found; allowed: text of up to 64 characters")
    name = "granted" if minor in PASSED else "denied"
    found = [Event(device=device, name=name, at=at, credential=card.strip(), seq=serial)]
    if what.get("cardType") == DURESS:
        found.append(Event(device=device, name="duress", at=at, credential=card.strip(), seq=serial))
    return found


def _number(found: dict[str, Any], field: str, default: int | None = None) -> int:
    raw = found.get(field, default)
    if type(raw) is not int or not 0 <= raw < 2**63:
        raise DecodeError(f"{field}: {json_input.kind_of(raw)} found; allowed: a whole number from 0")
    return raw


def _key(device: str, what: dict[str, Any], at: int | None) -> str:
    serial = what.get("serialNo")
    return f"{device[:100]}/{serial}/{at}" if type(serial) is int and at is not None else ""


_BODY = (
    b'{"dateTime": "2026-05-26T14:30:00+08:00", "eventType": "AccessControllerEvent", "eventState": "active",'
    b' "AccessControllerEvent": {"majorEventType": %d, "subEventType": %d, "cardNo": "12345678", "cardType": %d,'
    b' "name": "somebody", "serialNo": 1201, "currentVerifyMode": "cardOrFaceOrFp"}}'
)
_AT = 1779777000000

EXAMPLES = (
    Example(
        what="a face that was recognised",
        topic="hikvision/lobby-1/event",
        payload=_BODY % (5, 75, 1),
        decoded=Decoded(
            events=(Event(device="lobby-1", name="granted", at=_AT, credential="12345678", seq=1201),),
            duplicate_key="lobby-1/1201/1779777000000",
        ),
    ),
    Example(
        what="a card that has expired",
        topic="hikvision/lobby-1/event",
        payload=_BODY % (5, 8, 1),
        decoded=Decoded(
            events=(Event(device="lobby-1", name="denied", at=_AT, credential="12345678", seq=1201),),
            duplicate_key="lobby-1/1201/1779777000000",
        ),
    ),
    Example(
        what="a card shown under duress",
        topic="hikvision/lobby-1/event",
        payload=_BODY % (5, 1, 5),
        decoded=Decoded(
            events=(
                Event(device="lobby-1", name="granted", at=_AT, credential="12345678", seq=1201),
                Event(device="lobby-1", name="duress", at=_AT, credential="12345678", seq=1201),
            ),
            duplicate_key="lobby-1/1201/1779777000000",
        ),
    ),
    Example(
        what="the door was forced",
        topic="hikvision/lobby-1/event",
        payload=_BODY % (5, 0x1B, 1),
        decoded=Decoded(
            events=(Event(device="lobby-1", name="forced", at=_AT, seq=1201),),
            duplicate_key="lobby-1/1201/1779777000000",
        ),
    ),
    Example(
        what="the second door of a controller that has several",
        topic="hikvision/lobby-1/event",
        payload=(_BODY % (5, 0x1C, 1)).replace(b'"serialNo"', b'"doorNo": 2, "serialNo"'),
        options={"doors": "many"},
        decoded=Decoded(
            events=(Event(device="lobby-1:2", name="held", at=_AT, seq=1201),),
            duplicate_key="lobby-1:2/1201/1779777000000",
        ),
    ),
    Example(
        what="a heartbeat",
        topic="hikvision/lobby-1/event",
        payload=b'{"eventType": "heartBeat", "eventState": "active"}',
        decoded=Decoded(),
    ),
    Example(what="not an event", topic="hikvision/lobby-1/event", payload=b"{}", refused="AccessControllerEvent"),
)
