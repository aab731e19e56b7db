"""Reports in the responder: which ones the schedules owe, and the errand that makes what was asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import structlog

from api.reports.issuing import Issuing, ask_scheduled
from api.reports.room import ReportRoom
from api.reports.schedule_file import FILE, BrokenSchedules, read_schedules
from dutyroom import wiring
from facility.duty import Duty
from inspections.report_schedule import ReportSchedule
from response.steps import Errand, Step
from rules.book import RuleBook
from storage.readings.port import Readings
from storage.records.port import Records, Unit

log = structlog.get_logger()
LOOK_EVERY = 60_000
MAKE_EVERY = 2_000


class Schedules:
    """The site's ``report-schedules.toml``, read again when it has changed; a broken one leaves what was in force."""

    def __init__(self, site: Path | None) -> None:
        self._file = site / FILE if site is not None else None
        self._seen: tuple[int, int] | None = None
        self._kept: tuple[ReportSchedule, ...] = ()

    def now(self) -> tuple[ReportSchedule, ...]:
        """Those in force."""
        if self._file is None:
            return ()
        try:
            status = self._file.stat()
        except FileNotFoundError:
            self._seen, self._kept = None, ()
            return ()
        if (seen := (status.st_mtime_ns, status.st_size)) != self._seen:
            self._seen = seen
            try:
                self._kept = read_schedules(self._file.read_text("utf-8"), str(self._file))
            except (BrokenSchedules, OSError, UnicodeDecodeError) as error:
                log.warning("what was in force stays", file=FILE, reason=str(error))
        return self._kept


class ReportsMade:
    """The step and the errand."""

    def __init__(
        self,
        site: Path | None,
        duties: Callable[[], Mapping[str, Duty]],
        readings: Callable[[], Readings],
        book: Callable[[], RuleBook],
    ) -> None:
        self._schedules = Schedules(site)
        self._duties, self._readings, self._book = duties, readings, book

    @property
    def step(self) -> Step:
        """Notes what is owed; nothing is made in it."""

        def run(unit: Unit, now: int) -> bool:
            return ask_scheduled(unit, self._schedules.now(), now)

        return Step("scheduled reports", LOOK_EVERY, run)

    @property
    def errand(self) -> Errand:
        """Makes what was asked for, one report at a time."""

        def run(records: Records, now: int) -> bool:
            room = ReportRoom(records=records, readings=self._readings, duties=self._duties, book=self._book)
            return Issuing(room=room, clock=wiring.now).run(now)

        return Errand("reports", MAKE_EVERY, run)
