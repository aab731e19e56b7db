"""The site's channels, put together: the file, the broker, and a building that obeys."""

from __future__ import annotations

import json
import queue
import secrets
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from collector.broker import broker_at
from dutyroom import site_channels, wiring
from dutyroom.settings import Settings, SettingsError
from dutyroom.telling import Telling
from facility.alert import Severity
from facility.instant import DAY
from facility.notice import Notice, NoticeState
from facility.register import difference
from notify.opening import open_channels
from notify.outbox import Outbox
from notify.texts.rendering import Texts
from rules.book import RuleBook
from simulators.publisher import run
from simulators.scenario import find
from storage.records.port import Records
from storage.records.sql import SqlRecords
from tests.simulators.riverside import register

SIREN = "o1-f01-siren"


def settings(folder: Path, **given: Any) -> Settings:
    return Settings(site=str(folder), data=str(folder / "data"), **given)


@pytest.fixture
def records() -> Iterator[Records]:
    made = SqlRecords("sqlite:///:memory:")
    made.migrate()
    yield made
    made.close()


def test_every_property_has_a_downlink(tmp_path: Path, records: Records) -> None:
    given = site_channels.read(settings(tmp_path))
    assert [one.name for one in given] == ["mqtt"]
    parts = site_channels.parts_of(settings(tmp_path, mqtt_url="mqtt://127.0.0.1:1"), records)
    assert list(open_channels(given, parts)) == ["in-app", "mqtt"]


def test_the_file_is_all_or_nothing_and_its_error_names_the_place(tmp_path: Path) -> None:
    (tmp_path / "channels.toml").write_text('[[channel]]\nname = "mail"\nkind = "email"\nhost = "m"\nsendr = "x@y.z"\n')
    with pytest.raises(
        SettingsError, match=r"channels\.toml: channel 1 \(mail\), sendr: is not known here; allowed: name"
    ):
        site_channels.read(settings(tmp_path))


def test_a_file_that_cannot_be_used_keeps_nobody_from_being_told(tmp_path: Path, records: Records) -> None:
    """The responder starts all the same: one's own list and the sirens need no file."""
    (tmp_path / "channels.toml").write_text("[[channel]]\nname = 1", "utf-8")
    telling = Telling(settings(tmp_path), RuleBook)
    assert telling.escalation.teller.channels() == {"mqtt"}
    outbox = telling.errand(records)
    assert outbox.run(records, wiring.now()) is False
    outbox.close()


def test_the_pages_follow_the_file_and_show_what_is_wrong(tmp_path: Path, records: Records) -> None:
    shown = site_channels.ShownChannels(settings(tmp_path), records)
    assert [way.name for way in shown()[0]] == ["mqtt"]
    file = tmp_path / "channels.toml"
    file.write_text('[[channel]]\nname = "group"\nkind = "wecom"\nkey = { env = "NO_SUCH_KEY" }\n')
    ways, wrong = shown()
    assert (ways[0].name, str(ways[0].problem and ways[0].problem.zh)) == ("group", "环境变量 NO_SUCH_KEY 没有设置")
    assert wrong == ""
    file.write_text('[[channel]]\nname = "group"\nkind = "wecom"\nkey = "the key itself"\n')
    ways, wrong = shown()
    assert ways == ()
    assert "does not stand in this file" in wrong
    assert "the key itself" not in wrong


def test_a_notice_sounds_a_siren_that_says_so_itself(tmp_path: Path, mosquitto_url: str, records: Records) -> None:
    site = f"s{secrets.token_hex(4)}"
    house = replace(register(), sites={site: replace(next(iter(register().sites.values())), id=site)})
    house = replace(house, zones={key: replace(zone, site=site) for key, zone in house.zones.items()})
    given = settings(tmp_path, mqtt_url=mosquitto_url)
    now = wiring.now()
    with records.begin() as unit:
        unit.registers.apply(difference(unit.registers.load(), house), "manager", now - DAY, "")
        unit.notices.add(
            Notice(
                key=f"incident:1/siren/{SIREN}",
                cause="incident:1",
                channel="mqtt",
                address=SIREN,
                template="command",
                data={
                    "command": "on",
                    "state": "on",
                    "points": [f"{SIREN}.switch"],
                    "title_zh": "警报",
                    "title_en": "Siren",
                },
                severity=Severity.CRITICAL,
                urgent=True,
                created=now,
                due=now,
            )
        )
    parts = site_channels.parts_of(given, records)
    outbox = Outbox("responder-1", open_channels(site_channels.read(given), parts), Texts())
    with building(house, mosquitto_url, site) as said:
        try:
            until_sent(outbox, records)
            assert said.get(timeout=20) == {"switch": True}
        finally:
            outbox.close()
    with records.read() as unit:
        notice = unit.notices.of_key(f"incident:1/siren/{SIREN}")
    assert notice is not None
    assert notice.receipt == f"dutyroom/v1/{site}/{SIREN}/set"


def until_sent(outbox: Outbox, records: Records) -> None:
    notice: Notice | None = None
    for _ in range(2_000):
        outbox.run(records, wiring.now())
        with records.read() as unit:
            notice = unit.notices.of_key(f"incident:1/siren/{SIREN}")
        if notice is not None and notice.state is NoticeState.SENT:
            return
        assert notice is not None
        assert notice.state is not NoticeState.DEAD, notice.error
        threading.Event().wait(0.01)
    pytest.fail(f"not sent: {notice}")


class building:  # noqa: N801 - it reads as a context
    """The simulated property on a real broker, and what its siren says after it was told something."""

    def __init__(self, house: Any, url: str, site: str) -> None:
        self._house, self._url, self._site = house, url, site
        self._stop, self._ready = threading.Event(), threading.Event()

    def __enter__(self) -> queue.Queue[dict[str, Any]]:
        said: queue.Queue[dict[str, Any]] = queue.Queue()
        broker = broker_at(self._url)
        self._ear = Client(CallbackAPIVersion.VERSION2, client_id=f"ear-{secrets.token_hex(4)}")
        self._ear.on_message = lambda *heard: _keep(heard[2].payload, said)
        self._ear.on_subscribe = lambda *_: self._ready.set()
        self._ear.connect(broker.host, broker.port)
        self._ear.loop_start()
        self._ear.subscribe(f"dutyroom/v1/{self._site}/{SIREN}/readings", qos=1)
        assert self._ready.wait(10)
        arguments = (self._url, self._house, find("quiet-day"))
        given = {"speed": 1.0, "seed": 1, "stop": self._stop, "clock": wiring.now}
        self._thread = threading.Thread(target=run, args=arguments, kwargs=given, daemon=True)
        self._thread.start()
        return said

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(timeout=20)
        self._ear.disconnect()
        self._ear.loop_stop()


def _keep(payload: bytes, said: queue.Queue[dict[str, Any]]) -> None:
    values = json.loads(payload)["values"]
    if values == {"switch": True}:
        said.put(values)
