"""The one door for CBOR: strict, bounded, and never anything but plain values or a ``DecodeError``.

Of all tags only decimal fractions (4) are understood, since SenML allows them (RFC 8428, section 6), and the mark that says
"this is CBOR" (55799). Big numbers, dates, regular expressions, references and the rest are refused before they are made.
"""

from __future__ import annotations

from io import BytesIO
from typing import Any, Never

import cbor2

from collector.decoding import DecodeError, Message

DEPTH_LIMIT = 16
"""Arrays and maps inside one another. A SenML pack needs 2."""
EXPONENT_LIMIT = 400
"""Of ten, in a decimal fraction; a number that large is no measurement anyhow."""

_FRACTION, _SELF = 4, 55_799
_TAGS = (*range(64), 100, 256, 258, 260, 261, 1004, 43_000)
"""Those that the library would understand by itself, and their neighbours."""


_WORDS = (
    ("premature end", "the CBOR ends too early; it was cut off on its way"),
    ("nesting depth", f"nested more than {DEPTH_LIMIT} deep; allowed: arrays and maps inside one another up to there"),
    ("Duplicate map key", "a key stands twice in one map"),
)


class _Refused(Exception):
    """What is refused from within the library, whose own exception says only where."""


def document(message: Message) -> Any:
    """The payload's one item, of arrays, maps, text, bytes, numbers, booleans and ``None``.

    Refused: more bytes than ``message.limit``, nesting deeper than 16, a key that stands twice, anything after the
    item, and tags. Raises ``DecodeError``.
    """
    payload = message.payload
    if len(payload) > message.limit:
        raise DecodeError(f"payload of {len(payload)} bytes; allowed: up to {message.limit}")
    source = BytesIO(payload)
    decoder = cbor2.CBORDecoder(
        source,
        tag_hook=_refuse_tag,
        semantic_decoders=dict.fromkeys(_TAGS, _refuse_tag) | {_FRACTION: _fraction, _SELF: _itself},
        max_depth=DEPTH_LIMIT,
        allow_duplicate_keys=False,
    )
    try:
        found = decoder.decode()
    except (cbor2.CBORError, OverflowError, TypeError) as error:
        raise DecodeError(f"payload: {_reason(error)}") from None
    rest = len(source.read())
    if rest:
        raise DecodeError(f"payload: {rest} bytes after the end of the CBOR item; allowed: one item")
    return found


def _refuse_tag(content: object, immutable: bool) -> Never:
    del content, immutable
    raise _Refused("a tag of CBOR found; allowed: decimal fractions alone")


def _itself(content: object, immutable: bool) -> object:
    del immutable
    return content


def _fraction(parts: Any, immutable: bool) -> float:
    """``[exponent, mantissa]`` to the base of ten."""
    del immutable
    if type(parts) not in (list, tuple) or len(parts) != 2 or {type(part) for part in parts} != {int}:
        raise _Refused("a decimal fraction that is not [exponent, mantissa]; allowed: two whole numbers")
    exponent, mantissa = parts
    if abs(exponent) > EXPONENT_LIMIT:
        raise _Refused(f"a decimal fraction with the exponent {exponent}; allowed: up to {EXPONENT_LIMIT}")
    return float(f"{mantissa}e{exponent}")


def _reason(error: BaseException) -> str:
    """What went wrong, in our words where the library's are its own; the innermost cause is ours where we refused."""
    cause = error
    while cause.__cause__ is not None:
        cause = cause.__cause__
    if isinstance(cause, _Refused):
        return str(cause)
    return next((ours for theirs, ours in _WORDS if theirs in str(cause)), "not CBOR")
