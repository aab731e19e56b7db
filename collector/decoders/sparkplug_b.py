"""Sparkplug B: ``spBv1.0/<group>/<type>/<edge>[/<device>]``, protobuf.

Births (NBIRTH, DBIRTH) name the metrics and give them aliases, which are remembered; data (NDATA, DDATA) may use the alias
alone. An alias that is not known is refused, and the edge node is asked for a rebirth. Deaths (NDEATH, DDEATH) make every
value of the device stale; an NDEATH of an earlier session (its ``bdSeq`` is not that of the birth) is left out, as are
commands (NCMD, DCMD) and the hosts' STATE. Times are epoch milliseconds. A device is ``group/edge`` or
``group/edge/device``; a metric's name is its key, its property ``engUnit`` the unit, its property ``Quality`` 500 stale and 0
bad. Data sets, templates, bytes, files and arrays are refused. Sequence numbers are not judged: what is delivered at least once
repeats and jumps.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from collector import scalars, sparkplug_payload
from collector.decoding import Decoded, DecodeError, Example, Memory, Message, Signal, Status

NAME = "sparkplug_b"
FILTERS = ("spBv1.0/{group}/{type}/{edge#}",)
NEEDS = (("group",), ("type",), ("edge",))
IN_ORDER = True

METRIC_LIMIT = 10_000
ASK_AGAIN = 60_000
"""A rebirth is asked for at most once a minute from each edge node."""

_LEFT_OUT = frozenset({"NCMD", "DCMD"})
_SIGNED = {1: 8, 2: 16, 3: 32, 4: 64}
"""Signed data types by number, with their bits."""
_NUMBERS = frozenset({5, 6, 7, 8, 9, 10, 13})
_BOOLEAN = 11
_TEXTS = frozenset({12, 14, 15})
_REFUSED = {16: "a data set", 17: "bytes", 18: "a file", 19: "a template"}
_FIELDS = ("int_value", "long_value", "float_value", "double_value", "boolean_value", "string_value")
_STALE, _BAD = 500, 0


class Place(NamedTuple):
    """Where a message comes from."""

    kind: str
    edge: str
    """group/edge"""
    device: str
    """The device's own name, empty for the edge node itself."""

    @property
    def id(self) -> str:
        """What the register calls external id."""
        return f"{self.edge}/{self.device}" if self.device else self.edge


def decode(message: Message, memory: Memory) -> Decoded:
    """One birth, death or data message."""
    if message.captured["group"] == "STATE" or message.captured["type"] in _LEFT_OUT:
        return Decoded()
    place = _place(message)
    if len(message.payload) > message.limit:
        raise DecodeError(f"payload of {len(message.payload)} bytes; allowed: up to {message.limit}")
    payload = sparkplug_payload.parse(message.payload)
    if len(payload.metrics) > METRIC_LIMIT:
        raise DecodeError(f"metrics: {len(payload.metrics)}; allowed: up to {METRIC_LIMIT}")
    match place.kind:
        case "NDEATH" | "DDEATH":
            return _death(place, payload, memory)
        case "NBIRTH" | "DBIRTH":
            _remember(place, payload, memory)
            status = Status(device=place.id, online=True, at=_stamp(payload))
            return _values(place, payload, message, memory, (status,))
        case _:
            return _values(place, payload, message, memory, ())


def _place(message: Message) -> Place:
    kind = message.captured["type"]
    edge, _, device = message.captured["edge"].partition("/")
    if kind not in ("NBIRTH", "NDATA", "NDEATH", "DBIRTH", "DDATA", "DDEATH"):
        raise DecodeError(f"topic: type {kind[:40]!r}; allowed: N or D with BIRTH, DATA, DEATH, CMD")
    if not edge or "/" in device or bool(device) != (kind[0] == "D"):
        raise DecodeError(
            f"topic: {kind} of {message.captured['edge'][:80]!r}; allowed: N… of an edge node, D… of its device"
        )
    return Place(kind, f"{message.captured['group']}/{edge}", device)


