"""Payloads of real devices, gateways and network servers, from the folder next to the checkout."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from collector import sparkplug_payload
from collector.catalogue import DECODERS
from collector.decoders import senml, thingsboard
from collector.decoding import Decoded, DecodeError, Message
from collector.makers import WORDS

FILE = Path(__file__).resolve().parents[4] / "shared/samples/payloads.jsonl"
BUILD_CLOCKS = (1_498_780_179.0, 1_499_109_309.0)
"""The clocks by which the authors of RFC 8428 resolved packs without a time."""
NOW = 1_795_478_400_000


def samples() -> list[Any]:
    if not FILE.exists():
        if os.environ.get("CI"):
            return [pytest.param({}, id="missing")]
        return [pytest.param({}, id="missing", marks=pytest.mark.skip(reason="no samples next to the checkout"))]
    records = [json.loads(line) for line in FILE.read_text("utf-8").splitlines() if line.strip()]
    return [pytest.param(record, id=f"{record['id']}-{record['group']}") for record in records]


def decode(name: str, topic: str, payload: bytes, memory: dict[str, Any] | None = None) -> Decoded:
    decoder = DECODERS[name]
    captured = next(c for f in decoder.filters if (c := f.match(topic)) is not None)
    message = Message(topic=topic, payload=payload, received=NOW, source="s", captured=captured)
    return decoder.decode(message, {} if memory is None else memory)


@pytest.mark.parametrize("record", samples())
def test_a_real_payload_decodes_as_expected_or_is_refused_with_a_reason(record: dict[str, Any]) -> None:
    assert record, f"{FILE} is missing"
    kind = record["encoding"]
    check = next(
        check for prefix, check in CHECKS.items() if (record["group"] if kind == "json" else kind).startswith(prefix)
    )
    check(record)


def a_raw_frame_is_refused_and_its_codecs_output_is_understood(record: dict[str, Any]) -> None:
    envelope = {"time": "2026-11-24T00:00:00Z", "data": record["payload"], "fPort": 1}
    topic = "application/1/device/0101010101010101/event/up"
    with pytest.raises(DecodeError, match="set the device's payload codec in the network server"):
        decode("chirpstack", topic, json.dumps(envelope).encode())
    values = record["expected"]["data"]
    decoded = decode("chirpstack", topic, json.dumps(envelope | {"object": values}).encode())
    found = {s.key: s.value for s in decoded.signals}
    assert not decoded.refused
    for key, value in values.items():
        if isinstance(value, dict):
            assert found[key] == value.get("value", value.get("data"))
            assert next(s.unit for s in decoded.signals if s.key == key) == value.get("unit", "")
        elif isinstance(value, list):
            late = [s.at for s in decoded.signals if s.at != NOW]
            assert late == [r["timestamp"] * 1_000 for r in value for k in r if k != "timestamp"]
        elif key in WORDS:
            assert found[key] == WORDS[key][value]
        else:
            assert found[key] == value or float(value) == found[key]


def a_chirpstack_event(record: dict[str, Any]) -> None:
    payload, event = record["payload"].encode(), record["topic"].rpartition("/")[2]
    if event == "up":
        with pytest.raises(DecodeError, match="codec"):
            decode("chirpstack", record["topic"], payload)
    elif event == "status":
        signals = decode("chirpstack", record["topic"], payload).signals
        assert {(s.key, s.value, s.unit) for s in signals} == {("battery", 88.3, "%"), ("margin", 10.0, "dB")}
        assert {s.at for s in signals} == {1_658_136_906_927}
    else:
        assert decode("chirpstack", record["topic"], payload) == Decoded()


def a_things_stack_message(record: dict[str, Any]) -> None:
    decoded = decode("the_things_stack", record["topic"], record["payload"].encode())
    if not record["topic"].endswith("/up"):
        assert decoded == Decoded()
        return
    values = json.loads(record["payload"])["uplink_message"]["decoded_payload"]
    assert {s.key: s.value for s in decoded.signals} == values
    assert {s.device for s in decoded.signals} == {"dev-eu868-01"}
    assert {s.at for s in decoded.signals} == {1_779_716_531_412}


def a_senml_pack(record: dict[str, Any]) -> None:
    pack = json.loads(record["payload"])
    resolved = [senml.resolve(pack, clock) for clock in BUILD_CLOCKS]
    if "expected" in record:
        assert record["expected"]["resolved"] in resolved
    else:
        assert [(r["n"], r["v"]) for r in resolved[0]] == [
            ("2001:db8::3", 0.5),
            ("2001:db8::4", 0.5),
            ("2001:db8::3", 0),
            ("2001:db8::4", 0),
        ]
    names = {r["n"] for r in resolved[0]}
    message = Message(
        topic="t", payload=record["payload"].encode(), received=NOW, source="s", captured={"gateway": "g"}
    )
    decoded = DECODERS["senml"].decode(message, {})
    assert len(decoded.signals) == len(resolved[0])
    assert decoded.speaker == "g"
    assert all(any(name.startswith(s.device) for name in names) for s in decoded.signals)


def a_senml_pack_in_cbor(record: dict[str, Any]) -> None:
    message = Message(
        topic="t", payload=bytes.fromhex(record["payload"]), received=NOW, source="s", captured={"gateway": "g"}
    )
    decoded = DECODERS["senml"].decode(message, {})
    wanted = [r for r in record["expected"]["resolved"] if "v" in r]
    assert [s.value for s in decoded.signals] == pytest.approx([r["v"] for r in wanted])
    assert [s.at for s in decoded.signals] == [round(r["t"] * 1_000) for r in wanted]
    assert all(r["n"].startswith(s.device) for s, r in zip(decoded.signals, wanted, strict=True))


def a_sparkplug_message(record: dict[str, Any]) -> None:
    topic = record["topic"] or "spBv1.0/Sparkplug B Devices/DDATA/Raspberry Pi/Pibrella"
    illustration = json.loads(record["payload"])
    decoded = decode("sparkplug_b", topic, sparkplug_payload.encode(record["payload"]))
    kind, device = (
        topic.split("/")[2],
        "Sparkplug B Devices/Raspberry Pi" + ("/Pibrella" if "Pibrella" in topic else ""),
    )
    if kind.endswith("CMD"):
        assert decoded == Decoded()
    elif kind.endswith("DEATH"):
        assert [(s.device, s.online) for s in decoded.statuses] == [(device, False)]
    else:
        wanted = {m["name"]: m["value"] for m in illustration["metrics"]}
        assert {s.key: s.value for s in decoded.signals} == wanted
        assert {(s.device, s.at) for s in decoded.signals} == {(device, 1_486_144_502_122)}


def a_zigbee_state(record: dict[str, Any]) -> None:
    decoded = decode("zigbee2mqtt", record["topic"], record["payload"].encode())
    assert {s.key: s.value for s in decoded.signals} == json.loads(record["payload"])
    assert {(s.device, s.at) for s in decoded.signals} == {(record["topic"].removeprefix("zigbee2mqtt/"), None)}


def a_thingsboard_message(record: dict[str, Any]) -> None:
    topic, payload, expected = record["topic"], record["payload"].encode(), record.get("expected", {})
    decoded = decode("thingsboard", topic, payload)
    if topic.endswith("connect"):
        assert [(s.device, s.online) for s in decoded.statuses] == [("Device A", topic.endswith("/connect"))]
        return
    captured = next(c for f in DECODERS["thingsboard"].filters if (c := f.match(topic)) is not None)
    rows = thingsboard.rows(Message(topic=topic, payload=payload, received=NOW, source="s", captured=captured))
    if "points" in expected:
        assert len(rows) == expected["points"]
    if "devices" in expected:
        assert sorted({row.device for row in rows}) == expected["devices"]
    if expected.get("server_time"):
        assert {s.at for s in decoded.signals} == {None}
    if "time" in expected:
        assert {s.at for s in decoded.signals} == {1_451_649_600_512}
    assert len(decoded.signals) == sum(len(row.values) for row in rows)


CHECKS = {
    "lorawan": a_raw_frame_is_refused_and_its_codecs_output_is_understood,
    "chirpstack": a_chirpstack_event,
    "the-things-stack": a_things_stack_message,
    "senml+json": a_senml_pack,
    "senml+cbor": a_senml_pack_in_cbor,
    "sparkplug-b": a_sparkplug_message,
    "zigbee2mqtt": a_zigbee_state,
    "thingsboard": a_thingsboard_message,
}
