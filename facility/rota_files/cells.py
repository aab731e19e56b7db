"""What can stand in a cell of a rota: times of the day, days, lists of words, telephones, addresses."""

from __future__ import annotations

import re
from datetime import date, tzinfo
from typing import Any

from facility.register_files.cells import ID, WORD, CellRefused, Kind
from facility.register_files.timetable_cells import words_in, write_list
from facility.rota_entries import OFF
from facility.text import Text

_DAY = re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})", re.ASCII)
_PHONE = re.compile(r"\+?[0-9][0-9 \-]{1,24}", re.ASCII)
_EMAIL = re.compile(r"[^@\s,;]+@[^@\s,;]+\.[^@\s,;]+")
_QUIET = re.compile(r"(\d{1,2})\s*[-–~]\s*(\d{1,2})", re.ASCII)
_LAST_HOUR = 24


def _refuse(zh: str, en: str, about: Text) -> CellRefused:
    return CellRefused(Text(zh, en), about)


def _read_day(text: str) -> date:
    found = _DAY.fullmatch(text)
    numbers = [int(found[n]) for n in (1, 2, 3)] if found else [0, 0, 0]
    try:
        return date(numbers[0], numbers[1], numbers[2])
    except ValueError:
        raise _refuse("不是日期", "is not a date", DAY.about) from None


def _write_day(day: Any, _zone: tzinfo) -> str:
    return str(day.isoformat())


def _read_cycle(text: str) -> tuple[str, ...]:
    return tuple(word if word == OFF else ID.read(word) for word in words_in(text))


def _read_phone(text: str) -> str:
    if not _PHONE.fullmatch(text):
        raise _refuse("不是电话号码", "is not a telephone number", PHONE.about)
    return text


def _read_email(text: str) -> str:
    if not _EMAIL.fullmatch(text):
        raise _refuse("不是邮箱地址", "is not an e-mail address", EMAIL.about)
    return text


def read_quiet(text: str) -> tuple[int, int]:
    """``22-7`` → (22, 7). Raises ``CellRefused``."""
    found = _QUIET.fullmatch(text)
    hours = (int(found[1]), int(found[2])) if found else (_LAST_HOUR + 1, 0)
    if max(hours) > _LAST_HOUR or hours[0] % _LAST_HOUR == hours[1] % _LAST_HOUR:
        raise _refuse("不是时段", "is not a part of the day", QUIET.about)
    return hours[0] % _LAST_HOUR, hours[1]


def _write_quiet(hours: Any, _zone: tzinfo) -> str:
    return f"{hours[0]}-{hours[1]}"


def _read_addresses(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in (piece.strip() for piece in re.split(r"[;；]", text) if piece.strip()):
        channel, is_one, address = part.partition("=")
        if not is_one or not address.strip():
            raise _refuse("不是地址", "is not a list of addresses", ADDRESSES.about)
        found[WORD.read(channel.strip())] = address.strip()
    return found


def _write_addresses(addresses: Any, _zone: tzinfo) -> str:
    return "; ".join(f"{channel}={address}" for channel, address in addresses.items())


def _read_yes(text: str) -> bool:
    answers = {"yes": True, "no": False, "是": True, "否": False, "true": True, "false": False}
    if text.casefold() not in answers:
        raise _refuse("不是 yes 或 no", "is neither yes nor no", YES.about)
    return answers[text.casefold()]


def _write_yes(value: Any, _zone: tzinfo) -> str:
    return "yes" if value else "no"


def _read_small(text: str) -> int:
    if not re.fullmatch(r"\d{1,2}", text, re.ASCII):
        raise _refuse("不是 0 到 99 的整数", "is not a whole number from 0 to 99", SMALL.about)
    return int(text)


DAY = Kind(read=_read_day, write=_write_day, about=Text("日期，如 2027-03-31", "a date as in 2027-03-31"))
CYCLE = Kind(
    read=_read_cycle,
    write=write_list,
    about=Text(
        "每天一个班次编号，休息写 -，如 day night - -",
        "a kind of shift for each day, - for a day off, as in day night - -",
    ),
)
PHONE = Kind(
    read=_read_phone,
    write=lambda value, _zone: str(value),
    about=Text("数字、空格和 -，可以 + 开头", "digits, spaces and -, with or without a + before"),
)
EMAIL = Kind(
    read=_read_email,
    write=lambda value, _zone: str(value),
    about=Text("邮箱地址，如 li@example.com", "an e-mail address as in li@example.com"),
)
QUIET = Kind(
    read=read_quiet,
    write=_write_quiet,
    about=Text("从几点到几点，如 22-7", "from which hour to which, as in 22-7"),
)
ADDRESSES = Kind(
    read=_read_addresses,
    write=_write_addresses,
    about=Text(
        "渠道=地址，用分号隔开，如 wecom=ZhangSan; sms=13800000000",
        "channel=address with ; between them, as in wecom=ZhangSan",
    ),
)
YES = Kind(read=_read_yes, write=_write_yes, about=Text("yes 或 no", "yes or no"))
SMALL = Kind(
    read=_read_small, write=lambda value, _zone: str(value), about=Text("0 到 99 的整数", "a whole number from 0 to 99")
)
