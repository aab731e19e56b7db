"""Objects of decoded values, as codecs and bridges publish them, into signals.

Nested objects give keys joined by dots. An object with a ``value`` (or ``data``) and perhaps a ``unit`` is one measurement.
Arrays, and text too long to be a state's word, are descriptions rather than values and are left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from collector import scalars
from collector.decoding import DecodeError, Signal

KEY_LIMIT = 200


def signals(
    device: str,
    found: dict[str, Any],
    at: int | None,
    *,
    test: bool = False,
    skip: frozenset[str] = frozenset(),
) -> list[Signal]:
    """One signal for each value in ``found`` whose top key is not in ``skip``. Raises ``DecodeError``."""
    return [
        scalars.signal(device, key, raw, at, unit, test=test)
        for top, inner in found.items()
        if top not in skip
        for key, raw, unit in _leaves(top, inner)
    ]


def _leaves(key: str, raw: Any) -> Iterator[tuple[str, Any, str]]:
    if len(key) > KEY_LIMIT:
        raise DecodeError(f"{key[:40]!r}…: a key of {len(key)} characters; allowed: up to {KEY_LIMIT}")
    if type(raw) is dict:
        measured = _measurement(raw)
        if measured is not None:
            yield key, *measured
        else:
            for inner, value in raw.items():
                yield from _leaves(f"{key}.{inner}", value)
    elif type(raw) is str:
        if 0 < len(raw.strip()) <= scalars.WORD_LIMIT:
            yield key, raw, ""
    elif type(raw) is not list:
        yield key, raw, ""


def _measurement(raw: dict[str, Any]) -> tuple[Any, str] | None:
    """``{"value": 0.246, "unit": "bar"}`` → the value and its unit; None when it is no measurement."""
    unit = raw.get("unit", "")
    for name in ("value", "data"):
        if name in raw and type(unit) is str and type(raw[name]) not in (dict, list):
            return raw[name], unit
    return None
