"""The door system's list, read and held against the permissions; what came of it is a fact, in figures."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from facility.door_list import Comparison
from facility.permission import Permissions
from facility.permission_files.columns import Hide
from facility.permission_files.door_list import FILE, DoorListFile, read_mapping
from inspections.permission_deeds import ListedDoors, compare_doors

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


def site_mapping(site: Path | None) -> DoorListFile:
    """The site's own; plain column names where it has none. Raises ``BrokenDoorList``, ``OSError``."""
    own = site / FILE if site else None
    return _read(own) if own and own.is_file() else read_mapping("")


def _read(path: Path) -> DoorListFile:
    return read_mapping(path.read_text("utf-8"), str(path))


def compare_list(records: Records, content: bytes, how: Comparing) -> tuple[Comparison, Permissions]:
    """Read, compare and keep. Raises ``BrokenDoorList``, ``RegisterRefused``, ``OSError``."""
    mapping = _read(how.mapping) if how.mapping else site_mapping(how.site)
    with records.begin() as unit:
        listing = ListedDoors(content=content, mapping=mapping, hide=how.hide, register=unit.registers.load())
        return compare_doors(unit, listing, how.who, how.at), unit.permissions.load()
