"""Two workers on one real broker: one judges, both take in; the one that judges is killed, and nothing is missing."""

from __future__ import annotations

import secrets
import signal
import subprocess
import threading
import time
from contextlib import ExitStack, closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from collector.sources import read_sources
from dutyroom import wiring
from dutyroom.fenced import FencedRecords
from dutyroom.settings import SettingsError, load
from dutyroom.sharing import Turn
from dutyroom.worker import link_of
from facility.register import Register, difference
from response.tenure import BEAT_EVERY, PATIENCE, Tenure
from storage.readings.sqlite import SqliteReadings
from storage.records.port import AlertFilter, RecordsUnavailable
from storage.records.sql import SqlRecords
from tests.collector.property import NOW, fresh_records, pressure, register
from tests.dutyroom.worker_process import until, worker
from tests.rules.room import rule_text

GAUGE = "gauge-1.pressure"
MESSAGES, APART = 300, 20
LOW = range(100, 200)
"""The messages in which the pressure is too low."""
RULE = rule_text("low", '[minimum]\nlimit = "0.5 MPa"')


def test_who_was_taken_for_dead_and_wakes_up_writes_nothing() -> None:
    records = fresh_records()
    first, second = (Tenure(name, "life", records, lease="collector/duty") for name in ("a", "b"))
    assert first.keep(NOW, 0)
    assert not second.keep(NOW, 0)
    sleeper = FencedRecords(records, first)
    with sleeper.begin() as unit:
        unit.notes.put("written", 1)
    assert second.keep(NOW, PATIENCE + 1_000)
    with pytest.raises(RecordsUnavailable, match="another collector"), sleeper.begin() as unit:
        unit.notes.put("written", 2)
    with sleeper.read() as unit:
        assert unit.notes.get("written") == 1
    assert not first.active


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Milliseconds of the clock that only goes forward."""
    now = [0]
    monkeypatch.setattr(wiring, "tick", lambda: now[0])
    return now


def turn_of(records: SqlRecords) -> Turn:
    """One that judges now."""
    turn = Turn(load(mqtt_url="mqtt://127.0.0.1:1", worker="a", share="duty"), records, threading.Event())
    assert turn.judges()
    return turn


def test_who_lost_the_lease_begins_anew_even_if_nobody_has_it_any_more(clock: list[int]) -> None:
    """Another one may have judged meanwhile: what this one has in mind is of before."""
    records = fresh_records()
    turn, other = turn_of(records), Tenure("b", "life", records, lease="collector/duty")
    assert not turn.is_set()
    for moment, takes in ((0, False), (PATIENCE + 1_000, True)):
        assert other.keep(NOW, moment) is takes
    other.give_back(NOW)
    clock[0] += BEAT_EVERY
    with pytest.raises(RecordsUnavailable), FencedRecords(records, turn.tenure).begin():
        raise AssertionError
    assert turn.is_set()
    assert turn.judges()
    assert not turn.is_set()


def test_what_must_be_heard_in_order_is_not_shared() -> None:
    sources = read_sources('[[source]]\nname = "plant"\ndecoder = "sparkplug_b"\n')
    with pytest.raises(SettingsError, match="DUTYROOM_SHARE: one collector must hear all of plant"):
        link_of(load(mqtt_url="mqtt://127.0.0.1:1", share="duty"), sources)


class Property:
    """Stores, a site that listens to topics of its own, and workers of one group."""

    def __init__(self, folder: Path, url: str) -> None:
        self.prefix = f"share-{secrets.token_hex(4)}"
        self.folder, self.url = folder, url
        (folder / "sources.toml").write_text(
            f'[[source]]\nname = "native"\ndecoder = "native"\nfilter = "{self.prefix}/{{site}}/{{device}}/{{kind}}"\n'
        )
        (folder / "rules").mkdir()
        (folder / "rules" / "low.toml").write_text(RULE)
        self.start = time.time_ns() // 1_000_000 // 1_000 * 1_000 - 60_000
        self.records = SqlRecords(f"sqlite:///{folder}/records.db")
        self.records.migrate()
        with self.records.begin() as unit:
            unit.registers.apply(difference(Register(), register()), "system:test", 1)

    def worker(self, name: str, within: ExitStack) -> subprocess.Popen[str]:
        mine = f"{self.prefix}-{name}"
        return within.enter_context(
            worker(DATA=self.folder, SITE=self.folder, MQTT_URL=self.url, WORKER=mine, SHARE="duty")
        )

    def there(self, name: str) -> bool:
        with self.records.read() as unit:
            note = unit.notes.get(f"worker/{self.prefix}-{name}") or {}
        return bool(note.get("link", {}).get("subscribed"))

    def judges(self) -> str:
        with self.records.read() as unit:
            lease = unit.leases.get("collector/duty")
        return lease.holder.partition("/")[0].removeprefix(f"{self.prefix}-") if lease else ""

    def publish(self, start: int, end: int) -> None:
        address = urlsplit(self.url)
        client = Client(CallbackAPIVersion.VERSION2)
        client.connect(address.hostname or "", address.port or 0)
        client.loop_start()
        topic = f"{self.prefix}/riverside/gauge-1/readings"
        for number in range(start, end):
            value = 0.4 if number in LOW else 0.6
            client.publish(topic, pressure(value, self.start + number * APART), qos=1).wait_for_publish(30)
        client.disconnect()
        client.loop_stop()

    def handed(self) -> int:
        with self.records.read() as unit:
            return len(unit.handing.oldest("duty", 10))

    def found(self) -> list[tuple[int, int | None]]:
        with self.records.read() as unit:
            alerts = unit.alerts.find(AlertFilter(rules=("low",))).rows
        return [
            ((alert.started - self.start) // APART, alert.ended and (alert.ended - self.start) // APART)
            for alert in alerts
        ]


@pytest.mark.slow
def test_the_one_that_judges_is_killed_in_the_middle_and_nothing_is_missing(mosquitto_url: str, tmp_path: Path) -> None:
    place = Property(tmp_path, mosquitto_url)
    readings = SqliteReadings(tmp_path / "readings.db")
    with ExitStack() as within, closing(readings), closing(place.records):
        workers = {name: place.worker(name, within) for name in ("a", "b")}
        alive = workers["a"]
        until(lambda: place.there("a") and place.there("b") and bool(place.judges()), alive)
        publishing = threading.Thread(target=place.publish, args=(0, MESSAGES))
        publishing.start()
        until(lambda: len(readings.range(GAUGE, 0, 2 * NOW)) > 50, alive)
        judge = place.judges()
        (other,) = set(workers) - {judge}
        workers[judge].send_signal(signal.SIGKILL)
        workers[judge].wait()
        publishing.join()
        until(lambda: place.judges() == other, workers[other])
        workers[judge] = place.worker(judge, within)
        until(lambda: len(readings.range(GAUGE, 0, 2 * NOW)) >= MESSAGES, workers[other])
        kept = [reading.at for reading in readings.range(GAUGE, 0, 2 * NOW)]
        assert kept == [place.start + number * APART for number in range(MESSAGES)]
        until(lambda: place.found() == [(LOW.start, LOW.stop)] and not place.handed(), workers[other])
