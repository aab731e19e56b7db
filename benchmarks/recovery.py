"""After an outage: so many messages wait in the broker; how long until all are judged, and how long a fire waits meanwhile.

The worker as it runs in a property, its readings in SQLite, three rules a gauge beside the manual's. Smoke detectors speak by
a source that goes ahead (``express``), five times a second until the backlog is gone; what is told is publish → alert committed.
"""

from __future__ import annotations

import threading
import time
from argparse import ArgumentParser, Namespace
from typing import Any

from benchmarks.detectors import alerted, with_detectors
from benchmarks.property import property_of
from benchmarks.publisher import GAUGES, connected, fresh_load, packet
from benchmarks.running import WORKER, begin, measurement, quiet
from benchmarks.servers import WINDOW, most_resident_mb
from benchmarks.shares import share
from storage.records.port import Records

OPTIONS = ArgumentParser("benchmarks recovery")
OPTIONS.add_argument(
    "--messages", type=int, default=100_000, help="that wait in the broker; an outage's worth is 1000000"
)
OPTIONS.add_argument("--path", default="", help="DUTYROOM_MQTT_PATH for our worker")

DETECTORS = 1_000
A_SECOND = 5
PATIENCE = 60.0
SHARES = {"p50": 0.5, "p99": 0.99, "longest": 1.0}
FIRE = """
[[source]]
name = "fire"
decoder = "native"
filter = "{prefix}-fire/{{site}}/{{device}}/{{kind}}"
express = true
"""


def main(options: Namespace) -> dict[str, Any]:
    """One JSON line."""
    load = fresh_load(options.messages)
    with measurement(load, history=False) as run:
        settings = run.settings(options.path, FIRE.format(prefix=load.prefix))
        run.session(f"dutyroom-{WORKER}", run.topics)
        publisher = run.publisher()
        begin(publisher)
        publisher.wait()
        records = run.records(settings, quiet(with_detectors(property_of(GAUGES), DETECTORS, "fire"), load.now))
        fires = Fires(records, run.broker, load.prefix)
        began = time.perf_counter()
        worker = run.worker(settings, records)
        fires.start()
        _, judged = run.until_judged(records)
        fires.stop()
        return {
            "benchmark": "recovery",
            "messages": load.messages,
            "window": WINDOW,
            "all_judged_after_s": round(judged - began, 1),
            "messages_per_s": round(load.messages / (judged - began)),
            **fires.figures(),
            "resident_mb": most_resident_mb(worker.pid),
        }


class Fires:
    """Detectors that go off one after another, and when the alert of each is committed."""

    def __init__(self, records: Records, broker: str, prefix: str) -> None:
        self._records, self._prefix = records, prefix
        self._socket = connected(broker, f"{prefix}-fires")
        self._over = threading.Event()
        self._published: dict[str, float] = {}
        self._committed: dict[str, float] = {}
        self._threads = [threading.Thread(target=work, daemon=True) for work in (self._speak, self._watch)]

    def start(self) -> None:
        """The first goes off at once."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """No more go off; those that have are waited for."""
        self._over.set()
        deadline = time.monotonic() + PATIENCE
        while len(self._committed) < len(self._published) and time.monotonic() < deadline:
            time.sleep(0.02)
        self._socket.close()

    def figures(self) -> dict[str, Any]:
        """How many, and how long they waited."""
        took = sorted(self._committed[name] - at for name, at in self._published.items() if name in self._committed)
        found = {f"fire_{name}_s": round(share(took, part), 3) for name, part in SHARES.items()}
        return {"fires": len(self._published), "fires_told": len(took), **found}

    def _speak(self) -> None:
        for number in range(DETECTORS):
            name = f"smoke-{number}"
            self._published[name] = time.monotonic()
            topic = f"{self._prefix}-fire/site/{name}/readings"
            self._socket.sendall(packet(topic, b'{"values":{"smoke":true}}', number + 1))
            if self._over.wait(1 / A_SECOND):
                return

    def _watch(self) -> None:
        while len(self._committed) < len(self._published) or not self._over.is_set():
            found, moment = alerted(self._records, DETECTORS), time.monotonic()
            for name in found:
                self._committed.setdefault(name, moment)
            time.sleep(0.05)
