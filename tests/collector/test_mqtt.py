"""The link against real brokers: Mosquitto, and the embedded NATS."""

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
from typing import NamedTuple

import pytest
from paho.mqtt.client import Client, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from collector.broker import BadAddress, broker_at
from collector.link import Delivery
from collector.mqtt import MqttLink
from tests import services
from tests.notify.channels import certificate

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 20.0


@pytest.fixture(scope="module")
def nats_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The embedded broker, which sends again what was not acknowledged within a second rather than half a minute."""
    plain = 'mqtt {{ listen: "{host}:{mqtt_port}" }}'
    assert plain in services.NATS_CONFIG
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            services, "NATS_CONFIG", services.NATS_CONFIG.replace(plain, plain.replace(" }}", ', ack_wait: "1s" }}'))
        )
        with services.nats_server(tmp_path_factory.mktemp("nats")) as url:
            yield url


class Broker(NamedTuple):
    """Where, and by which way messages are read from it."""

    url: str
    path: str


WAYS = ("paho", "bulk")


@pytest.fixture(params=[(way, name) for way in WAYS for name in ("mosquitto", "mosquitto-5", "nats")], ids="-".join)
def broker(request: pytest.FixtureRequest) -> Broker:
    way, kind = request.param
    name, _, version = kind.partition("-")
    url: str = request.getfixturevalue(f"{name}_url")
    return Broker(f"{url}?version={version}" if version else url, way)


@pytest.fixture(params=WAYS)
def mosquitto(request: pytest.FixtureRequest, mosquitto_url: str) -> Broker:
    return Broker(mosquitto_url, request.param)


@contextmanager
def linked(broker: Broker, topic: str, client_id: str = "", **more: int) -> Iterator[MqttLink]:
    name = client_id or f"t-{secrets.token_hex(6)}"
    link = MqttLink(broker.url, client_id=name, filters=[topic], path=broker.path, **more)  # type: ignore[arg-type]
    link.start()
    try:
        until(lambda: link.state().subscribed)
        yield link
    finally:
        link.stop()


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "it took too long"
        threading.Event().wait(0.01)


def take(link: MqttLink, count: int) -> list[Delivery]:
    found: list[Delivery] = []
    deadline = time.monotonic() + PATIENCE
    while len(found) < count:
        assert time.monotonic() < deadline, f"only {len(found)} of {count} arrived"
        found += link.take(count - len(found), 0.2)
    return found


@contextmanager
def publisher(broker: Broker) -> Iterator[Callable[[str, bytes], None]]:
    at = broker_at(broker.url)
    client = Client(CallbackAPIVersion.VERSION2)
    client.connect(at.host, at.port)
    client.loop_start()
    try:
        yield lambda topic, payload: client.publish(topic, payload, qos=1).wait_for_publish(PATIENCE)
    finally:
        client.disconnect()
        client.loop_stop()


def fresh_topic() -> str:
    return f"link/{secrets.token_hex(6)}"


def test_messages_arrive_in_order_and_are_acknowledged(broker: Broker) -> None:
    topic = fresh_topic()
    with linked(broker, topic) as link, publisher(broker) as publish:
        for number in range(50):
            publish(topic, b"%d" % number)
            if number % 10 == 9:
                found = take(link, 10)
                assert [d.payload for d in found] == [b"%d" % n for n in range(number - 9, number + 1)]
                assert {d.topic for d in found} == {topic}
                assert link.acknowledge(found) == 10
        assert link.take(1, 0.1) == []
        state = link.state()
        assert (state.connected, state.queued, state.problem) == (True, 0, "")


@pytest.mark.parametrize(
    "broker", [("paho", "mosquitto"), ("bulk", "mosquitto-5"), ("bulk", "nats")], indirect=True, ids="-".join
)
def test_what_was_not_acknowledged_comes_again_after_a_kill(broker: Broker) -> None:
    topic, name = fresh_topic(), f"t-{secrets.token_hex(6)}"
    with linked(broker, topic, name):
        pass  # the session is there now, and persistent
    with publisher(broker) as publish:
        for number in range(10):
            publish(topic, b"%d" % number)
    killed(broker, topic, name, acknowledged=4)
    with publisher(broker) as publish, linked(broker, topic, name) as link:
        publish(topic, b"10")
        found = take(link, 7)
        assert sorted(int(d.payload) for d in found) == [4, 5, 6, 7, 8, 9, 10]
        assert link.acknowledge(found) == 7
    with linked(broker, topic, name) as link:
        assert link.take(1, 0.2) == []


VICTIM = """
import sys
from collector.mqtt import MqttLink
url, path, topic, name, count = sys.argv[1:]
link = MqttLink(url, client_id=name, filters=[topic], path=path)
link.start()
found = []
while len(found) < 10:
    found += link.take(10, 1.0)
