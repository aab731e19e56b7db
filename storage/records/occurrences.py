"""The ports of occurrences and of the versions of duties that they were made by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from facility.duty_version import DutyVersion
from facility.occurrence import Occurrence, Standing

if TYPE_CHECKING:
    from storage.records.port import Page


@dataclass(frozen=True, slots=True, kw_only=True)
class OccurrenceFilter:
    """Empty fields do not filter."""

    duties: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    clauses: tuple[str, ...] = ()
    """The duty's own clause; other clauses that it carries out too are found by its id."""
    zones: tuple[str, ...] = ()
    assets: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    assignees: tuple[str, ...] = ()
    standings: tuple[Standing, ...] = ()
    open: bool | None = None
    """Not settled: something is still owed, now or later."""
    since: int | None = None
    """due >= since"""
    until: int | None = None
    """due < until"""


class Occurrences(Protocol):
    """Every due date of every duty, from its planning on."""

    def plan(self, rows: Sequence[Occurrence]) -> int:
        """Insert those whose ``key`` is not there; in bulk. Returns how many were."""

    def update(self, occurrence: Occurrence) -> Occurrence:
        """Compare-and-set on ``version``. Raises ``Conflict``, ``NotFound``."""

    def update_all(self, occurrences: Sequence[Occurrence]) -> list[Occurrence]:
        """Several at once, each compare-and-set. Raises ``Conflict`` when one was changed meanwhile: nothing may be kept then."""

    def withdraw(self, numbers: Sequence[int]) -> list[int]:
        """Remove those that are still planned; returns which were. Whoever withdraws says so in a fact."""

    def get(self, number: int) -> Occurrence:
        """Raises ``NotFound``."""

    def by_key(self, key: str) -> Occurrence:
        """Raises ``NotFound``."""

    def some(self, numbers: Sequence[int]) -> dict[int, Occurrence]:
        """Those of these numbers that there are."""

    def find(
        self, wanted: OccurrenceFilter, cursor: str | None = None, limit: int = 50, *, soonest: bool = False
    ) -> Page[Occurrence]:
        """By ``due``, newest first unless ``soonest``. Raises ``ValueError`` on a cursor that is not ours."""

    def count(self, wanted: OccurrenceFilter) -> int:
        """How many match."""

    def counts(self, wanted: OccurrenceFilter) -> dict[Standing, int]:
        """How many match, by standing; nothing of those that none has."""

    def to_attend(self, now: int, limit: int) -> list[Occurrence]:
        """Those whose ``attend_at`` has come, what has waited longest first."""

    def of(self, duty: str, target: str, since: int, until: int) -> list[Occurrence]:
        """Due in [since, until), oldest first."""

    def owed(self, duty: str) -> list[Occurrence]:
        """All of it that are not settled, by due date: what a change of the duty or the register may still change."""

    def last(self, duty: str) -> dict[str, Occurrence]:
        """Target → its newest one, those that something asked for (``cause``) left out."""


class DutyVersions(Protocol):
    """Append-only: every file of a duty that was ever in force."""

    def add(self, version: DutyVersion) -> DutyVersion:
        """Insert; returns it with its id. Raises ``Conflict`` when the duty has a version of that number already."""

    def of(self, duty: str) -> list[DutyVersion]:
        """Every version of one duty, newest first."""

    def get(self, duty: str, version: str) -> DutyVersion:
        """The newest with that hash, or whose hash begins so (at least 7 characters). Raises ``NotFound``."""

    def newest(self) -> dict[str, DutyVersion]:
        """The newest version of each duty there ever was."""

    def first(self) -> Mapping[str, int]:
        """Duty → when it first came into force."""
