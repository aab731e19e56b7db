"""Cells of timetables: times of the day, days, lists of words. Routes of the register and the rota write them alike."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import tzinfo
from typing import Any

from facility.calendar import DAY_MINUTES
from facility.register_files.cells import ID, WORD, CellRefused, Kind
from facility.rota_entries import DAYS
from facility.round import ASKS
from facility.text import Text

_TIME = re.compile(r"(\d{1,2})[:：](\d{2})", re.ASCII)
_BETWEEN = re.compile(r"[\s;；,，、|]+")


def _refuse(zh: str, en: str, about: Text) -> CellRefused:
    return CellRefused(Text(zh, en), about)


def _read_time(text: str) -> int:
    found = _TIME.fullmatch(text)
    minutes = int(found[1]) * 60 + int(found[2]) if found and int(found[2]) < 60 else DAY_MINUTES + 1
    if minutes > DAY_MINUTES:
        raise _refuse("不是一天中的时刻", "is not a time of the day", TIME.about)
    return minutes


def write_time(minutes: Any, _zone: tzinfo | None = None) -> str:
    """``480`` → ``08:00``"""
    return f"{minutes // 60:02}:{minutes % 60:02}"


def words_in(text: str) -> list[str]:
    """What stands between spaces, commas and the like."""
    return [word for word in _BETWEEN.split(text) if word]


def _list_of(read: Callable[[str], Any]) -> Callable[[str], tuple[Any, ...]]:
    return lambda text: tuple(dict.fromkeys(read(word) for word in words_in(text)))


def write_list(words: Any, _zone: tzinfo | None = None) -> str:
    """As ``words_in`` reads it."""
    return " ".join(words)


def _read_days(text: str) -> tuple[str, ...]:
    words = tuple(dict.fromkeys(words_in(text.casefold())))
    strange = [word for word in words if word not in DAYS]
    if strange:
        raise _refuse(f"里的 {strange[0]} 不是日子的说法", f"has {strange[0]}, which names no days", DAYS_OF.about)
    return words


def _read_asks(text: str) -> tuple[str, ...]:
    words = tuple(dict.fromkeys(words_in(text.casefold())))
    strange = [word for word in words if word not in ASKS]
    if strange:
        raise _refuse(f"里的 {strange[0]} 不能要求", f"has {strange[0]}, which cannot be asked", ASKED.about)
    return words


TIME = Kind(
    read=_read_time,
    write=write_time,
    about=Text(
        "一天中的时刻，如 08:00，24:00 是当天结束", "a time of the day as in 08:00; 24:00 is the end of the day"
    ),
)
IDS = Kind(
    read=_list_of(ID.read),
    write=write_list,
    about=Text("编号，用空格隔开", "ids with spaces between them"),
)
WORDS = Kind(
    read=_list_of(WORD.read),
    write=write_list,
    about=Text(
        "小写英文词，用空格隔开，如 fire-panel lift", "small words with spaces between them, as in fire-panel lift"
    ),
)
DAYS_OF = Kind(
    read=_read_days,
    write=write_list,
    about=Text("、".join(DAYS) + "，可以写几个", ", ".join(DAYS) + "; one or more"),
)
ASKED = Kind(read=_read_asks, write=write_list, about=Text("、".join(ASKS), ", ".join(ASKS)))
