"""Resident memory of a judge with its register: 100,000 points under the manual's rules and three of their own.

With ``--minutes`` of a whole worker instead that takes in 2,000 messages a second, see ``benchmarks.steady``.
"""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
import time
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Any

from benchmarks.property import RULES, property_of
from facility.reading import Reading
from rules.book import RuleBook
from rules.definition import load_book, read_rule
from rules.judge import Judge
from storage.records.sql import SqlRecords

POINTS = 100_000
PER_DEVICE = 4
"""A value with its companions: battery, signal, temperature."""
START = 1_764_000_000_000
AIM_MB = 300


OPTIONS = ArgumentParser("benchmarks memory")
OPTIONS.add_argument(
    "--minutes", type=float, default=0, help="a worker at 2,000 messages a second for so long; an hour is 60"
)


def main(options: Namespace) -> dict[str, Any]:
    """One JSON line, measured in a process of its own."""
    return _of_worker(options.minutes) if options.minutes else _of_judge()


def _of_worker(minutes: float) -> dict[str, Any]:
    from benchmarks.steady import measured  # what it needs is not to be in the judge's memory

    return measured(minutes)


def _of_judge() -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.memory"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[1])
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def measure() -> dict[str, Any]:
    """Everything resident after each point has been judged once, and how long it took to set up."""
    bare = resident()
    register = property_of(POINTS, PER_DEVICE)
    gc.collect()
    with_register = resident()
    own = {rule.id: rule for rule in (read_rule(text, name) for name, text in RULES.items())}
    began = time.perf_counter()
    judge = Judge(RuleBook(rules={**load_book().rules, **own}), START, register=register)
    ready = time.perf_counter() - began
    speak_once(judge, list(register.points))
    gc.collect()
    rows = sum(health.rows for health in judge.health())
    return {
        "benchmark": "memory",
        "points": POINTS,
        "rows": rows,
        "resident_mb": megabytes(resident()),
        "of_which_program_mb": megabytes(bare),
        "of_which_register_mb": megabytes(with_register - bare),
        "aim_mb": AIM_MB,
        "set_up_s": round(ready, 2),
    }


def speak_once(judge: Judge, points: list[str]) -> None:
    """A reading from each point, in batches as the collector takes them in."""
    records = SqlRecords("sqlite:///:memory:")
    records.migrate()
    with records.begin() as unit:
        for at in range(0, len(points), 2_000):
            readings = [Reading(point, START, 0.6, received=START) for point in points[at : at + 2_000]]
            judge.judge(unit, readings, START)()
    records.close()


def resident() -> int:
    """Bytes of this process in memory now."""
    pages = int(Path("/proc/self/statm").read_text("utf-8").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def megabytes(size: int) -> int:
    """Whole megabytes."""
    return round(size / 1e6)


if __name__ == "__main__":
    print(json.dumps(measure()))
