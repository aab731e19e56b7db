"""A permission as somebody writes it into a form: text in every field, all that is wrong found at once. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date
from typing import Any

from facility.calendar import DAY_MINUTES
from facility.permission import Permissions
from facility.permission_entries import Permission
from facility.permission_files.columns import COLUMNS
from facility.register import Register
from facility.register_files.cells import CellRefused, Kind
from facility.site import ACCESS_CLASSES
from facility.text import Text

FIELDS = ("group", "holder", "access", "zone", "days", "starts", "ends", "since", "until", "approver", "reason")
"""In the order in which the form asks for them."""
LONGEST = 500
_KINDS: Mapping[str, Kind] = {column.name: column.kind for column in COLUMNS["permissions"]}
_EMPTY: Mapping[str, object] = {"starts": 0, "ends": DAY_MINUTES, "since": None, "until": None, "days": ()}
_READ = ("days", "starts", "ends", "since", "until")
Wrong = tuple[tuple[str, Text], ...]
"""(field, what is wrong with it and what is allowed), in the form's order."""


class PermissionRefused(ValueError):
    """What was written is no permission: every field that is wrong."""

    def __init__(self, wrong: Wrong) -> None:
        self.wrong = wrong
        super().__init__("; ".join(f"{field}: {text.en}" for field, text in wrong))


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """The form. Everything is text: what is wrong stays as it was written."""

    group: str = ""
    holder: str = ""
    access: str = ""
    zone: str = ""
    days: str = "every-day"
    """Words of ``facility.rota_entries.DAYS`` with spaces between them."""
    starts: str = ""
    """Empty: from midnight."""
    ends: str = ""
    """Empty: to the end of the day."""
    since: str = ""
    until: str = ""
    """The last day; empty: until further notice."""
    approver: str = ""
    reason: str = ""


def wish_of(permission: Permission) -> Wish:
    """As the form shows it."""
    plain = {name: getattr(permission, name) for name in FIELDS}
    shown = {name: _shown(name, value) for name, value in plain.items()}
    whole = permission.starts == 0 and permission.ends == DAY_MINUTES
    return Wish(**(shown | {"starts": "", "ends": ""} if whole else shown))


def _shown(name: str, value: Any) -> str:
    return "" if value is None or value == "" else _KINDS[name].write(value, UTC) if name in _READ else str(value)


def granted(
    wish: Wish, permissions: Permissions, register: Register, today: date, before: Permission | None = None
) -> Permission:
    """What was written, without an id (``before``'s where one is changed). Raises ``PermissionRefused`` with all of it."""
    wish = replace(wish, **{name: getattr(wish, name).strip() for name in FIELDS})
    read, wrong = _read(wish)
    wrong |= _strangers(wish, permissions, register)
    wrong |= dict(_missing(wish))
    wrong |= {name: text for name, text in _days_wrong(read, today, before) if name not in wrong}
    if wrong:
        raise PermissionRefused(tuple((name, wrong[name]) for name in FIELDS if name in wrong))
    plain = {name: getattr(wish, name) for name in FIELDS if name not in _READ}
    return Permission(id=before.id if before else "", **plain, **read)


def _read(wish: Wish) -> tuple[dict[str, Any], dict[str, Text]]:
    read, wrong = {}, {}
    for name in _READ:
        text = getattr(wish, name)
        try:
            read[name] = _KINDS[name].read(text) if text else _EMPTY[name]
        except CellRefused as refused:
            wrong[name] = _with(refused.message, refused.allowed)
    return read, wrong


def _with(message: Text, allowed: Text) -> Text:
    return Text(f"{message.zh}；可填：{allowed.zh}", f"{message.en}; allowed: {allowed.en}")


def _strangers(wish: Wish, permissions: Permissions, register: Register) -> dict[str, Text]:
    known: tuple[tuple[str, Callable[[str], bool], Text], ...] = (
        ("group", permissions.groups.__contains__, Text("没有这个人员组", "there is no such group")),
        ("holder", permissions.holders.__contains__, Text("没有这个持卡人", "there is no such card holder")),
        ("access", ACCESS_CLASSES.__contains__, Text("没有这个级别", "there is no such class")),
        ("zone", register.zones.__contains__, Text("台账里没有这个区域", "the register has no such zone")),
    )
    return {name: told for name, has, told in known if getattr(wish, name) and not has(getattr(wish, name))}


def _missing(wish: Wish) -> Iterator[tuple[str, Text]]:
    for one, other, told in (
        ("group", "holder", Text("人员组和持卡人只选一个", "choose either a group or a card holder")),
        ("access", "zone", Text("区域级别和区域只选一个", "choose either a class of zones or a zone")),
    ):
        if bool(getattr(wish, one)) == bool(getattr(wish, other)):
            yield one, told
    if not wish.days:
        yield "days", Text("至少选一个", "choose at least one")
    for name, told in (
        ("approver", Text("要写批准人", "is missing: who approved it")),
        ("reason", Text("要写理由", "is missing: say why")),
    ):
        if not getattr(wish, name):
            yield name, told
        elif len(getattr(wish, name)) > LONGEST:
            yield name, Text(f"太长；最多 {LONGEST} 个字", f"is too long; at most {LONGEST} characters")


def _days_wrong(read: Mapping[str, Any], today: date, before: Permission | None) -> Iterator[tuple[str, Text]]:
    since, until = read.get("since"), read.get("until")
    if until is None:
        return
    if since is not None and until < since:
        yield "until", Text(f"早于第一天 {since}", f"is before the first day, {since}")
    elif until < today and (before is None or until != before.until):
        yield "until", Text(f"已经过去；可填 {today} 或以后", f"has passed; allowed: {today} or later")
