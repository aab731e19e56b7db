"""Permissions entered, changed and ended one by one, each as a new version that names who and why, and taken back likewise."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from facility.calendar import local_day
from facility.permission import Permissions
from facility.permission_entries import Permission, PermissionChange
from facility.permission_wish import PermissionRefused, Wish, Wrong, granted
from facility.register import Register
from facility.text import Text
from storage.records.port import Conflict, NotFound, Unit

TABLE = "permissions"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """Who does it, when, why; and the version of the entry that was shown (0: none yet)."""

    who: str
    at: int
    why: str = ""
    seen: int = 0


def enter(unit: Unit, register: Register, wish: Wish, signed: Signed) -> Permission:
    """A new one. Raises ``PermissionRefused``, ``Conflict``."""
    permissions = unit.permissions.load()
    wanted = granted(wish, permissions, register, _today(permissions, signed))
    made = replace(wanted, id=_free_id(unit, permissions))
    _apply(unit, permissions, made.id, made, replace(signed, why=made.reason))
    return made


def change(unit: Unit, register: Register, id: str, wish: Wish, signed: Signed) -> Permission:
    """What stands there becomes what was written. Raises ``PermissionRefused``, ``NotFound``, ``Conflict``."""
    permissions = unit.permissions.load()
    before = permissions.permissions.get(id)
    if before is None:
        raise NotFound(f"there is no permission {id!r}")
    try:
        after = granted(wish, permissions, register, _today(permissions, signed), before)
    except PermissionRefused as refused:
        raise PermissionRefused((*refused.wrong, *_whyless(signed))) from None
    _need_why(signed)
    _apply(unit, permissions, id, after, signed)
    return after


def _whyless(signed: Signed) -> Wrong:
    return () if signed.why.strip() else (("why", Text("要写理由", "is missing: say why")),)


def _need_why(signed: Signed) -> None:
    if wrong := _whyless(signed):
        raise PermissionRefused(wrong)


def end(unit: Unit, id: str, signed: Signed) -> int:
    """It opens nothing from now on; its history stays. Raises ``PermissionRefused``, ``NotFound``, ``Conflict``."""
    permissions = unit.permissions.load()
    if id not in permissions.permissions:
        raise NotFound(f"there is no permission {id!r}")
    _need_why(signed)
    return _apply(unit, permissions, id, None, signed)


def take_back(unit: Unit, id: str, signed: Signed) -> int:
    """The entry becomes what it was before its last change. Raises ``NotFound``, ``Conflict``, ``PermissionRefused``.

    What was entered is ended, what was ended stands again. Whoever it names must still be there.
    """
    permissions, history = unit.permissions.load(), unit.permissions.history(TABLE, id)
    if not history:
        raise NotFound(f"there is no permission {id!r}")
    before = stood_before(unit, id, history[-1]["version"])
    if before is not None:
        _still_there(permissions, before)
    why = f"taken back: version {history[-1]['version']}"
    return _apply(unit, permissions, id, before, replace(signed, why=why))


def stood_before(unit: Unit, id: str, version: int) -> Permission | None:
    """The entry as it stood until ``version``; None: not at all."""
    return unit.permissions.load_version(version - 1).permissions.get(id)


def _still_there(permissions: Permissions, one: Permission) -> None:
    for name, gone in (("holder", permissions.holders), ("group", permissions.groups)):
        if (named := getattr(one, name)) and named not in gone:
            raise PermissionRefused(((name, Text(f"{named} 已不在了", f"{named} is no longer there")),))


def _apply(unit: Unit, permissions: Permissions, id: str, after: Permission | None, signed: Signed) -> int:
    """A confirmation is of what stood there: it goes with it."""
    history = unit.permissions.history(TABLE, id)
    if history and history[-1]["version"] != signed.seen:
        raise Conflict(f"permission {id!r} was changed by somebody else meanwhile")
    before, seen = permissions.permissions.get(id), permissions.confirmed.get(id)
    if before == after:
        return permissions.version
    changes = [PermissionChange(table=TABLE, key=id, before=before, after=after)]
    if seen is not None:
        changes.append(PermissionChange(table="confirmed", key=id, before=seen, after=None))
    return unit.permissions.apply(changes, signed.who, signed.at, signed.why.strip())


def _today(permissions: Permissions, signed: Signed) -> date:
    return local_day(signed.at, permissions.zone)


def _free_id(unit: Unit, permissions: Permissions) -> str:
    """Never one that was used before: its history would be somebody else's."""
    number = permissions.version + 1
    while unit.permissions.history(TABLE, f"p{number}"):
        number += 1
    return f"p{number}"
