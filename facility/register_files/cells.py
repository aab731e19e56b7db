"""What can stand in a cell: how each kind is read, and how it is written back so that it reads the same."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from facility.instant import DAY, duration, duration_text, from_datetime, iso, parse, to_datetime
from facility.text import Text

LONGEST_TEXT = 500
LONGEST_ID = 128
LONGEST_DURATION = 3660 * DAY


class CellRefused(ValueError):
    """The cell cannot be read: what is wrong, and what is allowed."""

    def __init__(self, message: Text, allowed: Text) -> None:
        self.message, self.allowed = message, allowed
        super().__init__(message.en)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of cell. ``read`` gets stripped, non-empty text and raises ``CellRefused``; ``write`` is its inverse."""

    read: Callable[[str], Any]
    write: Callable[[Any, tzinfo], str]
    about: Text


_ID = re.compile(r"[A-Za-z0-9._-]+")
_WORD = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_NUMBER = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d{1,3})?", re.ASCII)
_INTEGER = re.compile(r"[-+]?\d{1,9}", re.ASCII)
_DATE = re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def _as_is(value: Any, _zone: tzinfo) -> str:
    return str(value)


def _read_id(text: str) -> str:
    if not _ID.fullmatch(text) or len(text) > LONGEST_ID:
        raise CellRefused(Text("不能用作编号", "cannot be an id"), ID.about)
    return text


def _read_word(text: str) -> str:
    if not _WORD.fullmatch(text) or len(text) > LONGEST_ID:
        raise CellRefused(Text("不是种类词", "is not a word of the trade"), WORD.about)
    return text


def _read_text(text: str) -> str:
    if _CONTROL.search(text):
        raise CellRefused(Text("含有换行或控制字符", "contains a line break or control character"), TEXT.about)
    if len(text) > LONGEST_TEXT:
        raise CellRefused(Text(f"有 {len(text)} 个字符", f"has {len(text)} characters"), TEXT.about)
    return text


def _read_number(text: str) -> float:
    value = float(text) if _NUMBER.fullmatch(text) else math.nan
    if not math.isfinite(value):
        raise CellRefused(Text("不是数字", "is not a number"), NUMBER.about)
    return value


def write_number(value: Any, _zone: tzinfo = UTC) -> str:
    """The shortest text that reads back as the same number: 1.6, 0, 1e-07."""
    return repr(float(value) + 0.0).removesuffix(".0")


def _read_integer(text: str) -> int:
    if not _INTEGER.fullmatch(text):
        raise CellRefused(Text("不是整数", "is not a whole number"), INTEGER.about)
    return int(text)


def _read_duration(text: str) -> int:
    try:
        value = 0 if text == "0" else duration(text)
    except (ValueError, OverflowError):
        raise CellRefused(Text("不是时长", "is not a duration"), DURATION.about) from None
    if value > LONGEST_DURATION:
        raise CellRefused(Text("太长", "is too long"), DURATION.about)
    return value


def _write_duration(value: Any, _zone: tzinfo) -> str:
    return duration_text(value)


def _read_instant(text: str) -> int:
    try:
        return parse(text)
    except (ValueError, OverflowError):
        raise CellRefused(Text("不是带时区偏移的时刻", "is not an instant with an offset"), INSTANT.about) from None


def _write_instant(value: Any, zone: tzinfo) -> str:
    try:
        return iso(value, zone).replace(".000", "")
    except (ValueError, OverflowError):
        # The offset would lead out of the calendar, in the year 1 or 9999.
        return iso(value).replace(".000", "")


def _read_date_or_instant(text: str) -> int | date:
    match = _DATE.fullmatch(text)
    try:
        if match is None:
            return _read_instant(text)
        day = date(int(match[1]), int(match[2]), int(match[3]))
        day + timedelta(days=1)
    except (CellRefused, ValueError, OverflowError):
        raise CellRefused(Text("不是日期", "is not a date"), DATE.about) from None
    return day


def end_of_day(day: date, zone: tzinfo) -> int:
    """The instant at which ``day`` is over in ``zone``."""
    return from_datetime(datetime.combine(day + timedelta(days=1), datetime.min.time(), tzinfo=zone))


def _write_date_or_instant(value: Any, zone: tzinfo) -> str:
    try:
        day = to_datetime(value, zone).date() - timedelta(days=1)
    except (ValueError, OverflowError):
        return _write_instant(value, zone)
    return day.isoformat() if day.year >= 1000 and end_of_day(day, zone) == value else _write_instant(value, zone)


def _read_timezone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (ValueError, OSError, KeyError):
        raise CellRefused(Text("不是时区", "is not a time zone"), TIMEZONE.about) from None
    return text


def choice(*words: str) -> Kind:
    """One of a few words."""
    about = Text("、".join(words), ", ".join(words))

    def read(text: str) -> str:
        if text not in words:
            raise CellRefused(Text("不在可选之列", "is not one of the choices"), about)
        return text

    return Kind(read=read, write=_as_is, about=about)


ID = Kind(
    read=_read_id,
    write=_as_is,
    about=Text("字母、数字和 . _ -，最多 128 个", "letters, digits and . _ -, at most 128"),
)
WORD = Kind(
    read=_read_word,
    write=_as_is,
    about=Text(
        "小写字母、数字和连字符，如 pump-room-gauge", "small letters, digits and hyphens, as in pump-room-gauge"
    ),
)
TEXT = Kind(
    read=_read_text,
    write=_as_is,
    about=Text(f"一行文字，最多 {LONGEST_TEXT} 个字符", f"one line of text, at most {LONGEST_TEXT} characters"),
)
NUMBER = Kind(
    read=_read_number,
    write=write_number,
    about=Text(
        "数字，小数点用 .，不用千位分隔符，如 0.612", "a number with a decimal point and no separators, as in 0.612"
    ),
)
INTEGER = Kind(
    read=_read_integer,
    write=_as_is,
    about=Text("整数，如 -1", "a whole number, as in -1"),
)
DURATION = Kind(
    read=_read_duration,
    write=_write_duration,
    about=Text(
        "数字加 ms、s、m、h、d，如 10s 或 1h30m，最长十年",
        "a number and ms, s, m, h or d, as in 10s or 1h30m; at most ten years",
    ),
)
INSTANT = Kind(
    read=_read_instant,
    write=_write_instant,
    about=Text(
        "ISO 8601 时刻，如 2026-01-05T09:00:00+08:00", "ISO 8601 with an offset, as in 2026-01-05T09:00:00+08:00"
    ),
)
DATE = Kind(
    read=_read_date_or_instant,
    write=_write_date_or_instant,
    about=Text(
        "日期，如 2027-03-31（含当天，按项目所在时区），或带偏移的时刻",
        "a date as in 2027-03-31 (that day included, in the site's time zone), or an instant with an offset",
    ),
)
TIMEZONE = Kind(
    read=_read_timezone,
    write=_as_is,
    about=Text("IANA 时区名，如 Asia/Shanghai", "an IANA name, as in Asia/Shanghai"),
)
