"""A burst pipe whose messages arrive late and in no order: what is found in the end is what the right order finds."""

import random
from collections.abc import Iterator
from pathlib import Path

from facility.alert import Condition
from simulators.scenario import Scenario, find
from simulators.spoken import Message
from storage.records.breaches import BreachFilter
from tests.acceptance.timeline import Arrivals, DutyRoom, at_once, duty_room, play
from tests.simulators.riverside import register

MINUTE = 60_000
LONGEST = 25 * MINUTE


def late_and_shuffled(scenario: Scenario, arrivals: Arrivals) -> Iterator[tuple[int, Message]]:
    """Messages of native devices, each up to 25 minutes late; all have arrived when the scenario ends."""
    chance = random.Random(11)
    end = scenario.start + scenario.duration - 2 * scenario.tick
    delayed = [
        (min(at + chance.choice((0, 0, MINUTE, LONGEST)) * int(_native(message)), end), number, message)
        for number, (at, message) in enumerate(arrivals)
    ]
    for at, _, message in sorted(delayed, key=lambda one: one[:2]):
        yield at, message


def _native(message: Message) -> bool:
    return message.topic.startswith("dutyroom/v1/")


def found(room: DutyRoom) -> list[tuple[str, str, int, int, int | None]]:
    """Every breach that stands, silence aside: that one is a matter of arrival."""
    with room.records.read() as unit:
        breaches = unit.breaches.find(BreachFilter(), limit=10_000)
    kept = (b for b in breaches if not b.rule.startswith(("silence", "missed")))
    return sorted((b.rule, b.point, b.started, b.raised, b.ended) for b in kept)


def test_messages_that_come_late_and_in_no_order_find_what_the_right_order_finds(tmp_path: Path) -> None:
    scenario = find("burst-pipe")
    for name in ("right", "shuffled"):
        (tmp_path / name).mkdir()
    with duty_room(tmp_path / "right", register(), scenario.start) as room:
        play(room, scenario, at_once(scenario, register()))
        wanted = found(room)
    assert any(rule == "pump-pressure-band" for rule, *_ in wanted)
    with duty_room(tmp_path / "shuffled", register(), scenario.start) as room:
        shuffled = list(late_and_shuffled(scenario, at_once(scenario, register())))
        assert play(room, scenario, shuffled) == len(shuffled)
        assert found(room) == wanted
        assert room.judge.backlog.waiting == {}
        with room.records.read() as unit:
            assert unit.facts.verify() is None
        withdrawn = [alert for alert in room.alerts() if alert.withdrawn]
        assert all(alert.condition is Condition.NORMAL for alert in withdrawn)
