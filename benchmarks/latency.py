"""Publish → alert committed, and → event in the browser's stream, with a thousand messages a second going on beside it.

The whole thing as it runs in a property: embedded broker, worker and pages are processes of their own. The ratio is against a
bare subscriber of the same broker that gets the same messages in the same run.

With ``--peer telegraf`` the ratio is to publish → queryable of Telegraf with InfluxDB, on a broker of its own with the same rate.
"""

from __future__ import annotations

import http.client
import json
import os
import tempfile
import threading
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from benchmarks.detectors import alerted, with_detectors
from benchmarks.property import property_of
from benchmarks.queryable import both
from benchmarks.servers import mosquitto
from benchmarks.shares import share
from dutyroom import broker, wiring
from dutyroom.children import Child, program
from dutyroom.settings import Settings, load
from facility.person import Role
from facility.register import Register, difference
from storage.records.port import Records

GAUGES = 1_000
ALARMS = 200
PER_SECOND = 1_000
SECONDS = 20
WARM_UP = 3.0
PATIENCE = 20.0


@dataclass(slots=True)
class Times:
    """When each alarm was seen where, by the smoke detector's id; seconds of one monotonic clock."""

    published: dict[str, float] = field(default_factory=dict)
    bare: dict[str, float] = field(default_factory=dict)
    committed: dict[str, float] = field(default_factory=dict)
    streamed: dict[str, float] = field(default_factory=dict)

    def complete(self) -> bool:
        """Every alarm has arrived everywhere."""
        return all(len(seen) >= ALARMS for seen in (self.bare, self.committed, self.streamed))

    def figures(self, name: str) -> dict[str, float]:
        """p50 and p99 in seconds from publishing."""
        seen: dict[str, float] = getattr(self, name)
        took = sorted(seen[key] - self.published[key] for key in self.published if key in seen)
        return {f"{name}_p50_s": round(share(took, 0.5), 4), f"{name}_p99_s": round(share(took, 0.99), 4)}


OPTIONS = ArgumentParser("benchmarks latency")
OPTIONS.add_argument("--peer", choices=["telegraf"], help="beside Telegraf with InfluxDB")
OPTIONS.add_argument("--seconds", type=int, default=20, help="how long the peer is measured")


def main(options: Namespace) -> dict[str, Any]:
    """One JSON line: p50 and p99 at each place, how many arrived, and the ratio to the bare subscriber, or to the peer."""
    return _beside_telegraf(options.seconds) if options.peer else _against_bare()


def _beside_telegraf(seconds: int) -> dict[str, Any]:
    with mosquitto() as broker:
        told = _measure(f"mqtt://{broker}")
    queryable = both(seconds)
    ratio = round(queryable["telegraf"]["p99_s"] / told["streamed_p99_s"], 1)
    return {"benchmark": "latency", "peer": "telegraf", "queryable": queryable, "alert": told, "ratio": ratio}


def _against_bare() -> dict[str, Any]:
    brokers = {"embedded": ""} | ({"mosquitto": url} if (url := os.environ.get("DUTYROOM_TEST_MOSQUITTO_URL")) else {})
    found = {name: _measure(url) for name, url in brokers.items()}
    return {"benchmark": "latency", **found, "ratio": found[next(reversed(found))]["ratio"]}


