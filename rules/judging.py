"""Batches against rules: numpy over all pairs, Python for the few that are not quiet. Pure: nothing is changed."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter

import numpy as np

from facility.alert import Condition, Track
from rules.columns import Columns, Picked
from rules.engine import Engine, Group
from rules.levels import merged
from rules.limits import Bools, Floats, Index, Ints, Limits, LimitTable, table
from rules.memory import Memory
from rules.silent import heard_from
from rules.timeline import BREACHED, CLEAR, IN_DEADBAND, UNKNOWN, Move, Sample, Transition, What, follow
from rules.windows import WindowScan, as_window


@dataclass(slots=True, kw_only=True)
class Outcome:
    """What a batch, or the clock, did."""

    moves: list[Move] = field(default_factory=list)
    found: list[Move] = field(default_factory=list)
    """What each row did by itself, where it did anything: its breaches."""
    errors: dict[str, str] = field(default_factory=dict)
    """Rule id → what its code raised."""
    merged: list[Move] = field(default_factory=list)
    """What the levels of rules with several did together; their rows' own moves tell nothing then."""

    @property
    def eventful(self) -> list[Move]:
        """What people may have to know of."""
        return [move for move in (*self.moves, *self.merged) if move.transitions]

    def with_levels(self, engine: Engine, memory: Memory) -> Outcome:
        """With the levels of each rule as one."""
        self.moves, self.merged = merged(engine, memory, self.moves)
        return self

    def add(self, other: Outcome) -> None:
        """What else was found."""
        self.moves += other.moves
        self.found += [move for move in other.moves if move.transitions]


def judge_batch(engine: Engine, memory: Memory, batch: Columns, now: int, *, deaf: bool = False) -> Outcome:
    """Every reading against every rule of its point, in event-time order, whatever the order of arrival.

    ``deaf``: nobody could hear until now, so nobody is found to have been silent.
    """
    outcome = Outcome()
    if not len(batch):
        return outcome
    steps = np.rint(batch.value / engine.resolution[batch.point])
    for group in engine.groups:
        scan = _Scan(engine, memory, group, batch, steps)
        try:
            if group.limits.after.any():
                outcome.add(Outcome(moves=heard_from(engine, memory, group, batch, now, deaf=deaf)))
                continue
            outcome.add(scan.run())
        except Exception:  # noqa: BLE001 - one of the kind's rules fails: find out which, and judge the others
            _one_by_one(scan, outcome)
    return outcome.with_levels(engine, memory)


def costs(engine: Engine, memory: Memory, batch: Columns, stopwatch: Callable[[], float]) -> dict[str, float]:
    """Rule id → what it costs for a reading of the batch, by judging it again rule by rule. Changes nothing."""
    found: dict[str, float] = {}
    steps = np.rint(batch.value / engine.resolution[batch.point])
    for group in engine.groups:
        scan = _Scan(engine, memory, group, batch, steps)
        for number in np.unique(group.rule).tolist():
            began = stopwatch()
            with suppress(Exception):  # what fails is told by the judging itself
                scan.run(only=number)
            rule = engine.rules[number].level_of or engine.rules[number].id
            found[rule] = found.get(rule, 0.0) + (stopwatch() - began) / len(batch)
    return found


def _one_by_one(scan: _Scan, outcome: Outcome) -> None:
    for number in np.unique(scan.group.rule).tolist():
        try:
            outcome.add(scan.run(only=number))
        except Exception as error:  # noqa: BLE001 - a rule's error marks that rule and touches no other
            outcome.errors[scan.engine.rules[number].id] = f"{type(error).__name__}: {error}"


