from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from inspections.coverage.alarms import BLIND
from inspections.visits.alerts import OURS as VISITORS
from response.door_check_files import load_door_checks
from rules.past import Replayed, compared, set_up
from rules.replay import replay_here
from simulators.scenario import Scenario, available, find
from storage.records.breaches import BreachFilter
from tests.acceptance.expectation import differences, missing_evidence
from tests.acceptance.timeline import DutyRoom, at_once, duty_room, play, site_rules
from tests.simulators.riverside import register

CARDS_AT_DOORS = {check.alert_rule for check in load_door_checks().values()}


@dataclass(frozen=True, slots=True)
class Played:
    """A duty room to which a scenario has happened."""

    scenario: Scenario
    room: DutyRoom
    published: int

    def again(self, start: int = 0) -> Replayed:
        """What a replay of what was stored finds from then on."""
        begins, ends = self.scenario.start + start, self.scenario.start + self.scenario.duration
        with self.room.records.read() as unit:
            setup = set_up(unit, site_rules(), begins, ends)
        return compared(setup, replay_here(setup.past, self.room.readings, setup.points))


# What is looked at together is played once: in one of the processes that run the tests.
@pytest.fixture(
    scope="module",
    params=[pytest.param(name, marks=pytest.mark.xdist_group(f"scenario {name}")) for name in available()],
)
def played(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    scenario = find(request.param)
    with duty_room(tmp_path_factory.mktemp("room"), register(), scenario.start) as room:
        if any(wanted.rule in CARDS_AT_DOORS for wanted in scenario.expected):
            room.look_at_doors(scenario.start)
        if any(wanted.rule in VISITORS for wanted in scenario.expected):
            room.look_at_doors(scenario.start)
            room.look_at_visitors(scenario.start)
        if any(wanted.rule == BLIND for wanted in scenario.expected):
            room.look_at_cameras(scenario.start)
        yield Played(scenario, room, play(room, scenario, at_once(scenario, register())))


def test_the_duty_room_raises_what_the_scenario_says_and_nothing_else(played: Played) -> None:
    scenario, room = played.scenario, played.room
    assert len(room.link.acknowledged) == played.published
    with room.records.read() as unit:
        assert unit.letters.dead().rows == []
        assert unit.letters.unclaimed().rows == []
        assert unit.facts.verify() is None
    end = scenario.start + scenario.duration
    stories = [missing_evidence(e, room.readings.range(e.point, scenario.start, end)) for e in scenario.evidence]
    wrong = differences(scenario, room.alerts(), room.work_orders()) + [story for story in stories if story]
    assert not wrong, "\n".join(wrong)


def test_replay_of_a_scenario_gives_exactly_the_stored_breaches(played: Played) -> None:
    for start in (0, played.scenario.duration // 2):
        told = played.again(start)
        assert told.comparison.differences == []
        assert told.found.errors == {}
    with played.room.records.read() as unit:
        stored = unit.breaches.find(BreachFilter())
    assert played.again().comparison.same == len(stored)
