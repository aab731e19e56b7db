"""esp-rfid door controllers: ``<topic>/send`` (or ``…/tag``), ``<topic>/io/<input>``, ``<topic>/avty``.

Give each controller an MQTT topic of its own, such as ``esprfid/<device>``: the topic says who speaks. All values are text
but ``time``, seconds since 1970, 0 before its clock is set. An access is granted where the card is known and its access is
not one of ``REFUSING``. ``username`` is a person's name and is never kept. Opened by MQTT, without a card, the uid is blank.
"""

from __future__ import annotations

from typing import Any

from collector import json_input, scalars
from collector.decoding import Decoded, DecodeError, Event, Example, Memory, Message, Signal, Status

NAME = "esp_rfid"
FILTERS = ("esprfid/{device}/{kind#}",)
NEEDS = (("device",), ("kind",))
BY_DEVICE = True

REFUSING = frozenset({"denied", "disabled", "expired", "out of schedule"})
"""Words of ``access`` with which the door stays shut, in small letters; so it does for a card that is not known."""
_DOOR = {b"ON": "open", b"OFF": "closed"}


def decode(message: Message, memory: Memory) -> Decoded:
    """An access, an input, or whether it is there; a boot, a heartbeat and lists of users are left out."""
    del memory
    device, kind = message.captured["device"], message.captured["kind"]
    if kind == "avty":
        return _availability(message, device)
    if kind.startswith("io/"):
        return _input(message, device, kind.removeprefix("io/"))
    if kind not in ("send", "tag"):
        return Decoded()
    found = json_input.table(message)
    if kind == "send" and found.get("type") != "access":
        return Decoded()
    return Decoded(events=(_access(device, found),))


def _access(device: str, found: dict[str, Any]) -> Event:
    uid, access = found.get("uid"), found.get("access")
    if type(uid) is not str or len(uid) > 64:
        raise DecodeError(f"uid: {json_input.kind_of(uid)} found; allowed: text of up to 64 characters")
    if type(access) is not str:
        raise DecodeError(f"access: {json_input.kind_of(access)} found; allowed: text, as in Always, Denied")
    known = found.get("isKnown", "true") in ("true", True)
    opened = known and access.lower() not in REFUSING
    at = scalars.instant(found.get("time"), "time", 1_000)
    return Event(device=device, name="granted" if opened else "denied", at=at or None, credential=uid.strip().upper())


def _input(message: Message, device: str, name: str) -> Decoded:
    """``door`` is a contact: ON is open. Others keep their word."""
    word = message.payload.strip()
    if word not in _DOOR and word not in (b"LOCKED", b"UNLOCKED"):
        raise DecodeError(f"io/{name[:40]}: {word[:20]!r} found; allowed: ON, OFF, LOCKED, UNLOCKED")
    if name == "door" and word in _DOOR:
        return Decoded(events=(Event(device=device, name=_DOOR[word], at=None),))
    return Decoded(signals=(Signal(device, name[:200], word.decode(), None),))


def _availability(message: Message, device: str) -> Decoded:
    if not message.payload:
        return Decoded()
    word = message.payload.strip()
    if word not in (b"online", b"offline"):
        raise DecodeError(f"avty: {word[:20]!r} found; allowed: online, offline")
    return Decoded(statuses=(Status(device=device, online=word == b"online", at=None),))


EXAMPLES = (
    Example(
        what="a card that opens",
        topic="esprfid/gate-1/send",
        payload=b'{"type": "access", "time": 1795478400, "isKnown": "true", "access": "Always", "username": "somebody",'
        b' "uid": "04a1b2c3", "door": "gate-1"}',
        decoded=Decoded(events=(Event(device="gate-1", name="granted", at=1795478400000, credential="04A1B2C3"),)),
    ),
    Example(
        what="a card that nobody knows",
        topic="esprfid/gate-1/send",
        payload=b'{"type": "access", "time": 1795478401, "isKnown": "false", "access": "Denied", "username": "Unknown",'
        b' "uid": "deadbeef"}',
        decoded=Decoded(events=(Event(device="gate-1", name="denied", at=1795478401000, credential="DEADBEEF"),)),
    ),
    Example(
        what="the contact of the door",
        topic="esprfid/gate-1/io/door",
        payload=b"ON",
        decoded=Decoded(events=(Event(device="gate-1", name="open", at=None),)),
    ),
    Example(
        what="the lid of the controller",
        topic="esprfid/gate-1/io/tamper",
        payload=b"ON",
        decoded=Decoded(signals=(Signal("gate-1", "tamper", "ON", None),)),
    ),
    Example(
        what="a heartbeat", topic="esprfid/gate-1/send", payload=b'{"type": "heartbeat", "time": 1}', decoded=Decoded()
    ),
    Example(
        what="the controller is there",
        topic="esprfid/gate-1/avty",
        payload=b"online",
        decoded=Decoded(statuses=(Status(device="gate-1", online=True, at=None),)),
    ),
    Example(
        what="an access without a card's number",
        topic="esprfid/gate-1/send",
        payload=b'{"type": "access", "access": "Always"}',
        refused="uid: null found",
    ),
)
