"""Notices when the machine's time of day jumps: somebody set it, or the machine slept. It explains what was found then."""

from __future__ import annotations

from collections.abc import Callable

from facility.fact import Fact
from facility.instant import SECOND
from response.steps import Step
from storage.records.port import Unit

EVERY = SECOND
JUMP = 30 * SECOND
"""Smaller ones are a clock that is kept right."""
WHO = "system:responder"


class TimeOfDay:
    """Compares the time of day with ``tick``, a clock in milliseconds that only goes forward."""

    def __init__(self, tick: Callable[[], int]) -> None:
        self._tick = tick
        self._offset: int | None = None

    def look(self, unit: Unit, now: int) -> bool:
        """A fact where it has jumped since the last look. Nothing more to do at once."""
        offset = now - self._tick()
        before, self._offset = self._offset, offset
        if before is not None and abs(offset - before) > JUMP:
            data = {"by": offset - before}
            unit.facts.append(Fact(at=now, noun="system", subject="time", what="clock-jumped", who=WHO, data=data))
        return False


def time_of_day(tick: Callable[[], int]) -> Step:
    """The step."""
    return Step("time of day", EVERY, TimeOfDay(tick).look)
