"""A month of 1,000 points at one reading a minute, judged again by three rules each: time, memory, and against the live judge."""

from __future__ import annotations

import os
import resource
import sqlite3
import time
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.property import RULES, property_of
from facility.instant import DAY, MINUTE
from facility.reading import Reading
from facility.register import Register
from rules.book import RuleBook
from rules.definition import read_rule
from rules.judge import Judge
from rules.replay import replay as judged_again
from rules.replaying import Past
from storage.readings.sqlite import SqliteReadings
from storage.records.sql import SqlRecords

START = 1_764_000_000_000
POINTS = int(os.environ.get("DUTYROOM_BENCH_POINTS", "1000"))
"""Fewer for a quick look."""
DAYS = 30
PROCESSES = 2
AIM_S, AIM_MB = 120, 1024
LIVE = 100_000
"""Readings that the live judge is given."""

# A gauge drifts slowly inside its band; one in a hundred falls out of it for two hours every day.
_FILL = """
WITH RECURSIVE minute (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM minute WHERE n + 1 < ?2)
INSERT INTO readings
SELECT ?1, ?3 + n * 60000,
 CASE WHEN ?1 % 100 = 0 AND n % 1440 < 120 THEN 0.3 ELSE round(0.56 + ((n * 7919 + ?1) % 80) / 1000.0, 3) END,
 0, 0, ?3 + n * 60000 + 300
FROM minute
"""


def main() -> dict[str, Any]:
    """One JSON line; ``ratio`` is readings per second of one process against the live judge's, store included."""
    book = RuleBook(rules={rule.id: rule for rule in (read_rule(text, name) for name, text in RULES.items())})
    register = by_the_minute(property_of(POINTS))
    with TemporaryDirectory() as folder:
        path = Path(folder) / "readings.db"
        fill(path, list(register.points))
        past = Past(book=book, registers=[(0, register)], start=START, end=START + DAYS * DAY)
        began = time.perf_counter()
        found = judged_again(past, partial(SqliteReadings, path), list(register.points), processes=PROCESSES)
        spent = time.perf_counter() - began
        live = live_rate(book, register, path)
    rate = found.readings / spent
    return {
        "benchmark": "replay",
        "readings": found.readings,
        "points": POINTS,
        "rules_each": len(RULES),
        "breaches": sum(map(len, found.spells.values())),
        "processes": PROCESSES,
        "seconds": round(spent, 1),
        "aim_seconds": AIM_S,
        "peak_mb": peak_mb(),
        "aim_mb": AIM_MB,
        "readings_per_s": round(rate),
        "live_readings_per_s": round(live),
        "ratio": round(rate / PROCESSES / live, 2),
    }


def by_the_minute(register: Register) -> Register:
    """Gauges that speak once a minute: a hold of 30 s is fulfilled by the second bad reading."""
    points = {id: replace(point, interval=MINUTE) for id, point in register.points.items()}
    return replace(register, points=points)


def fill(path: Path, points: list[str]) -> None:
    """Written by the database itself; nothing of it is measured."""
    with closing(SqliteReadings(path)) as store:
        store.append([Reading(points[0], START - DAY, 0.6)])
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("BEGIN")
        connection.executemany("INSERT INTO points (name) VALUES (?) ON CONFLICT DO NOTHING", [(p,) for p in points])
        for (number,) in connection.execute("SELECT id FROM points").fetchall():
            connection.execute(_FILL, (number, DAYS * DAY // MINUTE, START))
        connection.execute("COMMIT")


def live_rate(book: RuleBook, register: Register, path: Path) -> float:
    """The product's own judge on readings of the same store, minute by minute as they arrived."""
    with closing(SqliteReadings(path)) as store:
        minutes = LIVE // POINTS
        columns = [store.range(point, START, START + minutes * MINUTE) for point in register.points]
    batches = [list(batch) for batch in zip(*columns, strict=True)]
    judge = Judge(book, START, register=register)
    records = SqlRecords("sqlite:///:memory:")
    records.migrate()
    with records.begin() as unit:
        began = time.perf_counter()
        for batch in batches:
            judge.judge(unit, batch, batch[-1].received)()
        spent = time.perf_counter() - began
    records.close()
    return sum(map(len, batches)) / spent


def peak_mb() -> int:
    """This process and the largest of its children, times how many there were."""
    mine = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    theirs = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return round((mine + PROCESSES * theirs) / 1024)
