"""Which columns each file of permissions has. A ``Text`` is two columns, _zh and _en."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import tzinfo
from enum import StrEnum
from typing import Any

from facility.calendar import DAY_MINUTES
from facility.permission_entries import TABLES, CredentialKind, CredentialState
from facility.pseudonym import LENGTH
from facility.register_files.cells import ID, TEXT, CellRefused, Kind, choice
from facility.register_files.columns import Column
from facility.register_files.layout import Layout
from facility.register_files.timetable_cells import DAYS_OF, IDS, TIME
from facility.rota_files.cells import DAY, YES
from facility.site import ACCESS_CLASSES
from facility.text import Text

TAIL = 4
"""So many characters of what is printed on a card are kept."""
_PSEUDONYM = re.compile(rf"[0-9a-f]{{{LENGTH}}}")
Hide = Callable[[str], str]
"""What is on a card → the pseudonym that passages carry."""


def _must(name: str, kind: Kind, zh: str, en: str) -> Column:
    return Column(name=name, kind=kind, required=True, about=Text(zh, en))


def _may(name: str, kind: Kind, empty: object, zh: str, en: str) -> Column:
    return Column(name=name, kind=kind, empty=empty, about=Text(zh, en))


def _word(words: type[StrEnum]) -> Kind:
    plain = choice(*(one.value for one in words))
    return Kind(read=lambda text: words(plain.read(text)), write=_value, about=plain.about)


def _value(word: Any, _zone: tzinfo) -> str:
    return str(word.value)


def _read_pseudonym(text: str) -> str:
    if not _PSEUDONYM.fullmatch(text):
        raise CellRefused(Text("不是代号", "is not a pseudonym"), PSEUDONYM.about)
    return text


def _read_tail(text: str) -> str:
    if len(text) > TAIL:
        raise CellRefused(Text(f"有 {len(text)} 个字符", f"has {len(text)} characters"), LAST_FOUR.about)
    return text


def _as_is(value: Any, _zone: tzinfo) -> str:
    return str(value)


PSEUDONYM = Kind(
    read=_read_pseudonym,
    write=_as_is,
    about=Text(
        f"{LENGTH} 位小写十六进制，由 dutyroom permissions export 写出",
        f"{LENGTH} small hexadecimal digits, as dutyroom permissions export writes them",
    ),
)
LAST_FOUR = Kind(read=_read_tail, write=_as_is, about=Text(f"最多 {TAIL} 个字符", f"at most {TAIL} characters"))
_NAME_ZH = _may("name_zh", TEXT, "", "中文名称；中英文至少填一个", "name in Chinese; one of the two is needed")
_NAME_EN = _may("name_en", TEXT, "", "英文名称", "name in English")
NUMBER = _may(
    "number",
    TEXT,
    "",
    "卡号，按读卡器上报的写法；只用来算代号，不保存",
    "the card's number as readers send it; only its pseudonym is kept",
)

COLUMNS: dict[str, tuple[Column, ...]] = {
    "groups": (_must("id", ID, "人员组编号", "the group's id"), _NAME_ZH, _NAME_EN),
    "holders": (
        _must(
            "id", ID, "持卡人编号；排班里有的人用同一个编号", "the holder's id; the rota's, for whoever stands in it"
        ),
        _must("name", TEXT, "姓名", "name"),
        _may("groups", IDS, (), "所属人员组", "groups they belong to"),
        _may("company", TEXT, "", "单位；自有人员留空", "their company; empty for our own"),
        _may("until", DAY, None, "在本项目的最后一天；留空为长期", "their last day here; empty: until further notice"),
    ),
    "credentials": (
        _may(
            "pseudonym",
            PSEUDONYM,
            "",
            "代号；没有时填 number",
            "its pseudonym; where there is none, number is needed",
        ),
        _must("holder", ID, "持卡人", "whose it is"),
        _may("kind", _word(CredentialKind), CredentialKind.CARD, "种类", "what it is"),
        _may("tail", LAST_FOUR, "", "卡面末四位，供人辨认", "the last four characters on it, to know it by"),
        _may("state", _word(CredentialState), CredentialState.ACTIVE, "状态", "what has become of it"),
        _may("since", DAY, None, "启用日", "its first day"),
        _may("until", DAY, None, "有效期最后一天", "its last day"),
        _may("duress", YES, False, "胁迫卡", "a duress card"),
    ),
    "permissions": (
        _must("id", ID, "权限编号", "the permission's id"),
        _may("holder", ID, "", "给某个人", "for one holder"),
        _may("group", ID, "", "或给一个人员组", "or for a group"),
        _may(
            "access",
            choice(*ACCESS_CLASSES),
            "",
            "区域级别，含更低的级别",
            "a class of zones, with the classes below it",
        ),
        _may("zone", ID, "", "或一个区域", "or a zone"),
        _may("days", DAYS_OF, ("every-day",), "哪些日子", "on which days"),
        _may("starts", TIME, 0, "从几点", "from"),
        _may("ends", TIME, DAY_MINUTES, "到几点；不晚于起始则到次日", "to; on the next day where that is not later"),
        _may("since", DAY, None, "第一天", "the first day"),
        _may("until", DAY, None, "最后一天", "the last day"),
        _must("approver", TEXT, "批准人", "who approved it"),
        _may("reason", TEXT, "", "理由", "why"),
    ),
}
"""As they are written. A file may have the column ``number`` in credentials besides: it is read and never written."""

PERMISSION_TABLES = tuple(COLUMNS)


def _id_of(entry: Any) -> str:
    return str(entry.id)


def layout(nouns: Mapping[str, type[Any]] | None = None) -> Layout:
    """How the files are read. ``nouns``: what is made of the rows of some tables, where that is not the entry itself."""
    read = COLUMNS | {"credentials": (*COLUMNS["credentials"], NUMBER)}
    return Layout(
        columns=read,
        nouns={name: TABLES[name] for name in COLUMNS} | dict(nouns or {}),
        key=_id_of,
        optional=PERMISSION_TABLES,
        called=Text("权限文件", "a file of permissions"),
    )
