import secrets
import threading
from collections.abc import Callable
from urllib.parse import urlsplit

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from facility.instant import MINUTE, SECOND
from facility.point import Device, Point
from facility.register import Register
from facility.site import Asset, Site
from facility.text import Text
from simulators.publisher import run
from simulators.scenario import Scenario, ScenarioError, Step, find
from simulators.spoken import Message

NAME = Text("测试", "test")
START = 1_795_478_400_000


def one_gauge(site: str) -> Register:
    """A gauge that speaks for itself, each second."""
    gauge = Point(
        id="g.pressure", asset="g", name=NAME, quantity="pressure", unit="MPa", resolution=0.001, interval=SECOND,
        device="g",
    )  # fmt: skip
    return Register(
        sites={site: Site(id=site, name=NAME)},
        assets={"g": Asset(id="g", zone="", kind="pump-room-gauge", name=NAME)},
        devices={"g": Device(id="g", name=NAME)},
        points={"g.pressure": gauge},
    )


def played(*steps: Step, duration: int = MINUTE) -> Scenario:
    quiet = find("quiet-day")
    return Scenario(id="made", title=quiet.title, about=quiet.about, start=START, duration=duration, steps=steps)


def clock() -> Callable[[], int]:
    """A clock that goes on by 2 s each time somebody looks."""
    ticks = iter(range(START, START + 10**9, 2 * SECOND))
    return lambda: next(ticks)


class Listener:
    """Everything that a broker passes on below a topic."""

    def __init__(self, url: str, topic: str) -> None:
        self.heard: list[tuple[str, bytes]] = []
        self._news = threading.Condition()
        subscribed = threading.Event()
        parts = urlsplit(url)
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=f"listener-{secrets.token_hex(4)}")
        self._client.on_message = self._on_message
        self._client.on_subscribe = lambda *_: subscribed.set()
        self._client.on_connect = lambda client, *_: client.subscribe(topic, qos=1)
        self._client.connect(parts.hostname or "", parts.port or 1883)
        self._client.loop_start()
        assert subscribed.wait(10)

    def _on_message(self, client: mqtt.Client, userdata: object, message: mqtt.MQTTMessage) -> None:
        with self._news:
            self.heard.append((message.topic, bytes(message.payload)))
            self._news.notify_all()

    def wait_for(self, number: int) -> bool:
        with self._news:
            return self._news.wait_for(lambda: len(self.heard) >= number, 20)

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


def test_everything_is_published_in_order_acknowledged_and_heard(nats_url: str) -> None:
    site = f"t-{secrets.token_hex(4)}"
    listener, acknowledged = Listener(nats_url, f"dutyroom/v1/{site}/#"), list[Message]()
    counts = run(
        nats_url,
        one_gauge(site),
        played(),
        speed=1,
        seed=1,
        stop=threading.Event(),
        clock=clock(),
        seconds=60,
        acknowledged=acknowledged.append,
    )
    try:
        assert counts.published > 50
        assert counts.acknowledged == counts.published == len(acknowledged)
        assert listener.wait_for(counts.published)
        assert listener.heard == [(message.topic, message.payload) for message in acknowledged]
    finally:
        listener.close()


def test_it_stops_when_it_is_told(nats_url: str) -> None:
    stop = threading.Event()
    stop.set()
    register = one_gauge(f"t-{secrets.token_hex(4)}")
    assert run(nats_url, register, played(), speed=1, seed=1, stop=stop, clock=clock()).published == 0


def test_a_scenario_that_does_not_fit_the_register_publishes_nothing() -> None:
    step = Step(at=0, noun="asset", id="elsewhere", what="leak")
    with pytest.raises(ScenarioError, match="no simulated asset 'elsewhere'"):
        run(
            "mqtt://127.0.0.1:1",
            one_gauge("t"),
            played(step),
            speed=1,
            seed=1,
            stop=threading.Event(),
            clock=clock(),
        )
