"""Home Assistant's discovery: ``homeassistant/<component>/[<node>/]<object>/config``, retained JSON that announces a device.

Zigbee2MQTT, Tasmota, ESPHome and many more publish it. Nothing in it is a value: it says what will be published, where, under
which name and in which unit. Each sensor it announces that has no point yet shows up among the unclaimed devices, under the
source that its state topic belongs to, with a claim that is filled in; nothing is registered by itself. Sensors and binary
sensors are taken, switches, lights, buttons and the like left out. An empty payload takes an announcement back and says
nothing. Short names (``stat_t``, ``dev_cla``) and ``~`` are understood, and so is the form by device with ``components``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from collector import json_input
from collector.decoding import Announced, Decoded, DecodeError, Example, Memory, Message

NAME = "home_assistant"
FILTERS = ("homeassistant/{component}/{object}/config", "homeassistant/{component}/{node}/{object}/config")
NEEDS = (("component",), ("object",))

MEASURING = ("sensor", "binary_sensor")
COMPONENT_LIMIT = 200
TEXT_LIMIT = 200
_SHORT = {
    "name": "name",
    "state_topic": "stat_t",
    "unit_of_measurement": "unit_of_meas",
    "device_class": "dev_cla",
    "value_template": "val_tpl",
    "device": "dev",
    "components": "cmps",
    "platform": "p",
    "model": "mdl",
}
_PATH = re.compile(r"value_json((?:\.[A-Za-z_]\w{0,63}|\[\s*'[^']{1,64}'\s*\]|\[\s*\"[^\"]{1,64}\"\s*\])+)")
_STEP = re.compile(r"\.(\w+)|\[\s*['\"]([^'\"]+)['\"]\s*\]")


def decode(message: Message, memory: Memory) -> Decoded:
    """What one announcement says."""
    del memory
    component = message.captured["component"]
    if not message.payload or component not in (*MEASURING, "device"):
        return Decoded()
    found = json_input.table(message)
    if component == "device":
        return Decoded(announced=tuple(_of_device(found)))
    one = _announced(found, found, component, _text(found, "name"))
    return Decoded(announced=() if one is None else (one,))


def _of_device(found: dict[str, Any]) -> Iterator[Announced]:
    """The form by device: what stands at the top holds for every component that does not say it itself."""
    components = _value(found, "components")
    if type(components) is not dict or len(components) > COMPONENT_LIMIT:
        raise DecodeError(f"components: missing; allowed: an object of up to {COMPONENT_LIMIT} components")
    for name, part in components.items():
        if type(part) is dict and _value(part, "platform") in MEASURING:
            one = _announced(
                found | part, found, str(_value(part, "platform")), _text(part, "name") or name[:TEXT_LIMIT]
            )
            if one is not None:
                yield one


def _announced(part: dict[str, Any], whole: dict[str, Any], component: str, name: str) -> Announced | None:
    topic = _topic(_text(part, "state_topic"), part.get("~"))
    if not topic:
        return None
    about = _value(whole, "device")
    about = about if type(about) is dict else {}
    return Announced(
        topic=topic,
        key=_key(_text(part, "value_template")),
        name=name,
        unit=_text(part, "unit_of_measurement"),
        device_class=_text(part, "device_class"),
        binary=component == "binary_sensor",
        device_name=_text(about, "name"),
        model=_text(about, "model"),
    )


def _topic(topic: str, base: Any) -> str:
    """``~`` at either end stands for the base topic."""
    if type(base) is not str or "~" not in topic:
        return topic
    base = base[:TEXT_LIMIT]
    topic = base + topic[1:] if topic.startswith("~") else topic
    return topic[:-1] + base if topic.endswith("~") else topic


def _key(template: str) -> str:
    """``{{ value_json.ENERGY['Power'] | float }}`` → ``ENERGY.Power``; empty where the payload is the value."""
    path = _PATH.search(template)
    if path is None:
        return ""
    return ".".join(plain or quoted for plain, quoted in _STEP.findall(path.group(1)))


def _value(found: dict[str, Any], field: str) -> Any:
    return found.get(field, found.get(_SHORT[field]))


def _text(found: dict[str, Any], field: str) -> str:
    """A text of the announcement; empty where it is null or not said."""
    raw = _value(found, field)
    if raw is None:
        return ""
    if type(raw) is not str or len(raw) > (TEXT_LIMIT if field != "value_template" else 4 * TEXT_LIMIT):
        raise DecodeError(f"{field}: {json_input.kind_of(raw)} found; allowed: text of up to {TEXT_LIMIT} characters")
    return raw.strip()


EXAMPLES = (
    Example(
        what="a bridge announces the temperature of a sensor",
        topic="homeassistant/sensor/0x00158d0001a2b3c4/temperature/config",
        payload=b'{"device": {"identifiers": ["zigbee2mqtt_0x00158d0001a2b3c4"], "model": "WSDCGQ11LM", "name": "cold store"},'
        b' "device_class": "temperature", "state_topic": "zigbee2mqtt/cold store", "unit_of_measurement": "\xc2\xb0C",'
        b' "value_template": "{{ value_json.temperature }}", "unique_id": "0x00158d0001a2b3c4_temperature_zigbee2mqtt"}',
        decoded=Decoded(
            announced=(
                Announced(
                    topic="zigbee2mqtt/cold store",
                    key="temperature",
                    unit="°C",
                    device_class="temperature",
                    device_name="cold store",
                    model="WSDCGQ11LM",
                ),
            )
        ),
    ),
    Example(
        what="short names and a base topic",
        topic="homeassistant/binary_sensor/pump_room_leak/config",
        payload=b'{"~": "tele/pump-room", "name": "Leak", "stat_t": "~/SENSOR", "dev_cla": "moisture",'
        b' "val_tpl": "{{value_json[\'Switch1\'].State}}", "dev": {"ids": ["A1"], "name": "Pump room", "mdl": "Sonoff"}}',
        decoded=Decoded(
            announced=(
                Announced(
                    topic="tele/pump-room/SENSOR",
                    key="Switch1.State",
                    name="Leak",
                    device_class="moisture",
                    binary=True,
                    device_name="Pump room",
                    model="Sonoff",
                ),
            )
        ),
    ),
    Example(
        what="a device with its components",
        topic="homeassistant/device/gauge-7/config",
        payload=b'{"dev": {"ids": "gauge-7", "name": "Gauge 7"}, "state_topic": "zigbee2mqtt/gauge-7",'
        b' "cmps": {"p": {"p": "sensor", "name": "Pressure", "unit_of_measurement": "kPa", "device_class": "pressure",'
        b' "value_template": "{{ value_json.pressure }}"}, "b": {"p": "button", "command_topic": "x"}}}',
        decoded=Decoded(
            announced=(
                Announced(
                    topic="zigbee2mqtt/gauge-7",
                    key="pressure",
                    name="Pressure",
                    unit="kPa",
                    device_class="pressure",
                    device_name="Gauge 7",
                ),
            )
        ),
    ),
    Example(what="a switch", topic="homeassistant/switch/relay/config", payload=b'{"cmd_t": "x"}', decoded=Decoded()),
    Example(
        what="an announcement that was taken back",
        topic="homeassistant/sensor/x/config",
        payload=b"",
        decoded=Decoded(),
    ),
    Example(
        what="a topic that is no text",
        topic="homeassistant/sensor/x/config",
        payload=b'{"state_topic": 3}',
        refused="state_topic: a number found",
    ),
)
