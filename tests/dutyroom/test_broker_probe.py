"""``dutyroom doctor --probe-broker`` against real brokers: with the defaults that drop, and with ours that do not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from dutyroom import doctor, mosquitto
from dutyroom.broker_access import OURS, Account
from dutyroom.broker_probe import ProbeFailed, probe, shares
from dutyroom.settings import load
from tests import services

DROPPING = "listener {port} 127.0.0.1\nallow_anonymous true\n"


@pytest.fixture
def dropping(mosquitto_url: str, tmp_path: Path) -> Iterator[str]:
    """Mosquitto as it comes."""
    del mosquitto_url
    port = services.free_port()
    with services.mosquitto_server(tmp_path, DROPPING.format(port=port), port) as url:
        yield url


def queue_told(url: str, tmp_path: Path) -> doctor.Finding:
    findings = doctor.examine(load(data=str(tmp_path / "data"), mqtt_url=url), probe_broker=True)
    return next(finding for finding in findings if finding.part == "broker's queue")


def test_whether_a_broker_shares_subscriptions_is_tried_out(mosquitto_url: str, nats_url: str) -> None:
    assert shares(mosquitto_url)
    assert not shares(nats_url, patience=0.5)


def test_defaults_that_drop_are_found_and_the_setting_is_named(dropping: str, tmp_path: Path) -> None:
    found = queue_told(dropping, tmp_path)
    assert not found.good
    assert "it dropped " in found.text
    assert "max_queued_messages 0" in found.text


def test_our_configuration_passes_with_dutyroom_s_own_account(mosquitto_url: str, tmp_path: Path) -> None:
    del mosquitto_url
    port = services.free_port()
    ours = Account(user=OURS, about="", write=("dutyroom/doctor/+",), read=("#",))
    (tmp_path / "acl").write_text(mosquitto.access_list([ours]))
    (tmp_path / "passwords").write_text(f"{OURS}:{mosquitto.hashed('pass word')}\n")
    (tmp_path / "store").mkdir()
    with services.mosquitto_server(
        tmp_path, mosquitto.configuration(tmp_path, tmp_path / "store", port=port), port
    ) as url:
        found = queue_told(url.replace("//", f"//{OURS}:pass%20word@"), tmp_path)
        assert (found.good, found.text) == (True, "all 1100 messages for a client that was away were kept")
        assert shares(url.replace("//", f"//{OURS}:pass%20word@"))
        with pytest.raises(ProbeFailed, match="does not let us in"):
            probe(url.replace("//", f"//{OURS}:wrong@"))


def test_the_embedded_broker_s_kind_keeps_them(tmp_path: Path) -> None:
    with services.nats_server(tmp_path) as url:
        assert probe(url, messages=300).kept == 300


def test_nothing_is_left_behind(dropping: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dutyroom.broker_probe.secrets.token_hex", lambda _: "known")
    assert probe(dropping, messages=20).kept == 20
    present: list[bool] = []
    again = mqtt.Client(CallbackAPIVersion.VERSION2, client_id="dutyroom-doctor-known", clean_session=False)
    again.on_connect = lambda _c, _d, flags, _r, _p: present.append(flags.session_present)
    again.connect(*services_address(dropping))
    while not present:
        again.loop(0.1)
    again.disconnect()
    assert present == [False]


def services_address(url: str) -> tuple[str, int]:
    host, _, port = url.removeprefix("mqtt://").partition(":")
    return host, int(port)


def test_an_account_that_may_not_publish_there_is_told(mosquitto_url: str, tmp_path: Path) -> None:
    del mosquitto_url
    port = services.free_port()
    (tmp_path / "acl").write_text("topic read #\n")
    text = DROPPING.format(port=port) + f"acl_file {tmp_path / 'acl'}\n"
    with services.mosquitto_server(tmp_path, text, port) as url:
        assert probe(url, messages=5, silence=0.5).kept == 0
        found = queue_told(url, tmp_path)
    assert not found.good
    assert "dutyroom/doctor/+" in found.text


def test_a_broker_that_is_not_there_is_told(tmp_path: Path) -> None:
    found = queue_told("mqtt://127.0.0.1:1", tmp_path)
    assert not found.good
    assert "does not answer" in found.text


def test_without_the_option_nothing_is_sent(tmp_path: Path) -> None:
    parts = [finding.part for finding in doctor.examine(load(data=str(tmp_path / "data")))]
    assert "broker's queue" not in parts
