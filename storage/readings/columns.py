"""Readings of any points as columns: nothing is made for a single one until somebody asks for it.

What is done for every reading that there is (checking, keeping, forwarding) is done by columns, in a fraction of the time.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import repeat
from operator import itemgetter
from typing import Any, overload

import numpy as np
import numpy.typing as npt

from facility.quality import Quality
from facility.reading import Reading
from storage.readings.port import Series

_FIELDS = tuple(map(itemgetter, range(6)))
_QUALITIES = {int(quality): quality for quality in Quality}


def starts_of(*columns: npt.NDArray[Any]) -> npt.NDArray[np.intp]:
    """Where a stretch of alike cells begins in columns of one length."""
    size = len(columns[0])
    return np.flatnonzero(np.any([np.r_[True, one[1:] != one[:-1]][:size] for one in columns], axis=0))


class Columns(Sequence[Reading]):
    """Immutable. ``names``: of the points, each once; ``place``: of each reading's point among them; the rest in ``series``."""

    __slots__ = ("names", "place", "series")

    def __init__(self, names: list[str], place: npt.NDArray[np.uint32], series: Series) -> None:
        self.names, self.place, self.series = names, place, series

    @staticmethod
    def of(readings: Sequence[Reading]) -> Columns:
        """Raises ``OverflowError``, ``ValueError`` or ``TypeError`` where something is not of its column's kind."""
        if isinstance(readings, Columns):
            return readings
        names = {point: place for place, point in enumerate(dict.fromkeys(map(_FIELDS[0], readings)))}
        size = len(readings)
        return Columns(
            list(names),
            np.fromiter(map(names.__getitem__, map(_FIELDS[0], readings)), np.uint32, size),
            Series(
                at=np.fromiter(map(_FIELDS[1], readings), np.int64, size),
                value=np.fromiter(map(_FIELDS[2], readings), np.float64, size),
                quality=np.fromiter(map(_FIELDS[3], readings), np.uint8, size),
                test=np.fromiter(map(_FIELDS[4], readings), np.bool_, size),
                received=np.fromiter(map(_FIELDS[5], readings), np.int64, size),
            ),
        )

    @staticmethod
    def joined(parts: Sequence[Columns]) -> Columns:
        """One after another."""
        if len(parts) == 1:
            return parts[0]
        names: dict[str, int] = {}
        places = [
            np.array([names.setdefault(name, len(names)) for name in part.names], np.uint32)[part.place]
            for part in parts
        ]
        none = Columns.of([])
        columns = zip(none.series, *(part.series for part in parts), strict=True)
        return Columns(
            list(names), np.concatenate([none.place, *places]), Series(*(np.concatenate(one) for one in columns))
        )

    def only(self, which: npt.NDArray[Any]) -> Columns:
        """Those at these places, or for which it is true."""
        at, value, quality, test, received = (column[which] for column in self.series)
        return Columns(self.names, self.place[which], Series(at, value, quality, test, received))

    def __len__(self) -> int:
        return len(self.place)

    @overload
    def __getitem__(self, index: int) -> Reading: ...
    @overload
    def __getitem__(self, index: slice) -> Columns: ...
    def __getitem__(self, index: int | slice) -> Reading | Columns:
        if isinstance(index, slice):
            return self.only(np.arange(len(self))[index])
        (found,) = self.only(np.array([range(len(self))[index]]))
        return found

    def __iter__(self) -> Iterator[Reading]:
        rows = zip(
            map(self.names.__getitem__, self.place.tolist()),
            self.series.at.tolist(),
            self.series.value.tolist(),
            map(_QUALITIES.__getitem__, self.series.quality.tolist()),
            self.series.test.tolist(),
            self.series.received.tolist(),
            strict=True,
        )
        return map(tuple.__new__, repeat(Reading, len(self)), rows)
