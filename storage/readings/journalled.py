"""InfluxDB behind its journal, read as one.

The journal is asked first, so that what moves from one to the other in between is not missed.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import chain
from operator import attrgetter
from typing import TypeVar

import numpy as np

from facility.reading import Bucket, Passage, Reading, Scan
from storage.readings import runs
from storage.readings.figures import buckets_of, grouped
from storage.readings.heard import heard_in_order, scans_in_order
from storage.readings.journal import Journal
from storage.readings.memory import MemoryReadings
from storage.readings.port import Kept, Readings, ReadingsUnavailable, Series, WrongServer

_NOTHING: Readings = MemoryReadings()
_RECEIVED = attrgetter("received")

Happening = TypeVar("Happening", Passage, Scan)


class JournalledReadings:
    """``append`` returns once the journal has it. What is wholly in the journal is read there alone."""

    def __init__(self, journal: Journal, history: Readings) -> None:
        self.journal, self._server = journal, history
        self._mine = threading.local()

    @property
    def history(self) -> Readings:
        """The server; nothing at all while this thread reads the journal alone."""
        return _NOTHING if getattr(self._mine, "alone", False) else self._server

    @contextmanager
    def alone(self) -> Iterator[None]:
        """This thread reads what the journal knows, as if there were no more."""
        self._mine.alone = True
        try:
            yield
        finally:
            self._mine.alone = False

    def append(self, readings: Sequence[Reading], passages: Sequence[Passage] = (), scans: Sequence[Scan] = ()) -> None:
        self.journal.append(readings, passages, scans)

    def range(self, point: str, start: int, end: int, limit: int | None = None) -> list[Reading]:
        here = self.journal.range(point, start, end, limit)
        if start >= self.journal.readings_from():
            return here
        return _merged(here, self.history.range(point, start, end, limit))[:limit]

    def columns(self, point: str, start: int, end: int) -> Series:
        here = self.journal.columns(point, start, end)
        if start >= self.journal.readings_from():
            return here
        there = self.history.columns(point, start, end)
        return runs.series_of(runs.merged([runs.rows_of(here), runs.rows_of(there)], start, end))

    def before(self, point: str, at: int, limit: int) -> list[Reading]:
        here = self.journal.before(point, at, limit)
        if len(here) == limit and here and here[-1].at >= self.journal.readings_from():
            return here
        there = self.history.before(point, at, limit)
        return _merged(here, there)[::-1][:limit]

    def last(self, points: Iterable[str]) -> dict[str, Reading]:
        """Once the server was asked about a point, it need not be there any more."""
        wanted = list(points)
        here = self.journal.last(wanted)
        try:
            there = self._learnt(here, wanted)
        except ReadingsUnavailable:
            if len(here) < len(set(wanted)):
                raise
            return here
        return here | {point: one for point, one in there.items() if point not in here or one.at > here[point].at}

    def learn(self, points: Iterable[str]) -> None:
        """Ask the server now, while it is there, for what a start without it would have to know."""
        wanted = list(points)
        self._learnt(self.journal.last(wanted), wanted)

    def _learnt(self, here: Mapping[str, Reading], wanted: Iterable[str]) -> dict[str, Reading]:
        # What is here may all be late: of before the journal began the server may know something newer.
        since = self.journal.readings_from()
        missing = [point for point in wanted if point not in here or here[point].at < since]
        unknown = set(missing) - self.journal.asked(missing) if missing else set()
        if not unknown:
            return {}
        there = self.history.last(sorted(unknown))
        if self.history is self._server:
            self.journal.told(unknown, there.values())
        return there

    def buckets(self, point: str, start: int, end: int, width: int) -> list[Bucket]:
        here_from = min(max(-(-self.journal.readings_from() // width) * width, start), end)
        here = self.journal.buckets(point, here_from, end, width) if here_from < end else []
        return [*self._older_buckets(point, start, here_from, width), *here] if start < here_from else here

    def _older_buckets(self, point: str, start: int, end: int, width: int) -> list[Bucket]:
        """The server's, but for those with a reading that it may not have yet: these are counted from the readings themselves."""
        oldest = self.journal.waits_since()
        late = self.journal.columns(point, start, end)
        touched = {int(at) // width * width for at in late.at[late.received >= oldest]} if oldest is not None else set()
        kept = [one for one in self.history.buckets(point, start, end, width) if one.start not in touched]
        ended = self.history.ended_before() if touched else 0
        made = [self._counted(point, (max(at, start, ended), min(at + width, end)), width) for at in touched]
        made += [self._added(point, (max(at, start), min(at + width, end, ended)), width) for at in touched]
        return grouped([*kept, *chain.from_iterable(made)], width)

    def _added(self, point: str, span: tuple[int, int], width: int) -> list[Bucket]:
        """Of what has ended: what the server kept, and what it has not got yet."""
        start, end = span
        if start >= end:
            return []
        here = self.journal.columns(point, start, end)
        new = ~np.isin(here.at, self.history.columns(point, start, end).at)
        fresh = buckets_of(runs.series_of(runs.rows_of(here)[new]), width)
        return [*self.history.buckets(point, start, end, width), *fresh]

    def _counted(self, point: str, span: tuple[int, int], width: int) -> list[Bucket]:
        start, end = span
        return buckets_of(self.columns(point, start, end), width) if start < end else []

    def passages(self, point: str, start: int, end: int, limit: int = 1000) -> list[Passage]:
        here = self.journal.passages(point, start, end, limit)
        if start >= self.journal.heard_from():
            return here
        found = _once([*here, *self.history.passages(point, start, end, limit)])
        return sorted(found, key=lambda p: (p.at, p.seq), reverse=True)[:limit]

    def passages_heard(self, points: Iterable[str], start: int, end: int, since: int) -> list[Passage]:
        wanted = list(points)
        here = self.journal.passages_heard(wanted, start, end, since)
        if since >= self.journal.heard_from():
            return here
        return sorted(_once([*here, *self.history.passages_heard(wanted, start, end, since)]), key=heard_in_order)

    def scans(self, point: str, start: int, end: int, limit: int = 1000) -> list[Scan]:
        here = self.journal.scans(point, start, end, limit)
        if start >= self.journal.heard_from():
            return here
        found = _once([*here, *self.history.scans(point, start, end, limit)])
        return sorted(found, key=lambda s: (s.at, s.seq), reverse=True)[:limit]

    def scans_heard(self, points: Iterable[str], start: int, end: int, since: int) -> list[Scan]:
        wanted = list(points)
        here = self.journal.scans_heard(wanted, start, end, since)
        if since >= self.journal.heard_from():
            return here
        return sorted(_once([*here, *self.history.scans_heard(wanted, start, end, since)]), key=scans_in_order)

    def summarise(self, upto: int) -> bool:
        """Of what the server has: hours of which something may wait here are made once it is there."""
        oldest = self.journal.waits_since()
        return self.history.summarise(upto if oldest is None else min(upto, oldest))

    def ended_before(self) -> int:
        return self.history.ended_before()

    def forget(self, what: Kept, before: int) -> int:
        """In both; the server first, since only it may be away. Readings leave the journal by themselves."""
        if what in (Kept.READINGS, Kept.FIGURES):
            return self.history.forget(what, before)
        return _both(self.history.forget(what, before), self.journal.forget(what, before))

    def check(self) -> str:
        """Says what waits. A server that is away stops no start: then it says that. Raises ``WrongServer``."""
        waiting = self.journal.waiting()
        try:
            there = self.history.check()
        except WrongServer:
            raise
        except ReadingsUnavailable as error:
            there = f"away ({error})"
        return f"{there}; {waiting.rows} rows wait in {self.journal.check()}"

    def close(self) -> None:
        self.journal.close()
        self._server.close()


def as_far_as_known(readings: Readings, work: Callable[[Readings], None]) -> None:
    """``work(readings)``; while the server is away, by what the journal knows: alarms go on. Raises ``ReadingsUnavailable``."""
    try:
        work(readings)
    except ReadingsUnavailable:
        if not isinstance(readings, JournalledReadings):
            raise
        with readings.alone():
            work(readings)


def _merged(here: Iterable[Reading], there: Iterable[Reading]) -> list[Reading]:
    """Oldest first; of two with one time the one that was given first: the journal may have dropped that before a repeat."""
    found = {reading.at: reading for reading in sorted([*there, *here], key=_RECEIVED, reverse=True)}
    return [found[at] for at in sorted(found)]


def _once(found: Iterable[Happening]) -> list[Happening]:
    """The first of those that are one and the same but for when they were received."""
    kept: dict[object, Happening] = {}
    for one in found:
        kept.setdefault(_key(one), one)
    return list(kept.values())


def _key(one: Passage | Scan) -> object:
    if isinstance(one, Passage):
        return one.point, one.at, one.event, one.credential, one.seq
    return one.point, one.at, one.tag, one.guard, one.seq


def _both(far: int, near: int) -> int:
    return far if far > 0 else -1 if far < 0 or near < 0 else near
