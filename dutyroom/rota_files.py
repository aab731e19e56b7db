"""A folder of rota files ↔ the rota: validated first, then applied as one version, or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from dutyroom.register_files import contents, uncrossed, write_files
from facility.register_files import RegisterError, RegisterRefused
from facility.rota import Rota, RotaChange, rota_difference
from facility.rota_files import ROTA_TABLES, read_rota, write_rota
from facility.text import Text

if TYPE_CHECKING:
    from storage.records.port import Records, Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class RotaImport:
    """``errors`` means that nothing was applied. ``version`` is the rota's after the import (the old one on a dry run)."""

    changes: Sequence[RotaChange] = ()
    errors: Sequence[RegisterError] = ()
    version: int = 0
    notes: Sequence[Text] = ()
    """What was forgiven, and what a person should know of."""
    rota: Rota


def import_rota(records: Records, folder: Path, *, who: str, at: int, dry_run: bool, why: str = "") -> RotaImport:
    """Make the rota what ``folder`` says; tables without a file stay. Raises ``Conflict`` when others keep changing it."""

    def once() -> RotaImport:
        with records.begin() as unit:
            return _import(unit, folder, who=who, at=at, dry_run=dry_run, why=why)

    return uncrossed(once)


def _import(unit: Unit, folder: Path, *, who: str, at: int, dry_run: bool, why: str) -> RotaImport:
    current = unit.rota.load()
    notes: list[Text] = []
    try:
        wanted = read_rota(contents(folder, ROTA_TABLES), current=current, notes=notes)
    except RegisterRefused as refused:
        return RotaImport(errors=refused.errors, version=current.version, notes=notes, rota=current)
    changes = rota_difference(current, wanted)
    notes.extend(_strange_accounts(unit, wanted))
    version = current.version if dry_run else unit.rota.apply(changes, who=who, at=at, why=why)
    return RotaImport(changes=changes, version=version, notes=notes, rota=replace(wanted, version=version))


def _strange_accounts(unit: Unit, rota: Rota) -> list[Text]:
    """An account may be made later: that is worth a word, and no reason to refuse."""
    known = {account.id for account in unit.people.accounts()}
    return [
        Text(f"{p.name}：还没有登录名 {p.account}", f"{p.name}: there is no account {p.account} yet")
        for p in rota.people.values()
        if p.account and p.account not in known
    ]


def export_rota(records: Records, folder: Path) -> list[Path]:
    """Write every table into ``folder``. Returns the files."""
    with records.read() as unit:
        rota = unit.rota.load()
    return write_files(folder, write_rota(rota))
