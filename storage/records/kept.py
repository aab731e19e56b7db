"""What is read whole from the records and kept between units: read again only when its version moved."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from facility.register import Register
from facility.rota import Rota
from storage.records.port import Unit

T = TypeVar("T")


class Kept(Generic[T]):
    """Thread-safe. Two threads may both read it; either is right."""

    def __init__(self, version: Callable[[Unit], object], load: Callable[[Unit], T]) -> None:
        """``version`` is cheap, and differs whenever what ``load`` reads has changed."""
        self._version, self._load = version, load
        self._lock = threading.Lock()
        self._kept: tuple[object, T] | None = None

    def now(self, unit: Unit) -> T:
        """As it is in this unit's snapshot."""
        version = self._version(unit)
        with self._lock:
            if self._kept is not None and self._kept[0] == version:
                return self._kept[1]
        fresh = self._load(unit)
        with self._lock:
            self._kept = (version, fresh)
        return fresh


def register_kept() -> Kept[Register]:
    """The register in force."""
    return Kept(lambda unit: unit.registers.version(), lambda unit: unit.registers.load())


def rota_kept() -> Kept[Rota]:
    """The rota as it is now. Its time zone is the register's."""
    return Kept(lambda unit: (unit.rota.version(), unit.registers.version()), lambda unit: unit.rota.load())
