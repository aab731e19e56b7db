"""Replay of what really happened gives exactly what is stored."""

from pathlib import Path

import pytest

from rules.past import Replayed, compared, set_up
from rules.replay import replay_here
from simulators.scenario import Scenario, available, find
from storage.records.breaches import BreachFilter
from tests.acceptance.timeline import DutyRoom, at_once, duty_room, play, site_rules
from tests.simulators.riverside import register


def again(room: DutyRoom, scenario: Scenario, start: int = 0) -> Replayed:
    with room.records.read() as unit:
        setup = set_up(unit, site_rules(), scenario.start + start, scenario.start + scenario.duration)
    return compared(setup, replay_here(setup.past, room.readings, setup.points))


@pytest.mark.parametrize("name", available())
def test_replay_of_a_scenario_gives_exactly_the_stored_breaches(name: str, tmp_path: Path) -> None:
    scenario = find(name)
    with duty_room(tmp_path, register(), scenario.start) as room:
        play(room, scenario, at_once(scenario, register()))
        for start in (0, scenario.duration // 2):
            told = again(room, scenario, start)
            assert told.comparison.differences == []
            assert told.found.errors == {}
        with room.records.read() as unit:
            stored = unit.breaches.find(BreachFilter())
        assert again(room, scenario).comparison.same == len(stored)
