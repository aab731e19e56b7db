"""The room of duties in the responder: files followed, planning, and what the clock owes to occurrences."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from dutyroom.duty_following import DutyFiles
from facility.work_order import Source
from inspections.after_events import NAME, NOUNS, AfterEvents
from inspections.attending import Attending
from inspections.due_soon import DueSoon
from inspections.impairing import watcher
from inspections.planner import Planner
from response.following import Follower
from response.orders import opener
from response.steps import Step
from rules.book import RuleBook
from storage.records.kept import register_kept

PLANNED_EVERY = 10_000
ATTENDED_EVERY = 1_000
WARNED_EVERY = 60_000
WATCHED_EVERY = 30_000


class DutiesInMotion:
    """``rules``: the rules in force, which name the classes of work."""

    def __init__(self, site: Path | None, rules: Callable[[], RuleBook]) -> None:
        self.files = DutyFiles(site)
        self._registers = register_kept()
        self._planner = Planner(self.files.duties)
        self._due_soon = DueSoon(self.files.duties)
        self._attending = Attending(self.files.duties, opener(lambda: rules().classes, Source.PLAN))

    @property
    def follower(self) -> Follower:
        """What happens, and asks for a duty once."""
        return Follower(NAME, AfterEvents(self.files.duties).follow, NOUNS)

    @property
    def steps(self) -> list[Step]:
        """Planning before attending: over a downtime what fell due is there before it is looked at."""
        return [
            Step("duties planned", PLANNED_EVERY, self._planner.step),
            Step("duties attended", ATTENDED_EVERY, self._attending.step),
            Step("duties due soon", WARNED_EVERY, self._due_soon.step),
            Step("fire facilities stopped", WATCHED_EVERY, watcher(self._registers.now)),
        ]
