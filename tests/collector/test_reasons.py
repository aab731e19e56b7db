"""Every reason that a person may read is there in Chinese as well."""

from __future__ import annotations

import re

import pytest

from collector.catalogue import DECODERS
from collector.decoders import gb26875
from collector.decoding import Decoded, DecodeError, Message, Signal
from collector.reasons import in_chinese
from storage.records.sql.letters import REST_REASON
from tests.collector.property import NOW, point, qualified

# (decoder, levels, payload): one for each way to be refused that a person can mend
BROKEN = [
    ("native", {"device": "g", "kind": "readings"}, payload)
    for payload in (
        b"", b"{", b'{"values": {"a": NaN}}', b'{"values": {"a": ' + b"9" * 5_000 + b"}}", b"[" * 100, b"x", b"3", b"[3]",
        b"{}", b'{"values": 3}', b'{"ts": "x", "values": {}}', b'{"ts": [], "values": {}}', b'{"ts": true, "values": {}}',
        b'{"unit": 3, "values": {"a": 1}}', b'{"unit": {"a": 3}, "values": {"a": 1}}', b'{"test": 3, "values": {"a": 1}}',
        b'{"values": {"a": []}}', b'{"values": {"a": {}}}', b'{"values": {"a": ""}}', b'{"values": {"a": 1e300}}',
        b'{"event": 3}', b'{"event": ""}', b'{"event": "denied", "seq": -1}', b'{"device": "other", "values": {"a": 1}}',
        b"[" + b"{}," * 10_000 + b"{}]", b" " * (1 << 21), b"[3, 3]",
    )
] + [
    ("native", {"device": "g", "kind": "batch"}, b'{"values": {"a": 1}}'),
    ("native", {"device": "g", "kind": "status"}, b"3"),
    ("native", {"device": "g", "kind": "what"}, b"3"),
    ("zigbee2mqtt", {"device": "a/availability"}, b'{"state": "perhaps"}'),
    ("zigbee2mqtt", {"device": "a"}, b"[]"),
    ("chirpstack", {"device": "a", "event": "up"}, b"{}"),
    ("chirpstack", {"device": "a", "event": "up"}, b'{"deviceInfo": {"devEui": "b"}}'),
    ("chirpstack", {"device": "a", "event": "up"}, b'{"object": {"history": 3}}'),
    ("chirpstack", {"device": "a", "event": "up"}, b'{"object": {"history": [3]}}'),
    ("chirpstack", {"device": "a", "event": "what"}, b"{}"),
    ("the_things_stack", {"device": "a", "event": "up"}, b"{}"),
    ("the_things_stack", {"device": "a", "event": "up"}, b'{"end_device_ids": {"device_id": "b"}, "uplink_message": {}}'),
    ("the_things_stack", {"device": "a", "event": "what"}, b"{}"),
    ("thingsboard", {"kind": "telemetry"}, b"[]"),
    ("thingsboard", {"kind": "telemetry"}, b'{"A": 3}'),
    ("thingsboard", {"kind": "connect"}, b"{}"),
    ("thingsboard", {"kind": "what"}, b"{}"),
    ("senml", {"device": "a"}, b"{}"),
    *(
        ("senml", {"device": "a"}, bytes.fromhex(payload))
        for payload in ("81", "81" * 40, "80aa", "81a200010002", "81c24101", "81c401", "81c4821903e801", "81a1f501", "9c")
    ),
    ("senml", {"device": "a"}, b"[3]"),
    ("senml", {"device": "a"}, b'[{"n": "-", "v": 1}]'),
    ("senml", {"device": "a"}, b'[{"n": "a", "v": "1"}]'),
    ("senml", {"device": "a"}, b'[{"n": 1, "v": 1}]'),
    ("senml", {"device": "a"}, b'[{"n": "a", "v": 1, "vb": true}]'),
    ("senml", {"device": "a"}, b'[{"n": "a", "v": 1, "x_": true}]'),
    ("senml", {"device": "a"}, b'[{"n": "a", "v": 1, "bver": 11}]'),
    ("senml", {"device": "a"}, b'[{"n": "a/b", "v": 1}, {"n": "b/b", "v": 1}]'),
    ("sparkplug_b", {"group": "g", "type": "NDATA", "edge": "e"}, b"{}"),
    ("sparkplug_b", {"group": "g", "type": "DDATA", "edge": "e"}, b""),
    ("sparkplug_b", {"group": "g", "type": "XDATA", "edge": "e"}, b""),
    ("tasmota", {"device": "a", "kind": "SENSOR"}, b"[]"),
    ("tasmota", {"device": "a", "kind": "LWT"}, b"perhaps"),
    ("shelly", {"device": "a", "kind": "rpc"}, b"{}"),
    ("shelly", {"device": "a", "component": "x"}, b"{}"),
    ("shelly", {"device": "a"}, b"perhaps"),
    ("esp_rfid", {"device": "a", "kind": "send"}, b'{"type": "access"}'),
    ("hikvision", {"device": "a"}, b"{}"),
    ("hikvision", {"device": "a"}, b'{"AccessControllerEvent": {"majorEventType": "5"}}'),
    ("hikvision", {"device": "a"}, b'{"AccessControllerEvent": {"majorEventType": 5, "subEventType": 1, "cardNo": 7}}'),
    ("nbiot_push", {"device": "a"}, b"{}"),
    ("nbiot_push", {"device": "a"}, b'{"notifyType": "deviceDataChanged"}'),
    ("nbiot_push", {"device": "a"}, b'{"notifyType": "deviceDataChanged", "service": {"data": {}}}'),
    ("nbiot_push", {"device": "a"},
     b'{"notifyType": "deviceDataChanged", "deviceId": "a", "service": {"data": {"devState": 9}}}'),
    ("home_assistant", {"component": "sensor"}, b'{"state_topic": 3}'),
    ("home_assistant", {"component": "device"}, b"{}"),
    ("gb26875", {"gateway": "g"}, b"@@"),
    ("gb26875", {"gateway": "g"}, b"##" + bytes(40)),
    ("gb26875", {"gateway": "g"}, gb26875.frame(b"")[:-1]),
    ("gb26875", {"gateway": "g"}, gb26875.frame(b"")[:-3] + b"\x00##"),
    ("gb26875", {"gateway": "g"}, gb26875.frame(b"\x01\x02" + bytes(10))),
]  # fmt: skip

