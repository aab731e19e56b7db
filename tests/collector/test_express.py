"""What must never wait passes what waits, over two sessions of which everybody else sees one."""

from __future__ import annotations

import threading

import pytest

from collector.express import ExpressLink
from collector.mqtt import MqttLink
from collector.sources import SourcesError, read_sources
from collector.topics import overlap
from tests.collector.test_mqtt import Broker, fresh_topic, linked, publisher, take, until

TWO = """
native = false
[[source]]
name = "fire"
decoder = "native"
filter = "fire/{site}/{device}/{kind}"
express = true
[[source]]
name = "rest"
decoder = "native"
filter = "rest/{site}/{device}/{kind}"
"""


def express(url: str, ahead: str, usual: str, name: str) -> ExpressLink:
    arrived = threading.Condition()
    return ExpressLink(
        MqttLink(url, client_id=f"{name}-express", filters=[ahead], path="bulk", arrived=arrived),
        MqttLink(url, client_id=name, filters=[usual], path="bulk", leave=[ahead], arrived=arrived),
        arrived,
    )


def test_what_goes_ahead_is_taken_before_what_waited_longer(mosquitto_url: str) -> None:
    topic = fresh_topic()
    name = topic.replace("/", "-")
    with publisher(Broker(mosquitto_url, "bulk")) as publish:
        link = express(mosquitto_url, f"{topic}/fire", f"{topic}/rest", name)
        link.start()
        until(lambda: link.state().subscribed)
        for number in range(15):
            publish(f"{topic}/rest", b"%d" % number)
        publish(f"{topic}/fire", b"smoke")
        until(lambda: link.state().queued == 16)
        found = link.take(10, 1.0)
        assert [d.payload for d in found] == [b"smoke", *(b"%d" % number for number in range(9))]
        assert link.acknowledge(found) == 10
        assert link.acknowledge(link.take(100, 0.0)) == 6
        link.publish(f"{topic}/fire", b"answer")
        assert [d.payload for d in link.take(10, 5.0)] == [b"answer"]
        assert (link.state().connected, link.state().problem) == (True, "")
        link.stop()
        assert not link.state().connected


def test_a_source_that_becomes_express_is_heard_once_and_what_waited_is_not_lost(mosquitto_url: str) -> None:
    topic, broker = fresh_topic(), Broker(mosquitto_url, "bulk")
    name = topic.replace("/", "-")
    with linked(broker, f"{topic}/fire", name):
        pass  # it was an ordinary source once
    with publisher(broker) as publish:
        publish(f"{topic}/fire", b"before")
        link = express(mosquitto_url, f"{topic}/fire", f"{topic}/rest", name)
        link.start()
        found = link.take(1, 10.0)
        until(lambda: link.state().subscribed)
        publish(f"{topic}/fire", b"after")
        publish(f"{topic}/rest", b"last")
        until(lambda: link.state().queued == 2)
        found += link.take(10, 1.0)
        assert [d.payload for d in found] == [b"before", b"after", b"last"]
        link.acknowledge(found)
        link.stop()


def test_an_express_that_cannot_connect_is_said(mosquitto_url: str) -> None:
    arrived = threading.Condition()
    link = ExpressLink(
        MqttLink("mqtt://127.0.0.1:1", client_id="t", filters=["a"], arrived=arrived),
        MqttLink(mosquitto_url, client_id=fresh_topic(), filters=["b"], arrived=arrived),
        arrived,
    )
    link.start()
    until(lambda: link.state().problem.startswith("express: cannot be reached"))
    assert take(link._usual, 0) == []  # type: ignore[arg-type]
    assert not link.state().connected
    link.stop()


def test_sources_are_divided_between_the_sessions() -> None:
    sources = read_sources(TWO)
    assert (sources.filters(express=True), sources.filters()) == (["fire/+/+/+"], ["rest/+/+/+"])


@pytest.mark.parametrize("other", ['listen = ["fire/#"]\n', "", 'listen = ["+/riverside/#"]\n'])
def test_a_source_that_goes_ahead_shares_its_topics_with_none(other: str) -> None:
    text = TWO.replace("native = false", "") if not other else TWO
    ours = text.replace('"fire/{', '"dutyroom/v1/{') if not other else text
    with pytest.raises(SourcesError, match="no other source and no listen matches"):
        read_sources(other + ours.replace("dutyroom/v1/{site}/{device}/{kind}", "dutyroom/v1/fire/{device}/{kind}"))


def test_which_source_shares_its_topics_is_said_by_its_place_in_the_file() -> None:
    head, fire, rest = TWO.split("[[source]]")
    with pytest.raises(SourcesError, match=r"^sources.toml, line 11, source\[2\].express: 'fire'"):
        read_sources(f'listen = ["fire/#"]{head}[[source]]{rest}[[source]]{fire}')


@pytest.mark.parametrize(
    ("one", "other", "both"),
    [
        ("a/b", "a/b", True), ("a/b", "a/c", False), ("a/+", "+/b", True), ("a/#", "a", True), ("#", "x/y", True),
        ("a/+", "a", False), ("a/+/c", "a/#", True), ("a/b", "a/b/c", False), ("+/+", "a/b/c", False),
    ],
)  # fmt: skip
def test_two_filters_overlap_where_one_topic_matches_both(one: str, other: str, both: bool) -> None:
    assert overlap(one, other) is both
    assert overlap(other, one) is both
