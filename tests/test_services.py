"""The servers that the other tests rely on do what is relied on."""

import json
import threading
import urllib.request
from typing import Any
from urllib.parse import quote, urlsplit

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion
from playwright.sync_api import Page

from tests import services


def exchange(url: str) -> bytes:
    """Publishes one message at QoS 1 to itself and gives back what arrived."""
    arrived = threading.Event()
    got: list[bytes] = []

    def on_connect(client: mqtt.Client, *_: Any) -> None:
        client.subscribe(topic, qos=1)

    def on_subscribe(client: mqtt.Client, *_: Any) -> None:
        client.publish(topic, b"hello", qos=1)

    def on_message(_client: mqtt.Client, _data: Any, message: mqtt.MQTTMessage) -> None:
        got.append(bytes(message.payload))
        arrived.set()

    topic = f"{services.fresh_name()}/x"
    client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=services.fresh_name())
    client.on_connect, client.on_subscribe, client.on_message = on_connect, on_subscribe, on_message
    address = urlsplit(url)
    client.connect(address.hostname or "", address.port or 0)
    client.loop_start()
    arrived.wait(10)
    client.disconnect()
    client.loop_stop()
    return b"".join(got)


def test_mosquitto_passes_a_message_on(mosquitto_url: str) -> None:
    assert exchange(mosquitto_url) == b"hello"


def test_the_embedded_broker_passes_a_message_on(nats_url: str) -> None:
    assert exchange(nats_url) == b"hello"


@pytest.mark.parametrize("fixture", ["influx1_db_url", "influx2_db_url"])
def test_influx_answers_influxql_with_what_was_written(fixture: str, request: pytest.FixtureRequest) -> None:
    url: str = request.getfixturevalue(fixture)
    address, name = services.InfluxAddress.of(url), urlsplit(url).path.strip("/")
    path = f"/api/v2/write?org={address.org}&bucket={name}" if address.org else f"/write?db={name}"
    headers = {"Authorization": f"Token {address.token}"}
    write = urllib.request.Request(address.base + path, b"reading value=1.5 1764000000000000000", headers)
    urllib.request.urlopen(write, timeout=10).close()
    query = quote("SELECT value FROM reading")
    answer = json.dumps(address.ask("GET", f"/query?db={name}&q={query}"))
    assert "1.5" in answer


def test_postgres_has_a_database_of_its_own_for_each_test(postgres_db_url: str) -> None:
    services.run_sql(postgres_db_url, "CREATE TABLE pump (id int)")


def test_the_browser_draws_chinese(page: Page) -> None:
    def drawn(character: str) -> bytes:
        page.set_content(f"<p lang=zh>{character}</p>")
        return page.screenshot()

    # without a font each is the same empty box
    assert drawn("水") != drawn("泵")


def test_a_missing_server_skips_on_a_laptop_and_fails_in_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(services.POSTGRES, raising=False)
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception):
        services.wanted(services.POSTGRES)
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception):
        services.wanted(services.POSTGRES)
