"""Readings in InfluxDB: 1.x, 2.x and 3, written as line protocol and read by InfluxQL, which all of them answer.

What is told apart by (point, at) is written again when it comes again. A repeat carries the same data, so only
``received`` then differs from what stood there; the other stores keep the first. Where two with one time differ all the same,
the later one's value stands with whatever one of them said against it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from facility.quality import Quality
from facility.reading import Bucket, Passage, Reading, Scan
from storage.readings import influx_buckets, influx_doctor, influx_hours, influxql
from storage.readings.columns import Columns, starts_of
from storage.readings.figures import hour_of
from storage.readings.heard import heard_in_order, scans_in_order
from storage.readings.influx_server import InfluxServer, LinesRefused, TooLarge
from storage.readings.influx_url import InfluxTarget
from storage.readings.keepable import LATEST, Row, sift
from storage.readings.line_protocol import passage_line, reading_lines, scan_line, stored_name
from storage.readings.port import Kept, ReadingsUnavailable, Series
from storage.readings.series import series_of

Labels = Callable[[str], tuple[str, str]]
"""A point's id → (site, quantity), from the register; ("", "") where it is not known."""

LINES_AT_ONCE = 20_000
"""About 2 MB; servers take 25 MB or more by default."""


class InfluxReadings:
    """``labels`` gives the tags ``site`` and ``quantity`` of a point; it is called for each point of each batch."""

    def __init__(self, target: InfluxTarget, labels: Labels) -> None:
        self._server = InfluxServer(target)
        self._labels = labels

    def append(self, readings: Sequence[Reading], passages: Sequence[Passage] = (), scans: Sequence[Scan] = ()) -> None:
        sifted = sift(readings, passages, scans)
        kept = _once(sifted.readings)
        sifted.refused.extend((kept[place], why) for place, why in self._store_readings(kept))
        heard: list[Row] = [*sifted.passages, *sifted.scans]
        lines = [passage_line(p, *self._labels(p.point)) for p in sifted.passages]
        lines += (scan_line(s, *self._labels(s.point)) for s in sifted.scans)
        for start in range(0, len(lines), LINES_AT_ONCE):
            refused = self._store(start, lines[start : start + LINES_AT_ONCE])
            sifted.refused.extend((heard[place], why) for place, why in refused)
        sifted.complain()

    def _store_readings(self, kept: Columns) -> list[tuple[int, str]]:
        """As ``_store``. No two are of one point and time, so it does not matter which of two writes is there first."""
        refused: list[tuple[int, str]] = []

        def store(start: int) -> None:
            whole = self._server.third_generation
            lines = reading_lines(kept[start : start + LINES_AT_ONCE], self._labels, whole=whole)
            refused.extend(self._store(start, lines))

        _two_at_once(store, range(0, len(kept), LINES_AT_ONCE))
        return refused

    def _store(self, first: int, lines: Sequence[str]) -> list[tuple[int, str]]:
        """Store what can be stored; ``first`` is the place of the first line. Returns the places of the refused, each with
        the server's reason.

        A server that refuses says so of the whole body, and may or may not have kept the rest: halves are sent again
        until each bad line stands alone.
        """
        try:
            self._server.write("\n".join(lines).encode())
        except (LinesRefused, TooLarge) as refusal:
            if len(lines) == 1:
                return [(first, str(refusal))]
            middle = len(lines) // 2
            return self._store(first, lines[:middle]) + self._store(first + middle, lines[middle:])
        return []

    def range(self, point: str, start: int, end: int, limit: int | None = None) -> list[Reading]:
        return self._readings(point, influxql.range_of(point, start, end, limit)) if limit != 0 else []

    def columns(self, point: str, start: int, end: int) -> Series:
        rows = self._rows(influxql.range_of(point, start, end, None))
        return series_of((row[0], float(row[1]), row[2] or 0, bool(row[3]), row[4]) for row in rows)

    def before(self, point: str, at: int, limit: int) -> list[Reading]:
        return self._readings(point, influxql.before(point, at, limit)) if limit else []

    def _readings(self, point: str, statement: str) -> list[Reading]:
        return [_reading(point, row) for row in self._rows(statement)]

    def _rows(self, statement: str) -> list[list[Any]]:
        return [row for series in self._server.query(statement) for row in series.rows]

    def last(self, points: Iterable[str]) -> dict[str, Reading]:
        wanted = {stored_name(point): point for point in points}
        if not wanted:
            return {}
        answer = self._server.query(influxql.last(influxql.to_name(wanted.values())))
        found = ((wanted.get(series.tags["point"]), series.rows[0]) for series in answer)
        return {point: _reading(point, row) for point, row in found if point is not None}

    def buckets(self, point: str, start: int, end: int, width: int) -> list[Bucket]:
        return influx_buckets.buckets(self._server, point, start, end, width)

    def passages(self, point: str, start: int, end: int, limit: int = 1000) -> list[Passage]:
        passages = [_passage(point, row) for row in self._rows(influxql.passages(point, start, end, limit))]
        return sorted(passages, key=lambda p: (p.at, p.seq), reverse=True)

    def passages_heard(self, points: Iterable[str], start: int, end: int, since: int) -> list[Passage]:
        rows = self._heard("passage", points, start, end, since)
        return sorted((_passage(point, row) for point, row in rows), key=heard_in_order)

    def _heard(
        self, measurement: str, points: Iterable[str], start: int, end: int, since: int
    ) -> Iterator[tuple[str, list[Any]]]:
        wanted = {stored_name(point): point for point in points}
        if not wanted:
            return
        question = influxql.heard(measurement, influxql.to_name(wanted.values()), start, end, since)
        for series in self._server.query(question):
            point = wanted.get(series.tags["point"])
            if point is not None:
                yield from ((point, row) for row in series.rows)

    def scans(self, point: str, start: int, end: int, limit: int = 1000) -> list[Scan]:
        scans = [_scan(point, row) for row in self._rows(influxql.scans(point, start, end, limit))]
        return sorted(scans, key=lambda s: (s.at, s.seq), reverse=True)

    def scans_heard(self, points: Iterable[str], start: int, end: int, since: int) -> list[Scan]:
        rows = self._heard("scan", points, start, end, since)
        return sorted((_scan(point, row) for point, row in rows), key=scans_in_order)

    def summarise(self, upto: int) -> bool:
        with _later():
            return influx_hours.summarise(self._server, upto)

    def ended_before(self) -> int:
        return influx_hours.marks(self._server).ended

    def forget(self, what: Kept, before: int) -> int:
        if not self._server.deletes:
            return 0
        edge = min(max(before, 1), LATEST)
        if what is Kept.READINGS:
            with _later():
                return influx_hours.end_readings(self._server, edge)
        if what is Kept.FIGURES:
            edge = hour_of(min(edge, self.ended_before()))
        oldest = influx_hours.first(self._server, what)
        if oldest is None or oldest >= edge:
            return 0
        self._server.delete(influx_hours.MEASUREMENTS[what][0], edge)
        return -1

    def check(self) -> str:
        target, name = self._server.target, self._server.name
        # A server answers questions about measurements even where there is no such database.
        self._server.query(influxql.NOTHING)
        return f"{name} at {target.host}:{target.port}, database {target.database}"

    def troubles(self, kept: int) -> list[str]:
        """What is wrong with the server, each with how to mend it; ``kept``: how long data are to stay there.

        Raises ``ReadingsUnavailable``, ``WrongServer``.
        """
        return list(influx_doctor.troubles(self._server, kept))

    def close(self) -> None:
        self._server.close()


