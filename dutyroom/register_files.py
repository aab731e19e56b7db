"""A folder of register files ↔ the register in force: validated first, then applied as one version, or not at all."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from facility.register import TABLES, Change, Register, difference
from facility.register_files import RegisterError, RegisterRefused, read_tables, write_tables
from facility.text import Text
from storage.records.port import Conflict

if TYPE_CHECKING:
    from storage.records.port import Records

_ATTEMPTS = 5
"""So often what is imported may be changed by somebody else between reading and writing it."""
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportResult:
    """``errors`` means that nothing was applied. ``version`` is the register's after the import (the old one on a dry run)."""

    changes: Sequence[Change]
    errors: Sequence[RegisterError]
    version: int
    notes: Sequence[Text] = ()
    """What was forgiven, such as a file that was not UTF-8."""
    timezone: str = "UTC"
    """Of the first site: times in the changes are told in it."""


def read_folder(folder: Path, current: Register | None = None, notes: list[Text] | None = None) -> Register:
    """The register that the folder's CSV files describe; optional files that it lacks are as in ``current``.

    Raises ``RegisterRefused`` with every error.
    """
    return read_tables(contents(folder), current=current, notes=notes)


def import_folder(records: Records, folder: Path, *, who: str, at: int, dry_run: bool, why: str = "") -> ImportResult:
    """Make the register what ``folder`` says. Raises ``Conflict`` when others keep changing it meanwhile."""
    return uncrossed(lambda: _import_once(records, folder, who=who, at=at, dry_run=dry_run, why=why))


def uncrossed(run: Callable[[], T]) -> T:
    """What ``run`` returns; run again when others were faster. Raises ``Conflict`` when they always are."""
    for _ in range(_ATTEMPTS - 1):
        with suppress(Conflict):
            return run()
    return run()


def _import_once(records: Records, folder: Path, *, who: str, at: int, dry_run: bool, why: str) -> ImportResult:
    with records.read() as unit:
        current = unit.registers.load()
    notes: list[Text] = []
    try:
        wanted = read_folder(folder, current, notes)
    except RegisterRefused as refused:
        return ImportResult(changes=(), errors=refused.errors, version=current.version, notes=notes)
    changes = difference(current, wanted)
    version = current.version if dry_run else _apply(records, current.version, changes, who=who, at=at, why=why)
    timezone = next((site.timezone for site in wanted.sites.values()), "UTC")
    return ImportResult(changes=changes, errors=(), version=version, notes=notes, timezone=timezone)


def _apply(records: Records, seen: int, changes: Sequence[Change], *, who: str, at: int, why: str) -> int:
    with records.begin() as unit:
        if unit.registers.version() != seen:
            raise Conflict(f"the register is no longer at version {seen}")
        return unit.registers.apply(changes, who=who, at=at, why=why)


def export_folder(records: Records, folder: Path) -> list[Path]:
    """Write every table into ``folder``. Returns the files."""
    with records.read() as unit:
        register = unit.registers.load()
    return write_files(folder, write_tables(register))


def write_files(folder: Path, files: Mapping[str, bytes]) -> list[Path]:
    """Into ``folder``, made when missing; each file is replaced as a whole. Returns them."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, content in files.items():
        fresh = folder / f".{name}.{os.getpid()}"
        fresh.write_bytes(content)
        fresh.replace(folder / name)
        written.append(folder / name)
    return written


def contents(folder: Path, tables: Iterable[str] = TABLES) -> dict[str, bytes]:
    """The folder's CSV files; ``tables`` are those that it may have. Raises ``RegisterRefused`` when they cannot be read."""
    try:
        # Names that begin with a dot or tilde are what spreadsheets leave beside an open file.
        files = [
            file for file in sorted(folder.iterdir()) if file.suffix.casefold() == ".csv" and file.name[0] not in ".~"
        ]
        return {file.name.casefold(): file.read_bytes() for file in files}
    except OSError as error:
        message = Text(f"无法读取：{error.strerror}", f"cannot be read: {error.strerror}")
        files_wanted = [f"{name}.csv" for name in tables]
        allowed = Text("含有这些文件的文件夹：" + "、".join(files_wanted), "a folder with " + ", ".join(files_wanted))
        file = str(error.filename or folder)
        raise RegisterRefused([RegisterError(file=file, message=message, allowed=allowed)]) from None
