"""Inputs for decoders without end: their own examples, changed where it hurts, and bytes that are nothing at all.

A document (JSON, CBOR) is changed in its structure and written out again, so that what is changed gets past the parser; a fire
panel's frame gets a new checksum; everything is also changed byte by byte. The same seed gives the same inputs.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

import cbor2
import orjson

from collector.catalogue import DECODERS, Decoder, levels
from collector.decoders import gb26875
from collector.decoding import Example, Message

NOW = 1_795_478_400_000
STRANGE: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 255, 256, 2**31, 2**53, 2**63 - 1, -(2**63), 0.1, -0.0, 1e-320, 1e300, 1e308, "", " ", "0",
    "1", "-1", "0_02", "1e400", "NaN", "Infinity", "true", "ON", "online", "\u0000", "中文", "\u202e", "a" * 65, "a" * 300, "/",
    "..", "#", "2026-11-24T08:00:00+08:00", "2026-11-24T08:00:00", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00",
    1795478400, -1e18, [], {}, [[]], [{}], [None], {"value": 1, "unit": "°C"}, {"": {"": {}}}, [1] * 50, {"value": {"value": 1}},
)  # fmt: skip
KEYS = (
    "values", "ts", "unit", "test", "event", "device", "seq", "object", "history", "timestamp", "time", "deviceInfo", "devEui",
    "n", "bn", "t", "bt", "v", "vs", "vb", "vd", "u", "bver", "value", "data", "state", "online", "type", "params",
    "uplink_message", "decoded_payload", "", "s_", "a" * 300, "a.b", "\u0000",
)  # fmt: skip
LEVELS = (
    "", "x", "up", "status", "readings", "events", "batch", "NDATA", "DBIRTH", "e/d", "a/b/c", "bridge/x", "set", "中文",
    "\u0000", "a" * 300,
)  # fmt: skip
SHARE_WITH_CODEC = 0.02
"""A codec costs a thousand times what a decoder does: few inputs of a decoder that may have one come with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Try:
    """One input, and what the decoder remembers."""

    message: Message
    memory: dict[str, Any]


def tries(decoder: Decoder, count: int, seed: int) -> Iterator[Try]:
    """``count`` inputs for ``decoder``; the same ones for the same ``seed``."""
    random = Random(f"{decoder.name}/{seed}")
    plain = [example for example in decoder.examples if not example.codecs]
    with_codec = [example for example in decoder.examples if example.codecs]
    every = [example.payload for other in DECODERS.values() for example in other.examples]
    for _ in range(count):
        example = random.choice(with_codec if with_codec and random.random() < SHARE_WITH_CODEC else plain)
        yield _try(decoder, example, _payload(example.payload, every, random), random)


def _try(decoder: Decoder, example: Example, payload: bytes, random: Random) -> Try:
    captured, _ = levels(decoder, example.topic)
    captured = {name: _level(level, random) for name, level in captured.items()}
    options = {name: random.choice(words) for name, words in decoder.options.items()}
    message = Message(
        topic=example.topic,
        payload=payload,
        received=NOW,
        source="s",
        captured=captured,
        retained=random.random() < 0.2,
        options=options,
        codecs=example.codecs,
    )
    return Try(message=message, memory=copy.deepcopy(dict(example.memory)))


def _level(level: str, random: Random) -> str:
    return random.choice(LEVELS) if random.random() < 0.1 else level


def _payload(payload: bytes, every: list[bytes], random: Random) -> bytes:
    way = random.choice(_WAYS)
    changed = way(payload, random)
    if random.random() < 0.1:
        changed = _bytewise(changed, random)
    if random.random() < 0.03:
        changed += random.choice(every)
    return changed


def _bytewise(payload: bytes, random: Random) -> bytes:
    """A few bytes changed, put in, taken out or repeated, or all of it cut."""
    found = bytearray(payload)
    for _ in range(random.randint(1, 4)):
        at = random.randint(0, len(found))
        match random.randint(0, 4):
            case 0 if at < len(found):
                found[at] = random.randint(0, 255)
            case 1:
                found[at:at] = random.randbytes(random.randint(1, 4))
            case 2:
                del found[at : at + random.randint(1, 4)]
            case 3:
                found[at:at] = found[at : at + random.randint(1, 40)] * random.randint(1, 3)
            case _:
                del found[at:]
    return bytes(found)


def _noise(payload: bytes, random: Random) -> bytes:
    del payload
    return random.randbytes(random.choice((0, 1, 2, 8, 40, 200)))


def _in_json(payload: bytes, random: Random) -> bytes:
    try:
        document = orjson.loads(payload)
        return orjson.dumps(_changed(document, random), option=orjson.OPT_NON_STR_KEYS)
    except (orjson.JSONDecodeError, TypeError):
        return _bytewise(payload, random)


def _in_cbor(payload: bytes, random: Random) -> bytes:
    """The same document in CBOR, or a document in CBOR changed."""
    try:
        document = cbor2.loads(payload) if payload[:1] >= b"\x80" else orjson.loads(payload)
        return cbor2.dumps(_changed(document, random))
    except (cbor2.CBORError, orjson.JSONDecodeError, TypeError, ValueError, OverflowError):
        return _bytewise(payload, random)


def _in_frame(payload: bytes, random: Random) -> bytes:
    """What a frame carries, changed, with a checksum that is right."""
    if payload[:2] != b"@@" or len(payload) < 30:
        return _bytewise(payload, random)
    return gb26875.frame(_bytewise(payload[27:-3], random)[:60_000], random.choice((1, 2, 2, 2, 5)))


_WAYS: tuple[Callable[[bytes, Random], bytes], ...] = (
    *(_in_json, _in_json, _in_json, _in_json, _in_frame, _in_cbor, _bytewise, _bytewise, _noise),
)


def _changed(document: Any, random: Random) -> Any:
    """The document with one to three of its parts changed."""
    whole = [document]
    for _ in range(random.randint(1, 3)):
        holder, key = random.choice(list(_places(whole)))
        _change(holder, key, random)
    return whole[0] if whole else None


def _places(part: Any) -> Iterator[tuple[Any, Any]]:
    """Every (container, key) in it."""
    found: list[tuple[Any, Any]] = []
    keys = list(part) if isinstance(part, dict) else range(len(part))
    for key in keys:
        found.append((part, key))
        if isinstance(part[key], dict | list):
            found += _places(part[key])
    yield from found or [(part, None)]


def _change(holder: Any, key: Any, random: Random) -> None:
    strange = copy.deepcopy(random.choice(STRANGE))
    match random.randint(0, 5):
        case 0 | 1 if key is not None:
            holder[key] = strange
        case 2 if isinstance(holder, dict) and key is not None:
            holder[random.choice(KEYS)] = holder.pop(key)
        case 3 if isinstance(holder, dict):
            holder[random.choice(KEYS)] = strange
        case 4 if key is not None and (isinstance(holder, dict) or len(holder) > 1):
            del holder[key]
        case 5 if key is not None:
            holder[key] = [holder[key]] * random.randint(1, 3)
        case _ if isinstance(holder, list):
            holder.append(strange)
        case _:
            holder[random.choice(KEYS)] = strange
