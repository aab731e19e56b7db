"""What must be remembered between batches: how far each point has been judged, and where each row stands."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from facility.alert import QUIET, Condition, Track
from facility.quality import Quality
from rules.columns import Columns
from rules.engine import Engine
from rules.limits import Bools, Ints
from rules.windows import Windows

NEVER = -(2**62)
"""Earlier than any instant."""

SPEAKS = frozenset(Quality) - {Quality.STALE}
"""A reading of any of these, a test too, shows that the point is alive."""


@dataclass(kw_only=True)
class Memory:
    """Changed by ``adopt`` and ``put`` only, and only by the thread that judges."""

    newest: dict[frozenset[Quality], Ints]
    """Qualities that count as evidence → by point, the event time of the newest such reading that was judged."""
    heard: Ints
    """By point, the newest event time at which it spoke."""
    judged_at: Ints
    """By point, when a reading of it was last judged."""
    since: Ints
    """By point: silence is counted from here at the earliest."""
    active: Bools
    """By row, whether its track is not quiet."""
    windows: Windows
    """What kinds that look back remember."""
    tracks: dict[int, Track] = field(default_factory=dict)
    """Row → track, for those that are not quiet."""

    def track(self, row: int) -> Track:
        """Where the row stands."""
        return self.tracks.get(row, QUIET)

    def put(self, row: int, track: Track) -> None:
        """A quiet track is not kept."""
        quiet = track.condition is Condition.NORMAL
        self.active[row] = not quiet
        if quiet:
            self.tracks.pop(row, None)
        else:
            self.tracks[row] = track

    def newest_of(self, point: int) -> int:
        """The newest reading of a point that was judged."""
        return max((int(newest[point]) for newest in self.newest.values()), default=NEVER)

    def grace(self, now: int) -> None:
        """Silence is counted anew for every point: nobody could be heard until now."""
        np.maximum(self.since, now, out=self.since)

    def saw(self, batch: Columns, now: int) -> None:
        """The batch has been judged."""
        for qualities, newest in self.newest.items():
            chosen = _chosen(batch, qualities, tests=False)
            np.maximum.at(newest, _of(batch.point, chosen), _of(batch.at, chosen))
        spoke = _chosen(batch, SPEAKS, tests=True)
        np.maximum.at(self.heard, _of(batch.point, spoke), _of(batch.at, spoke))
        self.judged_at[batch.point] = now
        self.windows.saw(batch)

    def knew(self, point: int, at: int, quality: Quality, *, test: bool) -> None:
        """After a restart: a reading that had been judged."""
        for qualities, newest in self.newest.items():
            if quality in qualities and not test:
                newest[point] = max(int(newest[point]), at)
        if quality in SPEAKS:
            self.heard[point] = max(int(self.heard[point]), at)


def _chosen(batch: Columns, qualities: frozenset[Quality], *, tests: bool) -> Bools | None:
    """None: all of them."""
    fits = None
    if not batch.qualities <= qualities:
        lookup = np.zeros(256, np.bool_)
        lookup[list(qualities)] = True
        fits = np.asarray(lookup[batch.quality], np.bool_)
    if batch.any_test and not tests:
        fits = ~batch.test if fits is None else fits & ~batch.test
    return fits


def _of(column: Ints, chosen: Bools | None) -> Ints:
    return column if chosen is None else column[chosen]


def fresh_memory(engine: Engine, started: int) -> Memory:
    """Nothing judged yet; silence is counted from ``started`` or from each point's registration, whichever is later."""
    size = len(engine.points)
    registered = engine.register.registered
    since = np.array([registered.get(point.id, 0) for point in engine.points], np.int64)
    return Memory(
        newest={kind: np.full(size, NEVER, np.int64) for kind in {group.kind.EVIDENCE for group in engine.groups}},
        heard=np.full(size, NEVER, np.int64),
        judged_at=np.full(size, NEVER, np.int64),
        since=np.maximum(since, started),
        active=np.zeros(engine.size, np.bool_),
        windows=Windows(engine),
    )


def moved_memory(old: Memory, before: Engine, after: Engine, started: int) -> Memory:
    """The same knowledge, laid out for another engine. Tracks of rows that are gone are left behind."""
    new = fresh_memory(after, started)
    shared = [(before.index[point], number) for point, number in after.index.items() if point in before.index]
    source, target = np.array(shared, np.intp).reshape(-1, 2).T
    new.heard[target], new.judged_at[target] = old.heard[source], old.judged_at[source]
    new.since[target] = np.maximum(new.since[target], old.since[source])
    for qualities, newest in new.newest.items():
        # A kind that had no rule before starts from what is known of the point at all.
        newest[target] = old.newest.get(qualities, old.heard)[source]
    new.windows.take_over(old.windows)
    for row, track in old.tracks.items():
        _carry(new, after, *_key(before, row), track)
    return new


def _carry(new: Memory, engine: Engine, rule: str, point: str, track: Track) -> None:
    row = engine.row(rule, point)
    if row is not None:
        new.put(row, track)


def _key(engine: Engine, row: int) -> tuple[str, str]:
    rule, point = engine.of(row)
    return rule.id, point.id
