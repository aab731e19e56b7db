from typing import Any

import orjson
import pytest

from collector import scalars, sparkplug_payload
from collector.decoders import sparkplug_b
from collector.decoding import Decoded, DecodeError, Message
from collector.memory import Remembered

NOW = 1_795_478_400_000


def decode(
    kind: str, payload: bytes, memory: Remembered | None = None, *, edge: str = "edge-1/gauge", at: int = NOW
) -> Decoded:
    captured = {"group": "Plant", "type": kind, "edge": edge}
    message = Message(topic="t", payload=payload, received=at, source="plant", captured=captured)
    return sparkplug_b.decode(message, Remembered({}) if memory is None else memory)


def payload(*metrics: dict[str, Any]) -> bytes:
    return sparkplug_payload.encode(orjson.dumps({"timestamp": NOW, "metrics": list(metrics)}))


def one(**fields: Any) -> Any:
    """A payload with one metric, built field by field as an edge node's library would."""
    built = sparkplug_payload.Payload(timestamp=NOW)
    metric = built.metrics.add(name=b"m")
    for name, value in fields.items():
        setattr(metric, name, value)
    return built


def value_of(**fields: Any) -> float | bool | str:
    (signal,) = decode("DDATA", one(**fields).SerializeToString()).signals
    return signal.value


@pytest.mark.parametrize(
    ("datatype", "field", "raw", "value"),
    [
        (1, "int_value", 0xFFFFFFFF, -1.0),
        (1, "int_value", 0xFF, -1.0),
        (2, "int_value", 0xFFFF8000, -32_768.0),
        (3, "int_value", 0x80000000, -(2.0**31)),
        (4, "long_value", 2**64 - 5, -5.0),
        (5, "int_value", 200, 200.0),
        (7, "long_value", 2**32 - 1, 2.0**32 - 1),
        (8, "long_value", 2**40, 2.0**40),
        (9, "float_value", 0.612, 0.612),
        (10, "double_value", 0.612, 0.612),
        (11, "boolean_value", True, True),
        (11, "int_value", 1, True),
        (12, "string_value", b"running", "running"),
        (12, "string_value", b"0.5", 0.5),
        (13, "long_value", NOW, float(NOW)),
        (0, "double_value", 1.5, 1.5),
    ],
)
def test_a_value_by_its_data_type(datatype: int, field: str, raw: Any, value: float | bool | str) -> None:
    found = value_of(datatype=datatype, **{field: raw})
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"datatype": 16}, "m: a data set found; allowed: numbers, booleans and text"),
        ({"datatype": 17}, "m: bytes found"),
        ({"datatype": 19}, "m: a template found"),
        ({"datatype": 31, "int_value": 1}, "m: an array or a set found"),
        ({"datatype": 10}, "m: no value found"),
        ({"datatype": 8, "long_value": 2**64 - 1}, "beyond 2^63"),
        ({"datatype": 10, "double_value": float("nan")}, "not finite"),
        ({"datatype": 9, "float_value": float("inf")}, "not finite"),
        ({"datatype": 12, "string_value": b"\xff"}, "m: not UTF-8"),
        ({"datatype": 12, "string_value": b"x" * 100}, "m: text of 100 characters"),
        ({"name": b"\xff", "datatype": 10, "double_value": 1.0}, "metric name: not UTF-8"),
        ({"name": b"", "datatype": 10, "double_value": 1.0}, "neither a name nor an alias"),
    ],
)
def test_what_carries_no_value_is_refused_and_spoils_nothing(fields: dict[str, Any], said: str) -> None:
    built = one(**fields)
    built.metrics.add(name=b"good", datatype=10, double_value=1.0)
    decoded = decode("DDATA", built.SerializeToString())
    assert [(s.key, s.value) for s in decoded.signals] == [("good", 1.0)]
    (reason,) = decoded.refused
    assert said in reason


def test_null_is_a_fault() -> None:
    (signal,) = decode("DDATA", one(datatype=10, is_null=True).SerializeToString()).signals
    assert (signal.value, signal.fault) == (0.0, scalars.NO_VALUE)


