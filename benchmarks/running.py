"""A collector beside a load: its broker, its bucket, its folder, its processes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from benchmarks.property import RULES, property_of
from benchmarks.publisher import GAUGES, Load
from benchmarks.servers import PATIENCE, Bucket, fresh_bucket, mosquitto
from dutyroom import wiring
from dutyroom.children import program
from dutyroom.settings import Settings, load
from facility.register import Register, difference
from storage.records.port import Records

NOTHING_NEW = 30.0
"""Seconds without one more, after which it is over."""
LOOK = 0.1
WORKER = "bench"
Process = subprocess.Popen[bytes]


def begin(publisher: Process) -> None:
    """What the publisher has made goes out now."""
    assert publisher.stdin is not None
    publisher.stdin.write(b"\n")
    publisher.stdin.flush()


def quiet(register: Register, now: int) -> Register:
    """Nobody expects more than a word an hour: taking in is measured, not a thousand alerts about silence."""
    points = {id: replace(point, interval=3_600_000) for id, point in register.points.items()}
    return replace(register, points=points, registered=dict.fromkeys(points, now))


@contextmanager
def measurement(given: Load, *, history: bool = True) -> Iterator[Run]:
    """With a broker that nobody else uses; ``history``: and with such a bucket, else with SQLite."""
    with ExitStack() as stack:
        broker = stack.enter_context(mosquitto())
        yield Run(given, broker, stack.enter_context(fresh_bucket()) if history else None, stack)


class Run:
    """One measurement's broker, bucket and folder."""

    def __init__(self, given: Load, broker: str, bucket: Bucket | None, stack: ExitStack) -> None:
        self.given, self.broker, self.bucket, self._stack = given, broker, bucket, stack
        self.folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))

    def publisher(self) -> Process:
        """Ready to begin."""
        fields = {name: getattr(self.given, name) for name in self.given.__slots__}
        command = [sys.executable, "-m", "benchmarks.publisher", self.broker, json.dumps(fields)]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._ends(process)
        assert process.stdout is not None
        if process.stdout.readline() != b"ready\n":
            raise SystemExit("benchmarks: the publisher did not begin")
        return process

    def dutyroom(self, path: str) -> Process:
        """A worker as it runs in a property, with a register of its own and three rules a gauge beside the manual's."""
        settings = self.settings(path)
        self.session(f"dutyroom-{WORKER}", self.topics)
        return self.worker(settings, self.quiet_records(settings))

    def quiet_records(self, settings: Settings) -> Records:
        """With the gauges in them, of which nobody expects much."""
        return self.records(settings, quiet(property_of(GAUGES), self.given.now))

    def records(self, settings: Settings, register: Register) -> Records:
        """With the register in them."""
        records = wiring.open_records(settings)
        self._stack.callback(records.close)
        with records.begin() as unit:
            unit.registers.apply(difference(Register(), register), who="benchmark", at=self.given.now)
        return records

    def worker(self, settings: Settings, records: Records) -> Process:
        """Running, and subscribed."""
        log = self.folder / "worker.log"
        process = self.started(list(program("worker")), log, settings.environment())
        until(lambda: bool(health(records).get("link", {}).get("subscribed")), process, log)
        return process

    def until_stored(self, field: str) -> tuple[int, float]:
        """(points, when the last one was seen)."""
        assert self.bucket is not None
        return until_all(partial(self.bucket.count, field), self.given.readings)

    def until_judged(self, records: Records) -> tuple[int, float]:
        """(messages, when the last one was committed), as exactly as a worker tells it: every two seconds."""
        return until_all(lambda: int(health(records).get("messages", 0)), self.given.messages)

    @property
    def topics(self) -> str:
        """What the load is published to."""
        return f"{self.given.prefix}/v1/+/+/+"

    def settings(self, path: str = "", more_sources: str = "") -> Settings:
        """A site with three rules and a source of its own."""
        site = self.folder / "site"
        (site / "rules").mkdir(parents=True)
        for name, text in RULES.items():
            (site / "rules" / name).write_text(text, "utf-8")
        topics = f"{self.given.prefix}/v1/{{site}}/{{device}}/{{kind}}"
        source = f'[[source]]\nname = "native"\ndecoder = "native"\nfilter = "{topics}"\n'
        (site / "sources.toml").write_text(source + more_sources, "utf-8")
        return load(
            data=str(self.folder / "data"),
            site=str(site),
            worker=WORKER,
            mqtt_url=f"mqtt://{self.broker}",
            readings_url=self.bucket.readings_url if self.bucket else "",
            **({"mqtt_path": path} if path else {}),
        )

    def session(self, client: str, topics: str) -> None:
        """A persistent session with its subscription: what is published from now on is kept for it."""
        granted: list[Any] = []
        session = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=client, clean_session=False)
        session.on_subscribe = lambda *_: granted.append(_)
        host, _, port = self.broker.rpartition(":")
        session.connect(host, int(port))
        session.subscribe(topics, qos=1)
        while not granted:
            session.loop(timeout=0.1)
        session.disconnect()

    def started(self, command: list[str], log: Path, environment: dict[str, str] | None = None) -> Process:
        """A process that ends with this measurement."""
        with log.open("wb") as output:
            process = subprocess.Popen(command, stdout=output, stderr=output, env={**os.environ, **(environment or {})})
        self._ends(process)
        return process

    def _ends(self, process: Process) -> None:
        self._stack.callback(process.wait, 30)
        self._stack.callback(process.terminate)


def health(records: Records) -> dict[str, Any]:
    """What the worker says of itself."""
    with records.read() as unit:
        note: dict[str, Any] = unit.notes.get(f"worker/{WORKER}") or {}
    return note


def until_all(count: Callable[[], int], wanted: int) -> tuple[int, float]:
    """(how many there are, when the last one was seen): all that are wanted, or no more come."""
    found, seen = 0, time.perf_counter()
    while found < wanted and time.perf_counter() - seen < NOTHING_NEW:
        now = count()
        if now > found:
            found, seen = now, time.perf_counter()
        time.sleep(LOOK)
    return found, seen


def until(condition: Callable[[], bool], process: Process, log: Path) -> None:
    """Raises ``SystemExit`` with the end of the log when the process ends, or nothing comes of it."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if process.poll() is not None or time.monotonic() > deadline:
            raise SystemExit(f"benchmarks: a collector did not begin:\n{log.read_text('utf-8', 'replace')[-2_000:]}")
        time.sleep(0.05)
