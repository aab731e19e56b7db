"""The door system's list, read and held against the permissions; what came of it is a fact, in figures."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from facility.door import doors_of
from facility.door_list import Comparison, compare
from facility.permission import Permissions
from facility.permission_files.columns import Hide
from facility.permission_files.door_list import FILE, DoorListFile, read_door_list, read_mapping
from storage.records.comparisons import keep_comparison

if TYPE_CHECKING:
    from storage.records.port import Records


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparing:
    """How it is done. ``mapping``: a file; where it is None, the site's own or, without one, plain column names."""

    hide: Hide
    who: str
    at: int
    mapping: Path | None = None
    site: Path | None = None


def mapping_of(how: Comparing) -> DoorListFile:
    """Raises ``BrokenDoorList``, ``OSError``."""
    own = how.site / FILE if how.site else None
    path = how.mapping or (own if own and own.is_file() else None)
    return read_mapping(path.read_text("utf-8"), str(path)) if path else read_mapping("")


def compare_list(records: Records, content: bytes, how: Comparing) -> tuple[Comparison, Permissions]:
    """Read, compare and keep. Raises ``BrokenDoorList``, ``RegisterRefused``, ``OSError``."""
    mapping = mapping_of(how)
    with records.begin() as unit:
        register, permissions = unit.registers.load(), unit.permissions.load()
        doors = doors_of(register)
        listed = read_door_list(content, mapping, doors, register, how.hide)
        found = compare(permissions, doors, listed, how.at)
        keep_comparison(unit, found, how.who)
    return found, permissions
