"""What is looked for at doors, followed while the program runs, and who looks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path

from dutyroom.followed import Followed
from facility.door_check import DoorCheck
from facility.door_finding import DoorRule
from response.door_check_files import BrokenDoorChecks, load_door_checks
from response.door_watch import EVERY_MS, DoorWatch
from response.orders import opener
from response.steps import Errand
from rules.book import RuleBook
from storage.readings.port import Readings


class DoorFiles(Followed[Mapping[DoorRule, DoorCheck]]):
    """A site's folder ``doors`` on top of the shipped ones."""

    NAME, BROKEN = "doors", (BrokenDoorChecks,)

    def load(self, folder: Path | None) -> Mapping[DoorRule, DoorCheck]:
        """Raises ``BrokenDoorChecks``."""
        return load_door_checks(*([folder] if folder else []))

    def checks(self) -> Mapping[DoorRule, DoorCheck]:
        """The newest that could be loaded."""
        return self.newest()


class DoorsInMotion:
    """The responder's part in doors."""

    def __init__(self, site: Path | None, readings: Callable[[], Readings], rules: Callable[[], RuleBook]) -> None:
        self._files, self._readings, self._rules = DoorFiles(site), readings, rules

    @cached_property
    def errand(self) -> Errand:
        """Judges passages as they arrive."""
        watch = DoorWatch(
            readings=self._readings,
            checks=self._files.checks,
            opener=opener(lambda: self._rules().classes),
        )
        return Errand("doors", EVERY_MS, watch.run)
