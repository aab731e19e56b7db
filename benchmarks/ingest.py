"""Messages stored, judged and acknowledged a second, from a broker's session, against a client that only acknowledges.

Everything is published first, while the collector is away, so that what is measured is how fast it takes in. The bare client
is paho's own, on the same broker in the same run. ``pure`` is decoding and qualifying alone.

With ``--peer telegraf`` the worker as it runs in a property is measured against Telegraf instead, see ``benchmarks.peer``.
"""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import tempfile
import threading
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import orjson
import paho.mqtt.client as mqtt
import structlog
from paho.mqtt.enums import CallbackAPIVersion

from benchmarks import peer
from benchmarks.property import RULES, property_of
from collector.broker import broker_at
from collector.ingest import Ingest
from collector.intake import Intake
from collector.link import Delivery
from collector.memory import Memories
from collector.mqtt import MqttLink
from collector.qualify import Qualifier
from collector.sources import Sources, read_sources
from collector.stats import Stats
from dutyroom import broker as embedded
from facility.register import Register
from rules.book import RuleBook
from rules.definition import read_rule
from rules.judge import Judge
from storage.readings.sqlite import SqliteReadings
from storage.records.sql import SqlRecords

GAUGES = 1_000
SINGLES = 10_000
BATCHES = 200
A_BATCH = 500
WINDOW = 1_000
PATIENCE = 120.0
START = 1_795_478_400_000
KEY = b"k" * 32

Messages = list[tuple[str, bytes]]

OPTIONS = ArgumentParser("benchmarks ingest")
OPTIONS.add_argument("--peer", choices=["telegraf"], help="measure against another collector")
OPTIONS.add_argument("--messages", type=int, default=100_000, help="single readings; and a hundredth as many batches")
OPTIONS.add_argument("--batch", type=int, default=A_BATCH, help="readings in a batch")
OPTIONS.add_argument("--rounds", type=int, default=1, help="each against each so often; the better of each counts")
OPTIONS.add_argument("--path", default="", help="DUTYROOM_MQTT_PATH for our worker")


def main(options: Namespace) -> dict[str, Any]:
    """One JSON line: per broker and per kind of message, our rate, the bare client's, and the ratio."""
    return peer.compare(options) if options.peer else _against_bare()


def _against_bare() -> dict[str, Any]:
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    register = property_of(GAUGES)
    found: dict[str, Any] = {"benchmark": "ingest", "pure": _pure(register)}
    for name, started in (("mosquitto", _mosquitto), ("nats", _nats)):
        with started() as url:
            if url:
                found[name] = {
                    "single": _compare(url, register, _singles, readings=1),
                    f"batch_of_{A_BATCH}": _compare(url, register, _batches, readings=A_BATCH),
                }
    return found


# --- brokers ------------------------------------------------------------------------------------------------------------


@contextmanager
def _mosquitto() -> Iterator[str]:
    yield os.environ.get("DUTYROOM_TEST_MOSQUITTO_URL", "")


