"""Looks at a point's history in the store, as far as late readings make it necessary. Reads, and writes nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from facility.breach import Breach
from facility.point import Point
from facility.reading import Reading
from rules.columns import Columns, columns
from rules.engine import FOREVER, Engine, Group
from rules.fold import Verdicts
from rules.judging import codes_of
from rules.memory import NEVER, Memory
from rules.rejudge import History, More, Rejudged, rejudge
from rules.windows import as_window, reach_of
from storage.readings.port import Readings
from storage.records.breaches import BreachFilter, Stretch
from storage.records.port import Unit

Key = tuple[str, str]
"""(rule, point)"""

FEW_BEFORE, FEW_AFTER = 8, 32
"""How many readings are looked at first, before the late ones and from them on."""
A_PAGE = 2_000
"""And at most."""
TIMES = 8
"""How many times as many each time that was not enough."""
MOST_BEFORE = 5_000
"""From further back than so many readings nothing is looked for: there the stored breaches are taken at their word."""


@dataclass(slots=True, kw_only=True)
class Findings:
    """What a portion of the late work found."""

    stretches: dict[str, Stretch] = field(default_factory=dict)
    """What it looked at, point by point."""
    rejudged: list[Rejudged] = field(default_factory=list)
    """Rows of which something differs."""
    errors: dict[str, str] = field(default_factory=dict)
    """Rule → what its code raised."""
    looked_at: int = 0
    """Readings."""


@dataclass(slots=True, kw_only=True)
class LookBack:
    """One portion's look at history."""

    engine: Engine
    memory: Memory
    readings: Readings
    unit: Unit
    now: int
    found: Findings = field(default_factory=Findings)

    def at(self, stretches: Mapping[str, Stretch], most: int) -> Findings:
        """Point after point, until ``most`` readings have been looked at. Raises ``ReadingsUnavailable``."""
        windows = {
            point: self._window(point, found) for point, found in stretches.items() if point in self.engine.index
        }
        known = self._known(list(windows), min((window.first for window in windows.values()), default=0))
        for point, stretch in stretches.items():
            if self.found.looked_at >= most:
                break
            if point in windows:
                self._point(point, windows[point], known)
            self.found.stretches[point] = stretch
        return self.found

    def _window(self, point: str, stretch: Stretch) -> _Window:
        place = self.engine.index[point]
        newest = max((self._newest(group, point) for _, group in _rows(self.engine, place)), default=NEVER)
        return _Window(self.readings, self.engine.points[place], stretch, newest)

    def _point(self, point: str, window: _Window, known: Mapping[Key, list[Breach]]) -> None:
        rows = dict(_rows(self.engine, self.engine.index[point]))
        while rows:
            batch = columns(window.samples, self.engine.index)
            wanted = [(row, self._row(row, group, batch, window, known)) for row, group in rows.items()]
            self.found.looked_at += len(batch)
            self.found.rejudged += [found for _, found in wanted if isinstance(found, Rejudged) and _differs(found)]
            missing = {row: found for row, found in wanted if isinstance(found, More)}
            rows = {row: rows[row] for row in missing}
            if rows:
                window.widen(More(any(m.before for m in missing.values()), any(m.after for m in missing.values())))
                known = self._known([point], window.first)

    def _newest(self, group: Group, point: str) -> int:
        return int(self.memory.newest[group.kind.EVIDENCE][self.engine.index[point]])

    def _known(self, points: list[str], since: int) -> dict[Key, list[Breach]]:
        found: dict[Key, list[Breach]] = {}
        if points:
            for breach in self.unit.breaches.find(BreachFilter(points=tuple(points), since=since), limit=FOREVER):
                found.setdefault((breach.rule, breach.point), []).append(breach)
        return found

    def _row(
        self, row: int, group: Group, batch: Columns, window: _Window, known: Mapping[Key, list[Breach]]
    ) -> Rejudged | More | None:
        rule, point = self.engine.of(row)
        try:
            codes = codes_of(self.engine, self.memory, group, batch, row - group.base)
        except Exception as error:  # noqa: BLE001 - a rule's error marks that rule and touches no other
            self.found.errors[rule.id] = f"{type(error).__name__}: {error}"
            return None
        judged = batch.at <= self._newest(group, point.id)
        # A late reading changes what the windows of later readings hold, and the oldest readings' windows are not all at hand.
        over = reach_of(self.engine, row).over if as_window(group.kind) else 0
        sure = judged if window.from_the_start else judged & (batch.at >= window.first + over)
        history = History(
            verdicts=Verdicts(batch.at[sure], codes[sure], batch.value[sure]),
            known=known.get((rule.id, point.id), ()),
            stretch=window.stretch._replace(last=window.stretch.last + over),
            from_the_start=window.from_the_start,
            to_the_end=window.to_the_end or not bool(judged.all()),
        )
        return rejudge(row, history, self.engine.timing(row), self.memory.track(row))


def _rows(engine: Engine, place: int) -> Iterator[tuple[int, Group]]:
    """The rows of a point whose kinds judge late readings."""
    for group in engine.groups:
        if group.kind.JUDGES_LATE:
            first = group.base + int(group.first[place])
            yield from ((row, group) for row in range(first, first + int(group.count[place])))


def _differs(found: Rejudged) -> bool:
    return found != replace(found, moved=(), added=(), withdrawn=(), track=None)


class _Window:
    """A point's readings around a stretch, in event-time order; it grows to both sides."""

    def __init__(self, readings: Readings, point: Point, stretch: Stretch, newest: int) -> None:
        self._readings, self._point, self._newest = readings, point.id, newest
        self.stretch = stretch
        late = (stretch.last - stretch.first) // point.interval if point.interval else 0
        self._before, self._after = FEW_BEFORE, min(FEW_AFTER + late, A_PAGE)
        older = readings.before(point.id, stretch.first, self._before)
        self.samples: list[Reading] = older[::-1]
        self.from_the_start = len(older) < self._before
        self.to_the_end = False
        self._go_on(stretch.first)

    @property
    def first(self) -> int:
        """The oldest instant at hand."""
        return min(self.samples[0].at if self.samples else FOREVER, self.stretch.first) - 1

    def widen(self, more: More) -> None:
        """Look further."""
        if more.before:
            self._before *= TIMES
            older = self._readings.before(self._point, self.samples[0].at, self._before)
            self.samples[:0] = older[::-1]
            self.from_the_start = len(older) < self._before or self._before >= MOST_BEFORE
        if more.after:
            self._after *= TIMES
            self._go_on(self.samples[-1].at + 1)

    def _go_on(self, start: int) -> None:
        newer = self._readings.range(self._point, start, self._newest + 1, self._after)
        self.samples += newer
        self.to_the_end = len(newer) < self._after
