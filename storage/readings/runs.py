"""Readings of one point and hour that came one after another, as one row of the journal.

A row of its own for each reading would write a page for every point that spoke. Where points speak seldom a run is one reading,
so what is read is joined as bytes. Within a run the readings stand as they came. Where two have one time the one that was
received first counts. As no run goes beyond an hour, one that ends an hour after what is asked for has nothing to do with it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from typing import Any

import numpy as np
import numpy.typing as npt

from facility.instant import HOUR
from facility.quality import Quality
from facility.reading import Reading
from storage.readings.columns import Columns, starts_of
from storage.readings.keepable import LATEST
from storage.readings.port import Series

LAYOUT = """
CREATE TABLE IF NOT EXISTS runs (
  id INTEGER PRIMARY KEY, point INTEGER NOT NULL, last INTEGER NOT NULL, received INTEGER NOT NULL, body BLOB NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS runs_by_time ON runs (point, last);
"""
ROW = np.dtype([("at", "<i8"), ("value", "<f8"), ("received", "<i8"), ("quality", "u1"), ("test", "u1")])
"""One reading in a run: 26 bytes."""

Rows = npt.NDArray[Any]
"""Readings of one point, of the kind ``ROW``."""
_Run = tuple[int, int, bytes]
"""Its id, its newest time, its rows."""

_PUT = "INSERT INTO runs (point, last, received, body) VALUES (?, ?, ?, ?)"
_WITHIN = "SELECT id, last, body FROM runs WHERE point = ? AND last >= ? AND last < ? ORDER BY last"
_BACKWARDS = "SELECT id, last, body FROM runs WHERE point = ? AND last < ? ORDER BY last DESC"
_NEWEST = """
SELECT wanted.value, body FROM json_each(?) AS wanted
CROSS JOIN runs ON runs.id = (SELECT id FROM runs WHERE point = wanted.value ORDER BY last DESC, id LIMIT 1)
"""
# The newest of a point stays, however old: after a start one asks how far it had been judged.
_PRUNE = """
DELETE FROM runs
WHERE point = ?1 AND last < ?2 AND received < ?3 AND last < (SELECT max(last) FROM runs WHERE point = ?1)
"""
_QUALITIES = {int(quality): quality for quality in Quality}


# --- as columns ---------------------------------------------------------------------------------------------------------


def rows_of(series: Series) -> Rows:
    """Columns → rows, in the same order."""
    found = np.empty(len(series.at), ROW)
    found["at"], found["value"], found["received"] = series.at, series.value, series.received
    found["quality"], found["test"] = series.quality, series.test
    return found


def series_of(rows: Rows) -> Series:
    """Rows → columns."""
    return Series(
        at=rows["at"].copy(),
        value=rows["value"].copy(),
        quality=rows["quality"].copy(),
        test=rows["test"].astype(np.bool_),
        received=rows["received"].copy(),
    )


def readings_of(point: str, rows: Rows) -> list[Reading]:
    """Rows → one ``Reading`` each."""
    return [
        Reading(point, at, value, _QUALITIES[quality], bool(test), received)
        for at, value, received, quality, test in rows.tolist()
    ]


def merged(parts: Sequence[Rows], start: int, end: int) -> Rows:
    """Those with start <= at < end, oldest first; of two with one time the one that was given first."""
    together: Rows = np.concatenate([np.empty(0, ROW), *parts])
    together = together[(together["at"] >= start) & (together["at"] < end)]
    together = together[np.lexsort((together["received"], together["at"]))]
    first = np.unique(together["at"], return_index=True)[1]
    return np.take(together, first)


def of_point(batch: Columns, point: str) -> Rows:
    """What a batch says of one point."""
    if point not in batch.names:
        return np.empty(0, ROW)
    return rows_of(batch.only(batch.place == batch.names.index(point)).series)


def newest_of(batch: Columns, wanted: Set[str]) -> dict[str, Rows]:
    """The newest reading of each of these points in a batch, as a single row; of two with one time the first."""
    places = [place for place, name in enumerate(batch.names) if name in wanted]
    if not places:
        return {}
    if len(places) < len(batch.names):
        batch = batch.only(np.isin(batch.place, places))
    rows = rows_of(batch.series)
    order = np.lexsort((-np.arange(len(rows)), rows["at"], batch.place))
    place = batch.place[order]
    lasts = order[np.flatnonzero(np.r_[place[1:] != place[:-1], True])] if len(rows) else order
    return {batch.names[batch.place[one]]: rows[one : one + 1] for one in lasts}


# --- in the file --------------------------------------------------------------------------------------------------------


def put(connection: sqlite3.Connection, ids: Mapping[str, int], batch: Columns) -> None:
    """Readings in the order in which they came, as a run for each point and hour."""
    if not len(batch):
        return
    point = np.array([ids[name] for name in batch.names], np.int64)[batch.place]
    together = rows_of(batch.series)
    hour = together["at"] // HOUR
    order = np.lexsort((hour, point))
    point, hour, together = point[order], hour[order], together[order]
    starts = starts_of(point, hour)
    connection.executemany(
        _PUT,
        zip(
            point[starts].tolist(),
            np.maximum.reduceat(together["at"], starts).tolist(),
            np.maximum.reduceat(together["received"], starts).tolist(),
            [together[one:beyond].tobytes() for one, beyond in zip(starts, [*starts[1:], None], strict=True)],
            strict=True,
        ),
    )


def within(connection: sqlite3.Connection, point: int, start: int, end: int, limit: int | None = None) -> Rows:
    """All that may have something in [start, end); with a limit, no more than is needed for the first so many."""
    found = connection.execute(_WITHIN, (point, start, min(end, LATEST + 1) + HOUR))
    return _in_order(found if limit is None else _as_far_as(found, -HOUR, (start, end), limit))


def before(connection: sqlite3.Connection, point: int, at: int, limit: int) -> Rows:
    """What is needed for the newest ``limit`` before ``at``."""
    found = connection.execute(_BACKWARDS, (point, min(at, LATEST + 1) + HOUR))
    return _in_order(_as_far_as(found, 0, (0, at), -limit))


def _as_far_as(found: Iterable[_Run], edge: int, span: tuple[int, int], limit: int) -> Iterator[_Run]:
    """``edge``: nothing of a run and of those that follow goes beyond its newest time and this. A limit below 0 is of the newest.

    Whether there are enough is looked at each time there are half as many more.
    """
    start, end = span
    bodies: list[bytes] = []
    count, look_at = 0, abs(limit)
    for run in found:
        if count >= look_at:
            times = _rows(b"".join(bodies))["at"]
            once = np.unique(times[(times >= start) & (times < end)])
            beyond = run[1] + edge
            if len(once) >= abs(limit) and (once[limit - 1] < beyond if limit > 0 else once[limit] > beyond):
                return
            look_at = count + max(abs(limit), count // 2)
        bodies.append(run[2])
        count += len(run[2]) // ROW.itemsize
        yield run


def _in_order(found: Iterable[_Run]) -> Rows:
    """As they came."""
    return _rows(b"".join(body for _, _, body in sorted(found)))


def newest(connection: sqlite3.Connection, points: Iterable[int]) -> dict[int, Rows]:
    """The newest reading of each point of which there is one, as a single row."""
    wanted = f"[{','.join(map(str, points))}]"
    return {int(point): _newest(_rows(body)) for point, body in connection.execute(_NEWEST, (wanted,))}


def _newest(rows: Rows) -> Rows:
    place = int(rows["at"].argmax())
    return rows[place : place + 1]


def prune(connection: sqlite3.Connection, point: int, before: int, received: int) -> None:
    """Drop runs that ended before ``before`` and were received before ``received``."""
    connection.execute(_PRUNE, (point, before, received))


def _rows(body: bytes) -> Rows:
    return np.frombuffer(body, ROW)
