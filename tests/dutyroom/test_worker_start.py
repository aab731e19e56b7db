"""The worker's process at its start: it needs no history server, and takes none that would lose what it is given."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import orjson
import pytest
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from dutyroom import wiring
from dutyroom.cli import main
from dutyroom.settings import Settings, load
from dutyroom.worker import build
from facility.register import Register, difference
from storage.readings.journal import Journal
from storage.records.sql import SqlRecords
from tests.collector.property import register
from tests.dutyroom.worker_process import until, worker
from tests.services import free_port, fresh_name
from tests.storage.readings.test_influx_doctor import other
from tests.storage.readings.test_influx_troubles import server

GAUGE = "gauge-1.pressure"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    with closing(SqlRecords(f"sqlite:///{tmp_path / 'records.db'}")) as records:
        records.migrate()
        with records.begin() as unit:
            unit.registers.apply(difference(Register(), register()), "system:test", 1)
    return tmp_path


def test_it_starts_while_the_history_is_away_and_keeps_judges_and_acknowledges(data: Path, nats_url: str) -> None:
    broker = urlsplit(nats_url)
    client = Client(CallbackAPIVersion.VERSION2, client_id=fresh_name())
    client.connect(broker.hostname or "", broker.port or 0)
    client.loop_start()
    records = SqlRecords(f"sqlite:///{data / 'records.db'}")
    journal = Journal(data / "journal.db")
    away = f"influxdb://127.0.0.1:{free_port()}/duty"
    with (
        closing(records),
        closing(journal),
        worker(DATA=data, MQTT_URL=nats_url, READINGS_URL=away, WORKER=fresh_name()) as alive,
    ):

        def heard() -> bool:
            payload = orjson.dumps({"values": {"pressure": 0.61}})
            client.publish("dutyroom/v1/riverside/gauge-1/readings", payload, qos=1).wait_for_publish(5)
            return GAUGE in journal.last([GAUGE])

        def told() -> bool:
            with records.read() as unit:
                notes = [unit.notes.get(name) or {} for name in unit.notes.names("worker/")]
            return any(note.get("journal", {}).get("away_since") and note["messages"] for note in notes)

        until(heard, alive)
        until(told, alive)
    client.loop_stop()


def test_it_does_not_start_with_a_server_that_would_lose_the_history(
    data: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with server("", other) as target:
        settings = load(
            data=str(data),
            mqtt_url=f"mqtt://127.0.0.1:{free_port()}",
            readings_url=f"influxdb://{target.host}:{target.port}/duty",
        )
        monkeypatch.setattr("dutyroom.cli.app", lambda: start(settings))
        with pytest.raises(SystemExit) as ended:
            main()
    said = capsys.readouterr().err.strip().splitlines()[-1]
    assert (ended.value.code, said.startswith("dutyroom: ")) == (2, True)
    assert "is VictoriaMetrics v1.148.9" in said


def start(settings: Settings) -> None:
    """As the worker's process does, up to the point where it would listen."""
    with (
        closing(wiring.open_records(settings)) as records,
        closing(wiring.open_readings(settings, records)) as readings,
    ):
        build(settings, records, readings, wiring.now)
