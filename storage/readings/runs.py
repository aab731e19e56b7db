"""Readings of one point and hour that came one after another, as one row of the journal.

A row of its own for each reading costs three times as much, and writes a page for every point that spoke. Within a run the
readings stand as they came. Where two have one time the one that was received first counts. As no run goes beyond an hour,
one that ends an hour after what is asked for has nothing to do with it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from facility.instant import HOUR
from facility.quality import Quality
from facility.reading import Reading
from storage.readings.columns import Columns
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

_PUT = "INSERT INTO runs (point, last, received, body) VALUES (?, ?, ?, ?)"
_WITHIN = "SELECT last, body FROM runs WHERE point = ? AND last >= ? AND last < ? ORDER BY last"
_BACKWARDS = "SELECT last, body FROM runs WHERE point = ? AND last < ? ORDER BY last DESC"
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


def newest_of(batch: Columns) -> dict[str, Rows]:
    """The newest reading of each point in a batch, as a single row; of two with one time the first."""
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
    starts = np.flatnonzero(np.r_[True, (point[1:] != point[:-1]) | (hour[1:] != hour[:-1])])
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


def within(connection: sqlite3.Connection, point: int, start: int, end: int, limit: int | None = None) -> list[Rows]:
    """All that may have something in [start, end); with a limit, no more than is needed for the first so many."""
    found = connection.execute(_WITHIN, (point, start, end + HOUR))
    if limit is None:
        return [_rows(body) for _, body in found]
    return list(_as_far_as(((last - HOUR, _rows(body)) for last, body in found), (start, end), limit))


def before(connection: sqlite3.Connection, point: int, at: int, limit: int) -> list[Rows]:
    """What is needed for the newest ``limit`` before ``at``."""
    found = connection.execute(_BACKWARDS, (point, at + HOUR))
    return list(_as_far_as(((last, _rows(body)) for last, body in found), (0, at), -limit))


def _as_far_as(found: Iterable[tuple[int, Rows]], span: tuple[int, int], limit: int) -> Iterator[Rows]:
    """``found``: a time beyond which nothing of it and of what follows goes, and the rows; a limit below 0 is of the newest.

    Whether there are enough is looked at each time there are half as many more.
    """
    start, end = span
    times, look_at = np.empty(0, np.int64), abs(limit)
    for edge, rows in found:
        if len(times) >= look_at:
            once = np.unique(times[(times >= start) & (times < end)])
            if len(once) >= abs(limit) and (once[limit - 1] < edge if limit > 0 else once[limit] > edge):
                return
            look_at = len(times) + max(abs(limit), len(times) // 2)
        times = np.concatenate([times, rows["at"]])
        yield rows


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
