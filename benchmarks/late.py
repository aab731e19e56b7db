"""Live judging while late readings come in at 5,000 a second and history is judged again, against live judging alone.

One process, as the worker's loop does it: a group commit of what is there, then a portion of the late work. The latency is from
the moment a live message is due to its acknowledgement. Both runs have their own fresh stores (SQLite), in turn, on one machine.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import structlog

from benchmarks.property import RULES, property_of
from collector.ingest import Ingest
from collector.link_fake import FakeLink
from collector.sources import DEFAULT_SOURCES
from dutyroom.garbage import without_collecting
from facility.reading import Reading
from facility.register import difference
from rules.book import RuleBook
from rules.definition import read_rule
from rules.judge import Judge
from storage.readings.sqlite import SqliteReadings
from storage.records.breaches import BreachFilter
from storage.records.port import Records
from storage.records.sql import SqlRecords

GAUGES, LATE_GAUGES = 1_000, 500
LIVE_A_SECOND = 200
LATE_A_SECOND = 5_000
AN_ARRAY = 100
"""Late readings come in arrays, as a gateway sends its backlog."""
SECONDS = 10.0
EVERY = 10_000
Figures = dict[str, Any]


def main() -> dict[str, Any]:
    """One JSON line: the live p50 and p99 alone and with late readings, their ratio, and how the late work went."""
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    with fresh_room() as room:
        alone = room.run(late_a_second=0)
    with fresh_room() as room:
        together = room.run(late_a_second=LATE_A_SECOND)
        drained = room.drain()
        found = room.breaches()
    return {
        "benchmark": "late",
        "live_messages_per_s": LIVE_A_SECOND,
        "late_readings_per_s": round(room.late / SECONDS),
        "live_alone_ms": figures(alone),
        "live_with_late_ms": figures(together),
        "p99_ratio": round(share(together, 99) / share(alone, 99), 2),
        "late_work_done_after_s": round(drained, 2),
        "late_breaches_found": found,
        "late_breaches_sent": room.sent_breaches,
    }


def share(latencies: list[float], part: float) -> float:
    """Milliseconds within which ``part`` per cent of them lie."""
    return float(np.percentile(latencies, part)) * 1_000


def figures(latencies: list[float]) -> dict[str, float]:
    """In milliseconds."""
    return {
        "p50": round(share(latencies, 50), 1),
        "p99": round(share(latencies, 99), 1),
        "worst": round(share(latencies, 100), 1),
    }


def _has_breach(gauge: int) -> bool:
    return gauge % 10 == 0


class Room:
    """A collector, a judge and their stores."""

    def __init__(self, records: Records, readings: SqliteReadings) -> None:
        register = property_of(GAUGES)
        self.start = time.time_ns() // 1_000_000
        with records.begin() as unit:
            unit.registers.apply(difference(unit.registers.load(), register), who="system:benchmark", at=0)
        book = RuleBook(rules={rule.id: rule for rule in (read_rule(text, name) for name, text in RULES.items())})
        self.judge = Judge(book, self.start, register=register, worker="bench")
        self.records, self.readings, self.link = records, readings, FakeLink()
        self.ingest = Ingest(
            name="bench",
            link=self.link,
            records=records,
            readings=readings,
            register=register,
            sources=DEFAULT_SOURCES,
            judge=self.judge,
            pseudonym_key=b"k" * 32,
        )
        self.late = self.sent_breaches = 0
        self.looked = False
        self._newest()

    def _newest(self) -> None:
        """Every gauge has spoken just now: whatever is older is late."""
        first = [Reading(f"gauge-{n}.pressure", self.start, 0.6, received=self.start) for n in range(GAUGES)]
        self.readings.append(first)
        with self.records.begin() as unit:
            adopt = self.judge.judge(unit, first, self.start)
        adopt()

    def run(self, late_a_second: int) -> list[float]:
        """Seconds from due to acknowledged, of every live message."""
        pieces = backlog(self.start)
        began = time.perf_counter()
        sent, due, latencies = 0, [], []
        while (spent := time.perf_counter() - began) < SECONDS:
            while sent <= spent * LIVE_A_SECOND:
                self.live(sent)
                due.append(sent / LIVE_A_SECOND)
                sent += 1
            while self.late < spent * late_a_second:
                gauge, rows = next(pieces)
                self.deliver(gauge, rows)
                self.late += AN_ARRAY
                self.sent_breaches += any(row["values"]["pressure"] < 0.5 for row in rows)
            if not self.link.unacknowledged and not self.judge.backlog.waiting:
                time.sleep(0.000_5)
            latencies += self.step(began, due)
        return latencies

    def step(self, began: float, due: list[float]) -> list[float]:
        """One turn of the worker's loop; seconds that the live messages waited which it acknowledged."""
        before = len(self.link.acknowledged)
        self.ingest.once(self._now())
        at = time.perf_counter() - began
        done = sum(not one.payload.startswith(b"[") for one in self.link.acknowledged[before:])
        waited = [at - one for one in due[:done]]
        del due[:done]
        self.look_back()
        return waited

    def look_back(self) -> None:
        """As the worker does it between two batches."""
        self.looked = bool(self.judge.backlog.waiting) and (self.ingest.rests or not self.looked)
        if not self.looked:
            return
        with self.records.read() as unit:
            findings = self.judge.look_back(unit, self.readings, self._now())
        with self.records.begin() as unit:
            adopt = self.judge.correct(unit, findings, self._now())
        adopt()

    def drain(self) -> float:
        """Seconds until nothing is left to do."""
        began = time.perf_counter()
        while self.link.unacknowledged or self.judge.backlog.waiting:
            self.ingest.once(self._now())
            self.look_back()
        return time.perf_counter() - began

    def breaches(self) -> int:
        """Of the band, that were found."""
        with self.records.read() as unit:
            return len(unit.breaches.find(BreachFilter(rules=("band",)), limit=100_000))

    def _now(self) -> int:
        return time.time_ns() // 1_000_000

    def live(self, number: int) -> None:
        """A message of now."""
        gauge = LATE_GAUGES + number % (GAUGES - LATE_GAUGES)
        body = {"ts": self._now(), "values": {"pressure": 0.6}, "seq": number}
        self.link.deliver(f"dutyroom/v1/site/gauge-{gauge}/readings", orjson.dumps(body), arrived=self._now())

    def deliver(self, gauge: int, rows: list[Figures]) -> None:
        """An array of the backlog."""
        self.link.deliver(f"dutyroom/v1/site/gauge-{gauge}/readings", orjson.dumps(rows), arrived=self._now())


def backlog(start: int) -> Iterator[tuple[int, list[dict[str, Any]]]]:
    """Two hours of each gauge in arrays, the arrays in no order."""
    arrays = 7_200_000 // EVERY // AN_ARRAY
    pieces = [(gauge, part) for gauge in range(LATE_GAUGES) for part in range(arrays)]
    random.Random(7).shuffle(pieces)
    for gauge, part in pieces:
        first = part * AN_ARRAY
        yield gauge, [_row(start, gauge, first + number) for number in range(AN_ARRAY)]


def _row(start: int, gauge: int, number: int) -> dict[str, Any]:
    low = _has_breach(gauge) and number in range(120, 140)
    return {"ts": start - 7_200_000 + number * EVERY, "values": {"pressure": 0.3 if low else 0.6}}


@contextmanager
def fresh_room() -> Iterator[Room]:
    """On files of its own."""
    with tempfile.TemporaryDirectory() as folder:
        records = SqlRecords(f"sqlite:///{folder}/records.db")
        records.migrate()
        readings = SqliteReadings(Path(folder) / "readings.db")
        try:
            with without_collecting():
                room = Room(records, readings)
            yield room
        finally:
            records.close()
            readings.close()