@pytest.mark.parametrize(("quality", "stale", "fault"), [(192, False, ""), (500, True, ""), (0, False, "bad quality")])
def test_the_properties_say_unit_and_quality(quality: int, stale: bool, fault: str) -> None:
    built = one(datatype=10, double_value=6.0)
    properties = built.metrics[0].properties
    properties.keys.extend([b"engUnit", b"Quality"])
    properties.values.add(string_value=b"bar")
    properties.values.add(int_value=quality)
    (signal,) = decode("DDATA", built.SerializeToString()).signals
    assert (signal.unit, signal.stale) == ("bar", stale)
    assert fault in signal.fault
    assert bool(signal.fault) == bool(fault)


def test_a_metrics_own_time_goes_before_the_payloads() -> None:
    found = decode(
        "DDATA",
        payload(
            {"name": "a", "timestamp": 5, "dataType": "Int8", "value": 1}, {"name": "b", "dataType": "Int8", "value": 1}
        ),
    )
    assert [s.at for s in found.signals] == [5, NOW]


def test_a_birth_gives_aliases_and_a_new_birth_takes_the_old_ones_away() -> None:
    memory = Remembered({})
    decode("DBIRTH", payload({"name": "pressure", "alias": 1, "dataType": "Double", "value": 0.6}), memory)
    decode(
        "DBIRTH", payload({"name": "level", "alias": 2, "dataType": "Double", "value": 1.0}), memory, edge="edge-1/tank"
    )
    data = payload({"alias": 1, "value": 0.5})
    assert [(s.device, s.key) for s in decode("DDATA", data, memory).signals] == [("Plant/edge-1/gauge", "pressure")]
    assert decode("DDATA", data, memory, edge="edge-1/tank").refused  # another device's alias
    decode("DBIRTH", payload({"name": "flow", "alias": 3, "dataType": "Double", "value": 1.0}), memory)
    assert decode("DDATA", data, memory).refused
    assert decode("DDATA", payload({"alias": 2, "value": 0.5}), memory, edge="edge-1/tank").signals
    assert memory.changed == {"Plant/edge-1"}


def test_a_rebirth_is_asked_for_once_a_minute() -> None:
    memory, data = Remembered({}), payload({"alias": 9, "value": 1})
    asked = [len(decode("DDATA", data, memory, at=NOW + seconds * 1_000).replies) for seconds in (0, 1, 59, 60)]
    assert asked == [1, 0, 0, 1]


def test_a_node_takes_its_devices_along_unless_it_is_an_old_death() -> None:
    memory = Remembered({})
    decode("NBIRTH", payload({"name": "bdSeq", "dataType": "UInt64", "value": 7}), memory, edge="edge-1")
    decode("DBIRTH", payload(), memory)
    old = decode("NDEATH", payload({"name": "bdSeq", "dataType": "UInt64", "value": 6}), memory, edge="edge-1")
    assert old == Decoded()
    dead = decode("NDEATH", payload({"name": "bdSeq", "dataType": "UInt64", "value": 7}), memory, edge="edge-1")
    assert [(s.device, s.online) for s in dead.statuses] == [("Plant/edge-1", False), ("Plant/edge-1/gauge", False)]


def test_what_the_node_is_told_is_no_value() -> None:
    controls = payload(
        {"name": "Node Control/Rebirth", "dataType": "Boolean", "value": False},
        {"name": "bdSeq", "dataType": "UInt64", "value": 0},
        {"name": "Temperature", "dataType": "Double", "value": 21.5},
    )
    assert [s.key for s in decode("NBIRTH", controls, edge="edge-1").signals] == ["Temperature"]


@pytest.mark.parametrize(
    ("kind", "edge"),
    [("DDATA", "edge-1"), ("NDATA", "edge-1/gauge"), ("DDATA", "edge-1/a/b"), ("XDATA", "edge-1"), ("NDATA", "")],
)
def test_a_topic_that_is_none_of_sparkplugs_is_refused(kind: str, edge: str) -> None:
    with pytest.raises(DecodeError, match=r"^topic: "):
        decode(kind, payload(), edge=edge)


def test_hosts_states_and_commands_are_left_out() -> None:
    message = Message(
        topic="t", payload=b"{}", received=NOW, source="s", captured={"group": "STATE", "type": "host", "edge": ""}
    )
    assert sparkplug_b.decode(message, Remembered({})) == Decoded()
    assert decode("NCMD", b"\xff", edge="edge-1") == Decoded()
