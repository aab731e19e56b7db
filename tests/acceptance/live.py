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

from dutyroom.settings import Settings, load
from dutyroom.wiring import open_readings, open_records
from facility.instant import parse
from facility.register import Register, difference
from simulators.publisher import run
from simulators.scenario import Scenario
from simulators.spoken import Message
from storage.readings.port import Readings
from storage.records.port import Records
from tests.simulators.riverside import register as riverside

PATIENCE = 120.0
EVER = (0, 4_102_444_800_000)
"""Until 2100: within what every store's clock can say."""
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
    """Look again and again until it is so; fail when it takes too long."""
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

    settings: Settings
    folder: Path
    register: Register
    records: Records
    readings: Readings
    worker: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the worker; returns when it listens."""
        begun = now()
        environment = os.environ | self.settings.environment()
        with (self.folder / "worker.log").open("ab") as log:
            self.worker = subprocess.Popen(
                [sys.executable, "-m", "dutyroom", "worker"], env=environment, stdout=log, stderr=log
            )
        wait_for(lambda: self._listens(begun), f"the worker listens\n{(self.folder / 'worker.log').read_text()}")

    def _listens(self, begun: int) -> bool:
        with self.records.read() as unit:
            note = unit.notes.get(f"worker/{self.settings.worker}") or {}
        return bool(note.get("connected")) and int(note.get("started", 0)) >= begun

    def end(self, number: signal.Signals) -> None:
        """Send the worker a signal and wait for its end."""
        if self.worker is not None:
            self.worker.send_signal(number)
            self.worker.wait(PATIENCE)
            self.worker = None


@contextmanager
def live_room(url: str, folder: Path, **stores: str) -> Iterator[LiveRoom]:
    """Fresh stores with a register; the worker is not started yet. ``stores`` are settings; without any it is SQLite."""
    name = f"live-{secrets.token_hex(4)}"
    register = native_register(name)
    (folder / "site").mkdir()
    (folder / "site" / "sources.toml").write_text(SOURCES.replace("{site}", name).replace("{{", "{").replace("}}", "}"))
    settings = load(mqtt_url=url, data=str(folder), site=str(folder / "site"), worker=name, **stores)
    records = open_records(settings)
    with records.begin() as unit:
        unit.registers.apply(difference(Register(), register), who="system:test", at=now())
    readings = open_readings(settings, records)
    room = LiveRoom(settings, folder, register, records, readings)
    try:
        yield room
    finally:
        room.end(signal.SIGKILL)
        readings.close()
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
            args=(room.settings.mqtt_url, room.register, scenario),
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


def stored(room: LiveRoom) -> Counter[tuple[str, int, float]]:
    """(point, time, value) of every measured reading that is kept."""
    points = [point.id for point in room.register.points.values() if point.unit]
    return Counter((r.point, r.at, r.value) for point in points for r in room.readings.range(point, *EVER))


def stored_events(room: LiveRoom) -> Counter[tuple[str, int, str]]:
    """(device, time, event) of every passage and scan that is kept."""
    found: Counter[tuple[str, int, str]] = Counter()
    for point in room.register.points.values():
        if point.quantity in ("door", "entry"):
            found.update((point.device, p.at, p.event) for p in room.readings.passages(point.id, *EVER, limit=10_000))
        if point.quantity == "scan":
            found.update((point.device, s.at, "scan") for s in room.readings.scans(point.id, *EVER, limit=10_000))
    return found
