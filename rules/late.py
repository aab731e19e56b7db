"""Late readings found in a batch, and what of history waits to be judged again because of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice
from types import MappingProxyType

import numpy as np

from facility.instant import DAY
from facility.quality import Quality
from rules.columns import Columns
from rules.engine import Engine
from rules.limits import Bools, Ints
from rules.memory import Memory
from storage.records.breaches import Stretch
from storage.records.port import Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Lateness:
    """How old a late reading may be and still change what was found: after that it is history."""

    usual: int = DAY
    sources: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    """Source (an entry of ``sources.toml``) → its own."""

    def of(self, engine: Engine, places: Ints) -> Ints:
        """Of each of these places of points; looks at no others, for a property may have a hundred thousand."""
        different, back = np.unique(places, return_inverse=True)
        devices, points = engine.register.devices, engine.points
        sources = (devices[name].source if name in devices else "" for name in (points[p].device for p in different))
        return np.fromiter((self.sources.get(source, self.usual) for source in sources), np.int64, len(different))[back]


def late_readings(engine: Engine, memory: Memory, batch: Columns) -> Bools | None:
    """Those that are older than the newest evidence of their point that was judged; None when there are none."""
    late: Bools | None = None
    for qualities in {group.kind.EVIDENCE for group in engine.groups if group.kind.JUDGES_LATE}:
        older = batch.at < memory.newest[qualities][batch.point]
        if older.any():
            older &= _among(batch, qualities)
            late = older if late is None else late | older
    return late


def _among(batch: Columns, qualities: frozenset[Quality]) -> Bools:
    lookup = np.zeros(256, np.bool_)
    lookup[list(qualities)] = True
    return np.asarray(lookup[batch.quality] & ~batch.test, np.bool_)


def stretches(engine: Engine, batch: Columns, late: Bools) -> dict[str, Stretch]:
    """Point → from its oldest late reading to its newest."""
    point, at = batch.point[late], batch.at[late]
    order = np.lexsort((at, point))
    point, at = point[order], at[order]
    starts = np.flatnonzero(np.diff(point, prepend=-1))
    ends = np.append(starts[1:], len(point)) - 1 if len(starts) else starts
    columns = (point[starts].tolist(), at[starts].tolist(), at[ends].tolist())
    return {engine.points[place].id: Stretch(first, last) for place, first, last in zip(*columns, strict=True)}


class Backlog:
    """What is to be judged again, as the records have it; in memory so that nobody has to ask."""

    def __init__(self) -> None:
        self.waiting: dict[str, Stretch] = {}
        self.beyond = 0
        """Readings that came later than their source's lateness, since the start: kept, and not judged."""

    def load(self, unit: Unit) -> None:
        """Read it again."""
        self.waiting = unit.late_work.waiting()

    def grew(self, more: Mapping[str, Stretch]) -> None:
        """It is committed that these wait too."""
        for point, stretch in more.items():
            self.waiting[point] = stretch.with_(self.waiting.get(point))

    def portion(self, most: int) -> dict[str, Stretch]:
        """The next few points. They go to the end of the line, so that one that fails cannot keep the others waiting."""
        chosen = dict(islice(self.waiting.items(), most))
        for point, stretch in chosen.items():
            del self.waiting[point]
            self.waiting[point] = stretch
        return chosen

    def did(self, done: Mapping[str, Stretch]) -> None:
        """These are done, unless they grew meanwhile."""
        for point in self._unchanged(done):
            del self.waiting[point]

    def _unchanged(self, done: Mapping[str, Stretch]) -> Iterable[str]:
        return [point for point, stretch in done.items() if self.waiting.get(point) == stretch]
