"""The register, the plans and what was computed of them, read anew only when one of them changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from facility.floor_plan import FloorPlan
from facility.point import Point
from facility.register import Register
from facility.text import Text
from inspections.coverage.settings import CoverageSettings
from inspections.coverage.states import points_of
from inspections.coverage.survey import Surveyor, ZoneSurvey
from storage.records.port import Unit


@dataclass(frozen=True, kw_only=True)
class Site:
    """One state of them."""

    register: Register
    plans: Mapping[str, FloorPlan]
    plans_version: int
    surveys: Mapping[str, ZoneSurvey]
    points: Mapping[str, tuple[Point, ...]]
    """Camera → the points that tell its state."""

    def zone_name(self, zone: str) -> Text:
        """Its id where the register no longer has it."""
        found = self.register.zones.get(zone)
        return found.name if found else Text(zone, zone)

    def camera_name(self, camera: str) -> Text:
        """Its id where the register no longer has it."""
        found = self.register.cameras.get(camera)
        return found.name if found else Text(camera, camera)


class SiteNow:
    """Keeps the newest. Not thread-safe: one for each thread that looks."""

    def __init__(self, settings: CoverageSettings | None = None) -> None:
        self._surveyor = Surveyor(settings)
        self._kept: Site | None = None
        self.settings = self._surveyor.settings

    def look(self, unit: Unit) -> Site:
        """Cheap while nothing changed."""
        versions = (unit.registers.version(), unit.plans.version())
        kept = self._kept
        if kept is None or (kept.register.version, kept.plans_version) != versions:
            register = unit.registers.load()
            kept = self._kept = survey_of(self._surveyor, register, unit.plans.all(), versions[1])
        return kept


def survey_of(surveyor: Surveyor, register: Register, plans: Mapping[str, FloorPlan], version: int) -> Site:
    """Plans of zones that the register does not have stand for nothing."""
    known = {zone: plan for zone, plan in plans.items() if zone in register.zones}
    return Site(
        register=register,
        plans=known,
        plans_version=version,
        surveys=surveyor.site(known, register.cameras.values()),
        points=points_of(register),
    )
