"""Figures of rounds: how many were walked, how many points were visited, on time, with what was asked. Pure.

Only rounds that are over count, each with the points that were planned: what was planned is frozen, so a rate never gets
better by somebody planning less afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from facility.fact import Said
from facility.round import Flag, PointStatus, Round, RoundState, RoundStop

K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Counts. A rate without anything planned is None: nothing was owed."""

    rounds: int = 0
    done: int = 0
    incomplete: int = 0
    missed: int = 0
    planned: int = 0
    """Points."""
    visited: int = 0
    on_time: int = 0
    effective: int = 0
    """Visited with everything that is asked there."""
    early: int = 0
    late: int = 0
    lost: int = 0
    """Points that nobody visited."""
    uploaded_late: int = 0
    """Visits that were heard of when their points had been missed: they count as not visited, and stand here."""
    out_of_order: int = 0
    too_fast: int = 0

    @property
    def completion(self) -> float | None:
        """Rounds that were walked whole, of all."""
        return self.done / self.rounds if self.rounds else None

    @property
    def visit_rate(self) -> float | None:
        """Points visited, of those planned."""
        return self.visited / self.planned if self.planned else None

    @property
    def on_time_rate(self) -> float | None:
        """Points visited on time, of those planned."""
        return self.on_time / self.planned if self.planned else None

    @property
    def effective_rate(self) -> float | None:
        """Points visited with everything that is asked there, of those planned."""
        return self.effective / self.planned if self.planned else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """One round that is over, as figures need it."""

    route: str
    team: str
    start: int
    tally: Tally


def total(found: Iterable[Tally]) -> Tally:
    """All of them together."""
    sums = dict.fromkeys(Tally.__dataclass_fields__, 0)
    for one in found:
        for name in sums:
            sums[name] += getattr(one, name)
    return Tally(**sums)


def tally(rounds: Iterable[Round]) -> Tally:
    """Of those that are over."""
    over = [one for one in rounds if one.over]
    stops = [stop for one in over for stop in one.stops]
    counted = [stop for stop in stops if stop.counts]
    return Tally(
        rounds=len(over),
        done=sum(one.state is RoundState.DONE for one in over),
        incomplete=sum(one.state is RoundState.INCOMPLETE for one in over),
        missed=sum(one.state is RoundState.MISSED for one in over),
        planned=len(stops),
        visited=len(counted),
        on_time=sum(stop.on_time for stop in stops),
        effective=sum(stop.effective for stop in stops),
        early=sum(stop.status is PointStatus.EARLY for stop in counted),
        late=sum(stop.status is PointStatus.LATE for stop in counted),
        lost=sum(stop.status is PointStatus.MISSED for stop in stops),
        uploaded_late=sum(Flag.UPLOADED_LATE in stop.flags for stop in stops),
        out_of_order=sum(Flag.OUT_OF_ORDER in stop.flags for stop in stops),
        too_fast=sum(Flag.TOO_FAST in stop.flags for stop in stops),
    )


def tallies(rounds: Iterable[Counted], by: Callable[[Counted], K]) -> dict[K, Tally]:
    """One for each of what ``by`` says, in the order in which they come."""
    groups: dict[K, list[Tally]] = {}
    for one in rounds:
        groups.setdefault(by(one), []).append(one.tally)
    return {key: total(found) for key, found in groups.items()}


def tally_of_facts(facts: Iterable[Said]) -> Tally:
    """The same out of the facts of rounds alone, in their order: what an independent reader recomputes."""
    states: dict[str, str] = {}
    points: dict[tuple[str, int], Mapping[str, Any]] = {}
    for fact in facts:
        if fact.what in ("ended", "missed"):
            states[fact.subject] = fact.after
            points |= {(fact.subject, one["order"]): one for one in fact.data["points"]}
        elif fact.what in ("point", "late-upload") and fact.subject in states:
            points[fact.subject, fact.data["order"]] = fact.data
    return _of_data(list(states.values()), list(points.values()))


def _of_data(states: Sequence[str], points: Sequence[Mapping[str, Any]]) -> Tally:
    late = f"-{Flag.UPLOADED_LATE}"
    told = [str(one["status"]) for one in points]
    flags = [flag for one in points for flag in one["flags"]]
    early, on_time, too_late = (told.count(one) for one in (PointStatus.EARLY, PointStatus.ON_TIME, PointStatus.LATE))
    return Tally(
        rounds=len(states),
        done=states.count(RoundState.DONE),
        incomplete=states.count(RoundState.INCOMPLETE),
        missed=states.count(RoundState.MISSED),
        planned=len(points),
        visited=early + on_time + too_late,
        on_time=on_time,
        effective=sum(bool(one["effective"]) for one in points),
        early=early,
        late=too_late,
        lost=told.count(PointStatus.MISSED),
        uploaded_late=sum(one.endswith(late) for one in told),
        out_of_order=flags.count(Flag.OUT_OF_ORDER),
        too_fast=flags.count(Flag.TOO_FAST),
    )


def last_visits(rounds: Iterable[Round]) -> dict[str, int]:
    """Point → when somebody was last there, however it was heard of."""
    found: dict[str, int] = {}
    for stop in _visited(rounds):
        if stop.at is not None:
            found[stop.point] = max(stop.at, found.get(stop.point, stop.at))
    return found


def _visited(rounds: Iterable[Round]) -> Iterable[RoundStop]:
    return (stop for one in rounds for stop in one.stops if stop.visited)
