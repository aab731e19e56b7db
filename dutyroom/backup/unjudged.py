"""What was stored at the instant of a backup and not judged yet: nobody will send it again, so it is judged as late work."""

from __future__ import annotations

from facility.instant import DAY, HOUR
from storage.readings.journalled import JournalledReadings
from storage.readings.port import Readings
from storage.records.breaches import Stretch
from storage.records.port import Records, Unit

BACK = 2 * DAY
"""Readings in a group commit are hardly ever older than that; a gateway that brings older ones is judged by its next."""
TOGETHER = HOUR
"""A mark that is older than the newest by more is of a collector that works no more."""
AHEAD = DAY


def put_to_be_judged(records: Records, readings: Readings) -> int:
    """Returns of how many points."""
    here = readings
    if isinstance(readings, JournalledReadings):
        here = readings.journal
        readings.journal.settle()  # each point is looked for by itself
    with records.read() as unit:
        mark = judged_up_to(unit)
        points = list(unit.registers.load().points) if mark is not None else []
    if mark is None:
        return 0
    found = {point: stretch for point in points if (stretch := _unjudged(here, point, mark)) is not None}
    with records.begin() as unit:
        unit.late_work.add(found)
    return len(found)


def judged_up_to(unit: Unit) -> int | None:
    """Everything that was received up to then is judged; None where nothing ever was."""
    marks = [int(unit.notes.get(name) or 0) for name in unit.notes.names("watermark/")]
    return min((mark for mark in marks if mark > max(marks) - TOGETHER), default=None)


def _unjudged(readings: Readings, point: str, mark: int) -> Stretch | None:
    found = readings.columns(point, mark - BACK, mark + AHEAD)
    late = found.at[found.received > mark]
    return Stretch(int(late.min()), int(late.max())) if len(late) else None
