"""A batch of readings as columns, and picks of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import repeat
from operator import itemgetter

import numpy as np

from facility.reading import Reading
from rules.limits import Bools, Bytes, Floats, Index, Ints
from storage.readings.columns import Columns as Stored

_POINT, _AT, _VALUE, _QUALITY, _TEST, _RECEIVED = map(itemgetter, range(6))
"""The fields of a ``Reading`` that are judged, in its order."""


@dataclass(frozen=True, kw_only=True)
class Columns:
    """Readings of known points, in the order of arrival; all arrays of one length."""

    point: Index
    """Index into the engine's points."""
    at: Ints
    value: Floats
    quality: Bytes
    test: Bools
    source: Sequence[Reading] = ()
    """What they were given as."""

    def __len__(self) -> int:
        return len(self.at)

    @cached_property
    def received(self) -> Ints:
        """When each arrived. Silence alone asks for it."""
        if isinstance(self.source, Stored):
            return self.source.series.received
        return np.fromiter(map(_RECEIVED, self.source), np.int64, len(self.source))

    @cached_property
    def qualities(self) -> frozenset[int]:
        """The qualities that occur."""
        return frozenset(np.flatnonzero(np.bincount(self.quality, minlength=1)).tolist())

    @cached_property
    def any_test(self) -> bool:
        """Whether one of them is a test."""
        return bool(self.test.any())

    @cached_property
    def span(self) -> tuple[int, int]:
        """The oldest and the newest event time."""
        return (int(self.at.min()), int(self.at.max())) if len(self) else (0, 0)


def columns(readings: Sequence[Reading], index: Mapping[str, int]) -> Columns:
    """``index`` leads from a point's id to its number; readings of other points are left out."""
    whole = _of_stored(readings, index) if isinstance(readings, Stored) else _of_each(readings, index)
    return whole if whole.point.min(initial=0) >= 0 else _only(whole, whole.point >= 0)


def _of_stored(readings: Stored, index: Mapping[str, int]) -> Columns:
    at, value, quality, test, _ = readings.series
    numbers = np.fromiter((index.get(name, -1) for name in readings.names), np.intp, len(readings.names))
    return Columns(point=numbers[readings.place], at=at, value=value, quality=quality, test=test, source=readings)


def _of_each(readings: Sequence[Reading], index: Mapping[str, int]) -> Columns:
    # zip(*readings) is no faster, and its many iterators wake the garbage collector.
    size = len(readings)
    return Columns(
        point=np.fromiter(map(index.get, map(_POINT, readings), repeat(-1)), np.intp, size),
        at=np.fromiter(map(_AT, readings), np.int64, size),
        value=np.fromiter(map(_VALUE, readings), np.float64, size),
        quality=np.frombuffer(bytes(map(_QUALITY, readings)), np.uint8),
        test=np.frombuffer(bytes(map(_TEST, readings)), np.bool_),
        source=readings,
    )


def _only(whole: Columns, known: Bools) -> Columns:
    return Columns(
        point=whole.point[known],
        at=whole.at[known],
        value=whole.value[known],
        quality=whole.quality[known],
        test=whole.test[known],
        source=_picked(whole.source, known),
    )


def _picked(source: Sequence[Reading], known: Bools) -> Sequence[Reading]:
    if isinstance(source, Stored):
        return source.only(known)
    return [source[place] for place in np.flatnonzero(known).tolist()]


class Picked:
    """Some readings of a batch, as ``rules.limits.Samples``: each column is gathered when a kind asks for it."""

    def __init__(self, batch: Columns, steps: Floats, pick: Index | None) -> None:
        self._batch, self._steps, self._pick = batch, steps, pick

    @cached_property
    def steps(self) -> Floats:
        """Whole steps of the point's resolution; a state's number."""
        return self._steps if self._pick is None else self._steps[self._pick]

    @cached_property
    def quality(self) -> Bytes:
        """``facility.quality.Quality``."""
        return self._batch.quality if self._pick is None else self._batch.quality[self._pick]

    @cached_property
    def test(self) -> Bools:
        """Whether the source says that it is a test."""
        return self._batch.test if self._pick is None else self._batch.test[self._pick]

    @cached_property
    def age(self) -> Ints:
        """Milliseconds from the event to its arrival."""
        age = self._batch.received - self._batch.at
        return age if self._pick is None else age[self._pick]
