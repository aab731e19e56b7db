"""The downlink on real brokers: what is handed over stands there, retained, and nothing old goes out after something new."""

from __future__ import annotations

import json
import queue
import secrets
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any
from urllib.parse import urlsplit

import pytest
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion

from collector.broker import broker_at
from facility.point import Device
from facility.register import Register
from facility.site import Site
from facility.text import Text
from notify.channel import Message, NotNow, Refused
from notify.channel_kind import Parts
from notify.channels.mqtt import Mqtt, Settings
from notify.downlink import Downlink
from tests.notify.channels.words import NOW, message

GIVEN = Settings(name="mqtt", kind="mqtt")


def register(site: str) -> Register:
    devices = [
        Device(id="siren-1", name=Text("声光", "siren"), takes="on off"),
        Device(id="valve-1", name=Text("阀", "valve"), takes="open close", external_id="vlv-77"),
        Device(id="gauge-1", name=Text("表", "gauge")),
    ]
    return Register(
        version=1, sites={site: Site(id=site, name=Text("园", "site"))}, devices={one.id: one for one in devices}
    )


def command(device: str = "siren-1", word: str = "on", **changes: Any) -> Message:
    data = {"command": word, "state": word, "points": [f"{device}.switch"]} | changes.pop("data", {})
    return message(address=device, data=data, **changes)


@pytest.fixture(params=["mosquitto", "nats"])
def broker(request: pytest.FixtureRequest) -> str:
    found: str = request.getfixturevalue(f"{request.param}_url")
    return found


class House:
    """A channel on a broker, on a site of its own, and what a device there would hear."""

    def __init__(self, url: str) -> None:
        self.site, self.url, self.now = f"t{secrets.token_hex(4)}", url, NOW
        self.channel = self.another()

    def another(self) -> Mqtt:
        parts = Parts(
            clock=lambda: self.now,
            broker=broker_at(self.url),
            register=lambda: register(self.site),
            client_id=f"downlink-{secrets.token_hex(4)}",
        )
        return Mqtt(GIVEN, parts)

    @contextmanager
    def hearing(self) -> Iterator[queue.Queue[MQTTMessage]]:
        heard: queue.Queue[MQTTMessage] = queue.Queue()
        ready = threading.Event()
        client = Client(CallbackAPIVersion.VERSION2, client_id=f"device-{secrets.token_hex(4)}")
        client.on_message = lambda *found: heard.put(found[2])
        client.on_subscribe = lambda *_: ready.set()
        parts = urlsplit(self.url)
        client.connect(parts.hostname or "", parts.port or 1883)
        client.loop_start()
        client.subscribe(f"dutyroom/v1/{self.site}/#", qos=1)
        assert ready.wait(10)
        try:
            yield heard
        finally:
            client.disconnect()
            client.loop_stop()


@pytest.fixture
def house(broker: str) -> Iterator[House]:
    made = House(broker)
    yield made
    made.channel.close()


def test_a_device_hears_what_to_be(house: House) -> None:
    with house.hearing() as heard:
        receipt = house.channel.send(command(key="incident:3/siren/siren-1"))
        got = heard.get(timeout=10)
    assert got.topic == receipt.id == f"dutyroom/v1/{house.site}/siren-1/set"
    assert json.loads(got.payload) == {"state": "on", "id": "incident:3/siren/siren-1", "ts": NOW}
    assert got.qos == 1


def test_a_device_that_was_away_hears_it_when_it_comes_back(house: House) -> None:
    house.channel.send(command("siren-1", "on"))
    house.channel.send(command("siren-1", "off", data={"at": NOW + 1}))
    house.channel.send(command("valve-1", "close", test=True))
    with house.hearing() as heard:
        kept = {got.topic.split("/")[3]: got for got in (heard.get(timeout=10), heard.get(timeout=10))}
    assert all(got.retain for got in kept.values())
    assert json.loads(kept["siren-1"].payload)["state"] == "off"
    said = json.loads(kept["vlv-77"].payload)
    assert (said["state"], said["test"]) == ("close", True)


