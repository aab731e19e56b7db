"""docs/brokers.md says which settings and files there are, and which are ours."""

import re
from pathlib import Path

from dutyroom import broker_probe, mosquitto
from dutyroom.broker_access import BRIDGED, OURS, PROBED
from tests.architecture.checkout import CHECKOUT

PAGE = (CHECKOUT / "docs" / "brokers.md").read_text("utf-8")
MADE = mosquitto.configuration(Path("/etc/mosquitto"), Path("/var/lib/mosquitto"))


def test_every_setting_that_is_told_is_in_the_file() -> None:
    table = PAGE.split("| setting | value | why |")[1].split("\n\n")[0]
    told = {name for row in table.splitlines()[2:] for name in re.findall(r"`(\w+)`", row.split("|")[1])}
    assert len(told) >= 12
    assert [name for name in told if not re.search(rf"^(?:# )?{name} ", MADE, re.MULTILINE)] == []


def test_the_numbers_are_those_of_the_product() -> None:
    assert f"{broker_probe.MESSAGES:,} small messages" in PAGE
    assert mosquitto.SAVED_EVERY == 1
    assert "saved at each orderly end and every second" in PAGE
    assert f"autosave_interval {mosquitto.SAVED_EVERY}\n" in MADE
    assert mosquitto.MAX_MESSAGE == 1 << 20


def test_accounts_and_files_are_told() -> None:
    for name in ("mosquitto.conf", "acl", "passwords", "credentials.csv"):
        assert f"| `{name}` |" in PAGE
    assert f"(`{OURS}`)" in PAGE
    assert PROBED.replace("+", "…") in PAGE
    assert len(BRIDGED) == len(re.findall(r"Zigbee2MQTT|ChirpStack|The Things Stack|NB-IoT platform", PAGE))


def test_the_folders_it_names_are_there() -> None:
    for folder in re.findall(r"`(deploy/[\w./-]+)`", PAGE):
        assert (CHECKOUT / folder).exists(), folder
