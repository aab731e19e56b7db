"""What ``dutyroom broker config`` makes, on a real Mosquitto: who may speak, who may not, and what a restart costs."""

from __future__ import annotations

import itertools
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.reasoncodes import ReasonCode

from collector.sources import DEFAULT_SOURCES
from dutyroom import mosquitto
from dutyroom.broker_access import access_of
from dutyroom.broker_files import write_mosquitto
from facility.point import Device
from facility.register import Register
from facility.site import Site
from facility.text import Text
from tests import services

MANY = 2_500
_runs = itertools.count()


def property_() -> Register:
    devices = [
        Device(id="gw", name=Text("网关", "gateway")),
        Device(id="gauge-1", name=Text("表", "gauge"), external_id="PT-1", gateway="gw"),
        Device(id="gauge-2", name=Text("表", "gauge")),
        Device(id="siren", name=Text("声光", "siren"), takes="on off"),
    ]
    site = Site(id="home", name=Text("家园", "Home"))
    return Register(version=1, sites={"home": site}, devices={device.id: device for device in devices})


class Broker:
    """A Mosquitto of the test's own, with the generated files."""

    def __init__(self, folder: Path) -> None:
        self.port = services.free_port()
        self.folder = folder
        (folder / "store").mkdir()
        text = mosquitto.configuration(folder, folder / "store", port=self.port)
        write_mosquitto(folder, access_of(property_(), DEFAULT_SOURCES), text)
        rows = [line.split(",") for line in (folder / "credentials.csv").read_text().splitlines()]
        self.passwords = {user: password for user, password, _ in rows}
        (folder / "started.conf").write_text("user root\n" + text)
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [services.mosquitto_program(), "-c", self.folder / "started.conf"], stdout=log, stderr=log
            )
        services.wait_until_answers(self._process, self.port, self.folder / "log")

    def saved_at(self) -> float:
        """When its queues were last written; 0 while they never were."""
        return max((file.stat().st_mtime for file in self.folder.rglob("mosquitto.db")), default=0.0)

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(15)
            self._process = None


@pytest.fixture
def broker(mosquitto_url: str, tmp_path: Path) -> Iterator[Broker]:
    del mosquitto_url  # only that there is a Mosquitto on this machine
    made = Broker(tmp_path)
    made.start()
    try:
        yield made
    finally:
        made.stop(signal.SIGKILL)


class Client:
    """MQTT 5, so that the broker says when it refuses."""

    def __init__(self, broker: Broker, user: str, *, name: str = "", password: str = "", keep: bool = False) -> None:
        self._something = threading.Condition()
        self.answers: list[ReasonCode] = []
        self.published: list[ReasonCode] = []
        self.got: list[bytes] = []
        version = mqtt.MQTTv311 if keep else mqtt.MQTTv5
        self.paho = mqtt.Client(
            CallbackAPIVersion.VERSION2,
            client_id=name or f"{user}-{next(_runs)}",
            clean_session=not keep if keep else None,
            protocol=version,
        )
        self.paho.username_pw_set(user, password or broker.passwords[user])
        self.paho.max_queued_messages_set(0)
        self.paho.on_connect = lambda _c, _d, _f, reason, _p: self._note(self.answers, reason)
        self.paho.on_publish = lambda _c, _d, _m, reason, _p: self._note(self.published, reason)
        self.paho.on_message = lambda _c, _d, message: self._note(self.got, bytes(message.payload))
        self.paho.connect(services.HOST, broker.port)
        self.paho.loop_start()
        self.wait(lambda: self.answers)

    def _note(self, where: list[Any], what: Any) -> None:
        with self._something:
            where.append(what)
            self._something.notify_all()

    def wait(self, until: Callable[[], Any]) -> None:
        with self._something:
            assert self._something.wait_for(until, timeout=30)

    def may_publish(self, topic: str) -> bool:
        before = len(self.published)
        self.paho.publish(topic, b"x", qos=1)
        self.wait(lambda: len(self.published) > before)
        return not self.published[-1].is_failure

    def subscribe(self, topic: str) -> bool:
        granted: list[list[ReasonCode]] = []
        self.paho.on_subscribe = lambda _c, _d, _m, reasons, _p: self._note(granted, reasons)
        self.paho.subscribe(topic, qos=1)
        self.wait(lambda: granted)
        return not granted[0][0].is_failure

    def leave(self) -> None:
        self.paho.disconnect()
        self.paho.loop_stop()


