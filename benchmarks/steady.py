"""Resident memory of a worker that takes in 2,000 messages a second for minutes or an hour, with InfluxDB behind its journal."""

from __future__ import annotations

import threading
import time
from typing import Any

from benchmarks.publisher import fresh_load
from benchmarks.running import measurement
from benchmarks.servers import processor_seconds, resident_mb
from benchmarks.speaker import speak

PER_SECOND = 2_000
WARM_UP = 0.2
"""A part of the time, after which memory should grow no more."""
AIM_MB = 200


def measured(minutes: float) -> dict[str, Any]:
    """``grown_mb``: from the end of the warm-up to the end; ``ratio``: what it may be to what it was at most."""
    messages = int(PER_SECOND * minutes * 60)
    with measurement(fresh_load(messages)) as run:
        settings = run.settings()
        records = run.quiet_records(settings)
        worker = run.worker(settings, records)
        before, began = processor_seconds(worker.pid), time.perf_counter()
        speaker = threading.Thread(target=speak, args=(run.broker, run.given, PER_SECOND), daemon=True)
        speaker.start()
        seen = []
        while speaker.is_alive():
            seen.append(resident_mb(worker.pid))
            time.sleep(0.5)
        judged, _ = run.until_judged(records)
        warm = seen[int(len(seen) * WARM_UP)]
        return {
            "benchmark": "memory",
            "messages_per_s": PER_SECOND,
            "minutes": minutes,
            "messages": messages,
            "judged": judged,
            "resident_mb": max(seen),
            "after_warm_up_mb": warm,
            "grown_mb": seen[-1] - warm,
            "processor_share": round((processor_seconds(worker.pid) - before) / (time.perf_counter() - began), 3),
            "aim_mb": AIM_MB,
            "ratio": round(AIM_MB / max(seen), 2),
        }
