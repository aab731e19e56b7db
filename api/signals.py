"""What sensors have said of something that is owed, for a person to confirm: worked out when somebody looks, and kept nowhere."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from api.context import Context
from facility.duty import Duty
from facility.instant import DAY
from facility.occurrence import Occurrence
from facility.test_mode import LONGEST, TestMode
from inspections.sensor_evidence import Seen, seen
from storage.readings.port import ReadingsUnavailable
from storage.records.port import Unit

if TYPE_CHECKING:
    from api.web.page import Page

log = logging.getLogger(__name__)
LOOK_BACK = 31 * DAY
"""Of a window that is longer only its end is looked at: a year of readings would keep the page waiting."""


def prepared(context: Context, unit: Unit, duty: Duty, occurrence: Occurrence | None, now: int) -> Seen | None:
    """None where the duty takes no evidence of sensors, where there is none, or where the readings are away."""
    if occurrence is None or duty.evidence is None or not occurrence.asset or occurrence.result is not None:
        return None
    start = max(occurrence.opens, now - LOOK_BACK)
    end = min(now, occurrence.missed_at) + 1
    if start >= end:
        return None
    register, tests = context.register(unit), _tests(unit, start, end)
    try:
        return seen(duty, occurrence.asset, register, read=context.readings.range, span=(start, end), tests=tests)
    except ReadingsUnavailable:
        log.warning("readings are away: a checklist is shown without what sensors said")
        return None


def signals_of(page: Page, duty: Duty | None, occurrence: Occurrence) -> Seen | None:
    """For templates."""
    return None if duty is None else prepared(page.context, page.unit, duty, occurrence, page.look.now)


def _tests(unit: Unit, start: int, end: int) -> list[TestMode]:
    found: list[TestMode] = []
    cursor = None
    while True:
        page = unit.test_modes.find(cursor, 100)
        found += [mode for mode in page.rows if mode.since < end and mode.over() > start]
        cursor = page.cursor
        if cursor is None or page.rows[-1].since + LONGEST < start:
            return found