@contextmanager
def _nats() -> Iterator[str]:
    """The embedded broker as the product starts it: every acknowledged message is on disk."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        port = embedded.free_port("127.0.0.1", 0)
        file = Path(folder) / "nats.conf"
        file.write_text(embedded.configuration("127.0.0.1", port, Path(folder), "", ""))
        log = stack.enter_context((Path(folder) / "log").open("wb"))
        process = subprocess.Popen([embedded.binary(), "-c", file], stdout=log, stderr=log)
        stack.callback(process.wait, 15)
        stack.callback(process.terminate)
        embedded.wait_until_ready(process, ("127.0.0.1", port))
        yield f"mqtt://127.0.0.1:{port}"


# --- messages -----------------------------------------------------------------------------------------------------------


def _singles(prefix: str) -> Messages:
    return [
        (
            f"{prefix}/v1/site/gauge-{n % GAUGES}/readings",
            orjson.dumps({"ts": START + n, "values": _values(n), "seq": n}),
        )
        for n in range(SINGLES)
    ]


def _batches(prefix: str) -> Messages:
    return [
        (f"{prefix}/v1/site/gauge-{n % GAUGES}/readings", orjson.dumps([_row(n, second) for second in range(A_BATCH)]))
        for n in range(BATCHES)
    ]


def _row(number: int, second: int) -> dict[str, Any]:
    return {"ts": START + number + second * 1_000, "values": _values(second)}


def _values(number: int) -> dict[str, float]:
    return {"pressure": round(0.6 + number % 20 / 1_000, 3)}


# --- measuring ----------------------------------------------------------------------------------------------------------


def _compare(url: str, register: Register, make: Callable[[str], Messages], readings: int) -> dict[str, Any]:
    ours, bare = _ours(url, register, make), _bare(url, make)
    return {
        "messages_per_s": round(ours),
        "readings_per_s": round(ours * readings),
        "bare_messages_per_s": round(bare),
        "ratio": round(ours / bare, 2),
    }


def _ours(url: str, register: Register, make: Callable[[str], Messages]) -> float:
    prefix = f"bench-{secrets.token_hex(4)}"
    messages = make(prefix)
    sources = _sources(prefix)
    client_id = f"{prefix}-collector"
    away = MqttLink(url, client_id=client_id, filters=sources.filters())
    away.start()
    _until(lambda: away.state().subscribed)
    away.stop()
    _publish(url, messages)
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        link = MqttLink(url, client_id=client_id, filters=sources.filters())
        ingest = _collector(Path(folder), link, register, sources, stack)
        started = time.perf_counter()
        link.start()
        stack.callback(link.stop)
        while ingest.stats.messages < len(messages):
            ingest.once(time.time_ns() // 1_000_000, timeout=1.0)
        return len(messages) / (time.perf_counter() - started)


def _collector(folder: Path, link: MqttLink, register: Register, sources: Sources, stack: ExitStack) -> Ingest:
    records = SqlRecords(f"sqlite:///{folder}/records.db")
    records.migrate()
    readings = SqliteReadings(folder / "readings.db")
    stack.callback(records.close)
    stack.callback(readings.close)
    book = RuleBook(rules={rule.id: rule for rule in (read_rule(text, name) for name, text in RULES.items())})
    judge = Judge(book, START, register=register, worker="bench")
    return Ingest(
        name="bench",
        link=link,
        records=records,
        readings=readings,
        register=register,
        sources=sources,
        judge=judge,
        pseudonym_key=KEY,
    )


def _sources(prefix: str) -> Sources:
    text = f'[[source]]\nname = "native"\ndecoder = "native"\nfilter = "{prefix}/v1/{{site}}/{{device}}/{{kind}}"'
    return read_sources(text)


def _bare(url: str, make: Callable[[str], Messages]) -> float:
    """A client that does nothing but acknowledge, from its own persistent session."""
    prefix = f"bench-{secrets.token_hex(4)}"
    messages = make(prefix)
    _session(url, prefix).disconnect()
    _publish(url, messages)
    seen, enough = 0, threading.Event()

    def came(_client: mqtt.Client, _data: object, _message: mqtt.MQTTMessage) -> None:
        nonlocal seen
        seen += 1
        if seen == len(messages):
            enough.set()

    started = time.perf_counter()
    client = _session(url, prefix, came)
    client.loop_start()
    if not enough.wait(PATIENCE):
        raise TimeoutError(f"the bare client got {seen} of {len(messages)} messages")
    took = time.perf_counter() - started
    client.disconnect()
    client.loop_stop()
    return len(messages) / took


def _session(url: str, prefix: str, came: Any = None) -> mqtt.Client:
    """A connected client with a subscription, its network loop not started."""
    broker = broker_at(url)
    client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=f"{prefix}-bare", clean_session=False)
    client.on_message = came
    granted = threading.Event()
    client.on_subscribe = lambda *_: granted.set()
    client.connect(broker.host, broker.port)
    client.subscribe(f"{prefix}/#", qos=1)
    while came is None and not granted.is_set():
        client.loop(timeout=0.1)
    return client


def _publish(url: str, messages: Messages) -> None:
    broker = broker_at(url)
    client = mqtt.Client(CallbackAPIVersion.VERSION2)
    client.max_inflight_messages_set(WINDOW)
    client.connect(broker.host, broker.port)
    client.loop_start()
    sent = [client.publish(topic, payload, qos=1) for topic, payload in messages]
    for one in sent:
        with suppress(ValueError):
            one.wait_for_publish(PATIENCE)
    client.disconnect()
    client.loop_stop()


def _until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError("the broker did not answer")
        time.sleep(0.01)


def _pure(register: Register) -> dict[str, Any]:
    """Decoding and qualifying alone, on one core."""
    sources = _sources("pure")
    rates = {}
    for name, messages in (("single", _singles("pure")), ("batch", _batches("pure"))):
        intake = Intake(sources, Qualifier(register, KEY), Memories(), Stats())
        deliveries = [Delivery(topic, payload, START + 1_000_000) for topic, payload in messages]
        started = time.perf_counter()
        count = sum(len(intake.prepare(d, START, START).found.readings) for d in deliveries)
        took = time.perf_counter() - started
        rates[f"{name}_messages_per_s"] = round(len(messages) / took)
        rates[f"{name}_readings_per_s"] = round(count / took)
    return rates
