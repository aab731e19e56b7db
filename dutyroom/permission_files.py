"""A folder of files of permissions ↔ the permissions: validated first, then applied as one version, or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from dutyroom.register_files import contents, uncrossed, write_files
from facility.permission import Permissions, permission_difference
from facility.permission_entries import Confirmed, Permission, PermissionChange
from facility.permission_files import PERMISSION_TABLES, read_permissions, write_permissions
from facility.permission_files.columns import Hide
from facility.permission_files.reading import Given
from facility.register_files import RegisterError, RegisterRefused
from facility.text import Text

if TYPE_CHECKING:
    from storage.records.port import Records, Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class PermissionImport:
    """``errors`` means that nothing was applied. ``version`` is that after the import (the old one on a dry run)."""

    changes: Sequence[PermissionChange] = ()
    errors: Sequence[RegisterError] = ()
    version: int = 0
    notes: Sequence[Text] = ()
    permissions: Permissions


@dataclass(frozen=True, slots=True, kw_only=True)
class Importing:
    """How it is to be done. ``hide``: a number → the pseudonym that passages carry."""

    hide: Hide
    who: str
    at: int
    why: str = ""
    dry_run: bool = False


def import_permissions(records: Records, folder: Path, how: Importing) -> PermissionImport:
    """Make the permissions what ``folder`` says; tables without a file stay. Raises ``Conflict`` when others are at it too."""

    def once() -> PermissionImport:
        with records.begin() as unit:
            return _import(unit, folder, how)

    return uncrossed(once)


def _import(unit: Unit, folder: Path, how: Importing) -> PermissionImport:
    current, notes = unit.permissions.load(), list[Text]()
    given = Given(current=current, register=unit.registers.load(), hide=how.hide)
    try:
        wanted = read_permissions(contents(folder, PERMISSION_TABLES), given, notes)
    except RegisterRefused as refused:
        return PermissionImport(errors=refused.errors, version=current.version, notes=notes, permissions=current)
    changes = permission_difference(current, wanted)
    entered = [*changes, *_confirmed(current, changes, how)]
    kept = {(change.table, change.key): change for change in entered}
    version = current.version
    if not how.dry_run:
        version = unit.permissions.apply(list(kept.values()), who=how.who, at=how.at, why=how.why)
    return PermissionImport(changes=changes, version=version, notes=notes, permissions=wanted)


def _confirmed(current: Permissions, changes: Sequence[PermissionChange], how: Importing) -> list[PermissionChange]:
    """What is entered or changed was looked at by whoever approved it: its time of review begins now."""
    return [
        PermissionChange(
            table="confirmed",
            key=change.key,
            before=current.confirmed.get(change.key),
            after=Confirmed(permission=change.key, at=how.at, who=how.who, why=f"approved by {change.after.approver}"),
        )
        for change in changes
        if isinstance(change.after, Permission)
    ]


def export_permissions(records: Records, folder: Path) -> list[Path]:
    """Write every table into ``folder``. Returns the files."""
    with records.read() as unit:
        permissions = unit.permissions.load()
    return write_files(folder, write_permissions(permissions))
