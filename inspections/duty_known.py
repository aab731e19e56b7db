"""Duties as they were in the version that something was made under."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from facility.duty import Duty
from inspections.duty_files import read_duty
from storage.records.port import NotFound, Unit


def duty_known(unit: Unit, duties: Mapping[str, Duty], id: str, version: str = "") -> Duty:
    """The one in force where that is its version or none is named, else the kept file. Raises ``NotFound``."""
    now = duties.get(id)
    if now is not None and version in ("", now.version):
        return now
    kept = unit.duty_versions.get(id, version) if version else next(iter(unit.duty_versions.of(id)), None)
    if kept is None or not kept.in_force:
        raise NotFound(f"there is no duty {id!r}")
    return _read(kept.text, kept.author)


@lru_cache(maxsize=256)
def _read(text: str, path: str) -> Duty:
    return read_duty(text, path)
