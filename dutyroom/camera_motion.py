"""What the responder does about cameras: follows the files of plans, watches what cameras see, figures each day."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from dutyroom.plan_following import PlanFiles
from facility.duty import Duty
from facility.work_order import Source
from inspections.coverage import daily, watching
from inspections.coverage.evidence import ByCameras
from response.orders import opener
from response.steps import Errand, Step
from rules.book import RuleBook
from storage.readings.port import Readings


class CamerasInMotion:
    """Put together of the rooms' own pieces."""

    def __init__(
        self,
        site: Path | None,
        readings: Callable[[], Readings],
        rules: Callable[[], RuleBook],
        duties: Callable[[], Mapping[str, Duty]],
    ) -> None:
        evidence = ByCameras(duties, opener(lambda: rules().classes, Source.INSPECTION))
        self._plans = PlanFiles(site)
        self._watch = watching.CameraWatch(readings=readings)
        self._daily = daily.Daily(readings=readings, evidence=evidence)

    @property
    def steps(self) -> list[Step]:
        """By the clock."""
        return [self._plans.step()]

    @property
    def errands(self) -> list[Errand]:
        """They read the readings store."""
        return [
            Errand("cameras", watching.EVERY_MS, self._watch.run),
            Errand("cameras by day", daily.EVERY_MS, self._daily.run),
        ]
