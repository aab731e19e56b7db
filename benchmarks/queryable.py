"""Publish → InfluxDB answers with it, for Telegraf and for ours, at a steady rate; what people are told by is in ``latency``."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from benchmarks.peer import start_telegraf
from benchmarks.publisher import fresh_load
from benchmarks.running import Process, Run, measurement
from benchmarks.shares import share
from benchmarks.speaker import speak

PER_SECOND = 1_000
A_LOOK = 0.02
"""Between two questions, which is how exact this is."""
PATIENCE = 30.0


def both(seconds: int) -> dict[str, dict[str, float]]:
    """Seconds from publishing, at 1,000 messages a second."""
    return {
        "telegraf": _measure(seconds, start_telegraf, "pressure"),
        "dutyroom": _measure(seconds, lambda run: run.dutyroom(""), "value"),
    }


def _measure(seconds: int, start: Callable[[Run], Process], field: str) -> dict[str, float]:
    messages = PER_SECOND * seconds
    with measurement(fresh_load(messages)) as run:
        assert run.bucket is not None
        start(run)
        sent: list[float] = []
        speaker = threading.Thread(target=speak, args=(run.broker, run.given, PER_SECOND, sent), daemon=True)
        speaker.start()
        seen: list[float] = []
        while len(seen) < messages and time.perf_counter() - (sent[-1] if sent else time.perf_counter()) < PATIENCE:
            there = run.bucket.count(field)
            seen += [time.perf_counter()] * (there - len(seen))
            time.sleep(A_LOOK)
        speaker.join()
    took = sorted(at - began for began, at in zip(sent, seen, strict=False))
    shares = {"p50_s": round(share(took, 0.5), 3), "p99_s": round(share(took, 0.99), 3)}
    return {**shares, "of": messages, "queryable": len(seen)}
