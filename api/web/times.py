"""Time as a person reads it: local with its date, relative beside it, UTC on hover."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, tzinfo

from facility.instant import DAY, HOUR, MINUTE, SECOND, duration_words, from_datetime, iso, to_datetime

Say = Callable[..., str]
"""gettext: the text with its ``%(name)s`` filled in."""

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def local(instant: int, zone: tzinfo, language: str, now: int, *, seconds: bool = False) -> str:
    """``11月24日 08:05`` or ``24 Nov 08:05``; with the year where it is not this one."""
    moment, this_year = to_datetime(instant, zone), to_datetime(now, zone).year
    clock = f"{moment:%H:%M:%S}" if seconds else f"{moment:%H:%M}"
    if language == "zh":
        year = "" if moment.year == this_year else f"{moment.year}年"
        return f"{year}{moment.month}月{moment.day}日 {clock}"
    year = "" if moment.year == this_year else f" {moment.year}"
    return f"{moment.day} {_MONTHS[moment.month - 1]}{year} {clock}"


def entered(local: str, zone: tzinfo) -> int | None:
    """``2026-11-24T08:00`` in ``zone`` → instant; None where nothing, or nothing that is a time, was entered."""
    try:
        return from_datetime(datetime.fromisoformat(local).replace(tzinfo=zone)) if local else None
    except (ValueError, OverflowError):
        return None


def utc(instant: int, zone: tzinfo) -> str:
    """What stands behind it: ISO 8601 in UTC, and the zone that is shown."""
    return f"{iso(instant)} · {to_datetime(instant, zone):%Z UTC%z}"


def span(milliseconds: int, language: str) -> str:
    """``12 s``, ``5 min``, ``3 h 20 min``, ``4 d``; in Chinese ``12 秒``, ``5 分钟``, ``3 小时 20 分``, ``4 天``."""
    size = max(0, milliseconds)
    step = SECOND if size < MINUTE else MINUTE if size < DAY else DAY
    return duration_words(size - size % step).say(language)


def countdown(milliseconds: int, language: str) -> str:
    """To the second: ``12:05``, ``1:12:05``, ``2 d 03:12:05``, without its sign. The page counts on in the same way."""
    total = abs(milliseconds) // SECOND
    days, rest = divmod(total, DAY // SECOND)
    hours, minutes, seconds = rest // 3600, rest % 3600 // 60, rest % 60
    if days:
        return f"{days} {'天' if language == 'zh' else 'd'} {hours:02}:{minutes:02}:{seconds:02}"
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def ago(instant: int, now: int, language: str) -> str:
    """``12 s ago`` or ``in 5 min``; in Chinese ``12 秒前``, ``5 分钟后``. One unit is enough, as the page's script counts on."""
    apart = abs(now - instant)
    size = span(apart - apart % HOUR if apart >= HOUR else apart, language)
    if language == "zh":
        return f"{size}前" if instant <= now else f"{size}后"
    return f"{size} ago" if instant <= now else f"in {size}"
