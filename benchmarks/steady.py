"""Resident memory of a worker that takes in 2,000 messages a second for minutes or an hour, with InfluxDB behind its journal."""

from __future__ import annotations

import secrets
import threading
import time
from contextlib import ExitStack
from typing import Any

from benchmarks.publisher import Load
from benchmarks.running import Run, health
from benchmarks.servers import fresh_bucket, mosquitto, processor_seconds, resident_mb
from benchmarks.speaker import speak

PER_SECOND = 2_000
WARM_UP = 0.2
"""A part of the time, after which memory should grow no more."""
AIM_MB = 200


def measured(minutes: float) -> dict[str, Any]:
    """``grown_mb``: from the end of the warm-up to the end; ``ratio``: what it may be to what it was at most."""
    messages = int(PER_SECOND * minutes * 60)
    load = Load(prefix=f"bench-{secrets.token_hex(4)}", messages=messages, batch=1, now=time.time_ns() // 1_000_000)
    with ExitStack() as stack:
        broker, bucket = stack.enter_context(mosquitto()), stack.enter_context(fresh_bucket())
        run = Run(load, broker, bucket, stack)
        settings = run.settings()
        records = run.quiet_records(settings)
        worker = run.worker(settings, records)
        before, began = processor_seconds(worker.pid), time.perf_counter()
        speaker = threading.Thread(target=speak, args=(broker, load, PER_SECOND), daemon=True)
        speaker.start()
        seen = []
        while speaker.is_alive():
            seen.append(resident_mb(worker.pid))
            time.sleep(0.5)
        run.until_judged(records, messages)
        warm = seen[int(len(seen) * WARM_UP)]
        return {
            "benchmark": "memory",
            "messages_per_s": PER_SECOND,
            "minutes": minutes,
            "messages": messages,
            "judged": int(health(records).get("messages", 0)),
            "resident_mb": max(seen),
            "after_warm_up_mb": warm,
            "grown_mb": seen[-1] - warm,
            "processor_share": round((processor_seconds(worker.pid) - before) / (time.perf_counter() - began), 3),
            "aim_mb": AIM_MB,
            "ratio": round(AIM_MB / max(seen), 2),
        }
