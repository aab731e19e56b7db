"""Properties of a PUBLISH packet of MQTT 5 [3.3.2.3]: stepped over, but for what the publisher itself wrote on it."""

from __future__ import annotations


class Malformed(ValueError):
    """The bytes are not MQTT. What follows cannot be understood: the connection is over."""


User = tuple[tuple[str, str], ...]

_SIZES = {0x01: 1, 0x02: 4}
"""Payload format, expiry: identifier → bytes."""
_TEXTS = frozenset({0x03, 0x08, 0x09})
"""Content type, response topic, correlation data: two bytes of length, then so many."""
_SUBSCRIPTION, _ALIAS, _USER = 0x0B, 0x23, 0x26


def properties(data: bytes, at: int, beyond: int) -> tuple[int, User]:
    """(where the payload begins, user properties). Raises ``Malformed``."""
    if data[at : at + 1] == b"\0" and at < beyond:
        return at + 1, ()
    size, at = number(data, at, beyond)
    end = at + size
    if end > beyond:
        raise Malformed("properties that end beyond their packet")
    user: list[tuple[str, str]] = []
    while at < end:
        at = _one(data, at, end, user)
    return end, tuple(user)


def number(data: bytes, at: int, beyond: int) -> tuple[int, int]:
    """A variable byte integer [1.5.5], and what comes after it. Raises ``Malformed``."""
    found = 0
    for place in range(at, min(at + 4, beyond)):
        found |= (data[place] & 0x7F) << 7 * (place - at)
        if not data[place] & 0x80:
            return found, place + 1
    raise Malformed("a number that does not end")


def _one(data: bytes, at: int, end: int, user: list[tuple[str, str]]) -> int:
    """Where the property after this one begins."""
    kind, at = data[at], at + 1
    if kind in _SIZES:
        at += _SIZES[kind]
    elif kind in _TEXTS:
        _, at = _text(data, at, end)
    elif kind == _SUBSCRIPTION:
        _, at = number(data, at, end)
    elif kind == _USER:
        name, at = _text(data, at, end)
        value, at = _text(data, at, end)
        user.append((name.decode("utf-8", "replace"), value.decode("utf-8", "replace")))
    elif kind == _ALIAS:
        raise Malformed("a topic alias, where none was allowed")
    else:
        raise Malformed(f"property {kind:#04x} in a PUBLISH packet")
    if at > end:
        raise Malformed("a property that ends beyond the others")
    return at


def _text(data: bytes, at: int, end: int) -> tuple[bytes, int]:
    if at + 2 > end:
        raise Malformed("a property that ends too early")
    beyond = at + 2 + (data[at] << 8 | data[at + 1])
    if beyond > end:
        raise Malformed("a property that ends too early")
    return data[at + 2 : beyond], beyond
