"""Publish → InfluxDB answers with it, for Telegraf and for ours, at a steady rate; what people are told by is in ``latency``."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack

from benchmarks.peer import start_telegraf
from benchmarks.publisher import Load
from benchmarks.running import Process, Run
from benchmarks.servers import fresh_bucket, mosquitto
from benchmarks.speaker import speak

PER_SECOND = 1_000
A_LOOK = 0.02
"""Between two questions, which is how exact this is."""
PATIENCE = 30.0
CAME_LATE = 0.99


def both(seconds: int) -> dict[str, dict[str, float]]:
    """Seconds from publishing, at 1,000 messages a second."""
    return {
        "telegraf": _measure(seconds, start_telegraf, "pressure"),
        "dutyroom": _measure(seconds, lambda run: run.dutyroom(""), "value"),
    }


def _measure(seconds: int, start: Callable[[Run], Process], field: str) -> dict[str, float]:
    messages = PER_SECOND * seconds
    load = Load(prefix=f"bench-{secrets.token_hex(4)}", messages=messages, batch=1, now=time.time_ns() // 1_000_000)
    with ExitStack() as stack:
        broker, bucket = stack.enter_context(mosquitto()), stack.enter_context(fresh_bucket())
        run = Run(load, broker, bucket, stack)
        start(run)
        sent: list[float] = []
        speaker = threading.Thread(target=speak, args=(broker, load, PER_SECOND, sent), daemon=True)
        speaker.start()
        seen: list[float] = []
        while len(seen) < messages and time.perf_counter() - (sent[-1] if sent else time.perf_counter()) < PATIENCE:
            there = bucket.count(field)
            seen += [time.perf_counter()] * (there - len(seen))
            time.sleep(A_LOOK)
        speaker.join()
    took = sorted(at - began for began, at in zip(sent, seen, strict=False))
    return {"p50_s": _share(took, 0.5), "p99_s": _share(took, CAME_LATE), "of": messages, "queryable": len(seen)}


def _share(took: list[float], share: float) -> float:
    return round(took[min(len(took) - 1, int(len(took) * share))], 3) if took else float("inf")
