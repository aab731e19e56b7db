"""CBOR comes in by one door, and nothing strange comes in with it."""

from typing import Any

import pytest

from collector import cbor_input
from collector.decoding import DecodeError, Message


def read(payload: bytes, limit: int = 1 << 20) -> Any:
    return cbor_input.document(Message(topic="t", payload=payload, received=0, source="s", limit=limit))


@pytest.mark.parametrize(
    ("payload", "found"),
    [("8101", [1]), ("d9d9f78101", [1]), ("9f01ff", [1]), ("c48221196ab3", 273.15), ("a20001613102", {0: 1, "1": 2})],
)
def test_plain_values_and_decimal_fractions_are_read(payload: str, found: object) -> None:
    assert read(bytes.fromhex(payload)) == found


@pytest.mark.parametrize(
    ("payload", "said"),
    [
        ("", "ends too early"),
        ("82", "ends too early"),
        ("9bffffffffffffffff", "ends too early"),
        ("5b7fffffffffffffff", "payload: "),
        ("80aa", "1 bytes after the end"),
        ("a200010002", "a key stands twice"),
        ("c24101", "a tag"),
        ("c11a514b67b0", "a tag"),
        ("d8236128", "a tag"),
        ("c5821b00000000ffffffff01", "a tag"),
        ("d9ffff01", "a tag"),
        ("c4821b00000000ffffffff01", "exponent 4294967295"),
        ("c401", "a decimal fraction that is not"),
        ("81" * 100 + "01", "nested more than 16 deep"),
        ("c4" * 100 + "01", "nested more than 16 deep"),
        ("61ff", "not CBOR"),
    ],
)
def test_what_is_not_plain_is_refused_with_the_reason(payload: str, said: str) -> None:
    with pytest.raises(DecodeError, match=said):
        read(bytes.fromhex(payload))


def test_more_bytes_than_the_source_allows_are_not_even_looked_at() -> None:
    with pytest.raises(DecodeError, match="300 bytes; allowed: up to 256"):
        read(bytes(300), 256)
