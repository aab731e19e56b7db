"""What every store of readings does. One conformance suite holds all of them to it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from facility.instant import DAY
from facility.reading import Bucket, Passage, Reading, Scan

SHORTEST_KEPT = 93 * DAY
"""Readings never end sooner: the last quarter can be judged again by other rules."""


class ReadingsUnavailable(Exception):
    """The store cannot be reached or refuses to write now: try again later. Nothing of the batch may be acknowledged.

    ``retry_after``: milliseconds that the server asks to be left alone, where it says so.
    """

    def __init__(self, reason: str, retry_after: int | None = None) -> None:
        self.retry_after = retry_after
        super().__init__(reason)


class WrongServer(ReadingsUnavailable):
    """What answers there will never be of use, however long one waits: a start stops at it."""


class ReadingsRefused(Exception):
    """The store will never take these. Everything else of the batch is durable: bury these and acknowledge.

    ``lines`` is the ``repr`` of each refused row, by which the caller finds it in what it gave; ``reason`` says what was
    wrong with the first and is fit to be read; ``by_reason`` has all of them.
    """

    def __init__(self, lines: Sequence[str], reason: str, reasons: Sequence[str] = ()) -> None:
        """``reasons``: of each line, where they differ."""
        self.lines, self.reason = tuple(lines), reason
        self.by_reason: dict[str, list[str]] = {}
        for line, why in zip(self.lines, reasons or [reason] * len(self.lines), strict=True):
            self.by_reason.setdefault(why, []).append(line)
        super().__init__(f"{len(self.lines)} refused: {reason}")


class Kept(StrEnum):
    """What is kept, each for a time of its own."""

    READINGS = "readings"
    FIGURES = "figures"
    """Of whole hours, of readings that have ended."""
    PASSAGES = "passages"
    SCANS = "scans"


class Series(NamedTuple):
    """Readings of one point as columns of one length, oldest first."""

    at: npt.NDArray[np.int64]
    value: npt.NDArray[np.float64]
    quality: npt.NDArray[np.uint8]
    test: npt.NDArray[np.bool_]
    received: npt.NDArray[np.int64]


class Readings(Protocol):
    """Thread-safe. When ``append`` returns, what was given is durable. A closed store is unavailable."""

    def append(
        self,
        readings: Sequence[Reading],
        passages: Sequence[Passage] = (),
        scans: Sequence[Scan] = (),
    ) -> None:
        """Keep them; a pair (point, at) already there stays as it was (InfluxDB: is written again, with the same data).

        Raises ``ReadingsUnavailable``: nothing is promised, give all of it again later. Raises ``ReadingsRefused`` for rows
        that no later attempt can save (``storage.readings.keepable``, or the server's own refusal), after the others are kept.
        """

    def range(self, point: str, start: int, end: int, limit: int | None = None) -> list[Reading]:
        """Readings with start <= at < end, oldest first, at most ``limit`` from the start."""

    def columns(self, point: str, start: int, end: int) -> Series:
        """The same readings as ``range`` gives, as arrays: for judging history by the million. 33 bytes a reading."""

    def before(self, point: str, at: int, limit: int) -> list[Reading]:
        """The newest ``limit`` readings with time < ``at``, newest first."""

    def last(self, points: Iterable[str]) -> dict[str, Reading]:
        """The newest reading of each point; points without any are left out."""

    def buckets(self, point: str, start: int, end: int, width: int) -> list[Bucket]:
        """Evidence readings (``facility.quality.EVIDENCE``, no tests) by buckets of ``width`` ms; empty buckets are left out.

        Bucket starts are multiples of ``width`` since the epoch. A year at one reading a minute takes under 300 ms.
        Of readings that have ended (``ended_before``) only whole hours are left: a ``width`` that is no multiple of an hour
        finds nothing there, and an hour that the range cuts counts whole.
        """

    def passages(self, point: str, start: int, end: int, limit: int = 1000) -> list[Passage]:
        """Passages with start <= at < end, newest first."""

    def passages_heard(self, points: Iterable[str], start: int, end: int, since: int) -> list[Passage]:
        """Passages at these points that were received in [start, end), whenever they were, back to ``since``.

        In the order in which they were received. For following what arrives: a late one has an old time and a new receipt.
        """

    def scans(self, point: str, start: int, end: int, limit: int = 1000) -> list[Scan]:
        """Scans with start <= at < end, newest first."""

    def scans_heard(self, points: Iterable[str], start: int, end: int, since: int) -> list[Scan]:
        """Scans at these points that were received in [start, end); otherwise as ``passages_heard``."""

    def summarise(self, upto: int) -> bool:
        """A portion of the hours' figures, of hours that were over by ``upto``. Returns whether there is more to make.

        What is read never depends on how far this is: it makes long spans quick, and is needed before readings may end.
        """

    def ended_before(self) -> int:
        """Readings of before this have ended, and only the figures of whole hours are left of them; 0 where none have."""

    def forget(self, what: Kept, before: int) -> int:
        """Drop what is older than ``before``. Returns how many rows, or -1 where the server does not say.

        Readings end by whole days in UTC, and none whose figures were not made; figures end only where no reading is left.
        A reading that comes after its day has ended counts in that hour's figures. It is counted twice if it comes twice.
        InfluxDB 3 has no deletion by time: 0, and the database's own retention does it.
        """

    def check(self) -> str:
        """One line that says which store and version this is. Raises ``ReadingsUnavailable``."""

    def close(self) -> None:
        """Release files and connections."""
