"""Dutyroom's worker against Telegraf: same broker, same load, same InfluxDB, both until every point is stored.

Telegraf acknowledges what is stored and judges nothing; ours is durable and judged before it is acknowledged. Processor
time is that of the collector alone, from the first message to the last point. What is published, and what the broker and InfluxDB
need for it, is the same for both, and runs beside them.
"""

from __future__ import annotations

import time
from argparse import Namespace
from collections.abc import Callable
from typing import Any

from benchmarks import telegraf
from benchmarks.publisher import fresh_load
from benchmarks.running import Process, Run, begin, measurement, until
from benchmarks.servers import WINDOW, most_resident_mb, processor_seconds

WRITE_OF = 5_000
"""Points that Telegraf writes at once, where a message holds many."""
BATCHES = 100
"""Such messages that it may have on their way: with more it kept all of them in memory."""


def compare(options: Namespace) -> dict[str, Any]:
    """Single readings, then batches; each against each, as often as asked for, the better of each told."""
    telegraf.built()
    found: dict[str, Any] = {"benchmark": "ingest", "peer": "telegraf", "broker": "mosquitto", "window": WINDOW}
    for name, messages, batch in (
        ("single", options.messages, 1),
        (f"batch_of_{options.batch}", max(options.messages // 100, 1), options.batch),
    ):
        pairs = [_pair(messages, batch, options.path) for _ in range(options.rounds)]
        found[name] = _told([ours for ours, _ in pairs], [theirs for _, theirs in pairs])
    return found


def _pair(messages: int, batch: int, path: str) -> tuple[dict[str, Any], dict[str, Any]]:
    ours = _measure(messages, batch, lambda run: run.dutyroom(path), "value")
    return ours, _measure(messages, batch, start_telegraf, "pressure")


def _told(ours: list[dict[str, Any]], theirs: list[dict[str, Any]]) -> dict[str, Any]:
    best, peer = (max(runs, key=lambda run: run["readings_per_s"]) for runs in (ours, theirs))
    return {
        "dutyroom": best,
        "telegraf": peer,
        "ratio": round(best["readings_per_s"] / peer["readings_per_s"], 2),
        "ratio_of_processor_time": round(best["processor_us"] / peer["processor_us"], 2),
        "ratios_of_each_round": [
            round(one["readings_per_s"] / other["readings_per_s"], 2) for one, other in zip(ours, theirs, strict=True)
        ],
    }


def _measure(messages: int, batch: int, start: Callable[[Run], Process], field: str) -> dict[str, Any]:
    """One collector from its first message to its last point, on a broker and a bucket of its own."""
    with measurement(fresh_load(messages, batch)) as run:
        publisher = run.publisher()
        collector = start(run)
        before, began = processor_seconds(collector.pid), time.perf_counter()
        begin(publisher)
        publisher.wait()
        stored, last = run.until_stored(field)
        spent = processor_seconds(collector.pid) - before
        return {
            "readings_per_s": round(stored / (last - began)),
            "processor_us": round(spent / stored * 1e6, 1),
            "resident_mb": most_resident_mb(collector.pid),
            "stored": stored,
            "of": run.given.readings,
        }


def start_telegraf(run: Run) -> Process:
    """Telegraf, connected to a session that is there already. A write holds half of what may be under way."""
    assert run.bucket is not None
    single = run.given.batch == 1
    run.session(f"{run.given.prefix}-telegraf", run.topics)
    command = telegraf.configured(
        run.folder / "telegraf.conf",
        broker=run.broker,
        topic_filter=run.topics,
        client=f"{run.given.prefix}-telegraf",
        bucket=run.bucket,
        window=WINDOW if single else BATCHES,
        batch=WINDOW // 2 if single else WRITE_OF,
    )
    log = run.folder / "telegraf.log"
    process = run.started(command, log)
    until(lambda: b"Connected [" in log.read_bytes(), process, log)
    return process
