"""What processes say of themselves and of the machines under them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from api.notes import number, table, whole
from storage.records.port import Unit

PREFIXES = ("worker/", "responder/")
LAST_BACKUP = "backup/last"
"""The note that a backup leaves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """As one process sees it. None: it does not say."""

    process: str
    """``worker/NAME`` or ``responder/NAME``."""
    host: str
    cpu: float | None
    """Seconds since the process started."""
    memory: float | None
    """Bytes."""
    folder: str
    free: float | None
    size: float | None
    kept: bool
    """Something keeps its clock right, or nothing is known of it."""
    apart: float | None
    """Milliseconds by which the database's clock is ahead of its."""
    steps: int
    """How often somebody set its clock since the process started."""

    @property
    def share_free(self) -> float | None:
        """Of the disk under the data folder."""
        return None if self.free is None or not self.size else self.free / self.size


def resident() -> int:
    """Bytes of this process that are in memory; 0 where the system does not say."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except (OSError, IndexError, ValueError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


def last_backup(unit: Unit) -> int | None:
    """When one was last made; None before the first."""
    return whole(table(unit.notes.get(LAST_BACKUP)).get("made"))


def machines(unit: Unit) -> list[Machine]:
    """Of every process that ever said so, by its name."""
    names = [name for prefix in PREFIXES for name in sorted(unit.notes.names(prefix))]
    told = {name: table(table(unit.notes.get(name)).get("machine")) for name in names}
    return [_read(name, note) for name, note in told.items() if note]


def _read(process: str, note: Mapping[str, Any]) -> Machine:
    disk, clock = table(note.get("disk")), table(note.get("clock"))
    return Machine(
        process=process,
        host=str(note.get("host") or ""),
        cpu=number(note.get("cpu")),
        memory=number(note.get("memory")),
        folder=str(disk.get("folder") or ""),
        free=number(disk.get("free")),
        size=number(disk.get("total")),
        kept=clock.get("unkept_since") is None,
        apart=number(clock.get("database_ms")),
        steps=whole(clock.get("steps")) or 0,
    )
