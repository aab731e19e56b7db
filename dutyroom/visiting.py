"""Visitors and personal data, as the responder looks after them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from dutyroom import wiring
from dutyroom.followed import Followed
from dutyroom.settings import Settings
from inspections.personal import retention
from inspections.personal.catalogue import BrokenCatalogue, DataClass, load_classes
from inspections.visits import crossings, ending
from response.steps import Errand, Step
from storage.readings.port import Readings
from storage.records.port import Records, Unit


def visits_step() -> Step:
    """Who has stayed too long, who never came."""
    return Step("visits", ending.EVERY_MS, ending.end_visits)


def crossings_errand(settings: Settings, readings: Callable[[], Readings]) -> Errand:
    """Visitors' badges at doors."""
    watch = crossings.Crossings(readings=readings, hide=wiring.hider(settings))
    return Errand("visitors at doors", crossings.EVERY_MS, watch.run)


class PersonalDataFiles(Followed[Mapping[str, DataClass]]):
    """How long this site keeps what is personal: its ``personal-data/kept.toml`` on top of what is shipped."""

    NAME, BROKEN = "personal-data", (BrokenCatalogue,)

    def load(self, folder: Path | None) -> Mapping[str, DataClass]:
        """Raises ``BrokenCatalogue``."""
        return load_classes(folder)

    def classes(self) -> Mapping[str, DataClass]:
        """The newest that could be loaded."""
        return self.newest()


class PersonalDataInMotion:
    """What ends by itself."""

    def __init__(self, site: Path | None, readings: Callable[[], Readings]) -> None:
        """``readings``: opened when they are first asked for."""
        self.files, self._readings = PersonalDataFiles(site), readings

    @property
    def step(self) -> Step:
        """What lies in the records."""

        def end(unit: Unit, now: int) -> bool:
            return retention.end_what_is_due(self.files.classes(), unit, now)

        return Step("personal data", retention.EVERY_MS, end)

    @property
    def errand(self) -> Errand:
        """What lies among the readings."""

        def end(records: Records, now: int) -> bool:
            return retention.end_among_readings(self.files.classes(), self._readings(), records, now)

        return Errand("personal data at doors", retention.EVERY_MS, end)
