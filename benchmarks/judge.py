"""Readings judged per second on one core: 10,000 points with three rules each, all quiet, against a plain loop."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.property import RULES, property_of
from facility.alert import QUIET, Track, Verdict, advance
from facility.quality import EVIDENCE
from facility.reading import Reading
from facility.register import Register
from rules.book import RuleBook
from rules.definition import read_rule
from rules.judge import Judge
from storage.records.sql import SqlRecords

POINTS = 10_000
START = 1_764_000_000_000
BATCH = 2_000
BATCHES = 100
FEW = 10
"""Batches that the plain loop is given."""
ROUNDS = 5
OTHERS = 300
"""Rules beside those that apply: they must cost nothing."""


def main() -> dict[str, Any]:
    """One JSON line: the engine's rate, the plain loop's, and how many times faster it is."""
    book = RuleBook(rules={rule.id: rule for rule in (read_rule(text, name) for name, text in RULES.items())})
    register = property_of(POINTS)
    batches = quiet_batches()
    large = [[reading for batch in batches[at : at + 10] for reading in batch] for at in range(0, BATCHES, 10)]
    alarming = [[_low(reading) for reading in batch] for batch in batches]
    rate = BATCH * BATCHES / best(lambda: judged(book, register, batches))
    crowded = BATCH * BATCHES / best(lambda: judged(beside(book), register, batches))
    naive = BATCH * FEW / best(lambda: plain(book, register, batches[:FEW]))
    return {
        "benchmark": "judge",
        "points": POINTS,
        "rules_each": len(RULES),
        "readings_per_s": round(rate),
        "readings_per_s_in_batches_of_20000": round(BATCH * BATCHES / best(lambda: judged(book, register, large))),
        "readings_per_s_1_percent_in_alarm": round(BATCH * BATCHES / best(lambda: judged(book, register, alarming))),
        "readings_per_s_beside_rules_that_do_not_apply": round(crowded),
        "rules_that_do_not_apply": OTHERS,
        "plain_loop_readings_per_s": round(naive),
        "ratio": round(rate / naive, 1),
    }


def beside(book: RuleBook) -> RuleBook:
    """The same rules among many others, none of which applies to a gauge."""
    other = (
        RULES["maximum.toml"].replace('quantity = "pressure"', 'quantity = "temperature"').replace("1.2 MPa", "80 °C")
    )
    texts = [other.replace('id = "maximum"', f'id = "other-{number}"') for number in range(OTHERS)]
    return RuleBook(rules=book.rules | {rule.id: rule for rule in (read_rule(text, "other.toml") for text in texts)})


def best(work: Callable[[], float]) -> float:
    """The shortest of a few runs: what the code needs when the machine does nothing else."""
    return min(work() for _ in range(ROUNDS))


def quiet_batches() -> list[list[Reading]]:
    """Readings inside all limits; one every ten seconds from each point."""
    random = np.random.default_rng(7)
    values = np.round(random.uniform(0.55, 0.65, BATCH * BATCHES), 3).tolist()
    numbers = [(number % POINTS, START + number // POINTS * 10_000) for number in range(BATCH * BATCHES)]
    readings = [
        Reading(names[point], at, value, received=at)
        for names in [[f"gauge-{number}.pressure" for number in range(POINTS)]]
        for (point, at), value in zip(numbers, values, strict=True)
    ]
    return [readings[at : at + BATCH] for at in range(0, len(readings), BATCH)]


def _low(reading: Reading) -> Reading:
    """One gauge in a hundred reads far too low."""
    return reading._replace(value=0.3) if reading.point.endswith("99.pressure") else reading


def judged(book: RuleBook, register: Register, batches: list[list[Reading]]) -> float:
    """Seconds that the product's own judge needs, from lists of readings to adopted state."""
    judge = Judge(book, START, register=register)
    records = SqlRecords("sqlite:///:memory:")
    records.migrate()
    with records.begin() as unit:
        began = time.perf_counter()
        for batch in batches:
            judge.judge(unit, batch, batch[-1].at)()
        spent = time.perf_counter() - began
    records.close()
    return spent


def plain(book: RuleBook, register: Register, batches: list[list[Reading]]) -> float:
    """Seconds that a loop over readings and their rules needs: the same verdicts and tracks, one at a time."""
    rows = {
        point.id: [(rule.id, rule.limits(point, register, START), rule.timing(point)) for rule in book]
        for point in register.points.values()
    }
    tracks: dict[tuple[str, str], Track] = {}
    began = time.perf_counter()
    for batch in batches:
        for reading in batch:
            step = round(reading.value / 0.001)
            for rule, limits, timing in rows[reading.point]:
                known = reading.quality in EVIDENCE and not reading.test
                bad = step < limits.low_step or step > limits.high_step
                verdict = (Verdict.BREACHED if bad else Verdict.CLEAR) if known else Verdict.UNKNOWN
                track = tracks.get((rule, reading.point), QUIET)
                tracks[rule, reading.point] = advance(track, verdict, reading.at, timing)
    return time.perf_counter() - began
