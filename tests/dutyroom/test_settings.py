"""Settings: where they come from, what is refused, what is never shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from dutyroom.settings import SettingsError, hide, is_loopback, load, show, split_address
from facility.instant import DAY
from storage.readings.port import SHORTEST_KEPT


@pytest.fixture(autouse=True)
def _nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("HTTP", "MQTT_URL", "READINGS_URL", "RECORDS_URL", "SITE", "DATA", "WORKER"):
        monkeypatch.delenv(f"DUTYROOM_{name}", raising=False)


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("HTTP", "8080", "host:port"),
        ("HTTP", "127.0.0.1:99999", "host:port"),
        ("MQTT_URL", "http://broker", "mqtt://host:1883"),
        ("READINGS_URL", "mysql://x", "influxdb://"),
        ("RECORDS_URL", "postgres://x", "postgresql+psycopg://"),
        ("WORKER", "a b", "letters"),
        ("SECURE_COOKIES", "perhaps", "boolean"),
    ],
)
def test_a_wrong_setting_is_one_line_that_names_it_and_says_what_is_allowed(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, allowed: str
) -> None:
    monkeypatch.setenv(f"DUTYROOM_{name}", value)
    with pytest.raises(SettingsError) as caught:
        load()
    text = str(caught.value)
    assert text.startswith(f"DUTYROOM_{name}: ")
    assert allowed in text
    assert "\n" not in text


def test_a_wrong_url_does_not_give_its_password_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DUTYROOM_MQTT_URL", "amqp://gateway:hunter2@broker")
    with pytest.raises(SettingsError) as caught:
        load()
    assert "hunter2" not in str(caught.value)


def test_the_environment_wins_over_the_file_and_each_says_where_it_came_from(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text("DUTYROOM_HTTP=127.0.0.1:1\nDUTYROOM_DATA=from-file\n")
    monkeypatch.setenv("DUTYROOM_HTTP", "127.0.0.1:2")
    shown = {one.name: one for one in show(load())}
    assert (shown["DUTYROOM_HTTP"].value, shown["DUTYROOM_HTTP"].source) == ("127.0.0.1:2", "environment")
    assert (shown["DUTYROOM_DATA"].value, shown["DUTYROOM_DATA"].source) == ("from-file", ".env")
    assert shown["DUTYROOM_SITE"].source == "default"


def test_no_secret_is_ever_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DUTYROOM_MQTT_URL", "mqtt://gateway:hunter2@broker:1883")
    monkeypatch.setenv("DUTYROOM_READINGS_URL", "influxdb://db:8086/site?org=o&token=hunter2")
    monkeypatch.setenv("DUTYROOM_RECORDS_URL", "postgresql+psycopg://u:hunter2@db/x")
    monkeypatch.setenv("DUTYROOM_BROKER_PASSWORD", "hunter2")
    assert "hunter2" not in " ".join(one.value for one in show(load()))


def test_a_child_process_sees_the_same_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load(http="127.0.0.1:9", secure_cookies=True, site="somewhere")
    for name, value in settings.environment().items():
        monkeypatch.setenv(name, value)
    assert load() == settings


@pytest.mark.parametrize(
    ("text", "address"),
    [("127.0.0.1:80", ("127.0.0.1", 80)), ("[::1]:80", ("::1", 80)), (":80", ("0.0.0.0", 80))],
)
def test_addresses_are_host_and_port(text: str, address: tuple[str, int]) -> None:
    assert split_address(text) == address


def test_only_this_machine_counts_as_loopback() -> None:
    assert is_loopback("127.0.0.1")
    assert is_loopback("::1")
    assert not is_loopback("0.0.0.0")
    assert not is_loopback("192.168.1.5")


def test_hiding_leaves_what_is_not_secret() -> None:
    assert hide("influxdb://h:1/db?org=o&token=t&tls=1") == "influxdb://h:1/db?org=o&token=***&tls=1"


def test_readings_are_never_set_to_end_sooner_than_charts_and_rules_count_on() -> None:
    assert load(keep_readings=SHORTEST_KEPT // DAY).keep_readings * DAY == SHORTEST_KEPT
    with pytest.raises(SettingsError, match="DUTYROOM_KEEP_READINGS"):
        load(keep_readings=SHORTEST_KEPT // DAY - 1)
