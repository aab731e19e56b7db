"""The port of results: what was found when duties were done. Appended, never changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from facility.inspection import Outcome, Result

if TYPE_CHECKING:
    from storage.records.port import Page


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultFilter:
    """Empty fields do not filter."""

    duties: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    assets: tuple[str, ...] = ()
    zones: tuple[str, ...] = ()
    who: tuple[str, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    since: int | None = None
    """done >= since"""
    until: int | None = None
    """done < until"""


class Results(Protocol):
    """Results."""

    def add(self, result: Result) -> Result:
        """Insert; returns it with its id. Raises ``Conflict`` when its ``key`` is there: the unit stays usable."""

    def get(self, number: int) -> Result:
        """Raises ``NotFound``."""

    def by_key(self, key: str) -> Result | None:
        """The one that was submitted under that key."""

    def some(self, numbers: Sequence[int]) -> dict[int, Result]:
        """Those of these numbers that there are."""

    def of_occurrence(self, occurrence: int) -> list[Result]:
        """All about it, corrections too, in the order in which they came."""

    def corrections(self, number: int) -> list[Result]:
        """Those that correct it, in the order in which they came."""

    def retests(self, number: int) -> list[Result]:
        """Re-tests of it, in the order in which they came."""

    def last(self, duty: str, target: str, before: int) -> Result | None:
        """The one done last before that instant; of one that was corrected, the newest correction."""

    def find(self, wanted: ResultFilter, cursor: str | None = None, limit: int = 50) -> Page[Result]:
        """What was done last first; a correction stands before what it corrects. Raises ``ValueError`` on a cursor not ours."""

    def count(self, wanted: ResultFilter) -> int:
        """How many match."""