def _death(place: Place, payload: Any, memory: Memory) -> Decoded:
    known = memory.get(place.edge, {})
    if place.device:
        return Decoded(statuses=(Status(device=place.id, online=False, at=None),))
    session = next((m.long_value for m in payload.metrics if m.name == b"bdSeq"), None)
    if session is not None and known.get("bdSeq", session) != session:
        return Decoded()
    dead = [place.edge, *(f"{place.edge}/{device}" for device in known.get("devices", []))]
    return Decoded(statuses=tuple(Status(device=device, online=False, at=None) for device in dead))


def _remember(place: Place, payload: Any, memory: Memory) -> None:
    """Aliases of this birth take the place of the earlier ones of the same node or device."""
    known = memory.get(place.edge, {})
    others = {} if not place.device else {a: v for a, v in known.get("aliases", {}).items() if v[0] != place.device}
    own = {
        str(m.alias): [place.device, sparkplug_payload.text(m.name, "metric name"), m.datatype]
        for m in payload.metrics
        if m.HasField("alias") and m.name
    }
    devices = [] if not place.device else sorted({*known.get("devices", []), place.device})
    session = next((m.long_value for m in payload.metrics if m.name == b"bdSeq"), known.get("bdSeq", 0))
    memory[place.edge] = {"aliases": others | own, "devices": devices, "bdSeq": session}


def _values(place: Place, payload: Any, message: Message, memory: Memory, statuses: tuple[Status, ...]) -> Decoded:
    aliases = memory.get(place.edge, {}).get("aliases", {})
    signals: list[Signal] = []
    refused: list[str] = []
    unknown = False
    for metric in payload.metrics:
        try:
            name, datatype = _name(metric, aliases, place.device)
            if not _left_out(name):
                signals.append(_signal(place.id, name, datatype, metric, _stamp(metric) or _stamp(payload)))
        except UnknownAlias as error:
            unknown = True
            refused.append(str(error))
        except DecodeError as error:
            refused.append(str(error))
    replies = _ask_for_rebirth(place, message, memory) if unknown else ()
    return Decoded(signals=tuple(signals), statuses=statuses, refused=tuple(refused), replies=replies)


class UnknownAlias(DecodeError):
    """A birth was missed."""


def _name(metric: Any, aliases: dict[str, Any], device: str) -> tuple[str, int]:
    if metric.name:
        return sparkplug_payload.text(metric.name, "metric name"), metric.datatype
    if not metric.HasField("alias"):
        raise DecodeError("metric: neither a name nor an alias")
    known = aliases.get(str(metric.alias))
    if known is None or known[0] != device:
        raise UnknownAlias(f"alias {metric.alias}: no birth named it; a rebirth is asked for")
    return known[1], metric.datatype or known[2]


def _left_out(name: str) -> bool:
    return name == "bdSeq" or name.startswith(("Node Control/", "Device Control/"))


def _signal(device: str, name: str, datatype: int, metric: Any, at: int | None) -> Signal:
    unit, quality = _properties(metric)
    if metric.is_null:
        return Signal(device, name, 0.0, at, unit, False, scalars.NO_VALUE)
    value = _value(name, datatype, metric)
    return Signal(
        device,
        name,
        value,
        at,
        unit,
        False,
        "the device says: bad quality" if quality == _BAD else "",
        quality == _STALE,
    )


def _value(name: str, datatype: int, metric: Any) -> float | bool | str:
    field = next((f for f in _FIELDS if metric.HasField(f)), "")
    if datatype in _REFUSED or datatype > 19 or not field:
        what = _REFUSED.get(datatype, "an array or a set" if datatype > 19 else "no value")
        raise DecodeError(f"{name}: {what} found; allowed: numbers, booleans and text")
    raw = getattr(metric, field)
    if field == "string_value":
        return scalars.value(sparkplug_payload.text(raw, name), name)
    if field == "boolean_value" or datatype == _BOOLEAN:
        return bool(raw)
    if datatype in _SIGNED:
        bits = _SIGNED[datatype]
        raw = ((int(raw) & ((1 << bits) - 1)) ^ (1 << (bits - 1))) - (1 << (bits - 1))
    # The shortest number that is the same 32-bit float: 0.612, not 0.6119999885559082.
    return scalars.number(float(str(np.float32(raw))) if field == "float_value" else raw, name)


