"""Dutyroom's worker against Telegraf: same broker, same load, same InfluxDB, both until every point is stored.

Telegraf acknowledges what is stored and judges nothing; ours is durable and judged before it is acknowledged. Processor
time is that of the collector alone, from the first message to the last point. What is published, and what the broker and InfluxDB
need for it, is the same for both, and runs beside them.
"""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import tempfile
import time
from argparse import Namespace
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from benchmarks import telegraf
from benchmarks.property import RULES, property_of
from benchmarks.publisher import GAUGES, Load
from benchmarks.servers import PATIENCE, WINDOW, Bucket, fresh_bucket, mosquitto, most_resident_mb, processor_seconds
from dutyroom import wiring
from dutyroom.children import program
from dutyroom.settings import Settings, load
from facility.register import Register, difference

WRITE_OF = 5_000
"""Points that Telegraf writes at once, where a message holds fewer."""
NOTHING_NEW = 30.0
"""Seconds without one more point, after which it is over."""
LOOK = 0.1
WORKER = "bench"


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
    return ours, _measure(messages, batch, lambda run: run.telegraf(), "pressure")


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


def _measure(messages: int, batch: int, start: Callable[[Run], subprocess.Popen[bytes]], field: str) -> dict[str, Any]:
    """One collector from its first message to its last point, on a broker and a bucket of its own."""
    given = Load(
        prefix=f"bench-{secrets.token_hex(4)}", messages=messages, batch=batch, now=time.time_ns() // 1_000_000
    )
    with ExitStack() as stack:
        broker = stack.enter_context(mosquitto())
        run = Run(given, broker, stack.enter_context(fresh_bucket()), stack)
        publisher = run.publisher()
        collector = start(run)
        before, began = processor_seconds(collector.pid), time.perf_counter()
        _go(publisher)
        publisher.wait()
        stored, last = run.until_stored(field)
        spent = processor_seconds(collector.pid) - before
        return {
            "readings_per_s": round(stored / (last - began)),
            "processor_us": round(spent / stored * 1e6, 1),
            "resident_mb": most_resident_mb(collector.pid),
            "stored": stored,
            "of": given.readings,
        }


def _go(publisher: subprocess.Popen[bytes]) -> None:
    assert publisher.stdin is not None
    publisher.stdin.write(b"\n")
    publisher.stdin.flush()


def quiet_property(now: int) -> Register:
    """Gauges of which nobody expects more than a word an hour: what is measured is taking in, not a thousand alerts about silence."""
    register = property_of(GAUGES)
    points = {id: replace(point, interval=3_600_000) for id, point in register.points.items()}
    return replace(register, points=points, registered=dict.fromkeys(points, now))


class Run:
    """One measurement's broker, bucket and folder."""

    def __init__(self, given: Load, broker: str, bucket: Bucket, stack: ExitStack) -> None:
        self.given, self.broker, self.bucket, self._stack = given, broker, bucket, stack
        self.folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))

    def publisher(self) -> subprocess.Popen[bytes]:
        """Ready to begin."""
        fields = {name: getattr(self.given, name) for name in self.given.__slots__}
        command = [sys.executable, "-m", "benchmarks.publisher", self.broker, json.dumps(fields)]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._ends(process)
        assert process.stdout is not None
        if process.stdout.readline() != b"ready\n":
            raise SystemExit("benchmarks: the publisher did not begin")
        return process

    def telegraf(self) -> subprocess.Popen[bytes]:
        """Telegraf, connected to a session that is there already."""
        topics, client = f"{self.given.prefix}/v1/+/+/+", f"{self.given.prefix}-telegraf"
        self._session(client, topics)
        command = telegraf.configured(
            self.folder / "telegraf.conf",
            broker=self.broker,
            topic_filter=topics,
            client=client,
            bucket=self.bucket,
            window=WINDOW if self.given.batch == 1 else 100,
            batch=min(WRITE_OF, WINDOW // 2) if self.given.batch == 1 else WRITE_OF,
        )
        log = self.folder / "telegraf.log"
        process = self._started(command, log)
        _until(lambda: b"Connected [" in log.read_bytes(), process, log)
        return process

    def dutyroom(self, path: str) -> subprocess.Popen[bytes]:
        """A worker as it runs in a property, with a register of its own and three rules a gauge beside the manual's."""
        settings = self._settings(path)
        self._session(f"dutyroom-{WORKER}", f"{self.given.prefix}/v1/+/+/+")
        records = wiring.open_records(settings)
        self._stack.callback(records.close)
        with records.begin() as unit:
            unit.registers.apply(difference(Register(), quiet_property(self.given.now)), who="benchmark", at=self.given.now)

        def listens() -> bool:
            with records.read() as unit:
                note = unit.notes.get(f"worker/{WORKER}")
            return bool(note and note["link"]["subscribed"])

        log = self.folder / "worker.log"
        process = self._started(list(program("worker")), log, settings.environment())
        _until(listens, process, log)
        return process

    def until_stored(self, field: str) -> tuple[int, float]:
        """(points, when the last one was seen)."""
        found, seen = 0, time.perf_counter()
        while found < self.given.readings and time.perf_counter() - seen < NOTHING_NEW:
            now = self.bucket.count(field)
            if now > found:
                found, seen = now, time.perf_counter()
            time.sleep(LOOK)
        return found, seen

    def _settings(self, path: str) -> Settings:
        site = self.folder / "site"
        (site / "rules").mkdir(parents=True)
        for name, text in RULES.items():
            (site / "rules" / name).write_text(text, "utf-8")
        topics = f"{self.given.prefix}/v1/{{site}}/{{device}}/{{kind}}"
        source = f'[[source]]\nname = "native"\ndecoder = "native"\nfilter = "{topics}"'
        (site / "sources.toml").write_text(source, "utf-8")
        return load(
            data=str(self.folder / "data"),
            site=str(site),
            worker=WORKER,
            mqtt_url=f"mqtt://{self.broker}",
            readings_url=self.bucket.readings_url,
            **({"mqtt_path": path} if path else {}),
        )

    def _session(self, client: str, topics: str) -> None:
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

    def _started(
        self, command: list[str], log: Path, environment: dict[str, str] | None = None
    ) -> subprocess.Popen[bytes]:
        with log.open("wb") as output:
            process = subprocess.Popen(command, stdout=output, stderr=output, env={**os.environ, **(environment or {})})
        self._ends(process)
        return process

    def _ends(self, process: subprocess.Popen[bytes]) -> None:
        self._stack.callback(process.wait, 30)
        self._stack.callback(process.terminate)


def _until(condition: Callable[[], bool], process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if process.poll() is not None or time.monotonic() > deadline:
            raise SystemExit(f"benchmarks: a collector did not begin:\n{log.read_text('utf-8', 'replace')[-2_000:]}")
        time.sleep(0.05)