@dataclass(slots=True)
class _Scan:
    """One kind's rows against one batch."""

    engine: Engine
    memory: Memory
    group: Group
    batch: Columns
    steps: Floats

    def run(self, only: int | None = None) -> Outcome:
        """``only``: the index of one rule, or None for all."""
        outcome = Outcome()
        if self._quiet():
            return outcome
        pick, row = self._pairs(only)
        hot = self._hot(pick, row)
        if hot.any():
            self._look_closer(outcome, *self._ordered(pick, row, hot))
        return outcome

    def _quiet(self) -> bool:
        """Nothing in the batch can breach, and nothing is under way: usual for kinds that watch the quality."""
        return not (self.batch.qualities & self.group.kind.BREACHES) and not self._active().any()

    def _active(self) -> Bools:
        return self.memory.active[self.group.base : self.group.base + len(self.group)]

    def _pairs(self, only: int | None) -> tuple[Index | None, Index]:
        """(reading, row) of every pair; None for the readings means each one, once."""
        group, point = self.group, self.batch.point
        if only is not None:
            pick, row = _expanded(group, point)
            chosen = group.rule[row] == only
            return pick[chosen], row[chosen]
        if group.one_each:
            return None, group.first[point]
        if group.at_most_one:
            pick = np.flatnonzero(group.count[point])
            return pick, group.first[point[pick]]
        return _expanded(group, point)

    def _hot(self, pick: Index | None, row: Index) -> Bools:
        """Pairs that are not quiet: breached, under way already, or judged by other limits than those in the table."""
        if as_window(self.group.kind):
            return np.ones(len(row), np.bool_)
        samples = Picked(self.batch, self.steps, pick)
        hot = self.group.kind.breached(samples, self.group.limits, row)
        if self.memory.tracks:
            hot = hot | self._active()[row]
        elsewhere = self._elsewhere(pick, row)
        return hot if elsewhere is None else hot | elsewhere

    def _elsewhere(self, pick: Index | None, row: Index) -> Bools | None:
        """Pairs whose event time lies outside the time in which the table's limits are in force; None when there are none."""
        since, until = self.group.in_force
        if self.batch.span[0] >= since and self.batch.span[1] < until:
            return None
        at = self.batch.at if pick is None else self.batch.at[pick]
        return np.asarray((at < self.group.since[row]) | (at >= self.group.until[row]), np.bool_)

    def _ordered(self, pick: Index | None, row: Index, hot: Bools) -> tuple[Index, Index]:
        """All pairs of the rows that have a hot one, by row and event time; equals keep their order of arrival."""
        touched = np.zeros(len(self.group), np.bool_)
        touched[row[hot]] = True
        chosen = np.flatnonzero(touched[row])
        readings = chosen if pick is None else pick[chosen]
        row = row[chosen]
        order = np.lexsort((self.batch.at[readings], row))
        return readings[order], row[order]

    def _look_closer(self, outcome: Outcome, pick: Index, row: Index) -> None:
        codes = self._codes(pick, row)
        late = self.batch.at[pick] < self.memory.newest[self.group.kind.EVIDENCE][self.group.point[row]]
        columns = (row, self.batch.at[pick], codes, self.batch.value[pick], late)
        pairs = zip(*(column.tolist() for column in columns), strict=True)
        for local, samples in groupby(pairs, key=itemgetter(0)):
            self._follow(outcome, local, list(samples))

    def _follow(self, outcome: Outcome, local: int, found: list[tuple[int, int, int, float, bool]]) -> None:
        row = self.group.base + local
        # What is late is judged with what stands around it in history, see ``rules.lookback``.
        timely = [Sample(at, code, value) for _, at, code, value, late in found if not late]
        before, timing = self.memory.track(row), self.engine.timing(row)
        move = follow(row, before, timely, timing)
        if move.after != before or move.transitions:
            outcome.moves.append(move)

    def _codes(self, pick: Index, row: Index) -> Ints:
        """A verdict, or ``IN_DEADBAND``, for each pair."""
        if as_window(self.group.kind):
            limits_of = [row_of(self.group.limits, local) for local in row.tolist()]
            windows = WindowScan(self.engine, self.memory.windows, self.group, self.batch)
            return windows.codes(self.batch, pick, row, limits_of)
        samples = Picked(self.batch, self.steps, pick)
        limits, place = self._limits(pick, row)
        kind = self.group.kind
        breached = kind.breached(samples, limits, place)
        near = kind.not_clear(samples, limits, place)
        codes = np.where(breached, BREACHED, np.where(near, IN_DEADBAND, CLEAR))
        known = kind.evidence(samples, limits, place) & limits.known[place]
        return np.asarray(np.where(known, codes, UNKNOWN), np.int64)

    def _limits(self, pick: Index, row: Index) -> tuple[LimitTable, Index]:
        """The table and the place in it for each pair; with limits of another time where the reading is of another time."""
        elsewhere = self._elsewhere(pick, row)
        if elsewhere is None or not elsewhere.any():
            return self.group.limits, row
        rows = self._limits_then(pick, row, elsewhere)
        return table(rows), np.arange(len(row))

    def _limits_then(self, pick: Index, row: Index, elsewhere: Bools) -> list[Limits | None]:
        now = self.group.limits
        pairs = zip(row.tolist(), self.batch.at[pick].tolist(), elsewhere.tolist(), strict=True)
        return [
            self.engine.limits_at(self.group.base + local, at) if other else row_of(now, local)
            for local, at, other in pairs
        ]


def row_of(limits: LimitTable, row: int) -> Limits | None:
    """One row of a table, as far as judging needs it."""
    if not limits.known[row]:
        return None
    return Limits(
        low_step=float(limits.low[row]),
        high_step=float(limits.high[row]),
        clear_low_step=float(limits.clear_low[row]),
        clear_high_step=float(limits.clear_high[row]),
        bad=int(limits.bad[row]),
        after=int(limits.after[row]),
    )


def _expanded(group: Group, point: Index) -> tuple[Index, Index]:
    count = group.count[point]
    pick = np.repeat(np.arange(len(point)), count)
    start = np.repeat(group.first[point] - (np.cumsum(count) - count), count)
    return pick, start + np.arange(len(pick))


def codes_of(engine: Engine, memory: Memory, group: Group, batch: Columns, local: int) -> Ints:
    """What the row ``local`` of ``group`` says to every reading of ``batch``, which is all of its point."""
    scan = _Scan(engine, memory, group, batch, np.rint(batch.value / engine.resolution[batch.point]))
    return scan._codes(np.arange(len(batch)), np.full(len(batch), local, np.intp))


def overdue(engine: Engine, memory: Memory, now: int) -> Outcome:
    """Every row of silence against the clock, in one comparison."""
    outcome = Outcome()
    for group in engine.groups:
        if not group.limits.after.any():
            continue
        since = np.maximum(memory.heard[group.point], memory.since[group.point])
        due = since + group.limits.after
        active = memory.active[group.base : group.base + len(group)]
        late = (group.limits.after > 0) & (due <= now) & ~active
        for local in np.flatnonzero(late).tolist():
            outcome.moves.append(_silent(group.base + local, int(due[local])))
    outcome.found = list(outcome.moves)
    return outcome.with_levels(engine, memory)


def _silent(row: int, at: int) -> Move:
    track = Track(Condition.ACTIVE, bad_since=at, raised=at, last=at)
    return Move(row, track, (Transition(What.RAISED, track, None),))