def _measure(url: str) -> dict[str, Any]:
    """Through the broker at ``url``, or the embedded one."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        times = Times()
        settings = _settings(Path(folder), url, stack)
        records = wiring.open_records(settings)
        stack.callback(records.close)
        token = _prepare(records)
        for name in ("worker", "serve"):
            child = Child(name=name, command=program(name), environment=settings.environment())
            child.start()
            stack.callback(child.stop)
        stop = threading.Event()
        stack.callback(stop.set)
        _watch_stream(settings, token, times, stop)
        _watch_records(records, times, stop)
        stack.callback(_watch_bare(settings, times).loop_stop)
        time.sleep(WARM_UP)
        sent = _publish(settings, times)
        _wait(times.complete)
        return _result(times, sent)


def _result(times: Times, rate: float) -> dict[str, Any]:
    found = {k: v for name in ("bare", "committed", "streamed") for k, v in times.figures(name).items()}
    arrived = {name: len(getattr(times, name)) for name in ("published", "bare", "committed", "streamed")}
    ratio = round(found["committed_p99_s"] / max(found["bare_p99_s"], 0.0005), 1)
    return {"messages_per_s": round(rate), **found, "arrived": arrived, "ratio": ratio}


def _settings(folder: Path, url: str, stack: ExitStack) -> Settings:
    port = broker.free_port("127.0.0.1", 0)
    pages = broker.free_port("127.0.0.1", 0)
    settings = load(
        data=str(folder),
        broker=f"127.0.0.1:{port}",
        http=f"127.0.0.1:{pages}",
        site="",
        mqtt_url=url,
        worker=f"bench-{pages}",
    )
    if url:
        return settings
    file = broker.write_configuration(settings, port)
    child = Child(
        name="broker", command=[str(broker.binary()), "-c", str(file)], environment={}, log=folder / "broker.log"
    )
    child.start()
    stack.callback(child.stop)
    assert child.process is not None
    broker.wait_until_ready(child.process, ("127.0.0.1", port))
    return settings.model_copy(update={"mqtt_url": broker.url(settings, port)})


def _prepare(records: Records) -> str:
    from api.accounts import new_token

    with records.begin() as unit:
        unit.registers.apply(
            difference(Register(), with_detectors(property_of(GAUGES), ALARMS)), who="benchmark", at=wiring.now()
        )
        _, secret = new_token(unit, name="benchmark", role=Role.INSPECTOR, who="benchmark", at=wiring.now())
    return secret


def _client(settings: Settings, name: str) -> mqtt.Client:
    url = urlsplit(settings.mqtt_url)
    client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=name)
    client.max_inflight_messages_set(1_000)
    client.connect(url.hostname or "", url.port or 1883)
    client.loop_start()
    return client


def _watch_bare(settings: Settings, times: Times) -> mqtt.Client:
    client = _client(settings, "bare")

    def came(_client: mqtt.Client, _data: object, message: mqtt.MQTTMessage) -> None:
        times.bare.setdefault(message.topic.split("/")[3], time.monotonic())

    client.on_message = came
    client.subscribe("dutyroom/v1/site/+/readings", qos=1)
    return client


def _watch_records(records: Records, times: Times, stop: threading.Event) -> None:
    def watch() -> None:
        while not stop.wait(0.005):
            found, moment = alerted(records, ALARMS), time.monotonic()
            for name in found:
                times.committed.setdefault(name, moment)

    threading.Thread(target=watch, daemon=True).start()


def _watch_stream(settings: Settings, token: str, times: Times, stop: threading.Event) -> None:
    _wait(lambda: _answers(settings.http))

    def watch() -> None:
        connection = http.client.HTTPConnection(settings.http)
        connection.request("GET", "/live", headers={"Authorization": f"Bearer {token}"})
        answer = connection.getresponse()
        while not stop.is_set() and (line := answer.readline()):
            if line.startswith(b"data: ") and b".smoke" in line:
                point = str(json.loads(line[6:]).get("point", ""))
                times.streamed.setdefault(point.removesuffix(".smoke"), time.monotonic())

    threading.Thread(target=watch, daemon=True).start()


def _answers(address: str) -> bool:
    try:
        connection = http.client.HTTPConnection(address, timeout=1)
        connection.request("GET", "/healthz")
        return connection.getresponse().status == http.client.OK
    except OSError:
        return False


def _wait(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.05)


def _publish(settings: Settings, times: Times) -> float:
    """A thousand readings a second, with an alarm among them every so often. Returns the rate that was reached."""
    client = _client(settings, "gateways")
    started, total = time.monotonic(), PER_SECOND * SECONDS
    every = total // ALARMS
    for number in range(total):
        due = started + number / PER_SECOND
        if (rest := due - time.monotonic()) > 0:
            time.sleep(rest)
        if number % every == 0:
            name = f"smoke-{number // every}"
            times.published[name] = time.monotonic()
            client.publish(f"dutyroom/v1/site/{name}/readings", b'{"values":{"smoke":true}}', qos=1)
        else:
            gauge = f"gauge-{number % GAUGES}"
            client.publish(f"dutyroom/v1/site/{gauge}/readings", b'{"values":{"pressure":0.601}}', qos=1)
    took = time.monotonic() - started
    client.disconnect()
    client.loop_stop()
    return total / took