def _properties(metric: Any) -> tuple[str, int | None]:
    unit, quality = "", None
    if metric.HasField("properties"):
        for key, value in zip(metric.properties.keys, metric.properties.values, strict=False):
            if key == b"engUnit" and value.HasField("string_value"):
                unit = sparkplug_payload.text(value.string_value, "engUnit")
            elif key == b"Quality":
                quality = value.int_value if value.HasField("int_value") else value.long_value
    return unit, quality


def _stamp(part: Any) -> int | None:
    return part.timestamp if part.HasField("timestamp") else None


def _ask_for_rebirth(place: Place, message: Message, memory: Memory) -> tuple[tuple[str, bytes], ...]:
    known = memory.get(place.edge, {})
    if message.received - known.get("asked", -ASK_AGAIN) < ASK_AGAIN:
        return ()
    memory[place.edge] = {**known, "asked": message.received}
    command = sparkplug_payload.Payload(timestamp=message.received)
    command.metrics.add(name=b"Node Control/Rebirth", timestamp=message.received, datatype=_BOOLEAN, boolean_value=True)
    group, _, edge = place.edge.partition("/")
    return ((f"spBv1.0/{group}/NCMD/{edge}", command.SerializeToString(deterministic=True)),)


EXAMPLES = (
    Example(
        what="a device is born",
        topic="spBv1.0/Plant/DBIRTH/edge-1/gauge",
        payload=sparkplug_payload.encode(
            '{"timestamp": 1764000000000, "seq": 1, "metrics": ['
            '{"name": "pressure", "alias": 5, "timestamp": 1764000000000, "dataType": "Float", "value": 0.612},'
            '{"name": "level", "alias": 6, "dataType": "Int16", "value": -3},'
            '{"name": "Properties/Hardware Make", "dataType": "String", "value": "Pibrella"}]}'
        ),
        decoded=Decoded(
            signals=(
                Signal("Plant/edge-1/gauge", "pressure", 0.612, 1764000000000),
                Signal("Plant/edge-1/gauge", "level", -3.0, 1764000000000),
                Signal("Plant/edge-1/gauge", "Properties/Hardware Make", "Pibrella", 1764000000000),
            ),
            statuses=(Status(device="Plant/edge-1/gauge", online=True, at=1764000000000),),
        ),
    ),
    Example(
        what="data by alias",
        topic="spBv1.0/Plant/DDATA/edge-1/gauge",
        payload=sparkplug_payload.encode(
            '{"timestamp": 1764000001000, "metrics": [{"alias": 5, "value": 0.5, "dataType": "Float"}]}'
        ),
        memory={"Plant/edge-1": {"aliases": {"5": ["gauge", "pressure", 9]}, "devices": ["gauge"], "bdSeq": 0}},
        decoded=Decoded(signals=(Signal("Plant/edge-1/gauge", "pressure", 0.5, 1764000001000),)),
    ),
    Example(
        what="an edge node dies, and its devices with it",
        topic="spBv1.0/Plant/NDEATH/edge-1",
        payload=sparkplug_payload.encode(
            '{"timestamp": 1764000001000, "metrics": [{"name": "bdSeq", "dataType": "UInt64", "value": 0}]}'
        ),
        memory={"Plant/edge-1": {"aliases": {}, "devices": ["gauge"], "bdSeq": 0}},
        decoded=Decoded(
            statuses=(
                Status(device="Plant/edge-1", online=False, at=None),
                Status(device="Plant/edge-1/gauge", online=False, at=None),
            )
        ),
    ),
    Example(what="a command", topic="spBv1.0/Plant/NCMD/edge-1", payload=b"", decoded=Decoded()),
    Example(what="something else", topic="spBv1.0/Plant/NDATA/edge-1", payload=b"{}", refused="protobuf"),
)
