"""Rounds, floor plans and their facts, as they look from within a limited account's buildings.

A round leads through several buildings: what is seen of it is its points in those that may be looked at, with how the whole
round came out. A round without such a point is not there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from api.scoped_base import Through
from facility.fact import Fact
from facility.floor_plan import FloorPlan
from facility.round import Round
from facility.round_figures import Counted, tally
from storage.records.plans import PlanVersion
from storage.records.port import NotFound, Page
from storage.records.rounds import RoundFilter

if TYPE_CHECKING:
    from api.scoped import View

PATROLS, CAMERAS = "AP-3", "EQ-8"
CLAUSE_OF = {
    "/rounds": PATROLS,
    "/api/v1/rounds": PATROLS,
    "/cameras": CAMERAS,
    "/plans": CAMERAS,
    "/api/v1/cameras": CAMERAS,
    "/api/v1/plans": CAMERAS,
    "/api/v1/coverage": CAMERAS,
}
"""Addresses, with all below them, that are about one clause alone."""


class ScopedRounds(Through):
    """Rounds by their points within."""

    def _clipped(self, rounds: Iterable[Round]) -> Iterator[Round]:
        return (clipped for one in rounds if (clipped := clip(one, self._view)) is not None)

    def get(self, number: int) -> Round:
        found = clip(self._inner.get(number), self._view)
        if found is None:
            raise NotFound(f"there is no round {number}")
        return found

    def some(self, numbers: Sequence[int]) -> dict[int, Round]:
        return {one.id: one for one in self._clipped(self._inner.some(numbers).values())}

    def find(
        self, wanted: RoundFilter, cursor: str | None = None, limit: int = 50, *, soonest: bool = False
    ) -> Page[Round]:
        """A page may be shorter by what lies outside."""
        page = self._inner.find(wanted, cursor, limit, soonest=soonest)
        return Page(rows=list(self._clipped(page.rows)), cursor=page.cursor)

    def all(self, wanted: RoundFilter) -> list[Round]:
        return list(self._clipped(self._inner.all(wanted)))

    def open_at(self, start: int, end: int) -> list[Round]:
        return list(self._clipped(self._inner.open_at(start, end)))

    def counted(self, wanted: RoundFilter) -> list[Counted]:
        """From the points within: the stored figures are of whole rounds."""
        if not self._view.zones:
            found: list[Counted] = self._inner.counted(wanted)
            return found
        return [
            Counted(route=one.route, team=one.team, start=one.start, tally=tally([one]))
            for one in self.all(wanted)
            if one.over
        ]

    def count(self, wanted: RoundFilter) -> int:
        return len(self.all(wanted)) if self._view.zones else int(self._inner.count(wanted))


def clip(round: Round, view: View) -> Round | None:
    """What lies within; None: nothing."""
    if not view.zones:
        return round
    stops = tuple(stop for stop in round.stops if stop.zone in view.zones)
    points = {stop.point for stop in stops}
    strays = tuple(one for one in round.strays if one.point in points)
    return replace(round, stops=stops, strays=strays) if stops else None


class ScopedPlans(Through):
    """Plans of zones within."""

    PASSED = frozenset({"version"})

    def of(self, zone: str, at: int | None = None) -> FloorPlan | None:
        found: FloorPlan | None = self._inner.of(zone, at) if self._view.zone(zone) else None
        return found

    def all(self, at: int | None = None) -> dict[str, FloorPlan]:
        return {zone: plan for zone, plan in self._inner.all(at).items() if self._view.zone(zone)}

    def newest(self) -> dict[str, PlanVersion]:
        return {zone: one for zone, one in self._inner.newest().items() if self._view.zone(zone)}

    def versions_of(self, zone: str) -> list[PlanVersion]:
        return list(self._inner.versions_of(zone)) if self._view.zone(zone) else []


class ScopedFacts:
    """Facts are asked for by what they are about, which was found within; of those that reach further, the part within."""

    def __init__(self, inner: Any, view: View) -> None:
        self._inner, self._view = inner, view

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def of(self, noun: str, subject: str) -> list[Fact]:
        found: list[Fact] = self._inner.of(noun, subject)
        return [one for fact in found if (one := self._part(fact)) is not None]

    def between(self, noun: str, whats: Sequence[str], start: int, end: int) -> list[Fact]:
        """A day's figure of the cameras is of the whole property."""
        if noun == "coverage" and self._view.zones:
            return []
        found: list[Fact] = self._inner.between(noun, whats, start, end)
        return found

    def _part(self, fact: Fact) -> Fact | None:
        zones = self._view.zones
        if fact.noun != "round" or not zones:
            return fact
        if "points" in fact.data:
            within = [point for point in fact.data["points"] if point["zone"] in zones]
            return replace(fact, data={"points": within})
        return fact if "zone" not in fact.data or fact.data["zone"] in zones else None
