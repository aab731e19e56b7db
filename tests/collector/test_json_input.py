import pytest

from collector import json_input
from collector.decoding import DecodeError, Message


def message(payload: bytes, limit: int = 1 << 20) -> Message:
    return Message(topic="t", payload=payload, received=0, source="s", limit=limit)


def test_a_byte_order_mark_is_taken_off() -> None:
    assert json_input.document(message(b'\xef\xbb\xbf{"a": 1}')) == {"a": 1}


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b"", "empty"),
        (b"  ", "empty"),
        (b'{"a": 1', "ends too early, at character 7"),
        (b'{"a": "abc', "ends too early"),
        (b'{"a": NaN}', "NaN at character"),
        (b'{"a": Infinity}', "Infinity at character"),
        (b'{"a": -Infinity}', "finite numbers"),
        (b'{"a": ' + b"9" * 5_000 + b"}", "too many digits"),
        (b'{"a": 1e999}', "too many digits"),
        (b"\xff\xfe{", "not JSON"),
        (b'{"a": 1}}', "not JSON at character 8"),
        (b"[" * 200_000, "nested 200000 deep; allowed: up to 32"),
        (b'{"a":' * 200_000 + b"1" + b"}" * 200_000, "up to"),
        (b"[" * 33 + b"]" * 33, "nested 33 deep"),
        (b'{"a": "\\ud800"}', "not JSON"),
    ],
)
def test_what_is_no_document_is_refused_with_the_reason(payload: bytes, reason: str) -> None:
    with pytest.raises(DecodeError, match=reason):
        json_input.document(message(payload, limit=4 << 20))


def test_a_payload_of_50_megabytes_is_refused_unread() -> None:
    with pytest.raises(DecodeError, match="payload of 52428800 bytes; allowed: up to 1048576"):
        json_input.document(message(b"[" * (50 << 20)))


def test_the_limit_is_the_sources() -> None:
    assert json_input.document(message(b"[1, 2]", limit=6)) == [1, 2]
    with pytest.raises(DecodeError, match="allowed: up to 5"):
        json_input.document(message(b"[1, 2]", limit=5))


def test_32_deep_is_allowed() -> None:
    assert json_input.depth(b"[" * 32 + b"]" * 32) == 32
    assert json_input.document(message(b"[" * 32 + b"]" * 32)) is not None


@pytest.mark.parametrize(
    ("payload", "depth"),
    [
        (b"1", 0),
        (b'{"a": [1]}', 2),
        (b'["]]]]", [1], "[[[["]', 2),
        (b'["a\\"[[[[", 1]', 1),
        (b'["\\\\", [[1]]]', 3),
        (b'[{"a": 1}, {"b": [2]}]', 3),
    ],
)
def test_depth_counts_brackets_outside_of_text_only(payload: bytes, depth: int) -> None:
    assert json_input.depth(payload) == depth


def test_many_flat_rows_are_not_deep() -> None:
    assert len(json_input.document(message(b"[" + b'{"a":{}},' * 9_999 + b"{}]"))) == 10_000


def test_a_table_is_one_object() -> None:
    with pytest.raises(DecodeError, match="an array found; allowed: one JSON object"):
        json_input.table(message(b"[]"))
