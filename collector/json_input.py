"""The one door for JSON: strict, bounded, and never anything but a document or a ``DecodeError``."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import orjson

from collector.decoding import DecodeError, Message

DEPTH_LIMIT = 32
"""Arrays and objects inside one another. Real envelopes need about 6."""

_BOM = b"\xef\xbb\xbf"
_NOT_BRACKETS = bytes(byte for byte in range(256) if byte not in b"[]{}")
_ESCAPE = re.compile(rb"\\.", re.DOTALL)
_NOT_A_NUMBER = re.compile(rb"[-+]?(NaN|Infinity|inf|nan)")
_STEP = np.zeros(256, dtype=np.int64)
_STEP[[ord("["), ord("{")]] = 1
_STEP[[ord("]"), ord("}")]] = -1


def document(message: Message) -> Any:
    """The payload's JSON document.

    Refused: more bytes than ``message.limit``, nesting deeper than 32, NaN and Infinity, anything that is not UTF-8 JSON.
    A byte order mark in front is taken off. Raises ``DecodeError``.
    """
    return parsed(message.payload, message.limit)


def parsed(payload: bytes, limit: int) -> Any:
    """As ``document``, of a payload of which the source allows ``limit`` bytes."""
    if payload.count(b"{") + payload.count(b"[") > DEPTH_LIMIT and len(payload) <= limit:
        refuse_depth(payload)
    return unmeasured(payload, limit)


def unmeasured(payload: bytes, limit: int) -> Any:
    """As ``parsed``, however deep it is: for whoever then looks at each part of the document, or calls ``refuse_depth``."""
    if len(payload) > limit:
        raise DecodeError(f"payload of {len(payload)} bytes; allowed: up to {limit}")
    if payload[:3] == _BOM:
        payload = payload[3:]
    try:
        return orjson.loads(payload)
    except orjson.JSONDecodeError as error:
        raise DecodeError(_reason(payload, error)) from None


def table(message: Message) -> dict[str, Any]:
    """The payload's JSON object. Raises ``DecodeError``, also for any other kind of document."""
    found = document(message)
    if type(found) is not dict:
        raise DecodeError(f"payload: {kind_of(found)} found; allowed: one JSON object")
    return found


def kind_of(value: object) -> str:
    """What a JSON value is, in a person's words."""
    match value:
        case None:
            return "null"
        case bool():
            return "true or false"
        case dict():
            return "an object"
        case list():
            return "an array"
        case str():
            return "text"
        case _:
            return "a number"


def depth(payload: bytes) -> int:
    """How deep arrays and objects are inside one another, counted before anything is parsed; brackets in text are not."""
    bare = _ESCAPE.sub(b"", payload) if b"\\" in payload else payload
    outside = b"".join(bare.split(b'"')[::2]).translate(None, _NOT_BRACKETS)
    if not outside:
        return 0
    return int(_STEP[np.frombuffer(outside, dtype=np.uint8)].cumsum().max())


def refuse_depth(payload: bytes) -> None:
    """Raises ``DecodeError`` where arrays and objects are too deep inside one another."""
    found = depth(payload)
    if found > DEPTH_LIMIT:
        raise DecodeError(f"nested {found} deep; allowed: up to {DEPTH_LIMIT} arrays and objects inside one another")


def _reason(payload: bytes, error: orjson.JSONDecodeError) -> str:
    if not payload.strip():
        return "payload: it is empty; allowed: a JSON document"
    bad = _NOT_A_NUMBER.search(payload, max(0, error.pos - 2), error.pos + 12)
    if bad is not None:
        return f"payload: {bad.group().decode()} at character {error.pos}; allowed: finite numbers, null for no value"
    if "infinity" in error.msg:
        return f"payload: a number with too many digits at character {error.pos}; allowed: up to 2^63"
    if error.msg.startswith("unexpected end"):
        return f"payload: the JSON ends too early, at character {error.pos}; it was cut off on its way"
    return f"payload: not JSON at character {error.pos}: {error.msg.split(':')[0]}"
