"""Which things were out of service, and when: what suspends their duties."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from facility.maintenance import Maintenance
from facility.occurrence import Occurrence
from facility.register import Register
from facility.scope import Extent
from storage.records.port import Unit

_PAGE = 500
FOR_EVER = 2**62
_SUSPENDING = (Extent.ASSET, Extent.ZONE)
"""A window over the whole property sets its sensors aside; nobody is rid of all duties by it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """A stretch out of service, and what says so: ``maintenance:12``, ``impairment:3``."""

    since: int
    until: int
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OutOfService:
    """By asset and by zone; a zone's holds for all inside it."""

    absences: Mapping[str, list[Absence]]
    register: Register

    @classmethod
    def read(cls, unit: Unit, register: Register) -> OutOfService:
        """Every window that there was: they are few, and one may be about any time."""
        found: dict[str, list[Absence]] = {}
        for window in _windows(unit):
            until = window.until if window.ended is None else min(window.ended, window.until)
            if window.extent in _SUSPENDING and until > window.since:
                one = Absence(since=window.since, until=until, why=f"maintenance:{window.id}")
                found.setdefault(window.scope, []).append(one)
        for stop in unit.impairments.touching(0, FOR_EVER):
            one = Absence(
                since=stop.since, until=FOR_EVER if stop.ended is None else stop.ended, why=f"impairment:{stop.id}"
            )
            found.setdefault(stop.asset, []).append(one)
        return cls(absences=found, register=register)

    def all_along(self, one: Occurrence) -> str:
        """What kept it out of service for the whole of its window, one after the other; empty when it served for a time."""
        reached, why = one.opens, ""
        for absence in sorted(self._about(one), key=lambda absence: absence.since):
            if absence.since > reached:
                return ""
            if absence.until > reached:
                reached, why = absence.until, absence.why
            if reached >= one.until:
                return why
        return ""

    def at(self, one: Occurrence, now: int) -> str:
        """What keeps it out of service now; empty when nothing does."""
        return next((absence.why for absence in self._about(one) if absence.since <= now < absence.until), "")

    def _about(self, one: Occurrence) -> Iterable[Absence]:
        if not self.absences:
            return []
        zones = (zone.id for zone in self.register.zone_path(one.zone)) if one.zone else ()
        return [found for place in (one.asset, *zones) for found in self.absences.get(place, [])]


def _windows(unit: Unit) -> Iterator[Maintenance]:
    cursor: str | None = None
    while True:
        page = unit.maintenance.find(cursor, _PAGE)
        yield from page.rows
        cursor = page.cursor
        if cursor is None:
            return
