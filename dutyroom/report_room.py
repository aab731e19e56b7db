"""What making a report needs, put together from the settings."""

from __future__ import annotations

import threading
from collections.abc import Callable

from api.reports.room import ReportRoom
from dutyroom import wiring
from dutyroom.duty_following import DutyFiles
from dutyroom.rule_files import RuleFiles
from dutyroom.settings import Settings
from rules.book import RuleBook
from storage.readings.port import Readings
from storage.records.port import Records


class OpenedOnce:
    """The readings store, opened when it is first asked for. Thread-safe."""

    def __init__(self, settings: Settings, records: Records) -> None:
        self._settings, self._records, self._lock = settings, records, threading.Lock()
        self._opened: Readings | None = None

    def __call__(self) -> Readings:
        """Raises ``ReadingsUnavailable``."""
        with self._lock:
            if self._opened is None:
                self._opened = wiring.open_readings(self._settings, self._records)
            return self._opened

    def close(self) -> None:
        """What was opened."""
        if self._opened is not None:
            self._opened.close()


def report_room(
    settings: Settings, records: Records, readings: Callable[[], Readings], book: Callable[[], RuleBook]
) -> ReportRoom:
    """Over the site's own definitions."""
    return ReportRoom(records=records, readings=readings, duties=DutyFiles(settings.site_folder).duties, book=book)


def rules_in_force(settings: Settings, records: Records) -> Callable[[], RuleBook]:
    """The site's, as they are in force."""
    files = RuleFiles(settings.site_folder)
    with records.read() as unit:
        files.start(unit)
    return files.book
