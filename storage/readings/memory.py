"""Readings in memory: the fake that ships. Everything is gone with the process."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Sequence
from itertools import groupby
from threading import RLock
from typing import TypeVar

from facility.instant import HOUR
from facility.quality import EVIDENCE
from facility.reading import Bucket, Passage, Reading, Scan
from storage.readings.figures import day_of, grouped, hour_of
from storage.readings.heard import heard_in_order, scans_in_order
from storage.readings.keepable import sift
from storage.readings.port import Kept, ReadingsUnavailable, Series
from storage.readings.series import series_of

Happening = TypeVar("Happening", Passage, Scan)


class MemoryReadings:
    """Held to the same conformance suite as the real stores."""

    def __init__(self) -> None:
        self._lock = RLock()
        self._series: dict[str, dict[int, Reading]] = {}
        self._times: dict[str, list[int]] = {}
        self._passages: dict[tuple[str, int, str, str, int], Passage] = {}
        self._scans: dict[tuple[str, int, str, str, int], Scan] = {}
        self._hours: dict[str, list[Bucket]] = {}
        self._made = self._ended = 0
        self._closed = False

    def append(self, readings: Sequence[Reading], passages: Sequence[Passage] = (), scans: Sequence[Scan] = ()) -> None:
        self._open()
        sifted = sift(readings, passages, scans)
        with self._lock:
            for reading in sifted.readings:
                self._keep(reading)
            for p in sifted.passages:
                self._passages.setdefault((p.point, p.at, p.event, p.credential, p.seq), p)
            for s in sifted.scans:
                self._scans.setdefault((s.point, s.at, s.tag, s.guard, s.seq), s)
        sifted.complain()

    def _keep(self, reading: Reading) -> None:
        series = self._series.setdefault(reading.point, {})
        if reading.at not in series:
            series[reading.at] = reading
            insort(self._times.setdefault(reading.point, []), reading.at)

    def range(self, point: str, start: int, end: int, limit: int | None = None) -> list[Reading]:
        self._open()
        with self._lock:
            times = self._times.get(point, [])
            found = times[bisect_left(times, start) : bisect_left(times, end)]
            return [self._series[point][at] for at in found[:limit]]

    def columns(self, point: str, start: int, end: int) -> Series:
        return series_of(reading[1:] for reading in self.range(point, start, end))

    def before(self, point: str, at: int, limit: int) -> list[Reading]:
        self._open()
        with self._lock:
            times = self._times.get(point, [])
            end = bisect_left(times, at)
            return [self._series[point][time] for time in reversed(times[max(0, end - limit) : end])]

    def last(self, points: Iterable[str]) -> dict[str, Reading]:
        self._open()
        with self._lock:
            return {point: self._series[point][times[-1]] for point in points if (times := self._times.get(point))}

    def buckets(self, point: str, start: int, end: int, width: int) -> list[Bucket]:
        there = self._counted(point, start, end, width)
        if width % HOUR:
            return there
        ended = [one for one in self._hours.get(point, ()) if start - HOUR < one.start < end]
        return grouped([*ended, *there], width)

    def _counted(self, point: str, start: int, end: int, width: int) -> list[Bucket]:
        evidence = [r for r in self.range(point, start, end) if r.quality in EVIDENCE and not r.test]
        return [
            _bucket(at * width, [r.value for r in group]) for at, group in groupby(evidence, lambda r: r.at // width)
        ]

    def passages(self, point: str, start: int, end: int, limit: int = 1000) -> list[Passage]:
        self._open()
        with self._lock:
            return _newest(self._passages.values(), point, start, end, limit)

    def passages_heard(self, points: Iterable[str], start: int, end: int, since: int) -> list[Passage]:
        self._open()
        wanted = set(points)
        with self._lock:
            found = [
                p for p in self._passages.values() if p.point in wanted and start <= p.received < end and p.at >= since
            ]
        return sorted(found, key=heard_in_order)

    def scans(self, point: str, start: int, end: int, limit: int = 1000) -> list[Scan]:
        self._open()
        with self._lock:
            return _newest(self._scans.values(), point, start, end, limit)

    def scans_heard(self, points: Iterable[str], start: int, end: int, since: int) -> list[Scan]:
        self._open()
        wanted = set(points)
        with self._lock:
            found = [
                s for s in self._scans.values() if s.point in wanted and start <= s.received < end and s.at >= since
            ]
        return sorted(found, key=scans_in_order)

    def summarise(self, upto: int) -> bool:
        self._open()
        with self._lock:
            edge = hour_of(upto)
            newest = [times[end - 1] for times in self._times.values() if (end := bisect_left(times, edge))]
            self._made = max([self._made, *(hour_of(at) + HOUR for at in newest)])
        return False

    def ended_before(self) -> int:
        self._open()
        return self._ended

    def forget(self, what: Kept, before: int) -> int:
        self._open()
        with self._lock:
            count = self._count(what)
            match what:
                case Kept.READINGS:
                    self._end_readings(day_of(min(before, self._made)))
                case Kept.FIGURES:
                    edge = hour_of(min(before, self._ended))
                    self._hours = {name: [h for h in hours if h.start >= edge] for name, hours in self._hours.items()}
                case Kept.PASSAGES:
                    self._passages = {key: p for key, p in self._passages.items() if p.at >= before}
                case Kept.SCANS:
                    self._scans = {key: s for key, s in self._scans.items() if s.at >= before}
            return count - self._count(what)

    def _end_readings(self, edge: int) -> None:
        self._ended = max(self._ended, edge)
        for point, times in self._times.items():
            parts = [*self._hours.get(point, ()), *self._counted(point, 0, self._ended, HOUR)]
            self._hours[point] = grouped(parts, HOUR)
            kept = times[bisect_left(times, self._ended) :]
            self._times[point] = kept
            self._series[point] = {at: self._series[point][at] for at in kept}

    def _count(self, what: Kept) -> int:
        match what:
            case Kept.READINGS:
                return sum(map(len, self._times.values()))
            case Kept.FIGURES:
                return sum(map(len, self._hours.values()))
            case Kept.PASSAGES:
                return len(self._passages)
            case Kept.SCANS:
                return len(self._scans)

    def check(self) -> str:
        self._open()
        return f"memory: {len(self._times)} points, gone when the process ends"

    def close(self) -> None:
        self._closed = True

    def _open(self) -> None:
        if self._closed:
            raise ReadingsUnavailable("the store of readings is closed")


def _bucket(start: int, values: list[float]) -> Bucket:
    return Bucket(start=start, low=min(values), high=max(values), mean=sum(values) / len(values), count=len(values))


def _newest(rows: Iterable[Happening], point: str, start: int, end: int, limit: int) -> list[Happening]:
    found = [row for row in rows if row.point == point and start <= row.at < end]
    return sorted(found, key=lambda row: (row.at, row.seq), reverse=True)[:limit]
