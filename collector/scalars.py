"""What one JSON value means, by one rule for every decoder.

A number, or text that is exactly one number (``"0.612"``), is a number. ``true`` and ``false`` are booleans. Any other
text is a word, which a state understands (``"ON"``, ``"open"``) and a measurement refuses: ``"0_02"``, ``"1,5"`` and
full-width digits are never guessed at. ``null`` means that the device says it has no value.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from collector.decoding import DecodeError, Signal
from collector.json_input import kind_of

LIMIT = float(2**63)
"""No instrument measures this much; whatever sends it is broken."""

WORD_LIMIT = 64
"""Characters of a state's word."""

NO_VALUE = "null: the device says that it has no value"

_NUMBER = re.compile(r"[-+]?[0-9]{1,20}(?:\.[0-9]{1,20})?(?:[eE][-+]?[0-9]{1,3})?")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def value(raw: Any, field: str) -> float | bool | str:
    """A finite number, a boolean or a word. Raises ``DecodeError`` that names ``field``; ``null`` is not for this."""
    kind = type(raw)
    if kind is float or kind is int:
        return number(raw, field)
    if kind is bool:
        return bool(raw)
    if kind is str:
        return _text(raw, field)
    raise DecodeError(f"{field}: {kind_of(raw)} found; allowed: a number, true, false, text or null")


def number(raw: float, field: str) -> float:
    """A number that an instrument can have sent. Raises ``DecodeError``."""
    if -LIMIT < raw < LIMIT:
        return float(raw)
    raise DecodeError(f"{field}: a number beyond 2^63 or not finite; allowed: finite numbers up to 2^63")


def _text(raw: str, field: str) -> float | str:
    text = raw.strip()
    if _NUMBER.fullmatch(text):
        return number(float(text), field)
    if not text or len(text) > WORD_LIMIT:
        raise DecodeError(f"{field}: text of {len(text)} characters; allowed: a number or a word of 1 to {WORD_LIMIT}")
    return text


def signal(device: str, key: str, raw: Any, at: int | None, unit: str = "", *, test: bool = False) -> Signal:
    """One signal of a raw JSON value; ``null`` becomes a signal with a fault. Raises ``DecodeError``."""
    if raw is None:
        return Signal(device, key, 0.0, at, unit, test, NO_VALUE)
    return Signal(device, key, value(raw, key), at, unit, test)


def iso_instant(text: str, field: str) -> int:
    """ISO 8601 with an offset, also in its basic form (``20200515T023353Z``) → instant. Raises ``DecodeError``."""
    try:
        moment = datetime.fromisoformat(text)
        delta = moment - _EPOCH
    except (ValueError, TypeError, OverflowError):
        raise DecodeError(
            f"{field}: {text[:40]!r} is no time; allowed: ISO 8601 with an offset, as in 2026-11-24T08:00:00+08:00",
        ) from None
    return (delta.days * 86_400 + delta.seconds) * 1_000 + delta.microseconds // 1_000


def epoch_instant(raw: float, field: str, unit: int = 1) -> int:
    """A number of milliseconds (``unit`` 1) or seconds (``unit`` 1000) since 1970 → instant. Raises ``DecodeError``."""
    number(raw, field)
    return round(raw * unit)


def instant(raw: Any, field: str, unit: int = 1) -> int | None:
    """A time as JSON gives it: a number of ``unit`` milliseconds, ISO text, or null. Raises ``DecodeError``."""
    kind = type(raw)
    if raw is None:
        return None
    if kind is int or kind is float:
        return epoch_instant(raw, field, unit)
    if kind is str:
        return iso_instant(raw, field)
    raise DecodeError(f"{field}: {kind_of(raw)} found; allowed: ISO 8601 with an offset, a number, or nothing")
