"""Seconds from the stores to a judge that is ready: 100,000 points, five on each gauge, three rules each, 10,000 open alerts."""

from __future__ import annotations

import time
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.property import RULES, property_of
from dutyroom.garbage import without_collecting
from facility.alert import Alert, Condition, Severity, Track
from facility.point import Point
from facility.reading import Reading
from facility.register import Register, difference
from facility.text import Text
from rules.book import RuleBook
from rules.definition import read_rule
from rules.judge import Judge
from storage.readings.sqlite import SqliteReadings
from storage.records.sql import SqlRecords

POINTS, ALERTS = 100_000, 10_000
START = 1_764_000_000_000
AIM_S = 5.0
ROUNDS = 3


def main() -> dict[str, Any]:
    """One JSON line; ``ratio`` is the time aimed at to the time needed (above 1 is faster)."""
    book = RuleBook(rules={rule.id: rule for rule in (read_rule(text, name) for name, text in RULES.items())})
    with TemporaryDirectory() as folder:
        address = Path(folder)
        fill(address, property_of(POINTS, per_device=5))
        parts = min((started(address, book) for _ in range(ROUNDS)), key=lambda parts: sum(parts.values()))
    whole = sum(parts.values()) - parts["of_processor"]
    told = {f"{name}_s": round(seconds, 2) for name, seconds in parts.items()}
    return {
        "benchmark": "start",
        "points": POINTS,
        "open_alerts": ALERTS,
        **told,
        "seconds": round(whole, 2),
        "aim_seconds": AIM_S,
        "ratio": round(AIM_S / whole, 2),
    }


def fill(folder: Path, register: Register) -> None:
    """A property with one reading a point, and an alert that fires on every tenth."""
    records = SqlRecords(f"sqlite:///{folder / 'records.db'}")
    records.migrate()
    with records.begin() as unit:
        unit.registers.apply(difference(Register(), register), who="benchmark", at=0)
        points = list(register.points.values())
        alerting = points[:: POINTS // ALERTS]
        for point in alerting:
            unit.alerts.open(_alert(point))
        firing = Track(Condition.ACTIVE, bad_since=START, raised=START, last=START)
        unit.alerts.put_tracks({("band", point.id): firing for point in alerting})
        unit.notes.put("watermark/worker-1", START)
    records.close()
    with closing(SqliteReadings(folder / "readings.db")) as readings:
        for batch in _batches(points):
            readings.append(batch)


def _alert(point: Point) -> Alert:
    return Alert(
        rule="band",
        rule_version="0" * 64,
        clause="",
        point=point.id,
        asset=point.asset,
        zone="",
        severity=Severity.HIGH,
        title=Text("压力", "pressure"),
        started=START,
        raised=START,
        opened=START,
        limit=Text("0.5–0.7 MPa", "0.5–0.7 MPa"),
    )


def _batches(points: list[Point]) -> Iterable[list[Reading]]:
    for at in range(0, len(points), 10_000):
        yield [Reading(point.id, START, 0.3, received=START) for point in points[at : at + 10_000]]


def started(folder: Path, book: RuleBook) -> dict[str, float]:
    """Seconds of each part of a worker's start; ``of_processor`` is what all of it took of one core, others aside."""
    records = SqlRecords(f"sqlite:///{folder / 'records.db'}")
    with closing(SqliteReadings(folder / "readings.db")) as readings, records.read() as unit, without_collecting():
        cpu, began = time.process_time(), time.perf_counter()
        register = unit.registers.load()
        loaded = time.perf_counter()
        judge = Judge(book, START + 1, register=register, worker="worker-1")
        compiled = time.perf_counter()
        judge.restore(unit, readings)
        restored, used = time.perf_counter(), time.process_time() - cpu
    records.close()
    return {"register": loaded - began, "rules": compiled - loaded, "state": restored - compiled, "of_processor": used}