UNUSABLE = [
    Signal("gauge-1", "pressure", "0_02", NOW),
    Signal("gauge-1", "pressure", True, NOW),
    Signal("gauge-1", "pressure", 1.0, NOW, "Cel"),
    Signal("gauge-1", "pressure", 1.0, NOW, "kPs"),
    Signal("smoke-1", "smoke", "perhaps", NOW),
    Signal("x" * 300, "smoke", 1.0, NOW),
]
OTHERS = [
    "only the first 262144 of its 300000 bytes were kept",
    "no source's filter matches its topic",
    "'gauge-9' is not in the register",
    "'gauge-1' has no point for 'colour'",
    "unexpected ZeroDivisionError: x",
    "alias 5: no birth named it; a rebirth is asked for",
    "m: a data set found; allowed: numbers, booleans and text",
    "device 'a': 'b' may not speak for it; its register entry must name it as gateway",
    "codec 'probe': it did not end within 0.1 s of processor time",
    "codec 'probe': it wanted more than 8 MiB of memory",
    "codec 'probe': a frame of 256 bytes; allowed: up to 255",
    "codec 'probe': null for data; allowed: an object of names and values",
    "codec 'probe': what it gave back cannot be used: nested 62 deep; allowed: up to 32 arrays and objects inside one another",
    "frame: missing; allowed: its bytes in base64",
    REST_REASON,
]


def english_left(sentence: str) -> list[str]:
    """Runs of two words and more outside of quotes and of the list of what is allowed."""
    plain = re.sub(r"'[^']*'|\"[^\"]*\"|\{[^}]*\}", "", re.sub(r"允许：.*", "", sentence))
    return re.findall(r"[a-z]{2,}(?: [a-z]{2,})+|\b(?:an|the|is|not|found|missing|allowed)\b", plain)


def refused(name: str, levels: dict[str, str], payload: bytes) -> str:
    message = Message(topic="t", payload=payload, received=NOW, source="s", captured=levels)
    with pytest.raises(DecodeError) as caught:
        DECODERS[name].decode(message, {})
    return str(caught.value)


def check(reason: str) -> None:
    said = in_chinese(reason)
    assert re.search(r"[一-鿿]", said), said
    assert english_left(said) == [], said


@pytest.mark.parametrize(("name", "levels", "payload"), BROKEN)
def test_a_decoders_reason_is_said_in_chinese(name: str, levels: dict[str, str], payload: bytes) -> None:
    check(refused(name, levels, payload))


@pytest.mark.parametrize("signal", UNUSABLE, ids=lambda s: str(s.value))
def test_an_unusable_values_reason_is_said_in_chinese(signal: Signal) -> None:
    (reason,) = qualified(Decoded(signals=(signal,))).refused
    check(reason)


def test_a_loop_without_a_range_is_said_in_chinese() -> None:
    found = qualified(
        Decoded(signals=(Signal("gauge-1", "pressure", 1.0, NOW, "mA"),)), point("gauge-1.pressure", "gauge-1")
    )
    check(next(iter(found.refused)))


@pytest.mark.parametrize("reason", OTHERS)
def test_the_other_reasons_are_said_in_chinese(reason: str) -> None:
    check(reason)


def test_names_and_values_stay_as_they_are() -> None:
    assert in_chinese("gauge-1: pressure: '0_02' is not a number; allowed: pressure in MPa") == (
        "gauge-1: pressure: '0_02' 不是数字；允许：pressure in MPa"
    )
