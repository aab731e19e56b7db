"""A day's figure as the result of the duty that asks for it: entered by the cameras, where nobody entered it before."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import structlog

from facility.duty import Duty
from facility.occurrence import SETTLED, Occurrence
from inspections.coverage.alarms import WHO
from inspections.draft import Answer, Draft, DraftRefused
from inspections.result_room import Opener, ResultRoom
from inspections.submitting import submit
from storage.records.kept import register_kept
from storage.records.occurrences import OccurrenceFilter
from storage.records.port import Unit

log = structlog.get_logger()
BLIND_DUTY = "camera-blind-area"
VIDEO_DUTY = "video-oldest-frame"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """What the cameras say for one day of one duty."""

    duty: str
    check: str
    day: str
    value: float
    unit: str
    remark: str
    since: int
    """Occurrences due after this …"""
    until: int
    """… up to and with this are answered by it."""
    done: int
    """The instant as of which it is true."""


Evidence = Callable[[Unit, Figure, int], None]
"""Hands a figure on, in the same unit. Raises ``Conflict``."""


def no_evidence(unit: Unit, figure: Figure, now: int) -> None:
    """For nobody."""


class ByCameras:
    """``duties``: those in force. ``opener``: how work orders are opened for a share over the limit; None opens none."""

    def __init__(self, duties: Callable[[], Mapping[str, Duty]], opener: Opener | None = None) -> None:
        self._duties, self._opener, self._registers = duties, opener, register_kept()

    def __call__(self, unit: Unit, figure: Figure, now: int) -> None:
        """What somebody entered stays. A checklist that asks for something else is left to people."""
        wanted = OccurrenceFilter(duties=(figure.duty,), since=figure.since + 1, until=figure.until + 1)
        for one in unit.occurrences.find(wanted, limit=20).rows:
            if one.standing not in SETTLED and one.opens <= figure.done:
                self._submit(unit, figure, one, now)

    def _submit(self, unit: Unit, figure: Figure, one: Occurrence, now: int) -> None:
        answer = Answer(check=figure.check, value=figure.value, unit=figure.unit, text=figure.remark, order=True)
        draft = Draft(
            key=f"cameras/{figure.duty}/{one.target}/{figure.day}",
            occurrence=one.id,
            device_at=figure.done,
            answers=(answer,),
        )
        room = ResultRoom(duties=self._duties(), register=self._registers.now(unit), opener=self._opener)
        try:
            submit(unit, room, draft, WHO, now)
        except DraftRefused as refused:
            log.info("the checklist asks for more than cameras can say", duty=figure.duty, reason=str(refused))
