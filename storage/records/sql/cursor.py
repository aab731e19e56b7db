"""Cursors: where the next page of a list begins. Opaque to everybody else."""

from __future__ import annotations

import base64
import binascii

_LARGEST = 2**63 - 1


def write(kind: str, *place: int) -> str:
    """A cursor of the list ``kind`` behind the row at ``place``."""
    text = ":".join([kind, *map(str, place)])
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read(kind: str, cursor: str, length: int) -> tuple[int, ...]:
    """The ``length`` numbers of the place. Raises ``ValueError`` on what ``write`` did not write for ``kind``."""
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode("ascii")
        found, *numbers = text.split(":")
        place = tuple(int(number) for number in numbers)
    except (binascii.Error, UnicodeError, ValueError):
        raise _not_ours(cursor) from None
    if found != kind or len(place) != length or any(abs(number) > _LARGEST for number in place):
        raise _not_ours(cursor)
    return place


def _not_ours(cursor: str) -> ValueError:
    return ValueError(f"cursor: {cursor[:80]!r} is not one that this list gave; leave it out to begin at the top")
