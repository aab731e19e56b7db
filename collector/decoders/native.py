"""Dutyroom's own contract: ``dutyroom/v1/<site>/<device>/readings``, ``…/events``, ``…/status``, and ``…/batch`` of a gateway.

One object, or an array of up to 10,000. ``ts`` is ISO 8601 with an offset, epoch milliseconds, or absent. The device is who
the topic says; only on a gateway's ``batch`` does each object name its ``device``, and the register says for whom a gateway
may speak. One object that cannot be used does not spoil the others of its array.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from collector import json_input, scalars
from collector.decoding import ClaimsAnother, Decoded, DecodeError, Event, Example, Memory, Message, Signal, Status

NAME = "native"
FILTERS = ("dutyroom/v1/{site}/{device}/{kind}",)
NEEDS = (("device",), ("kind",))
BY_DEVICE = True

BATCH_LIMIT = 10_000
_NO_UNITS: Mapping[str, Any] = {}
_ONLINE = {"online": True, "offline": False, "true": True, "false": False}


def decode(message: Message, memory: Memory) -> Decoded:
    """Readings, events or a status, by the topic's last level."""
    del memory
    kind = message.captured["kind"]
    if kind in ("readings", "events", "batch"):
        return _rows(message, speaker=message.captured["device"] if kind == "batch" else "")
    if kind == "status":
        return _status(message)
    raise DecodeError(f"topic: it ends in {kind[:40]!r}; allowed: readings, events, status, batch")


def _rows(message: Message, speaker: str) -> Decoded:
    document = json_input.document(message)
    rows = document if type(document) is list else [document]
    if len(rows) > BATCH_LIMIT:
        raise DecodeError(f"payload: an array of {len(rows)}; allowed: up to {BATCH_LIMIT}")
    signals: list[Signal] = []
    events: list[Event] = []
    refused: list[str] = []
    claimed: dict[str, None] = {}
    owner = message.captured["device"]
    for index, row in enumerate(rows):
        try:
            device = _device_of_row(row, owner, speaker)
            if "event" in row:
                events.append(_event(row, device))
            else:
                _readings(row, device, signals)
        except DecodeError as error:
            refused.append(f"[{index}] {error}" if row is not document else str(error))
            if isinstance(error, ClaimsAnother):
                claimed |= dict.fromkeys(error.claimed)
    if refused and not signals and not events:
        said = refused[0] if len(refused) == 1 else f"{refused[0]} (and {len(refused) - 1} more like it)"
        raise ClaimsAnother(said, *claimed) if claimed else DecodeError(said)
    return Decoded(
        signals=tuple(signals), events=tuple(events), speaker=speaker, refused=tuple(refused), claimed=tuple(claimed)
    )


def _device_of_row(row: Any, owner: str, speaker: str) -> str:
    if type(row) is not dict:
        raise DecodeError(f"{json_input.kind_of(row)} found; allowed: an object with values or event")
    claimed = row.get("device")
    if not speaker:
        if claimed is not None and claimed != owner:
            raise ClaimsAnother(
                f"device: it claims to be {claimed!r:.60}; the topic says {owner!r}, and the topic decides", claimed
            )
        return owner
    if type(claimed) is not str or not claimed:
        raise DecodeError("device: missing; allowed: the device that the gateway speaks for")
    return claimed


def _readings(row: dict[str, Any], device: str, signals: list[Signal]) -> None:
    """Adds the row's values. Written out rather than split up: it runs for each of 10,000 objects."""
    values = row.get("values")
    if type(values) is not dict:
        raise DecodeError('values: missing; allowed: an object of key and value, such as {"pressure": 0.612}')
    stamp = row.get("ts")
    at = stamp if type(stamp) is int else scalars.instant(stamp, "ts")
    units = row.get("unit", _NO_UNITS)
    test = row.get("test", False)
    if type(units) is not dict and units is not _NO_UNITS:
        raise DecodeError(f'unit: {json_input.kind_of(units)} found; allowed: an object such as {{"pressure": "kPa"}}')
    if type(test) is not bool:
        raise DecodeError(f"test: {json_input.kind_of(test)} found; allowed: true or false")
    for key, raw in values.items():
        unit = units.get(key, "") if units else ""
        if type(raw) is float and not unit and -scalars.LIMIT < raw < scalars.LIMIT:
            signals.append(Signal(device, key, raw, at, "", test))
        else:
            signals.append(scalars.signal(device, key, raw, at, _unit(unit, key), test=test))


def _unit(unit: Any, key: str) -> str:
    if type(unit) is str:
        return unit
    raise DecodeError(f'unit.{key}: {json_input.kind_of(unit)} found; allowed: text such as "kPa"')


