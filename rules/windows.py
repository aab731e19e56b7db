"""Kinds that judge by what came before as well: how often, how fast, where to. What they remember, and how they use it.

A window is a pure function of the readings in it, ordered by event time: the order of arrival changes nothing.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, cast

import numpy as np

from rules.columns import Columns, Picked
from rules.kind import Kind
from rules.limits import Bools, Floats, Index, Ints, Limits
from rules.timeline import UNKNOWN

if TYPE_CHECKING:
    from rules.engine import Engine, Group
    from storage.readings.port import Readings

CHUNK = 500
"""So many readings are taken from the store at once."""


class Past(NamedTuple):
    """One reading that counts."""

    at: int
    steps: float
    """In whole steps of the point's resolution; a state's number."""


class Reach(NamedTuple):
    """How far a window reaches back, and how finely it looks."""

    over: int
    """Readings with time > newest - over."""
    slot: int = 0
    """Of each stretch of so many milliseconds (since the epoch) only the first reading counts; 0: all count."""


class WindowKind(Kind, Protocol):
    """A kind that judges a window of a row's readings. Its file has these two besides ``Kind``'s."""

    def reach(self, spec: Any) -> Reach:
        """How far back it looks."""

    def verdict(self, spec: Any, limits: Limits, window: Sequence[Past]) -> int:
        """What the window says at its last reading: CLEAR, BREACHED, or UNKNOWN while too little is known."""


def as_window(kind: Kind) -> WindowKind | None:
    """The kind, where it judges windows."""
    return cast("WindowKind", kind) if hasattr(kind, "reach") else None


def keep(past: list[Past], reach: Reach, new: Past) -> None:
    """Put one reading where its time belongs; forget what is out of reach."""
    if past and new.at <= past[-1].at - reach.over:
        return
    place = bisect_left(past, new.at, key=_at)
    if place < len(past) and past[place].at == new.at:
        past[place] = new
    elif not reach.slot:
        past.insert(place, new)
    else:
        _keep_first(past, reach.slot, new)
    del past[: bisect_right(past, past[-1].at - reach.over, key=_at)]


def _keep_first(past: list[Past], slot: int, new: Past) -> None:
    start = new.at // slot * slot
    place = bisect_left(past, start, key=_at)
    if place < len(past) and past[place].at < start + slot:
        past[place] = min(past[place], new, key=_at)
    else:
        insort(past, new, key=_at)


def _at(past: Past) -> int:
    return past.at


def window_at(past: Sequence[Past], reach: Reach, at: int) -> Sequence[Past]:
    """The readings with at - over < time <= at, oldest first."""
    return past[bisect_right(past, at - reach.over, key=_at) : bisect_right(past, at, key=_at)]


class Windows:
    """What the windows of an engine's rows hold. Changed by ``saw`` and ``fill`` only."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._groups = [group for group in engine.groups if as_window(group.kind)]
        self._past: dict[int, list[Past]] = {}

    def of(self, row: int) -> list[Past]:
        """What is remembered of a row, oldest first."""
        return self._past.get(row, [])

    def saw(self, batch: Columns) -> None:
        """The batch has been judged."""
        for group in self._groups:
            for row, _, new in counted(self._engine, group, batch):
                keep(self._past.setdefault(row, []), reach_of(self._engine, row), new)

    def take_over(self, old: Windows) -> None:
        """What was remembered of rows that are there still."""
        for row, past in old._past.items():
            rule, point = old._engine.of(row)
            again = self._engine.row(rule.id, point.id)
            if again is not None and as_window(self._engine.of(again)[0].kind):
                self._past[again] = list(past)

    def fill(self, readings: Readings, newest: dict[Any, Ints]) -> None:
        """From the store, up to the newest reading of each point that has been judged. Raises ``ReadingsUnavailable``."""
        for group in self._groups:
            known = newest[group.kind.EVIDENCE]
            for local in range(len(group)):
                row, until = group.base + local, int(known[group.point[local]])
                if until > 0 and row not in self._past:
                    self._past[row] = list(_stored(self._engine, group, local, readings, until))


