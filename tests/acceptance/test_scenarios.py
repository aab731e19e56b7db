from pathlib import Path

import pytest

from inspections.coverage.alarms import BLIND
from inspections.visits.alerts import OURS as VISITORS
from response.door_check_files import load_door_checks
from simulators.scenario import available, find
from tests.acceptance.expectation import differences, missing_evidence
from tests.acceptance.timeline import at_once, duty_room, play
from tests.simulators.riverside import register

CARDS_AT_DOORS = {check.alert_rule for check in load_door_checks().values()}


@pytest.mark.parametrize("name", available())
def test_the_duty_room_raises_what_the_scenario_says_and_nothing_else(name: str, tmp_path: Path) -> None:
    scenario = find(name)
    with duty_room(tmp_path, register(), scenario.start) as room:
        if any(wanted.rule in CARDS_AT_DOORS for wanted in scenario.expected):
            room.look_at_doors(scenario.start)
        if any(wanted.rule in VISITORS for wanted in scenario.expected):
            room.look_at_doors(scenario.start)
            room.look_at_visitors(scenario.start)
        if any(wanted.rule == BLIND for wanted in scenario.expected):
            room.look_at_cameras(scenario.start)
        published = play(room, scenario, at_once(scenario, register()))
        assert len(room.link.acknowledged) == published
        with room.records.read() as unit:
            assert unit.letters.dead().rows == []
            assert unit.letters.unclaimed().rows == []
            assert unit.facts.verify() is None
        end = scenario.start + scenario.duration
        stories = [missing_evidence(e, room.readings.range(e.point, scenario.start, end)) for e in scenario.evidence]
        wrong = differences(scenario, room.alerts(), room.work_orders()) + [story for story in stories if story]
        assert not wrong, "\n".join(wrong)
