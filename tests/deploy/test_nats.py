"""deploy/nats, on the real server: what it acknowledged is there after it was killed."""

from __future__ import annotations

import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from dutyroom import broker
from tests import services

CONFIG = Path(__file__).resolve().parents[2] / "deploy" / "nats" / "nats.conf"
MANY = 300


def moved(folder: Path, port: int, *, opened: bool = False) -> Path:
    """The file with its places in a folder of the test; ``opened``: with the accounts, their signs taken away."""
    text = CONFIG.read_text()
    if opened:
        text, accounts = text.split("# authorization {")
        text += "authorization {\n" + re.sub(r"^# ?", "", accounts, flags=re.MULTILINE)
    for place, ours in {
        "port: 4222": f"port: {services.free_port()}",
        "  port: 1883": f"  port: {port}",
        "/var/lib/nats": str(folder / "store"),
    }.items():
        assert place in text
        text = text.replace(place, ours)
    file = folder / "nats.conf"
    file.write_text(text)
    return file


@contextmanager
def running(folder: Path, file: Path, port: int) -> Iterator[None]:
    """Until it is killed, as by a power cut."""
    with (folder / "log").open("ab") as log:
        process = subprocess.Popen([broker.binary(), "-c", file], stdout=log, stderr=log)
    try:
        services.wait_until_answers(process, port, folder / "log")
        yield
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait(15)


def client(name: str, port: int, password: str = "") -> mqtt.Client:
    made = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=name, clean_session=False)
    if password:
        made.username_pw_set(name, password)
    made.max_queued_messages_set(0)
    made.connect(services.HOST, port)
    return made


def test_what_was_acknowledged_is_there_after_the_server_was_killed(tmp_path: Path) -> None:
    port = services.free_port()
    file = moved(tmp_path, port)
    with running(tmp_path, file, port):
        away = client("worker-1", port)
        granted: list[object] = []
        away.on_subscribe = lambda *_: granted.append(1)
        while not away.is_connected():
            away.loop(0.1)
        away.subscribe("dutyroom/#", qos=1)
        while not granted:
            away.loop(0.1)
        away.disconnect()
        gauge = client("gauge-1", port)
        gauge.loop_start()
        waiting = [gauge.publish("dutyroom/v1/home/gauge-1/readings", str(n), qos=1) for n in range(MANY)]
        for one in waiting:
            one.wait_for_publish(30)
        assert all(one.is_published() for one in waiting)
        gauge.loop_stop()
    with running(tmp_path, file, port):
        got: set[bytes] = set()
        back = client("worker-1", port)
        back.on_message = lambda _c, _d, message: got.add(bytes(message.payload))
        for _ in range(3_000):
            back.loop(0.1)
            if len(got) == MANY:
                break
        back.disconnect()
    assert got == {str(n).encode() for n in range(MANY)}


def test_with_its_accounts_a_gauge_speaks_for_itself_only(tmp_path: Path) -> None:
    port = services.free_port()
    with running(tmp_path, moved(tmp_path, port, opened=True), port):
        duty_room = client("dutyroom", port, "change-me")
        got: list[str] = []
        granted: list[object] = []
        duty_room.on_subscribe = lambda *_: granted.append(1)
        duty_room.on_message = lambda _c, _d, message: got.append(message.topic)
        while not duty_room.is_connected():
            duty_room.loop(0.1)
        duty_room.subscribe("dutyroom/#", qos=1)
        while not granted:
            duty_room.loop(0.1)
        gauge = client("gauge-1", port, "change-me-too")
        gauge.loop_start()
        for device in ("gauge-2", "gauge-1"):
            gauge.publish(f"dutyroom/v1/riverside/{device}/readings", "x", qos=1)
        for _ in range(300):
            duty_room.loop(0.1)
            if got:
                break
        gauge.loop_stop()
        duty_room.disconnect()
    assert got == ["dutyroom/v1/riverside/gauge-1/readings"]


def test_it_says_what_the_embedded_broker_says() -> None:
    """Two texts, one promise."""
    embedded = broker.configuration("127.0.0.1", 1883, Path("/var/lib/nats"), "gateway", "")
    for setting in ("server_name: dutyroom", "sync_interval: always", "max_payload: 8MB", "max_ack_pending: 2000"):
        assert setting in embedded
        assert setting in CONFIG.read_text()
