"""Dutyroom's worker against Telegraf: same broker, same load, same InfluxDB, both until every point is stored.

Telegraf acknowledges what is stored and judges nothing; ours is durable and judged before it is acknowledged. Processor
time is that of the collector alone, from the first message to the last point. What is published is the same for both; what the
broker and InfluxDB need for it runs beside them. ``telegraf`` has the quickest settings that were found, ``installed`` those
that it brings. ``influxdb_alone`` takes our lines ready-made, one write after another: whoever stores what ours stores can
hardly be quicker.
"""

from __future__ import annotations

import time
from argparse import Namespace
from collections.abc import Callable
from contextlib import closing
from functools import partial
from typing import Any

from benchmarks import telegraf
from benchmarks.publisher import Load, fresh_load
from benchmarks.running import Process, Run, begin, measurement, until
from benchmarks.servers import WINDOW, fresh_bucket, most_resident_mb, processor_seconds
from facility.reading import Reading
from storage.readings.columns import Columns
from storage.readings.influx_server import InfluxServer
from storage.readings.influx_url import parse_influx_url
from storage.readings.line_protocol import reading_lines

AT_ONCE = 20_000
"""Lines in a write of nothing but writing, as many as ours forwards at once."""


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
        installed = _measure(messages, batch, partial(start_telegraf, tuning=telegraf.AS_INSTALLED), "pressure")
        found[name]["installed"] = installed
        ours_best = found[name]["dutyroom"]["readings_per_s"]
        found[name]["ratio_to_installed"] = round(ours_best / installed["readings_per_s"], 2)
    found["influxdb_alone"] = _influxdb_alone(options.messages * 5)
    return found


def _pair(messages: int, batch: int, path: str) -> tuple[dict[str, Any], dict[str, Any]]:
    ours = _measure(messages, batch, lambda run: run.dutyroom(path), "value")
    return ours, _measure(messages, batch, start_telegraf, "pressure")


def _influxdb_alone(readings: int) -> dict[str, int]:
    load = fresh_load(max(readings // AT_ONCE, 1), AT_ONCE)
    bodies = [_lines(load, number) for number in range(load.messages)]
    with fresh_bucket() as bucket, closing(InfluxServer(parse_influx_url(bucket.readings_url))) as server:
        began = time.perf_counter()
        for body in bodies:
            server.write(body)
        return {"points_per_s": round(load.readings / (time.perf_counter() - began)), "points": load.readings}


def _lines(load: Load, number: int) -> bytes:
    found = [
        Reading(f"gauge-{number}.pressure", load.now - second * 1_000, 0.6 + second % 20 / 1_000, received=load.now)
        for second in range(load.batch)
    ]
    return "\n".join(reading_lines(Columns.of(found), lambda _: ("site", "pressure"))).encode()


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


def start_telegraf(run: Run, tuning: telegraf.Tuning | None = None) -> Process:
    """Telegraf, connected to a session that is there already."""
    assert run.bucket is not None
    run.session(f"{run.given.prefix}-telegraf", run.topics)
    command = telegraf.configured(
        run.folder / "telegraf.conf",
        broker=run.broker,
        topic_filter=run.topics,
        client=f"{run.given.prefix}-telegraf",
        bucket=run.bucket,
        tuning=tuning or telegraf.tuned(WINDOW, single=run.given.batch == 1),
    )
    log = run.folder / "telegraf.log"
    process = run.started(command, log)
    until(lambda: b"Connected [" in log.read_bytes(), process, log)
    return process
