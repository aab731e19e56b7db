"""deploy/mosquitto, on a real Mosquitto: nothing queued is dropped, and nobody speaks for another."""

import re
import shutil
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from tests import services

DEPLOY = Path(__file__).resolve().parents[2] / "deploy" / "mosquitto"
PASSWORD = "correct horse"
TOPIC = "dutyroom/v1/riverside/gauge-1/readings"


@dataclass
class Broker:
    plain: int
    tls: int
    authority: Path


@pytest.fixture
def broker(mosquitto_url: str, tmp_path: Path) -> Iterator[Broker]:
    """The configuration as it is, with the places it names moved into a folder of the test."""
    made = Broker(services.free_port(), services.free_port(), tmp_path / "server.crt")
    config = moved(opened((DEPLOY / "mosquitto.conf").read_text()), tmp_path, made)
    shutil.copy(DEPLOY / "acl", tmp_path / "acl")
    certificate(tmp_path)
    for user in ("dutyroom", "gauge-1", "gauge-2"):
        create = [] if (tmp_path / "passwords").exists() else ["-c"]
        subprocess.run(["mosquitto_passwd", *create, "-b", tmp_path / "passwords", user, PASSWORD], check=True)
    with services.mosquitto_server(tmp_path, config, made.tls):
        yield made


def opened(config: str) -> str:
    """With the listener for the network, as somebody would take its signs away."""
    return re.sub(
        r"^# (?=listener 8883|certfile|keyfile|tls_version|use_username_as_clientid)", "", config, flags=re.MULTILINE
    )


def moved(config: str, folder: Path, broker: Broker) -> str:
    places = {
        "listener 1883": f"listener {broker.plain}",
        "listener 8883": f"listener {broker.tls}",
        "/etc/mosquitto/certs/": f"{folder}/",
        "/etc/mosquitto/": f"{folder}/",
        "/var/lib/mosquitto/": f"{folder}/",
    }
    for place, ours in places.items():
        config = config.replace(place, ours)
    return config


def certificate(folder: Path) -> None:
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost"
    files = ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", "server.key", "-out", "server.crt"]
    subprocess.run([*command.split(), *files], cwd=folder, check=True, capture_output=True)


class Client:
    """A client that counts what it gets."""

    def __init__(self, user: str, port: int, *, authority: Path | None = None, name: str = "") -> None:
        self.got: list[bytes] = []
        self._something = threading.Condition()
        self._connected = False
        self.paho = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=name or user, clean_session=False)
        self.paho.username_pw_set(user, PASSWORD)
        if authority:
            self.paho.tls_set(str(authority), tls_version=ssl.PROTOCOL_TLS_CLIENT)
        self.paho.max_queued_messages_set(0)
        self.paho.on_connect = self._on_connect
        self.paho.on_message = self._on_message
        self.paho.connect(services.HOST, port)
        self.paho.loop_start()
        self.wait(lambda: self._connected)

    def _on_connect(self, *_: Any) -> None:
        with self._something:
            self._connected = True
            self._something.notify_all()

    def _on_message(self, _client: mqtt.Client, _data: Any, message: mqtt.MQTTMessage) -> None:
        with self._something:
            self.got.append(bytes(message.payload))
            self._something.notify_all()

    def wait(self, until: Callable[[], bool]) -> None:
        with self._something:
            assert self._something.wait_for(until, timeout=20)

    def publish(self, topic: str, payload: bytes) -> None:
        self.paho.publish(topic, payload, qos=1).wait_for_publish(20)

    def subscribe(self) -> None:
        done = threading.Event()
        self.paho.on_subscribe = lambda *_: done.set()
        self.paho.subscribe("dutyroom/#", qos=1)
        assert done.wait(20)

    def leave(self) -> None:
        self.paho.disconnect()
        self.paho.loop_stop()


def test_what_came_while_the_duty_room_was_away_arrives_in_order(broker: Broker) -> None:
    duty_room = Client("dutyroom", broker.plain)
    duty_room.subscribe()
    duty_room.leave()
    gauge = Client("gauge-1", broker.tls, authority=broker.authority)
    sent = [str(number).encode() for number in range(2_500)]
    waiting = [gauge.paho.publish(TOPIC, payload, qos=1) for payload in sent]
    for publication in waiting:
        publication.wait_for_publish(20)
    gauge.leave()
    duty_room = Client("dutyroom", broker.plain)
    duty_room.wait(lambda: len(duty_room.got) >= len(sent))
    duty_room.leave()
    assert duty_room.got == sent


def test_a_gauge_cannot_speak_for_another(broker: Broker) -> None:
    duty_room = Client("dutyroom", broker.plain)
    duty_room.subscribe()
    impostor, gauge = Client("gauge-2", broker.plain), Client("gauge-1", broker.plain)
    impostor.publish(TOPIC, b"false")
    gauge.publish(TOPIC, b"true")
    duty_room.wait(lambda: len(duty_room.got) > 0)
    for client in (impostor, gauge, duty_room):
        client.leave()
    assert duty_room.got == [b"true"]


def test_a_siren_hears_what_it_is_told_and_not_what_others_are(broker: Broker) -> None:
    duty_room, siren = Client("dutyroom", broker.plain), Client("gauge-1", broker.plain)
    siren.subscribe()
    duty_room.publish("dutyroom/v1/riverside/gauge-2/set", b"of another")
    duty_room.publish(TOPIC, b"a reading")
    duty_room.publish("dutyroom/v1/riverside/gauge-1/set", b"on")
    siren.wait(lambda: len(siren.got) > 0)
    for client in (siren, duty_room):
        client.leave()
    assert siren.got == [b"on"]


def test_a_gauge_cannot_take_over_the_session_of_the_duty_room(broker: Broker) -> None:
    duty_room = Client("dutyroom", broker.plain)
    duty_room.subscribe()
    ended: list[object] = []
    duty_room.paho.on_disconnect = lambda *_: ended.append(1)
    thief = Client("gauge-2", broker.tls, authority=broker.authority, name="dutyroom")
    gauge = Client("gauge-1", broker.plain)
    gauge.publish(TOPIC, b"true")
    duty_room.wait(lambda: len(duty_room.got) > 0)
    assert ended == []
    assert thief.got == []
    for client in (thief, gauge, duty_room):
        client.leave()
