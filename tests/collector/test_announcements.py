"""What is announced (discovery) shows up among the unclaimed, and nowhere else."""

import orjson
import pytest

from collector.intake import Intake, Prepared
from collector.link import Delivery
from collector.memory import Memories
from collector.qualify import Qualifier
from collector.sources import read_sources
from collector.stats import Stats
from tests.collector.property import KEY, NOW, device, point, register

SOURCES = read_sources(
    '[[source]]\nname = "zigbee"\ndecoder = "zigbee2mqtt"\nignore = ["linkquality"]\n'
    '[[source]]\nname = "discovery"\ndecoder = "home_assistant"\n'
)
KNOWN = register(
    point("cold-1.temperature", "cold-1", "temperature", "°C"),
    devices=(device("cold-1", source="zigbee", external_id="cold store"),),
)


def announce(config: dict[str, object], component: str = "sensor", name: str = "x") -> Prepared:
    intake = Intake(SOURCES, Qualifier(KNOWN, KEY), Memories(), Stats())
    topic = f"homeassistant/{component}/{name}/config"
    return intake.prepare(Delivery(topic, orjson.dumps(config), NOW, retained=True), NOW, NOW)


def sensor(topic: str, key: str) -> dict[str, object]:
    return {"name": "n", "state_topic": topic, "value_template": "{{ value_json." + key + " }}"}


@pytest.mark.parametrize(
    ("config", "found"),
    [
        (sensor("zigbee2mqtt/cold store", "temperature"), []),
        (sensor("zigbee2mqtt/cold store", "linkquality"), []),
        (sensor("zigbee2mqtt/cold store", "humidity"), [("zigbee", "cold store", "humidity")]),
        (sensor("zigbee2mqtt/other", "temperature"), [("zigbee", "other", "temperature")]),
        (sensor("esphome/pump/state", "a"), [("", "esphome/pump/state", "a")]),
        ({"state_topic": "esphome/pump/temperature"}, [("", "esphome/pump/temperature", "temperature")]),
    ],
    ids=["has its point", "is ignored", "a new value", "a new device", "a topic of no source", "a bare value"],
)
def test_a_value_that_has_no_point_yet_is_unclaimed_under_its_own_source(
    config: dict[str, object], found: list[tuple[str, str, str]]
) -> None:
    prepared = announce(config)
    assert [(one.source, one.external_id, one.key) for one in prepared.unclaimed] == found
    assert {one.guess for one in prepared.unclaimed} <= {"home_assistant"}
    assert not prepared.found.readings
    assert prepared.letter is None


def test_a_device_announces_all_its_sensors_at_once() -> None:
    parts = {f"s{n}": {"platform": "sensor", "value_template": f"{{{{ value_json.v{n} }}}}"} for n in range(3)}
    prepared = announce({"state_topic": "zigbee2mqtt/other", "components": parts}, "device")
    assert [one.key for one in prepared.unclaimed] == ["v0", "v1", "v2"]


def test_an_announcement_that_cannot_be_used_is_a_dead_letter() -> None:
    prepared = announce({"state_topic": 3})
    assert prepared.letter is not None
    assert "state_topic: a number found" in prepared.letter.reason
