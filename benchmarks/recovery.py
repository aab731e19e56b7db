"""After an outage: so many messages wait in the broker; how long until all are judged, and how long a fire waits meanwhile.

The worker as it runs in a property, its readings in SQLite, three rules a gauge beside the manual's. Smoke detectors speak by
a source that goes ahead (``express``), five times a second until the backlog is gone; what is told is publish → alert committed.
"""

from __future__ import annotations

import secrets
import threading
import time
from argparse import ArgumentParser, Namespace
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

from benchmarks.publisher import Load, connected, packet
from benchmarks.running import WORKER, Run, begin, quiet_property
from benchmarks.servers import WINDOW, mosquitto, most_resident_mb
from facility.point import Device, Point
from facility.register import Register
from facility.site import Asset
from facility.text import Text
from storage.records.port import AlertFilter, Records

OPTIONS = ArgumentParser("benchmarks recovery")
OPTIONS.add_argument(
    "--messages", type=int, default=100_000, help="that wait in the broker; an outage's worth is 1000000"
)
OPTIONS.add_argument("--path", default="", help="DUTYROOM_MQTT_PATH for our worker")

DETECTORS = 1_000
A_SECOND = 5
PATIENCE = 60.0
FIRE = """
[[source]]
name = "fire"
decoder = "native"
filter = "{prefix}-fire/{{site}}/{{device}}/{{kind}}"
express = true
"""


def main(options: Namespace = OPTIONS.parse_args([])) -> dict[str, Any]:  # noqa: B008 - what nobody asked for
    """One JSON line."""
    prefix = f"recovery-{secrets.token_hex(4)}"
    load = Load(prefix=prefix, messages=options.messages, batch=1, now=time.time_ns() // 1_000_000)
    with ExitStack() as stack:
        broker = stack.enter_context(mosquitto())
        run = Run(load, broker, None, stack)
        settings = run.settings(options.path, FIRE.format(prefix=prefix))
        run.session(f"dutyroom-{WORKER}", run.topics)
        publisher = run.publisher()
        begin(publisher)
        publisher.wait()
        records = run.records(settings, with_detectors(quiet_property(load.now)))
        fires = Fires(records, broker, prefix)
        began = time.perf_counter()
        worker = run.worker(settings, records)
        fires.start()
        judged = run.until_judged(records, load.messages)
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
        host, _, port = broker.rpartition(":")
        self._socket = connected(host, int(port), f"{prefix}-fires")
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
        found = {f"fire_p{share}_s": round(took[min(len(took) - 1, len(took) * share // 100)], 3) for share in (50, 99)}
        return {"fires": len(self._published), "fires_told": len(took), **found, "fire_longest_s": round(took[-1], 3)}

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
            with self._records.read() as unit:
                found = unit.alerts.find(AlertFilter(open=True, rules=("smoke-alarm",)), limit=DETECTORS).rows
            moment = time.monotonic()
            for alert in found:
                self._committed.setdefault(alert.point.removesuffix(".smoke"), moment)
            time.sleep(0.05)


def with_detectors(register: Register) -> Register:
    """The same with smoke detectors by the source that goes ahead."""
    names = [f"smoke-{number}" for number in range(DETECTORS)]
    text = {name: Text("烟感", name) for name in names}
    points = {f"{name}.smoke": _smoke(name) for name in names}
    return replace(
        register,
        assets=register.assets | {n: Asset(id=n, zone="room-0", kind="smoke-detector", name=text[n]) for n in names},
        devices=register.devices | {n: Device(id=n, name=text[n], source="fire", external_id=n) for n in names},
        points=register.points | points,
        registered=register.registered | dict.fromkeys(points, next(iter(register.registered.values()))),
    )


def _smoke(name: str) -> Point:
    return Point(
        id=f"{name}.smoke", asset=name, name=Text("烟雾", "smoke"), quantity="smoke", unit="", resolution=1,
        interval=3_600_000, device=name, key="smoke",
    )  # fmt: skip
