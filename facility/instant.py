"""Time as the whole product keeps it.

An *instant* is an ``int``: milliseconds since 1970-01-01T00:00:00Z. A *duration* is an ``int`` of milliseconds.
Nothing in here reads a clock: an instant is always an argument.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, tzinfo

SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

_UNITS = {"ms": 1, "s": SECOND, "m": MINUTE, "min": MINUTE, "h": HOUR, "d": DAY}
_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|s|min|m|h|d)")


def duration(text: str) -> int:
    """``"30s"``, ``"5m"``, ``"1h30m"``, ``"90d"`` → milliseconds.

    Raises ``ValueError`` that says what is allowed.
    """
    total, end = 0.0, 0
    stripped = text.strip()
    for match in _DURATION.finditer(stripped):
        if stripped[end : match.start()].strip():
            break
        total += float(match.group(1)) * _UNITS[match.group(2)]
        end = match.end()
    if not stripped or stripped[end:].strip():
        raise ValueError(
            f"{text!r} is not a duration; write a number and one of ms, s, m, h, d, as in '30s' or '1h30m'"
        )
    return round(total)


def duration_text(milliseconds: int) -> str:
    """The shortest text that ``duration`` reads back: ``90_000`` → ``"1m30s"``."""
    if milliseconds == 0:
        return "0s"
    parts: list[str] = []
    rest = milliseconds
    for unit, size in (("d", DAY), ("h", HOUR), ("m", MINUTE), ("s", SECOND), ("ms", 1)):
        count, rest = divmod(rest, size)
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts)


def parse(text: str) -> int:
    """ISO 8601 with an offset (``Z`` counts) → instant. Raises ``ValueError``, also when the offset is missing."""
    moment = datetime.fromisoformat(text.strip())
    if moment.tzinfo is None:
        raise ValueError(f"{text!r} has no offset; write it as in 2026-11-24T08:00:00+08:00")
    return from_datetime(moment)


def from_datetime(moment: datetime) -> int:
    """An aware datetime → instant, to the millisecond below."""
    delta = moment.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)
    return (delta.days * 86_400 + delta.seconds) * 1_000 + delta.microseconds // 1_000


def to_datetime(instant: int, zone: tzinfo = UTC) -> datetime:
    """An instant → aware datetime in ``zone``."""
    seconds, milliseconds = divmod(instant, 1_000)
    return datetime.fromtimestamp(seconds, tz=UTC).replace(microsecond=milliseconds * 1_000).astimezone(zone)


def iso(instant: int, zone: tzinfo = UTC) -> str:
    """An instant → ISO 8601 with milliseconds and offset (``Z`` for UTC)."""
    return to_datetime(instant, zone).isoformat(timespec="milliseconds").replace("+00:00", "Z")
