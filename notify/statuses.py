"""What a status of HTTP means for a message: taken, never, or later."""

from __future__ import annotations

from datetime import UTC
from email.utils import parsedate_to_datetime

from notify.channel import NotNow, Refused
from notify.exchange import Answer

LONGEST_WAIT = 86_400.0
_LATER = frozenset({408, 409, 425, 429})
"""409: another request with the same idempotency key is under way."""


def check_status(answer: Answer, now: int) -> None:
    """Silent when the other side has taken it. Raises ``Refused``, ``NotNow``. ``now``: an instant."""
    status = answer.status
    if 200 <= status < 300:
        return
    if status in _LATER or status >= 500:
        raise NotNow(f"it answered {status}", retry_after(answer, now))
    if 300 <= status < 400:
        # Followed, it could lead anywhere, and would carry the signed body along.
        raise Refused(f"it answered {status}, a redirect, which is not followed: set the address that it names")
    raise Refused(f"it answered {status}")


def retry_after(answer: Answer, now: int) -> float | None:
    """Seconds that it asks us to wait (RFC 9110 §10.2.3: a number, or a date), at most a day."""
    said = answer.headers.get("retry-after", "").strip()
    if not said:
        return None
    if said.isascii() and said.isdigit():
        return min(float(said), LONGEST_WAIT)
    try:
        when = parsedate_to_datetime(said)
    except ValueError:
        return None
    at = (when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp()
    return min(max(0.0, at - now / 1000), LONGEST_WAIT)
