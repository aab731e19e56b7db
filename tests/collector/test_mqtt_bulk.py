"""What only the fast way does: it pauses when nobody takes, and ends a connection on which something else than MQTT comes."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import pytest

from collector import mqtt_bulk_line
from collector.broker import broker_at
from collector.link import Delivery
from collector.mailbox import Mailbox
from collector.mqtt import MqttLink
from collector.mqtt_bulk import BulkSocket
from collector.mqtt_bulk_line import BulkLine
from collector.mqtt_line import Diary
from tests.collector.test_mqtt import Broker, fresh_topic, linked, publisher, take, until

CONNACK = b"\x20\x02\x01\x00"


def test_while_nobody_takes_reading_pauses_and_nothing_is_asked_for_again(mosquitto_url: str) -> None:
    topic, broker = fresh_topic(), Broker(mosquitto_url, "bulk")
    with linked(broker, topic, queue_limit=5) as link, publisher(broker) as publish:
        for number in range(12):
            publish(topic, b"%d" % number)
        until(lambda: link.state().queued == 5)
        found = take(link, 12)
        assert [delivery.payload for delivery in found] == [b"%d" % number for number in range(12)]
        assert link.acknowledge(found) == 12
        assert (link.state().overflowed, link.state().connections) == (0, 1)


def test_a_pause_that_lasts_is_ended_and_the_rest_comes_again(
    mosquitto_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mqtt_bulk_line, "LONGEST_PAUSE", 0.0)
    topic, broker = fresh_topic(), Broker(mosquitto_url, "bulk")
    with linked(broker, topic, queue_limit=5) as link, publisher(broker) as publish:
        for number in range(12):
            publish(topic, b"%d" % number)
        until(lambda: link.state().overflowed > 0)
        assert link.state().queued == 5
        found: set[bytes] = set()
        while len(found) < 12:
            for delivery in take(link, 1):
                found.add(delivery.payload)
                link.acknowledge([delivery])
        assert link.state().connections > 1


@contextmanager
def talking(stream: bytes, callers: list[bytes]) -> Iterator[str]:
    """A server that greets whoever connects as a broker does, and then says ``stream``."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                with connection:
                    callers.append(connection.recv(1_000))
                    connection.sendall(CONNACK + stream)
                    connection.recv(1_000)

        threading.Thread(target=answer, daemon=True).start()
        yield f"mqtt://127.0.0.1:{server.getsockname()[1]}"
        server.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize("stream", [b"\x10\x00", b"\x32\xff\xff\xff\xff\xff", b"\x36\x05\0\x01a\0\x01"])
def test_what_is_not_mqtt_is_said_and_another_connection_is_tried(stream: bytes) -> None:
    callers: list[bytes] = []
    with talking(stream, callers) as url:
        link = MqttLink(url, client_id="t", filters=["a"], path="bulk")
        link.start()
        until(lambda: "is not MQTT" in link.state().problem)
        until(lambda: len(callers) > 1)
        assert link.take(1, 0.0) == []
        link.stop()


class Wary(BulkSocket):
    """Notes which numbers were still taken for known when it was to tell the broker of some."""

    def __init__(self, known: Callable[[], set[int]]) -> None:
        super().__init__(None, 4)
        self._known, self.told = known, list[tuple[list[int], set[int]]]()

    def acknowledge(self, numbers: Sequence[int]) -> None:
        self.told.append((list(numbers), self._known()))


class Connected(BulkLine):
    """A line that has taken two messages and leaves the network alone."""

    def __init__(self) -> None:
        address = "mqtt://127.0.0.1:1"
        super().__init__(
            broker=broker_at(address), client_id="t", filters=[], window=10,
            mailbox=Mailbox(10, 1_000), diary=Diary(address), clock=lambda: 0,
        )  # fmt: skip
        self.connected, self._pending = True, {1, 2}
        self.wary = Wary(lambda: set(self._pending))

    @property
    def _bulk(self) -> BulkSocket:
        return self.wary

    def taken_in(self, number: int) -> Delivery:
        return Delivery("a", b"", 0, mid=number, qos=1, generation=self._generation)


def test_a_number_is_free_for_another_message_before_the_broker_is_told() -> None:
    line = Connected()
    assert line.acknowledge([line.taken_in(1)]) == 1
    assert line.wary.told == [([1], {2})]
    line.close()
    line.start()  # only to end at once
    line.join()
