"""Time as the whole product keeps it.

An *instant* is an ``int``: milliseconds since 1970-01-01T00:00:00Z. A *duration* is an ``int`` of milliseconds.
Nothing in here reads a clock: an instant is always an argument.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, tzinfo

from facility.text import Text

SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

_UNITS = {"ms": 1, "s": SECOND, "m": MINUTE, "min": MINUTE, "h": HOUR, "d": DAY}
_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|s|min|m|h|d)")
_SHORT = {DAY: "d", HOUR: "h", MINUTE: "m", SECOND: "s", 1: "ms"}
_WORDS = {
    DAY: Text("天", "d"),
    HOUR: Text("小时", "h"),
    MINUTE: Text("分", "min"),
    SECOND: Text("秒", "s"),
    1: Text("毫秒", "ms"),
}


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
    return "".join(f"{count}{_SHORT[size]}" for count, size in _split(milliseconds))


def duration_words(milliseconds: int) -> Text:
    """As a person reads it, exact: ``90_000`` → ``1 分 30 秒``, ``1 min 30 s``; of 0 and more.

    ``10 分钟`` where there are minutes alone, ``1 小时 30 分`` beside other units.
    """
    parts = [(count, _WORDS[size]) for count, size in _split(milliseconds)]
    zh = " ".join(f"{count} {word.zh}" for count, word in parts) or "0 秒"
    en = " ".join(f"{count} {word.en}" for count, word in parts) or "0 s"
    return Text(f"{zh}钟" if len(parts) == 1 and zh.endswith("分") else zh, en)


def _split(milliseconds: int) -> Iterator[tuple[int, int]]:
    """(how many, of which size), the largest first; sizes of which there are none are left out."""
    for size in _SHORT:
        count, milliseconds = divmod(milliseconds, size)
        if count:
            yield count, size


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
