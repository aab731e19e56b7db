"""kill -9 in the middle, again and again: everything arrives, and once."""

from __future__ import annotations

import secrets
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from collector.broker import broker_at
from collector.ingest import Ingest
from collector.mqtt import MqttLink
from collector.sources import read_sources
from storage.readings.sqlite import SqliteReadings
from storage.records.sql import SqlRecords
from tests import services
from tests.collector.property import NOW, ingest, pressure

ROOT = Path(__file__).resolve().parents[2]
MESSAGES = 1_500
APART = 20
"""Milliseconds: fewer than are thinned."""
KILLS = 3
PATIENCE = 60.0

VICTIM = """
import sys, time
from pathlib import Path
from tests.collector.test_kill import collector
with collector(sys.argv[1], sys.argv[2], Path(sys.argv[3])) as (ingest, _, _):
    while True:
        ingest.once(time.time_ns() // 1_000_000, timeout=0.05)
        print(ingest.stats.messages, flush=True)
"""


@contextmanager
def collector(url: str, prefix: str, folder: Path) -> Iterator[tuple[Ingest, SqliteReadings, SqlRecords]]:
    """A whole collector on real stores."""
    source = f'[[source]]\nname="native"\ndecoder="native"\nfilter="{prefix}/{{site}}/{{device}}/{{kind}}"'
    sources = read_sources(source)
    records, readings = SqlRecords(f"sqlite:///{folder}/records.db"), SqliteReadings(folder / "readings.db")
    records.migrate()
    link = MqttLink(url, client_id=f"{prefix}-collector", filters=sources.filters())
    link.start()
    try:
        yield ingest(link, records=records, readings=readings, sources=sources), readings, records
    finally:
        link.stop()
        readings.close()
        records.close()


@pytest.fixture(params=["mosquitto", "nats"])
def broker(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    if request.param == "mosquitto":
        yield request.getfixturevalue("mosquitto_url")
        return
    plain = 'mqtt {{ listen: "{host}:{mqtt_port}" }}'
    short = plain.replace(" }}", ', ack_wait: "1s", max_ack_pending: 200 }}')
    monkeypatch.setattr(services, "NATS_CONFIG", services.NATS_CONFIG.replace(plain, short))
    (tmp_path / "nats").mkdir()
    with services.nats_server(tmp_path / "nats") as url:
        yield url


@pytest.mark.slow
def test_a_collector_that_is_killed_in_the_middle_loses_and_doubles_nothing(broker: str, tmp_path: Path) -> None:
    prefix = f"kill-{secrets.token_hex(4)}"
    with collector(broker, prefix, tmp_path) as (first, _, _):
        until(lambda: bool(first.health(NOW)["link"]["subscribed"]))
    publishing = threading.Thread(target=publish, args=(broker, prefix))
    publishing.start()
    for number in range(KILLS):
        kill_after(broker, prefix, tmp_path, messages=20 + 50 * number)
    publishing.join()
    with collector(broker, prefix, tmp_path) as (last, readings, records):
        until(lambda: arrived(last, readings) >= MESSAGES)
        kept = readings.range("gauge-1.pressure", 0, 2 * NOW)
        assert [r.at for r in kept] == [NOW + n * APART for n in range(MESSAGES)]
        with records.read() as unit:
            assert int(unit.notes.get("watermark/worker-1")) >= max(r.received for r in kept)
            assert unit.letters.counts() == (0, 0)


def arrived(last: Ingest, readings: SqliteReadings) -> int:
    last.once(time.time_ns() // 1_000_000, timeout=0.1)
    return len(readings.range("gauge-1.pressure", 0, 2 * NOW))


def kill_after(url: str, prefix: str, folder: Path, messages: int) -> None:
    command = [sys.executable, "-c", VICTIM, url, prefix, str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT) as victim:
        assert victim.stdout is not None
        counts = (int(line) for line in victim.stdout if line.strip().isdigit())
        assert any(count >= messages for count in counts)
        victim.send_signal(signal.SIGKILL)


def publish(url: str, prefix: str) -> None:
    address = broker_at(url)
    client = Client(CallbackAPIVersion.VERSION2)
    client.connect(address.host, address.port)
    client.loop_start()
    topic = f"{prefix}/riverside/gauge-1/readings"
    for start in range(0, MESSAGES, 20):
        for sent in [client.publish(topic, pressure(0.6, NOW + (start + n) * APART), qos=1) for n in range(20)]:
            sent.wait_for_publish(PATIENCE)
        threading.Event().wait(0.02)  # so that the kills fall into the middle of it
    client.disconnect()
    client.loop_stop()


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "it took too long"
        threading.Event().wait(0.01)