def _event(row: dict[str, Any], device: str) -> Event:
    name = _word(row, "event")
    if not name:
        raise DecodeError("event: it is empty; allowed: granted, denied, open, closed, held, forced, scan …")
    seq = row.get("seq", 0)
    test = row.get("test", False)
    if type(seq) is not int or not 0 <= seq < 2**63:
        raise DecodeError("seq: not a whole number from 0 to 2^63")
    if type(test) is not bool:
        raise DecodeError(f"test: {json_input.kind_of(test)} found; allowed: true or false")
    return Event(
        device=device,
        name=name,
        at=scalars.instant(row.get("ts"), "ts"),
        credential=_word(row, "credential"),
        direction=_word(row, "direction"),
        tag=_word(row, "tag"),
        guard=_word(row, "guard"),
        seq=seq,
        test=test,
    )


def _word(row: dict[str, Any], field: str) -> str:
    text = row.get(field, "")
    if type(text) is not str or len(text) > 200:
        raise DecodeError(f"{field}: {json_input.kind_of(text)} found; allowed: text of up to 200 characters")
    return text.strip()


def _status(message: Message) -> Decoded:
    """``online`` or ``offline``, bare or as JSON. An empty retained message only clears the broker's copy."""
    text = message.payload.strip()
    if not text:
        return Decoded()
    plain = text.lower().decode("ascii", "replace") if len(text) < 10 else ""
    online, at = _ONLINE.get(plain), None
    if online is None:
        online, at = _json_status(json_input.document(message))
    return Decoded(statuses=(Status(device=message.captured["device"], online=online, at=at),))


def _json_status(document: Any) -> tuple[bool, int | None]:
    row = document if type(document) is dict else {"online": document}
    found = next((row[field] for field in ("online", "status", "state") if field in row), None)
    online = _ONLINE.get(str(found).lower())
    if online is None:
        raise DecodeError(f'online: {str(found)[:40]!r} found; allowed: true, false, "online", "offline"')
    return online, scalars.instant(row.get("ts"), "ts")


EXAMPLES = (
    Example(
        what="a gauge sends its pressure with a time and its unit",
        topic="dutyroom/v1/riverside/gauge-1/readings",
        payload=b'{"ts": "2026-11-24T08:00:00.250+08:00", "values": {"pressure": 0.612}, "unit": {"pressure": "MPa"}, "seq": 7}',
        decoded=Decoded(signals=(Signal("gauge-1", "pressure", 0.612, 1795478400250, "MPa"),)),
    ),
    Example(
        what="a batch with a number in text, a null, and an entry that cannot be used",
        topic="dutyroom/v1/riverside/box-3/readings",
        payload=b'[{"ts": 1795478400000, "values": {"insulation": "2.35"}},'
        b' {"ts": 1795478460000, "values": {"insulation": null}},'
        b' {"ts": "yesterday", "values": {"insulation": 2.3}}]',
        decoded=Decoded(
            signals=(
                Signal("box-3", "insulation", 2.35, 1795478400000),
                Signal("box-3", "insulation", 0.0, 1795478460000, fault=scalars.NO_VALUE),
            ),
            refused=(
                "[2] ts: 'yesterday' is no time; allowed: ISO 8601 with an offset, as in 2026-11-24T08:00:00+08:00",
            ),
        ),
    ),
    Example(
        what="a smoke detector under test",
        topic="dutyroom/v1/riverside/smoke-f3-02/readings",
        payload=b'{"values": {"smoke": true}, "test": true}',
        decoded=Decoded(signals=(Signal("smoke-f3-02", "smoke", True, None, test=True),)),
    ),
    Example(
        what="a card is refused at a door",
        topic="dutyroom/v1/riverside/door-b1/events",
        payload=b'{"ts": 1764000000250, "event": "denied", "credential": "04A1B2C3", "direction": "in", "seq": 8}',
        decoded=Decoded(
            events=(
                Event(device="door-b1", name="denied", at=1764000000250, credential="04A1B2C3", direction="in", seq=8),
            )
        ),
    ),
    Example(
        what="a gateway speaks for another device",
        topic="dutyroom/v1/riverside/gateway-1/batch",
        payload=b'[{"device": "gauge-1", "ts": 1764000000250, "values": {"pressure": 0.6}}]',
        decoded=Decoded(signals=(Signal("gauge-1", "pressure", 0.6, 1764000000250),), speaker="gateway-1"),
    ),
    Example(
        what="a last will",
        topic="dutyroom/v1/riverside/gauge-1/status",
        payload=b'{"online": false}',
        decoded=Decoded(statuses=(Status(device="gauge-1", online=False, at=None),)),
    ),
    Example(
        what="a device claims to be another one",
        topic="dutyroom/v1/riverside/gauge-1/readings",
        payload=b'{"device": "gauge-2", "values": {"pressure": 0.6}}',
        refused="the topic decides",
    ),
    Example(
        what="a payload that was cut off",
        topic="dutyroom/v1/riverside/gauge-1/readings",
        payload=b'{"values": {"pressure": 0.',
        refused="ends too early",
    ),
)
