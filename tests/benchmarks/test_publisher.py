"""The load of the comparison is what it says it is."""

import json

import pytest

from benchmarks.publisher import GAUGES, Load, packet


@pytest.mark.parametrize(("messages", "batch"), [(2_500, 1), (GAUGES + 3, 4)])
def test_no_two_readings_have_the_same_point_and_time_and_none_is_of_tomorrow(messages: int, batch: int) -> None:
    load = Load(prefix="p", messages=messages, batch=batch, now=1_764_000_000_000)
    found = set()
    for topic, payload in load.each():
        rows = json.loads(payload)
        found |= {(topic, row["ts"]) for row in (rows if batch > 1 else [rows])}
    assert len(found) == load.readings == messages * batch
    assert max(at for _, at in found) <= load.now + GAUGES


def test_a_long_message_has_its_length_in_two_bytes() -> None:
    made = packet("a/b", b"x" * 200, mid=258)
    assert made[:3] == bytes([0x32, 0x80 | (207 & 127), 1])
    assert made[3:10] == b"\x00\x03a/b\x01\x02"
    assert len(made) == 3 + 207
