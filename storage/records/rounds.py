"""The port of rounds, and of what was given at checkpoints besides the scan."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from facility.round import Round, RoundState
from facility.round_figures import Counted
from facility.round_fold import Given

if TYPE_CHECKING:
    from storage.records.port import Page


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundFilter:
    """Empty fields do not filter."""

    routes: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    duties: tuple[str, ...] = ()
    states: tuple[RoundState, ...] = ()
    since: int | None = None
    """start >= since"""
    until: int | None = None
    """start < until"""


class Rounds(Protocol):
    """Every round of every route, from its planning on."""

    def plan(self, rows: Sequence[Round]) -> int:
        """Insert those whose ``key`` is not there; in bulk. Returns how many were."""

    def withdraw(self, route: str, after: int, plan: str) -> int:
        """Remove the planned ones that open after ``after`` and were not planned from ``plan``. Returns how many."""

    def update(self, round: Round) -> Round:
        """Compare-and-set on ``version``. Raises ``Conflict``, ``NotFound``."""

    def get(self, number: int) -> Round:
        """Raises ``NotFound``."""

    def some(self, numbers: Sequence[int]) -> dict[int, Round]:
        """Those of these numbers that there are."""

    def find(
        self, wanted: RoundFilter, cursor: str | None = None, limit: int = 50, *, soonest: bool = False
    ) -> Page[Round]:
        """By ``start``, newest first unless ``soonest``. Raises ``ValueError`` on a cursor that is not ours."""

    def all(self, wanted: RoundFilter) -> list[Round]:
        """By ``start``, oldest first."""

    def counted(self, wanted: RoundFilter) -> list[Counted]:
        """Those that are over with their figures alone, by ``start``: a year of them without reading every point."""

    def count(self, wanted: RoundFilter) -> int:
        """How many match."""

    def open_at(self, start: int, end: int) -> list[Round]:
        """Those to which a scan in [start, end) may belong, oldest first."""

    def to_attend(self, now: int, limit: int) -> list[Round]:
        """Those whose ``attend_at`` has come, what has waited longest first."""

    def give(self, given: Given) -> bool:
        """Keep what was given at a checkpoint. False: it was there already (the same point, time and guard)."""

    def given(self, points: Iterable[str], start: int, end: int) -> list[Given]:
        """What was given at these points in [start, end), oldest first."""

    def drop_given(self, before: int) -> int:
        """Remove what was given before ``before``; what a round took of it stays with the round. Returns how many."""

    def given_since(self, received: int, limit: int = 500) -> list[Given]:
        """What came in at ``received`` or after, in the order in which it came."""
