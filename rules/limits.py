"""Limits of a rule on a point: exact for one, arrays for many."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple, Protocol, TypeVar

import numpy as np
import numpy.typing as npt

from facility.quality import Quality

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Index = npt.NDArray[np.intp]
Small = npt.NDArray[np.int32]
Bools = npt.NDArray[np.bool_]
Bytes = npt.NDArray[np.uint8]


class Limits(NamedTuple):
    """What one rule asks of one point, as it is in force at one time."""

    low: float | None = None
    high: float | None = None
    """In the point's unit, for drawing; None where there is no such limit."""
    low_step: float = -math.inf
    high_step: float = math.inf
    """The last whole steps of the point's resolution that are still inside. Whole numbers, or infinite."""
    clear_low_step: float = -math.inf
    clear_high_step: float = math.inf
    """The same with the deadband taken off: an alert clears inside these."""
    bad: int = 0
    """Bit mask of the states, or qualities, that are bad."""
    after: int = 0
    """Milliseconds of silence; 0 where silence is not what is watched, or never too long."""


def between(low: Fraction | None, high: Fraction | None, deadband: Fraction, resolution: float) -> Limits:
    """Limits that include their ends. All in the point's unit; ``resolution`` above 0.

    Exact: 0.6 + 0.1 is 0.7, whatever binary floats make of it, and a limit between two steps is rounded inwards.
    """
    step = exact(resolution)
    return Limits(
        low=None if low is None else float(low),
        high=None if high is None else float(high),
        low_step=-math.inf if low is None else math.ceil(low / step),
        high_step=math.inf if high is None else math.floor(high / step),
        clear_low_step=-math.inf if low is None else math.ceil((low + deadband) / step),
        clear_high_step=math.inf if high is None else math.floor((high - deadband) / step),
    )


def exact(value: float) -> Fraction:
    """The number that a person meant by a float: its 12 significant digits, which sheds the noise of a conversion."""
    return Fraction(f"{value:.12g}")


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitTable:
    """Limits by row, one array a field; see ``Limits``. ``known`` is False where nothing can be judged."""

    low: Floats
    high: Floats
    clear_low: Floats
    clear_high: Floats
    bad: Ints
    after: Ints
    known: Bools


def table(limits: Sequence[Limits | None], place: Index | None = None) -> LimitTable:
    """A row for each ``place`` in ``limits``, or one for each limit. None cannot be judged, and breaches nothing."""
    full = [found or Limits() for found in limits]
    rows = np.arange(len(full)) if place is None else place
    return LimitTable(
        low=compact(np.array([found.low_step for found in full], np.float64)[rows]),
        high=compact(np.array([found.high_step for found in full], np.float64)[rows]),
        clear_low=compact(np.array([found.clear_low_step for found in full], np.float64)[rows]),
        clear_high=compact(np.array([found.clear_high_step for found in full], np.float64)[rows]),
        bad=compact(np.array([found.bad for found in full], np.int64)[rows]),
        after=compact(np.array([found.after for found in full], np.int64)[rows]),
        known=compact(np.array([found is not None for found in limits], np.bool_)[rows]),
    )


Column = TypeVar("Column", Floats, Ints, Bools)


def compact(column: Column) -> Column:
    """The same values; where all are equal, one of them is kept. Read-only then."""
    if len(column) and (column == column[0]).all():
        return np.broadcast_to(column[0], column.shape)
    return column


class Samples(Protocol):
    """Readings as columns, all of one length."""

    @property
    def steps(self) -> Floats:
        """Whole steps of the point's resolution; a state's number."""

    @property
    def quality(self) -> Bytes:
        """``facility.quality.Quality``."""

    @property
    def test(self) -> Bools:
        """Whether the source says that it is a test."""

    @property
    def age(self) -> Ints:
        """Milliseconds from the event to its arrival; negative for a clock that is ahead."""


def by_quality(allowed: frozenset[Quality], samples: Samples) -> Bools:
    """Which samples are evidence: of one of these qualities, and no test."""
    lookup = np.zeros(256, np.bool_)
    lookup[list(allowed)] = True
    return np.asarray(lookup[samples.quality] & ~samples.test, np.bool_)


def among(numbers: npt.NDArray[np.integer] | Floats, limits: LimitTable, row: Index) -> Bools:
    """Whether the number's bit is set in the row's mask; a number beyond the mask is not."""
    bits = np.clip(numbers, -1, 62).astype(np.int64)
    return np.asarray((bits >= 0) & ((limits.bad[row] >> np.maximum(bits, 0)) & 1).astype(np.bool_), np.bool_)
