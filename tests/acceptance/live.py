"""A worker of its own on a real broker, and what must be in its stores afterwards."""

from __future__ import annotations

import json
import os
import secrets
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from facility.instant import parse
from facility.register import Register, difference
from simulators.publisher import run
from simulators.scenario import Scenario
from simulators.spoken import Message
from storage.readings.sqlite import SqliteReadings
from storage.records.sql import SqlRecords
from tests.simulators.riverside import register as riverside

PATIENCE = 60.0
SOURCES = """
native = false
[[source]]
name    = "native"
filter  = "dutyroom/v1/{site}/{{device}}/{{kind}}"
decoder = "native"
"""


def now() -> int:
    return time.time_ns() // 1_000_000


def wait_for(condition: Callable[[], bool], what: str) -> None:
    """Look again and again until it is so."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            pytest.fail(f"not within {PATIENCE:.0f} s: {what}")
        threading.Event().wait(0.1)


def native_register(site: str) -> Register:
    """The example property's native devices, under a site of their own: the broker is shared with other tests."""
    whole = riverside()
    devices = {key: device for key, device in whole.devices.items() if device.source == "native"}
    return replace(
        whole,
        sites={site: replace(next(iter(whole.sites.values())), id=site)},
        zones={key: replace(zone, site=site) for key, zone in whole.zones.items()},
        devices=devices,
        points={key: point for key, point in whole.points.items() if point.device in devices},
    )


@dataclass(slots=True)
class LiveRoom:
    """A worker process that may be killed, its broker and its stores."""

    url: str
    name: str
    folder: Path
    register: Register
    records: SqlRecords
    worker: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the worker; returns when it listens."""
        begun = now()
        settings = {
            "MQTT_URL": self.url,
            "DATA": str(self.folder),
            "SITE": str(self.folder / "site"),
            "WORKER": self.name,
        }
        environment = os.environ | {f"DUTYROOM_{key}": value for key, value in settings.items()}
        with (self.folder / "worker.log").open("ab") as log:
            self.worker = subprocess.Popen(
                [sys.executable, "-m", "dutyroom", "worker"], env=environment, stdout=log, stderr=log
            )
        wait_for(lambda: self._listens(begun), f"the worker listens\n{(self.folder / 'worker.log').read_text()}")

    def _listens(self, begun: int) -> bool:
        with self.records.read() as unit:
            note = unit.notes.get(f"worker/{self.name}") or {}
        return bool(note.get("connected")) and int(note.get("started", 0)) >= begun

    def end(self, number: signal.Signals) -> None:
        """Send the worker a signal and wait for its end."""
        if self.worker is not None:
            self.worker.send_signal(number)
            self.worker.wait(PATIENCE)
            self.worker = None


@contextmanager
def live_room(url: str, folder: Path) -> Iterator[LiveRoom]:
    """Fresh stores with a register; the worker is not started yet."""
    name = f"live-{secrets.token_hex(4)}"
    register = native_register(name)
    (folder / "site").mkdir()
    (folder / "site" / "sources.toml").write_text(SOURCES.replace("{site}", name).replace("{{", "{").replace("}}", "}"))
    records = SqlRecords(f"sqlite:///{folder / 'records.db'}")
    records.migrate()
    with records.begin() as unit:
        unit.registers.apply(difference(Register(), register), who="system:test", at=now())
    room = LiveRoom(url, name, folder, register, records)
    try:
        yield room
    finally:
        room.end(signal.SIGKILL)
        records.close()
        _clean(url, name, register)


def _clean(url: str, name: str, register: Register) -> None:
    """Leave nothing behind at the broker: no session, no retained message."""
    parts = urlsplit(url)
    client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=f"dutyroom-{name}", clean_session=True)
    client.connect(parts.hostname or "", parts.port or 1883)
    client.loop_start()
    for device in register.devices:
        client.publish(f"dutyroom/v1/{name}/{device}/status", b"", qos=1, retain=True).wait_for_publish(10)
    client.disconnect()
    client.loop_stop()


class Town:
    """The simulated building in a thread, and every message that the broker acknowledged."""

    def __init__(self, room: LiveRoom, scenario: Scenario, speed: float) -> None:
        self.acknowledged: list[Message] = []
        self.stop = threading.Event()
        self._thread = threading.Thread(
            target=run,
            args=(room.url, room.register, scenario),
            kwargs={
                "speed": speed,
                "seed": 5,
                "stop": self.stop,
                "clock": now,
                "acknowledged": self.acknowledged.append,
            },
        )

    def __enter__(self) -> Town:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop.set()
        self._thread.join(PATIENCE)


def told(messages: list[Message], register: Register) -> Counter[tuple[str, int, float]]:
    """(point, time, value) of every measured value in the messages, by the contract and not by the collector."""
    found: Counter[tuple[str, int, float]] = Counter()
    for row in _rows(messages):
        for key, value in row.get("values", {}).items():
            point = register.point_by_key[row["device"], key]
            if not isinstance(value, bool | str):
                found[point.id, parse(row["ts"]), float(value)] += 1
    return found


def events(messages: list[Message]) -> Counter[tuple[str, int, str]]:
    """(device, time, event) of everything that happened at doors and checkpoints."""
    return Counter((row["device"], row["ts"], row["event"]) for row in _rows(messages) if "event" in row)


def _rows(messages: list[Message]) -> Iterator[dict[str, Any]]:
    for message in messages:
        if message.topic.endswith("/batch"):
            yield from json.loads(message.payload)


def stored(folder: Path, register: Register) -> Counter[tuple[str, int, float]]:
    """(point, time, value) of every measured reading that is kept."""
    readings = SqliteReadings(folder / "readings.db")
    try:
        points = [point.id for point in register.points.values() if point.unit]
        return Counter((r.point, r.at, r.value) for point in points for r in readings.range(point, 0, 2**60))
    finally:
        readings.close()


def stored_events(folder: Path, register: Register) -> Counter[tuple[str, int, str]]:
    """(device, time, event) of every passage and scan that is kept."""
    readings = SqliteReadings(folder / "readings.db")
    try:
        found: Counter[tuple[str, int, str]] = Counter()
        for point in register.points.values():
            found.update((point.device, p.at, p.event) for p in readings.passages(point.id, 0, 2**60, 100_000))
            found.update((point.device, s.at, "scan") for s in readings.scans(point.id, 0, 2**60, 100_000))
        return found
    finally:
        readings.close()
