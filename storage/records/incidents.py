"""The port of incidents, the bulletins about them, and the reviews with their measures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from facility.bulletin import Bulletin
from facility.incident import Incident, State
from facility.review import Measure, Review

if TYPE_CHECKING:
    from storage.records.port import Page


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentFilter:
    """Empty fields do not filter."""

    states: tuple[State, ...] = ()
    playbooks: tuple[str, ...] = ()
    drill: bool | None = None
    work_order: int | None = None
    since: int | None = None
    """event_at >= since"""
    until: int | None = None
    """event_at < until"""


class Incidents(Protocol):
    """Incidents."""

    def open(self, incident: Incident) -> Incident:
        """Insert; returns it with its id. Raises ``Conflict`` when one of the same cause is open."""

    def update(self, incident: Incident) -> Incident:
        """Compare-and-set on ``version``. Raises ``Conflict``, ``NotFound``."""

    def get(self, number: int) -> Incident:
        """Raises ``NotFound``."""

    def open_of(self, cause: str) -> Incident | None:
        """The open one of that cause."""

    def open_ones(self) -> list[Incident]:
        """All that are open, the most urgent first, then the oldest."""

    def find(self, wanted: IncidentFilter, cursor: str | None = None, limit: int = 50) -> Page[Incident]:
        """Newest first. Raises ``ValueError`` on a cursor that is not ours."""

    def of_alert(self, alert: int) -> list[Incident]:
        """Those that the alert opened or joined, oldest first."""

    def of_order(self, order: int) -> list[Incident]:
        """Those that the work order belongs to, oldest first."""


class Bulletins(Protocol):
    """Bulletins."""

    def add(self, bulletin: Bulletin) -> Bulletin:
        """Insert; returns it with its id."""

    def update(self, bulletin: Bulletin) -> Bulletin:
        """Compare-and-set on ``version``. Raises ``Conflict``, ``NotFound``."""

    def get(self, number: int) -> Bulletin:
        """Raises ``NotFound``."""

    def of(self, incident: int) -> list[Bulletin]:
        """All about that incident, oldest first."""

    def public(self, at: int) -> list[Bulletin]:
        """Those that anybody may read at ``at``, newest first."""


class Reviews(Protocol):
    """Reviews, and the measures that come of them."""

    def of(self, noun: str, subject: int) -> Review | None:
        """The review of that incident or work order, once somebody began to write it."""

    def add(self, review: Review) -> Review:
        """Insert; returns it with its id. Raises ``Conflict`` when there is one of the subject."""

    def update(self, review: Review) -> Review:
        """Compare-and-set on ``version``. Raises ``Conflict``, ``NotFound``."""

    def add_measure(self, measure: Measure) -> Measure:
        """Insert; returns it with its id."""

    def update_measure(self, measure: Measure) -> Measure:
        """Compare-and-set on ``version``. Raises ``Conflict``, ``NotFound``."""

    def measure(self, number: int) -> Measure:
        """Raises ``NotFound``."""

    def measures_of(self, noun: str, subject: int) -> list[Measure]:
        """Of one report, in the order in which they were added."""

    def open_measures(self) -> list[Measure]:
        """All that are not done, what is due first first."""

    def measures(self, cursor: str | None = None, limit: int = 50) -> Page[Measure]:
        """Newest first, done ones too. Raises ``ValueError`` on a cursor that is not ours."""
