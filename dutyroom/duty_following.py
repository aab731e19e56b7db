"""The site's duties, followed while the program runs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from dutyroom.followed import Followed
from facility.duty import Duty
from inspections.duty_files import BrokenDuties, load_duties


class DutyFiles(Followed[Mapping[str, Duty]]):
    """A site's folder ``duties`` on top of the shipped ones."""

    NAME, BROKEN = "duties", (BrokenDuties,)

    def load(self, folder: Path | None) -> Mapping[str, Duty]:
        """Raises ``BrokenDuties``."""
        return load_duties(*([folder] if folder else []))

    def duties(self) -> Mapping[str, Duty]:
        """The newest that could be loaded."""
        return self.newest()
