import pytest

from collector import scalars
from collector.decoders import senml
from collector.decoding import DecodeError, Message


@pytest.mark.parametrize(
    ("record", "said"),
    [
        ({"n": "a", "v": "1"}, "v: text found"),
        ({"n": "a", "v": 1, "vb": True}, "more than one value"),
        ({"n": "a", "v": 1, "must_": 1}, "must be understood"),
        ({"n": "a", "bver": 11, "v": 1}, "bver: version 11"),
        ({"n": "-a", "v": 1}, "is no SenML name"),
        ({"v": 1}, "is no SenML name"),
        ({"n": 3, "v": 1}, "n: a number found"),
        (3, "a number found"),
    ],
)
def test_a_record_that_breaks_the_rules_is_refused_by_its_place(record: object, said: str) -> None:
    with pytest.raises(DecodeError, match=r"^\[1\]") as caught:
        senml.resolve([{"bn": ""}, record], 0.0)
    assert said in str(caught.value)


def test_base_values_are_added_and_times_below_2_to_the_28_are_relative() -> None:
    base = {"bn": "a:", "bv": 20, "bt": -10, "n": "t", "v": 1.5}
    pack = [base, {"n": "t", "t": 5}, {"n": "t", "t": 1_320_067_464 + 10, "v": 2}]
    found = senml.resolve(pack, 1_000_000_000.0)
    assert [(r["v"], r["t"]) for r in found] == [(21.5, 999_999_990.0), (22, 1_320_067_464)]


def test_null_is_no_value_here_too() -> None:
    captured = {"device": "box-3"}
    message = Message(topic="t", payload=b'[{"n": "a", "v": null}]', received=5_000, source="s", captured=captured)
    (signal,) = senml.decode(message, {}).signals
    assert (signal.value, signal.fault) == (0.0, scalars.NO_VALUE)


@pytest.mark.parametrize(
    ("name", "unit", "device", "key"),
    [
        ("urn:dev:ow:10e2073a01080063:temp", "Cel", "urn:dev:ow:10e2073a01080063", "temp"),
        ("urn:dev:ow:10e2073a01080063_temp", "Cel", "urn:dev:ow:10e2073a01080063", "temp"),
        ("urn:dev:ow:10e2073a01080063", "%RH", "urn:dev:ow:10e2073a01080063", "%RH"),
        ("2001:db8::2/temperature", "", "2001:db8::2", "temperature"),
        ("pump-room/gauge-1/pressure", "", "pump-room/gauge-1", "pressure"),
        ("2001:db8::3", "", "2001:db8::3", "value"),
    ],
)
def test_a_name_says_device_and_key(name: str, unit: str, device: str, key: str) -> None:
    assert senml._device_and_key({"n": name, "u": unit}) == (device, key)


@pytest.mark.parametrize("label", ["f5", "09", "27", "8101"])
def test_a_label_of_cbor_that_rfc_8428_does_not_know_is_refused(label: str) -> None:
    payload = bytes.fromhex(f"81a2006161{label}0a")
    message = Message(topic="t", payload=payload, received=0, source="s", captured={"device": "d"})
    with pytest.raises(DecodeError, match=r"\[0\]: label .* allowed: -6 to 8|not CBOR"):
        senml.decode(message, {})


def test_a_label_and_its_name_in_one_record_are_refused() -> None:
    payload = bytes.fromhex("81a3006161616e61620201")
    message = Message(topic="t", payload=payload, received=0, source="s", captured={"device": "d"})
    with pytest.raises(DecodeError, match="'n' found"):
        senml.decode(message, {})
