"""A year of one reading a minute in buckets, against a plain GROUP BY; appending; the last values of 10,000 points.

InfluxDB is measured too where DUTYROOM_TEST_INFLUX1_URL or DUTYROOM_TEST_INFLUX2_URL says where one is.
"""

from __future__ import annotations

import os
import random
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from facility.instant import DAY, HOUR, MINUTE
from facility.reading import Reading
from storage.readings.influx import InfluxReadings
from storage.readings.influx_url import parse_influx_url
from storage.readings.port import Readings
from storage.readings.sqlite import SqliteReadings

START = 1_735_689_600_000
"""2025-01-01"""
END = START + 365 * DAY
AT_ONCE = 10_000
POINTS = 10_000
AIM_MS = 300
ROUNDS = 5
PLAIN = """
SELECT at / 3600000 * 3600000 AS hour, min(value), max(value), avg(value), count(*) FROM readings
WHERE point = ? AND at >= ? AND at < ? AND quality <= 1 AND test = 0 GROUP BY hour
"""


def main() -> dict[str, Any]:
    """One JSON line: times in milliseconds, ``ratio`` is ours to the plain query (below 1 is faster)."""
    found: dict[str, Any] = {"benchmark": "history", "readings": (END - START) // MINUTE, "aim_ms": AIM_MS}
    with TemporaryDirectory() as folder:
        path = Path(folder) / "readings.db"
        with closing(SqliteReadings(path)) as store:
            found["sqlite"] = measured(store) | {"last_of_10000_points_ms": last_values(store)}
            found |= against_plain(store, path)
        found["sqlite"]["appended_per_s"] = rates(Path(folder))
    for generation in ("1", "2"):
        if url := os.environ.get(f"DUTYROOM_TEST_INFLUX{generation}_URL"):
            with influx(generation, url) as store:
                found[f"influx{generation}"] = measured(store)
    return found


def measured(store: Readings) -> dict[str, Any]:
    """The year of one point that lies among others."""
    for point in ("other-1", "gauge", "other-2"):
        fill(store, point)
    first = took(lambda: store.buckets("gauge", START, END, HOUR))
    by_hour = store.buckets("gauge", START, END, HOUR)
    assert len(by_hour) == 8_760
    assert {bucket.count for bucket in by_hour} == {60}
    return {
        "first_year_by_hour_ms": milliseconds(first),
        "year_by_hour_ms": best(lambda: store.buckets("gauge", START, END, HOUR)),
        "year_by_day_ms": best(lambda: store.buckets("gauge", START, END, DAY)),
    }


def fill(store: Readings, point: str) -> None:
    """A year at one reading a minute."""
    draw = random.Random(point)
    year = [Reading(point, at, 0.5 + draw.random() / 10, received=at) for at in range(START, END, MINUTE)]
    for first in range(0, len(year), AT_ONCE):
        store.append(year[first : first + AT_ONCE])


def last_values(store: Readings) -> float:
    points = [f"box-{number}.insulation" for number in range(POINTS)]
    for minute in range(3):
        store.append([Reading(point, START + minute * MINUTE, 2.0) for point in points])
    assert len(store.last(points)) == POINTS
    return best(lambda: store.last(points))


def rates(folder: Path) -> dict[str, int]:
    """Readings a second by the size of a batch, spread over 1,000 points; each batch is synced to the disk."""
    return {str(size): rate(folder / f"rate-{size}.db", size) for size in (1, 20, 500, 10_000)}


def rate(path: Path, size: int) -> int:
    batches = [
        [Reading(f"p-{n % 1_000}", START + n // 1_000 * MINUTE, 0.5) for n in range(first, first + size)]
        for first in range(0, min(size * 500, 100_000), size)
    ]
    with closing(SqliteReadings(path)) as store:
        store.append([Reading(f"p-{n}", START - MINUTE, 0.5) for n in range(1_000)])
        began = time.perf_counter()
        for batch in batches:
            store.append(batch)
        return round(size * len(batches) / (time.perf_counter() - began))


def against_plain(store: Readings, path: Path) -> dict[str, float]:
    """Ours and the plain query in turns, so that a busy machine slows both."""
    with closing(sqlite3.connect(path)) as connection:
        (point,) = connection.execute("SELECT id FROM points WHERE name = 'gauge'").fetchone()
        ours, plain = [], []
        for _ in range(2 * ROUNDS):
            ours.append(took(lambda: store.buckets("gauge", START, END, HOUR)))
            plain.append(took(lambda: connection.execute(PLAIN, (point, START, END)).fetchall()))
    return {"plain_group_by_ms": milliseconds(min(plain)), "ratio": round(min(ours) / min(plain), 2)}


@contextmanager
def influx(generation: str, url: str) -> Iterator[Readings]:
    """On a database of its own, dropped afterwards."""
    from tests.services import influx1_database, influx2_bucket

    database = influx1_database if generation == "1" else influx2_bucket
    with (
        database(url) as address,
        closing(InfluxReadings(parse_influx_url(address), lambda _: ("riverside", "pressure"))) as store,
    ):
        yield store


def best(work: Callable[[], object]) -> float:
    """Milliseconds of the shortest of a few runs: what the code needs when the machine does nothing else."""
    return milliseconds(min(took(work) for _ in range(ROUNDS)))


def took(work: Callable[[], object]) -> float:
    """Seconds."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def milliseconds(seconds: float) -> float:
    return round(seconds * 1_000, 1)
