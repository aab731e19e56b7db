"""The town says what the seed says, and has in it whatever a real one has."""

from __future__ import annotations

import json
from collections import Counter

from tests.faults.oracle import conditions
from tests.faults.town import HOLD, LIFE, Town

TOWN = Town(seed=3, begins=1_800_000_000_000, gauges=6, lives=3)
MESSAGES = list(TOWN.messages())
TOLD = {told for message in MESSAGES for told in message.readings}


def test_the_same_seed_says_the_same_and_another_one_something_else() -> None:
    assert list(TOWN.messages()) == MESSAGES
    assert list(Town(seed=4, begins=TOWN.begins, gauges=6, lives=3).messages()) != MESSAGES


def test_every_reading_is_issued_at_least_once_and_numbers_go_up_with_time() -> None:
    assert len(TOLD) == LIFE * 6 * 3
    assert [message.number for message in MESSAGES] == list(range(len(MESSAGES)))
    assert sorted(MESSAGES, key=lambda message: message.due) == MESSAGES


def test_half_of_the_gauges_are_in_breach_once_and_the_others_never_for_long_enough() -> None:
    found = Counter(point for point, _ in conditions(TOLD))
    assert found == Counter(f"{name}.level" for name in TOWN.names() if int(name[-2:]) % 2 == 0)
    assert HOLD > 0


def test_there_are_batches_doubles_late_ones_and_poison_of_every_kind() -> None:
    said = Counter(message.payload for message in MESSAGES)
    assert any(times > 1 for times in said.values())
    assert any(len(message.readings) > 1 for message in MESSAGES)
    assert any(
        message.due - (message.readings[-1].at - TOWN.begins) > 1_000 for message in MESSAGES if message.readings
    )
    poison = [message for message in MESSAGES if message.poison]
    assert any(message.readings for message in poison)
    assert len({bool(_unreadable(message.payload)) for message in poison if not message.readings}) == 2


def test_what_is_good_can_be_read_from_its_bytes() -> None:
    for message in MESSAGES:
        if not message.poison:
            rows = json.loads(message.payload)
            rows = rows if isinstance(rows, list) else [rows]
            assert [(f"{r['device']}.level", r["ts"], r["values"]["level"]) for r in rows] == list(message.readings)


def _unreadable(payload: bytes) -> bool:
    try:
        json.loads(payload)
    except ValueError:
        return True
    return False
