"""The ports of visits, of who came, and of where visitors' badges were seen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from facility.crossing import Crossing
from facility.guest import Guest
from facility.visit import Visit, VisitState

if TYPE_CHECKING:
    from storage.records.port import Page


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitFilter:
    """Empty fields do not filter."""

    states: tuple[VisitState, ...] = ()
    hosts: tuple[str, ...] = ()
    badge: str = ""
    since: int | None = None
    """until >= since: visits that were not over before"""
    until: int | None = None
    """expected < until"""


class Visits(Protocol):
    """Visits, and apart from them who came."""

    def add(self, visit: Visit) -> Visit:
        """Insert; returns it with its id. Raises ``Conflict`` when its badge is with somebody in the house."""

    def update(self, visit: Visit) -> Visit:
        """Compare-and-set on ``version``. Raises ``Conflict``, also when its badge is with somebody else; ``NotFound``."""

    def get(self, number: int) -> Visit:
        """Raises ``NotFound``."""

    def some(self, numbers: Iterable[int]) -> dict[int, Visit]:
        """Those of these numbers that there are."""

    def find(self, wanted: VisitFilter, cursor: str | None = None, limit: int = 50) -> Page[Visit]:
        """Newest first. Raises ``ValueError`` on a cursor that is not ours."""

    def all(self, wanted: VisitFilter) -> list[Visit]:
        """Every one that fits, oldest first."""

    def count(self, wanted: VisitFilter) -> int:
        """How many match."""

    def holder(self, badge: str) -> Visit | None:
        """The visit in the house that has this badge."""

    def of_badges(self, badges: Iterable[str], newest: int = 20) -> dict[str, list[Visit]]:
        """Badge → the ``newest`` visits that had it, the oldest of these first."""

    def badges(self) -> frozenset[str]:
        """All badges that visits have or had."""

    def to_attend(self, before: int, waited: int, limit: int = 100) -> list[Visit]:
        """In the house with ``until`` <= ``before``, or expected with ``until`` <= ``waited``: the oldest end first."""

    def put_guest(self, guest: Guest) -> None:
        """Keep it, in place of what stood there."""

    def guest(self, visit: int) -> Guest:
        """Raises ``NotFound``."""

    def guests(self, visits: Iterable[int]) -> dict[int, Guest]:
        """Those of these visits."""

    def guests_by(self, *, document: str = "", phone: str = "") -> list[Guest]:
        """With exactly this document's hash, or this phone; the oldest first. Nothing for nothing."""

    def guests_ending(self, now: int, limit: int = 100) -> list[Guest]:
        """Those whose end has come and that still stand, what ends first first. Never of a visit that is open."""

    def crossed(self, badges: Iterable[str], start: int, end: int) -> set[tuple[str, int, str, str, int]]:
        """(point, at, event, badge, seq) of what is written down of these badges with start <= at < end."""

    def cross(self, crossing: Crossing) -> Crossing | None:
        """Insert; None when this passage is there already: the transaction stays usable."""

    def update_crossing(self, crossing: Crossing) -> Crossing:
        """Compare-and-set on ``version``. Raises ``Conflict``, ``NotFound``."""

    def crossings(self, visit: int) -> list[Crossing]:
        """Of one visit, the oldest first by event time."""

    def crossings_open(self, since: int) -> list[Crossing]:
        """Of which an escort may still be heard: waiting or unescorted, at >= ``since``."""

    def last_seen(self, visits: Iterable[int]) -> dict[int, Crossing]:
        """The newest of each visit at which a door opened."""
