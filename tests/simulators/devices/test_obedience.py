"""Sirens and valves do what they are told, and say what they have become."""

from __future__ import annotations

import json
from typing import Any

import pytest

from facility.instant import MINUTE, SECOND
from simulators.building import Building, told
from simulators.devices.siren import Siren
from simulators.devices.valve import TRAVEL, Valve
from tests.simulators.riverside import register

START = 1_795_479_000_000
SIREN, VALVE = "o1-f01-siren", "o1-gas-valve"


def building() -> Building:
    made = Building(register=register(), start=START)
    list(made.messages(START + 10 * MINUTE))
    return made


def tell(house: Building, device: str, word: str, after: int = 10 * MINUTE) -> list[dict[str, Any]]:
    payload = json.dumps({"state": word, "id": "k", "ts": START}).encode()
    said = house.hear(f"dutyroom/v1/riverside/{device}/set", payload, START + after)
    return [json.loads(message.payload)["values"] for message in said]


def test_a_siren_answers_at_once() -> None:
    house = building()
    assert tell(house, SIREN, "on") == [{"switch": True}]
    assert tell(house, SIREN, "on") == [{"switch": True}], "told again it says it again"
    assert tell(house, SIREN, "off") == [{"switch": False}]


def test_a_valve_answers_when_it_has_arrived() -> None:
    house = building()
    list(house.messages(START + 10 * MINUTE))
    assert tell(house, VALVE, "close") == []
    model = house.within.models[VALVE, VALVE]
    assert isinstance(model, Valve)
    assert model.position == "open"
    later = list(house.messages(START + 10 * MINUTE + TRAVEL + SECOND))
    said = [json.loads(m.payload)["values"] for m in later if m.topic.endswith(f"{VALVE}/readings")]
    assert said[-1] == {"valve": "closed"}
    assert tell(house, VALVE, "close", 11 * MINUTE) == [{"valve": "closed"}]


def test_what_is_broken_or_silent_or_not_meant_does_nothing() -> None:
    house = building()
    siren = house.within.models[SIREN, SIREN]
    assert isinstance(siren, Siren)
    siren.fail()
    assert tell(house, SIREN, "on") == []
    siren.mend()
    house.within.lines[SIREN].silent = True
    assert tell(house, SIREN, "on") == []
    assert tell(house, SIREN, "explode") == []
    assert tell(house, "t1-pump-1", "on") == []


@pytest.mark.parametrize(
    ("topic", "payload"),
    [
        ("dutyroom/v1/x/siren/set", b"{"),
        ("dutyroom/v1/x/siren/set", b"[]"),
        ("dutyroom/v1/x/siren/set", b'{"state": 1}'),
        ("dutyroom/v1/x/siren/readings", b'{"state": "on"}'),
        ("set", b'{"state": "on"}'),
    ],
)
def test_what_is_no_command_is_none(topic: str, payload: bytes) -> None:
    assert told(topic, payload) == ("", "")


def test_the_same_building_gives_the_same_bytes_with_commands_in_between() -> None:
    def night() -> list[bytes]:
        house = building()
        first = [
            m.payload for m in house.hear("dutyroom/v1/riverside/" + SIREN + "/set", b'{"state":"on"}', START + MINUTE)
        ]
        return first + [m.payload for m in house.messages(START + 20 * MINUTE)]

    assert night() == night()
