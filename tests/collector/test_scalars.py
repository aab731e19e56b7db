from typing import Any

import pytest

from collector import scalars
from collector.decoding import DecodeError


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        (0.612, 0.612),
        (7, 7.0),
        (True, True),
        ("0.612", 0.612),
        (" -3 ", -3.0),
        ("1e3", 1_000.0),
        ("ON", "ON"),
        ("true", "true"),
        ("0_02", "0_02"),
        ("1,5", "1,5"),
        ("０.６", "０.６"),
        ("0x10", "0x10"),
        ("OL", "OL"),
        ("inf", "inf"),
        ("nan", "nan"),
    ],
)
def test_a_value_is_a_number_a_boolean_or_a_word(raw: Any, value: float | bool | str) -> None:
    found = scalars.value(raw, "x")
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    "raw", [[], {}, "", "   ", "w" * 65, 2**63, -(2**63), 10**400, 1e300, "1e300", "9" * 20, float("nan")]
)
def test_anything_else_is_refused_by_the_name_of_its_field(raw: Any) -> None:
    with pytest.raises(DecodeError, match=r"^pressure: "):
        scalars.value(raw, "pressure")


def test_null_is_a_fault_that_the_device_reports() -> None:
    assert scalars.signal("d", "k", None, 5) == ("d", "k", 0.0, 5, "", False, scalars.NO_VALUE, False)


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-11-24T08:00:00.250+08:00", 1_795_478_400_250),
        ("2026-11-24T00:00:00Z", 1_795_478_400_000),
        ("20200515T023353Z", 1_589_510_033_000),
        ("2022-07-18T09:34:15.775023242+00:00", 1_658_136_855_775),
    ],
)
def test_iso_times_keep_their_offset(text: str, instant: int) -> None:
    assert scalars.instant(text, "ts") == instant


@pytest.mark.parametrize("raw", ["2026-11-24T08:00:00", "yesterday", "", True, [], "0000-00-00T00:00:00Z", 2.0**64])
def test_a_time_without_offset_or_sense_is_refused(raw: Any) -> None:
    with pytest.raises(DecodeError, match=r"^ts: "):
        scalars.instant(raw, "ts")


def test_seconds_and_milliseconds_are_told_by_the_envelope() -> None:
    assert scalars.epoch_instant(1_722_650_880, "timestamp", 1_000) == 1_722_650_880_000
    assert scalars.epoch_instant(1648481184.757, "timestamp", 1_000) == 1_648_481_184_757
    assert scalars.epoch_instant(1_451_649_600_512, "ts") == 1_451_649_600_512
