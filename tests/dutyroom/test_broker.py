"""The embedded broker: real, reachable, and never open to the network by accident."""

from __future__ import annotations

import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.reasoncodes import ReasonCode

from dutyroom import broker
from dutyroom.settings import Settings, SettingsError, load

Running = tuple[Settings, int]


def test_it_is_not_opened_to_the_network_without_a_password() -> None:
    with pytest.raises(SettingsError, match="DUTYROOM_BROKER_PASSWORD"):
        broker.check_exposure(load(broker="0.0.0.0:1883"))
    broker.check_exposure(load(broker="0.0.0.0:1883", broker_user="gw", broker_password="long"))
    broker.check_exposure(load())


def test_a_taken_port_is_left_alone() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert broker.free_port("127.0.0.1", port) != port


def test_quotes_in_a_password_cannot_change_the_configuration(tmp_path: Path) -> None:
    text = broker.configuration("127.0.0.1", 1, tmp_path, "gw", 'a" } mqtt { port: 9')
    assert '\\" } mqtt { port: 9"' in text


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    port = broker.free_port("127.0.0.1", 0)
    settings = load(broker=f"127.0.0.1:{port}", broker_user="gw", broker_password='p"w\\', data=str(tmp_path))
    file = broker.write_configuration(settings, port)
    process = subprocess.Popen([str(broker.binary()), "-c", str(file)], stderr=subprocess.DEVNULL)
    try:
        broker.wait_until_ready(process, ("127.0.0.1", port))
        yield settings, port
    finally:
        process.terminate()
        process.wait(10)


def _connect(port: int, user: str, password: str) -> ReasonCode:
    client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id="t")
    client.username_pw_set(user, password)
    answers: list[ReasonCode] = []

    def answered(_client: mqtt.Client, _data: object, _flags: object, reason: ReasonCode, _properties: object) -> None:
        answers.append(reason)

    client.on_connect = answered
    client.connect("127.0.0.1", port)
    while not answers:
        client.loop(0.1)
    client.disconnect()
    client.loop(0.1)
    return answers[0]


def test_it_takes_gateways_with_the_password_and_refuses_others(running: Running) -> None:
    _, port = running
    assert not _connect(port, "gw", 'p"w\\').is_failure
    assert _connect(port, "gw", "wrong").is_failure


def test_its_configuration_is_readable_by_this_user_only(running: Running) -> None:
    settings, _ = running
    assert (settings.data_folder / "broker" / "nats.conf").stat().st_mode & 0o077 == 0


def test_a_broker_that_cannot_start_says_so(tmp_path: Path) -> None:
    process = subprocess.Popen(["false"])
    process.wait()
    with pytest.raises(SettingsError, match=r"broker\.log"):
        broker.wait_until_ready(process, ("127.0.0.1", 1))