def test_what_is_tried_again_does_not_undo_what_was_said_since(house: House) -> None:
    house.channel.send(command("siren-1", "off", data={"at": NOW + 1000}))
    with pytest.raises(Refused, match="newer"):
        house.channel.send(command("siren-1", "on", data={"at": NOW}))


def test_not_even_by_another_process_later(house: House) -> None:
    house.channel.send(command("siren-1", "off", data={"at": NOW + 1000}))
    house.now = NOW + 60_000
    other = house.another()
    try:
        with pytest.raises(Refused, match="newer"):
            other.send(command("siren-1", "on", data={"at": NOW}))
        other.send(command("valve-1", "close", data={"at": NOW}))
    finally:
        other.close()


def test_what_nobody_wants_any_more_is_not_sent(house: House) -> None:
    with pytest.raises(Refused, match="time is over"):
        house.channel.send(command(data={"void": NOW}))
    house.channel.send(command(data={"void": NOW + 1}))


@pytest.mark.parametrize(
    ("device", "word", "said"),
    [
        ("nobody", "on", "no device"),
        ("gauge-1", "on", "takes"),
        ("siren-1", "explode", "it takes: on, off"),
        ("siren-1", "", "does not take"),
        ("siren-1", "on off", "does not take"),
    ],
)
def test_the_register_says_what_may_be_acted_on(device: str, word: str, said: str) -> None:
    house = House("mqtt://127.0.0.1:9")
    with pytest.raises(Refused, match=said):
        house.channel.send(command(device, word))


def test_without_a_broker_it_is_for_later_and_nothing_is_left_lying() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        listener.close()
    house = House(f"mqtt://127.0.0.1:{port}")
    house.channel._downlink = Downlink(broker_at(house.url), "downlink")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("notify.downlink.CONNECT", 0.3)
        with pytest.raises(NotNow, match="broker"):
            house.channel.send(command())
    assert house.channel._downlink._line is None


@contextmanager
def deaf_broker() -> Iterator[int]:
    """Lets everybody in, and acknowledges nothing."""
    over = threading.Event()

    def serve() -> None:
        with suppress(OSError), listener.accept()[0] as connection:
            connection.recv(65_536)
            connection.sendall(b"\x20\x02\x00\x00")
            over.wait(20)

    listener = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        over.set()
        listener.close()
        thread.join(timeout=5)


def test_what_the_broker_does_not_acknowledge_has_not_gone_out() -> None:
    with deaf_broker() as port:
        downlink = Downlink(broker_at(f"mqtt://127.0.0.1:{port}"), "downlink", acknowledge=0.3)
        with pytest.raises(NotNow, match="acknowledge"):
            downlink.put("dutyroom/v1/x/siren-1/set", b"{}")
        assert downlink._line is None, "its connection is given up, with what lay in it"


def test_it_goes_on_after_the_connection_was_lost(house: House) -> None:
    house.channel.send(command("siren-1", "on"))
    line = house.channel._downlink._line
    assert line is not None
    connection = line._client.socket()
    assert connection is not None
    assert isinstance(connection, socket.socket)
    connection.shutdown(socket.SHUT_RDWR)
    for _ in range(3):
        try:
            house.channel.send(command("siren-1", "off"))
            break
        except NotNow:
            continue
    with house.hearing() as heard:
        assert json.loads(heard.get(timeout=10).payload)["state"] == "off"


def test_many_threads_share_one_connection(house: House) -> None:
    words = ["on", "off"] * 8
    threads = [threading.Thread(target=house.channel.send, args=(command("siren-1", word),)) for word in words]
    with house.hearing() as heard:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=20)
        assert len([heard.get(timeout=10) for _ in words]) == len(words)