def test_a_device_publishes_its_own_topics_and_is_refused_those_of_others(broker: Broker) -> None:
    gauge = Client(broker, "gauge-1")
    said = {
        topic: gauge.may_publish(f"dutyroom/v1/home/{topic}")
        for topic in (
            "PT-1/readings",
            "PT-1/events",
            "PT-1/status",
            "PT-1/batch",
            "gauge-1/readings",
            "gauge-2/readings",
            "gw/batch",
            "siren/set",
            "PT-1/readings/more",
        )
    }
    gauge.leave()
    assert [topic for topic, allowed in said.items() if allowed] == ["PT-1/readings", "PT-1/events", "PT-1/status"]


def test_a_gateway_speaks_for_others_by_its_own_batch_only(broker: Broker) -> None:
    gateway = Client(broker, "gw")
    assert gateway.may_publish("dutyroom/v1/home/gw/batch")
    assert not gateway.may_publish("dutyroom/v1/home/PT-1/readings")
    assert not gateway.may_publish("dutyroom/v1/home/other-gw/batch")
    gateway.leave()


def test_dutyroom_reads_all_and_writes_commands_only(broker: Broker) -> None:
    duty_room, gauge = Client(broker, "dutyroom"), Client(broker, "gauge-2")
    assert duty_room.subscribe("#")
    assert gauge.may_publish("dutyroom/v1/home/gauge-2/readings")
    duty_room.wait(lambda: duty_room.got == [b"x"])
    assert duty_room.may_publish("dutyroom/v1/home/siren/set")
    assert not duty_room.may_publish("dutyroom/v1/home/gauge-2/readings")
    for client in (duty_room, gauge):
        client.leave()


def test_a_siren_hears_its_commands_and_no_device_hears_the_others(broker: Broker) -> None:
    duty_room, siren, gauge = Client(broker, "dutyroom"), Client(broker, "siren"), Client(broker, "gauge-2")
    siren.subscribe("#")
    gauge.subscribe("#")
    assert siren.may_publish("dutyroom/v1/home/siren/readings")
    assert duty_room.may_publish("dutyroom/v1/home/siren/set")
    siren.wait(lambda: siren.got)
    for client in (duty_room, siren, gauge):
        client.leave()
    assert siren.got == [b"x"]
    assert gauge.got == []


@pytest.mark.parametrize(("user", "password"), [("gauge-1", "wrong"), ("stranger", "wrong"), ("dutyroom", "dutyroom")])
def test_a_wrong_password_is_not_let_in(broker: Broker, user: str, password: str) -> None:
    client = Client(broker, user, password=password)
    client.leave()
    assert client.answers[0].is_failure


def queue(broker: Broker) -> list[bytes]:
    """Fills the queue of a Dutyroom that is away; returns what was acknowledged."""
    duty_room = Client(broker, "dutyroom", name="worker-1", keep=True)
    duty_room.subscribe("dutyroom/v1/#")
    duty_room.leave()
    gateway = Client(broker, "gw")
    sent = [str(number).encode() for number in range(MANY)]
    for payload in sent:
        gateway.paho.publish("dutyroom/v1/home/gw/batch", payload, qos=1)
    gateway.wait(lambda: len(gateway.published) == MANY)
    assert not any(reason.is_failure for reason in gateway.published)
    gateway.leave()
    return sent


def test_a_restart_of_the_broker_loses_nothing_that_was_queued(broker: Broker) -> None:
    sent = queue(broker)
    broker.stop()
    broker.start()
    duty_room = Client(broker, "dutyroom", name="worker-1", keep=True)
    duty_room.wait(lambda: len(duty_room.got) >= MANY)
    duty_room.leave()
    assert duty_room.got == sent


def test_a_killed_broker_loses_no_more_than_what_came_since_the_last_save(broker: Broker) -> None:
    sent = queue(broker)
    queued, deadline = time.time(), time.monotonic() + 30
    while broker.saved_at() < queued:
        assert time.monotonic() < deadline, "it saves nothing"
        time.sleep(0.02)
    broker.stop(signal.SIGKILL)
    broker.start()
    duty_room = Client(broker, "dutyroom", name="worker-1", keep=True)
    duty_room.wait(lambda: len(duty_room.got) >= MANY)
    marker = Client(broker, "gw")
    assert marker.may_publish("dutyroom/v1/home/gw/batch")
    duty_room.wait(lambda: b"x" in duty_room.got)
    for client in (duty_room, marker):
        client.leave()
    assert duty_room.got[:-1] == sent


def test_the_configuration_that_ships_is_the_one_that_is_made() -> None:
    shipped = Path(__file__).resolve().parents[2] / "deploy" / "mosquitto" / "mosquitto.conf"
    assert shipped.read_text() == mosquitto.configuration(Path("/etc/mosquitto"), Path("/var/lib/mosquitto"))