link.acknowledge(found[: int(count)])
while link.take(1, 0.3):
    pass
print("taken", flush=True)
sys.stdin.read()
"""


def killed(broker: Broker, topic: str, name: str, acknowledged: int) -> None:
    """A collector that takes ten messages, acknowledges some, and is killed."""
    command = [sys.executable, "-c", VICTIM, broker.url, broker.path, topic, name, str(acknowledged)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT) as victim:
        assert victim.stdout is not None
        assert b"taken\n" in iter(victim.stdout.readline, b"")
        victim.send_signal(signal.SIGKILL)


def test_an_acknowledgement_of_an_older_connection_is_dropped(broker: Broker, monkeypatch: pytest.MonkeyPatch) -> None:
    # The first one comes back no sooner than this is over: it would drop the usurper in its turn.
    monkeypatch.setattr("collector.mqtt_line.random.uniform", lambda *_: PATIENCE)
    topic, name = fresh_topic(), f"t-{secrets.token_hex(6)}"
    with linked(broker, topic, name) as link, publisher(broker) as publish:
        publish(topic, b"a")
        (first,) = take(link, 1)
        with linked(broker, topic, name) as usurper:  # the same client id: the broker drops the first connection
            (again,) = take(usurper, 1)
            assert link.acknowledge([first]) == 0
            assert usurper.acknowledge([first._replace(generation=again.generation - 1)]) == 0
            assert usurper.acknowledge([again]) == 1


@pytest.mark.parametrize("way", WAYS)
def test_what_a_broker_sends_again_on_the_same_connection_is_not_taken_twice(nats_url: str, way: str) -> None:
    topic, nats = fresh_topic(), Broker(nats_url, way)
    with linked(nats, topic) as link, publisher(nats) as publish:
        publish(topic, b"a")
        (first,) = take(link, 1)
        assert link.take(1, 1.4) == []
        assert link.acknowledge([first]) == 1
        assert link.take(1, 0.2) == []
        publish(topic, b"b")
        assert [d.payload for d in take(link, 1)] == [b"b"]


def test_what_does_not_fit_the_queue_stays_with_the_broker(mosquitto_url: str) -> None:
    topic, mosquitto = fresh_topic(), Broker(mosquitto_url, "paho")
    with linked(mosquitto, topic, queue_limit=5) as link, publisher(mosquitto) as publish:
        for number in range(12):
            publish(topic, b"%d" % number)
        until(lambda: link.state().overflowed > 0)
        assert link.state().queued == 5
        found: dict[bytes, Delivery] = {}
        deadline = time.monotonic() + PATIENCE
        while len(found) < 12:
            assert time.monotonic() < deadline
            for delivery in link.take(5, 0.2):
                found[delivery.payload] = delivery
                link.acknowledge([delivery])
        assert link.state().connections > 1


def test_the_queue_is_bounded_in_bytes_as_well(mosquitto: Broker) -> None:
    topic = fresh_topic()
    with linked(mosquitto, topic, queue_bytes=1_000) as link, publisher(mosquitto) as publish:
        for _ in range(4):
            publish(topic, b"x" * 600)
        until(lambda: link.state().queued == 2)
        assert link.state().queued_bytes == 1_200


def test_a_message_of_8_megabytes_arrives_and_is_counted(mosquitto: Broker) -> None:
    topic = fresh_topic()
    with linked(mosquitto, topic) as link, publisher(mosquitto) as publish:
        publish(topic, b"x" * (8 << 20))
        (found,) = take(link, 1)
        assert len(found.payload) == 8 << 20
        assert link.state().queued_bytes == 0
        assert link.acknowledge([found]) == 1


def test_a_refused_subscription_is_said_by_its_filter(mosquitto: Broker) -> None:
    topic = fresh_topic()
    with linked(mosquitto, topic) as link:
        line = link._line
        assert line is not None
        refused = ReasonCode(PacketTypes.SUBACK, identifier=135)
        line._on_subscribe(line._client, None, 1, [refused], None)
        assert not link.state().subscribed
        assert (
            link.state().problem
            == f"the broker refused the subscription to {topic} (Not authorized): check its access list"
        )


def test_a_dead_network_thread_is_started_again(mosquitto: Broker, monkeypatch: pytest.MonkeyPatch) -> None:
    topic, name = fresh_topic(), f"t-{secrets.token_hex(6)}"
    with linked(mosquitto, topic, name) as link, publisher(mosquitto) as publish:
        line = link._line
        assert line is not None
        monkeypatch.setattr(line, "alive", lambda: False)
        publish(topic, b"a")
        until(lambda: bool(link.take(1, 0.1)) and link._line is not line)
        assert link._line is not None
        assert link._line.alive()


def test_a_broker_that_is_away_is_tried_again_and_said_so() -> None:
    link = MqttLink("mqtt://user:secret@127.0.0.1:1", client_id="t", filters=["a"])
    link.start()
    until(lambda: "cannot be reached" in link.state().problem)
    assert not link.state().connected
    assert "secret" not in repr(link.state())
    link.stop()


def test_replies_are_published(broker: Broker) -> None:
    topic = fresh_topic()
    with linked(broker, topic) as link:
        link.publish(topic, b"answer")
        (found,) = take(link, 1)
        assert found.payload == b"answer"
        link.acknowledge([found])


def test_retained_messages_say_so(broker: Broker) -> None:
    topic = fresh_topic()
    address = broker_at(broker.url)
    client = Client(CallbackAPIVersion.VERSION2)
    client.connect(address.host, address.port)
    client.loop_start()
    client.publish(topic, b"old", qos=1, retain=True).wait_for_publish(PATIENCE)
    with linked(broker, topic) as link:
        (found,) = take(link, 1)
        assert found.retained
        link.acknowledge([found])
    client.publish(topic, b"", qos=1, retain=True).wait_for_publish(PATIENCE)
    client.disconnect()
    client.loop_stop()


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("mqtt://host", "mqtt://host:1883"),
        ("mqtts://me:se%40cret@host", "mqtts://host:8883"),
        ("mqtt://me@host:99?version=5", "mqtt://host:99"),
    ],
)
def test_an_address_is_shown_without_who_signs_in(url: str, shown: str) -> None:
    assert str(broker_at(url)) == shown


def test_user_and_password_are_unquoted() -> None:
    broker = broker_at("mqtts://me:se%40cret@host?ca=/etc/ca.pem")
    assert (broker.user, broker.password, broker.tls, broker.ca) == ("me", "se@cret", True, "/etc/ca.pem")


@pytest.mark.parametrize("url", ["http://host", "mqtt://", "mqtt://host:port", "mqtt://a:secret@host?version=3", "x"])
def test_what_is_no_address_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(BadAddress, match="allowed") as caught:
        broker_at(url)
    assert "secret" not in str(caught.value)


@pytest.fixture(scope="module")
def secure_url(mosquitto_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Mosquitto with TLS."""
    del mosquitto_url  # only that there is a Mosquitto on this machine
    folder = tmp_path_factory.mktemp("tls")
    ca, _ = certificate.make(folder)
    port = services.free_port()
    text = f"listener {port} 127.0.0.1\nallow_anonymous true\ncertfile {ca}\nkeyfile {folder}/key.pem\n"
    with services.mosquitto_server(folder, text, port):
        yield f"mqtts://localhost:{port}?ca={ca}&version=5"