def _two_at_once(work: Callable[[int], None], pieces: Sequence[int]) -> None:
    """Each piece once, until one fails; raises what the first to fail did. A server works on one write with about one core.

    The second thread is a daemon: a server that does not answer must not keep a process from ending.
    """
    waiting, failed, lock = iter(pieces), list[Exception](), threading.Lock()

    def next_one() -> int | None:
        with lock:
            return None if failed else next(waiting, None)

    def do() -> None:
        while (piece := next_one()) is not None:
            try:
                work(piece)
            except Exception as error:  # noqa: BLE001 - it is raised where both have ended
                failed.append(error)

    beside = threading.Thread(target=do, name="history", daemon=True) if len(pieces) > 1 else None
    if beside is not None:
        beside.start()
    do()
    if beside is not None:
        beside.join()
    if failed:
        raise failed[0]


@contextmanager
def _later() -> Iterator[None]:
    """Figures that the server does not take are made when it does."""
    try:
        yield
    except (LinesRefused, TooLarge) as refusal:
        raise ReadingsUnavailable(f"figures of hours are refused: {refusal}") from refusal


def _once(readings: Columns) -> Columns:
    """The first of those with one point and time: the server would keep the last."""
    order = np.lexsort((readings.series.at, readings.place))
    firsts = order[starts_of(readings.place[order], readings.series.at[order])]
    return readings if len(firsts) == len(readings) else readings.only(np.sort(firsts))


def _reading(point: str, row: list[Any]) -> Reading:
    at, value, quality, test, received = row
    return Reading(point, at, float(value), Quality(quality or 0), bool(test), received)


def _passage(point: str, row: list[Any]) -> Passage:
    at, event, credential, direction, seq, test, received = row
    return Passage(
        point=point,
        at=at,
        event=event,
        credential=credential,
        direction=direction,
        seq=seq,
        test=test,
        received=received,
    )


def _scan(point: str, row: list[Any]) -> Scan:
    at, tag, guard, seq, received = row
    return Scan(point=point, at=at, tag=tag, guard=guard, seq=seq, received=received)