def _stored(engine: Engine, group: Group, local: int, readings: Readings, until: int) -> Iterable[Past]:
    from rules.columns import columns

    row = group.base + local
    reach, point = reach_of(engine, row), engine.points[int(group.point[local])].id
    past: list[Past] = []
    start = until - reach.over + 1
    while start <= until:
        found = readings.range(point, start, until + 1, CHUNK)
        for other, _, new in counted(engine, group, columns(found, engine.index)):
            if other == row:
                keep(past, reach, new)
        if len(found) < CHUNK:
            break
        start = found[-1].at + 1
        if reach.slot and past and past[-1].at // reach.slot == found[-1].at // reach.slot:
            start = (found[-1].at // reach.slot + 1) * reach.slot
    return past


def counted(engine: Engine, group: Group, batch: Columns) -> Iterator[tuple[int, int, Past]]:
    """(row, place in the batch, reading) of each reading that is evidence to a row of the group."""
    count = group.count[batch.point]
    pick = np.repeat(np.arange(len(batch)), count)
    if not len(pick):
        return
    start = np.repeat(group.first[batch.point] - (np.cumsum(count) - count), count)
    local = start + np.arange(len(pick))
    steps = np.rint(batch.value / engine.resolution[batch.point])
    fits = _evidence(group, batch, steps, pick, local)
    for place, row, good in zip(pick.tolist(), local.tolist(), fits.tolist(), strict=True):
        if good:
            yield group.base + row, place, Past(int(batch.at[place]), float(steps[place]))


def _evidence(group: Group, batch: Columns, steps: Floats, pick: Index, row: Index) -> Bools:
    return group.kind.evidence(Picked(batch, steps, pick), group.limits, row)


def reach_of(engine: Engine, row: int) -> Reach:
    """How far back a row looks."""
    rule, _ = engine.of(row)
    kind = as_window(rule.kind)
    assert kind is not None
    return kind.reach(rule.spec)


class WindowScan:
    """One group's windows with a batch in them: what is remembered stays as it is."""

    def __init__(self, engine: Engine, windows: Windows, group: Group, batch: Columns) -> None:
        self._engine, self._group = engine, group
        self._past: dict[int, list[Past]] = {}
        self._wide: dict[int, Reach] = {}
        for row, _, new in counted(engine, group, batch):
            if row not in self._past:
                self._past[row] = list(windows.of(row))
                self._wide[row] = _longer(reach_of(engine, row), batch, self._past[row])
            keep(self._past[row], self._wide[row], new)

    def codes(self, batch: Columns, pick: Index, row: Index, limits: list[Limits | None]) -> Ints:
        """A verdict for each pair of a reading and a row of the group; ``limits`` are the pairs'."""
        counts = {(found, place) for found, place, _ in counted(self._engine, self._group, batch)}
        triples = zip(pick.tolist(), (row + self._group.base).tolist(), limits, strict=True)
        codes = [
            UNKNOWN
            if limit is None or (found, place) not in counts
            else self._verdict(found, int(batch.at[place]), limit)
            for place, found, limit in triples
        ]
        return np.array(codes, np.int64)

    def _verdict(self, row: int, at: int, limits: Limits) -> int:
        rule, _ = self._engine.of(row)
        kind = as_window(rule.kind)
        assert kind is not None
        return kind.verdict(rule.spec, limits, window_at(self._past[row], kind.reach(rule.spec), at))


def _longer(reach: Reach, batch: Columns, past: Sequence[Past]) -> Reach:
    """Nothing that the batch's oldest reading looks back to is forgotten for the newest one that is known."""
    oldest, newest = batch.span
    return reach._replace(over=reach.over + max(newest, past[-1].at if past else newest) - oldest)