@pytest.mark.parametrize("way", WAYS)
def test_behind_tls_nothing_stays_hidden_in_its_buffers(secure_url: str, way: str) -> None:
    topic = fresh_topic()
    with linked(Broker(secure_url, way), topic) as link:
        for number in range(40):
            link.publish(topic, b"%d" % number * 2_000)
        found = take(link, 40)
        assert [len(delivery.payload) for delivery in found] == [len(b"%d" % number) * 2_000 for number in range(40)]
        assert link.acknowledge(found) == 40


@pytest.mark.parametrize("way", WAYS)
def test_what_a_publisher_wrote_on_the_envelope_comes_with_it_and_so_does_what_is_not_acknowledged(
    mosquitto_url: str, way: str
) -> None:
    topic = fresh_topic()
    written = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
    written.UserProperty = [("trace", "ab"), ("trace", "cd")]
    with linked(Broker(f"{mosquitto_url}?version=5", way), topic) as link:
        at = broker_at(mosquitto_url)
        client = Client(CallbackAPIVersion.VERSION2, protocol=MQTTv5)
        client.connect(at.host, at.port)
        client.loop_start()
        client.publish(topic, b"a", qos=0, properties=written).wait_for_publish(PATIENCE)
        (found,) = take(link, 1)
        assert (found.user, found.qos, found.mid) == ((("trace", "ab"), ("trace", "cd")), 0, 0)
        assert link.acknowledge([found]) == 0
        client.disconnect()
        client.loop_stop()
