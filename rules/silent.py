"""Silence: what is owed by the clock, what ends it, and when nobody could hear. Pure; the judge and a replay ask the same.

A point is silent from the instant at which its word was due, if none had arrived by then. It depends on when readings arrived and
on when the collector listened, both of which are stored, and not on how often the clock is looked at.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from facility.alert import Condition, Timing, Track
from facility.quality import Quality
from rules.columns import Columns, Picked
from rules.engine import Engine, Group
from rules.limits import Bools, Floats, Index
from rules.memory import NEVER, Memory
from rules.timeline import BREACHED, CLEAR, UNKNOWN, Move, Sample, Transition, What, follow

NOW = Timing()
"""Silence has neither hold nor clear time."""
KEPT_SPANS = 2_000


class Arrival(NamedTuple):
    """One reading, as silence sees it."""

    received: int
    at: int
    code: int
    speaks: bool
    """It shows that the point is alive; a word that it is gone does not."""
    value: float


class Deaf(NamedTuple):
    """A time in which nobody could hear: the collector did not run, or had no link. Silence is counted anew from its end."""

    since: int
    until: int


@dataclass(slots=True, kw_only=True)
class Ear:
    """One rule's ear at one point."""

    after: int
    """How long it may say nothing; 0: for ever."""
    heard: int = NEVER
    since: int = NEVER
    newest: int = NEVER
    """The newest event time of any reading."""
    track: Track = Track()  # noqa: RUF009 - a frozen tuple

    @property
    def due(self) -> int:
        """When the next word is due."""
        return max(self.heard, self.since) + self.after

    def wait(self, until: int) -> Iterator[Transition]:
        """Nothing arrives up to ``until``, and it is included."""
        if self.after and not self.track.firing and self.due <= until:
            self.track = Track(Condition.ACTIVE, bad_since=self.due, raised=self.due, last=self.due)
            yield Transition(What.RAISED, self.track, None)

    def hear(self, arrival: Arrival, *, deaf: bool = False) -> Iterator[Transition]:
        """A reading arrives. ``deaf``: what was due before it could not be heard."""
        if not deaf:
            yield from self.wait(arrival.received - 1)
        if arrival.at >= self.newest:
            move = follow(0, self.track, [Sample(arrival.at, arrival.code, arrival.value)], NOW)
            self.track = move.after
            yield from move.transitions
        self.newest = max(self.newest, arrival.at)
        if arrival.speaks:
            self.heard = max(self.heard, arrival.at)


def through(ear: Ear, arrivals: Iterable[Arrival], deaf: Sequence[Deaf]) -> Iterator[Transition]:
    """Arrivals in their order, with the times in which nobody could hear. Those before the first arrival are over then."""
    left = [span for span in deaf if span.until > ear.since]
    for arrival in arrivals:
        while left and left[0].until <= arrival.received:
            yield from skip(ear, left.pop(0))
        yield from ear.hear(arrival, deaf=bool(left) and left[0].since < arrival.received)


def skip(ear: Ear, span: Deaf) -> Iterator[Transition]:
    """A time in which nobody could hear."""
    yield from ear.wait(span.since)
    ear.since = max(ear.since, span.until)


def heard_from(engine: Engine, memory: Memory, group: Group, batch: Columns, now: int, *, deaf: bool) -> list[Move]:
    """What a batch says to the rows of silence: those that are silent, were due, or are said to be gone."""
    count = group.count[batch.point]
    pick = np.repeat(np.arange(len(batch)), count)
    start = np.repeat(group.first[batch.point] - (np.cumsum(count) - count), count)
    row = start + np.arange(len(pick))
    hot = _hot(memory, group, batch, (pick, row), now)
    if not hot.any():
        return []
    touched = np.isin(row, row[hot])
    pick, row = pick[touched], row[touched]
    arrivals = _arrivals(engine, group, batch, pick, row)
    moves: list[Move] = []
    for local in np.unique(row).tolist():
        mine = sorted(arrivals[place] for place in np.flatnonzero(row == local).tolist())
        moves += _moved(memory, group, local, mine, deaf=deaf)
    return moves


def _hot(memory: Memory, group: Group, batch: Columns, pairs: tuple[Index, Index], now: int) -> Bools:
    """``now`` stands for the time of arrival, which is never later: nearly always nothing was due yet."""
    pick, row = pairs
    point = batch.point[pick]
    due = np.maximum(memory.heard[point], memory.since[point]) + group.limits.after[row]
    active = memory.active[group.base : group.base + len(group)][row]
    gone = batch.quality[pick] == Quality.STALE
    return np.asarray((group.limits.after[row] > 0) & ((due < now) | gone | active), np.bool_)


def _arrivals(engine: Engine, group: Group, batch: Columns, pick: Index, row: Index) -> list[Arrival]:
    steps: Floats = np.rint(batch.value / engine.resolution[batch.point])
    samples = Picked(batch, steps, pick)
    breached = group.kind.breached(samples, group.limits, row)
    known = group.kind.evidence(samples, group.limits, row)
    codes = np.where(known, np.where(breached, BREACHED, CLEAR), UNKNOWN)
    speaks = batch.quality[pick] != Quality.STALE
    columns = (batch.received[pick], batch.at[pick], codes, speaks, batch.value[pick])
    return [Arrival(*one) for one in zip(*(column.tolist() for column in columns), strict=True)]


def _moved(memory: Memory, group: Group, local: int, arrivals: list[Arrival], *, deaf: bool) -> Iterator[Move]:
    point, row = int(group.point[local]), group.base + local
    before = memory.track(row)
    ear = Ear(
        after=int(group.limits.after[local]),
        heard=int(memory.heard[point]),
        since=int(memory.since[point]),
        newest=int(memory.newest[group.kind.EVIDENCE][point]),
        track=before,
    )
    found = [transition for arrival in arrivals for transition in ear.hear(arrival, deaf=deaf)]
    if found or ear.track != before:
        yield Move(row, ear.track, tuple(found))
