"""The monthly smoke tests under a test mode: no page, no work order, and at the end the proof of which signals came through."""

from pathlib import Path

from api.setting_aside import TestWish, start_test
from facility.instant import MINUTE
from facility.person import Actor
from facility.scope import Extent
from facility.test_mode import TestMode
from simulators.scenario import Scenario, find
from tests.acceptance.timeline import DutyRoom, at_once, duty_room, play
from tests.simulators.riverside import register

TESTED = ("t1-f01-smoke-1.smoke", "t1-f02-smoke-1.smoke", "o1-f01-smoke-1.smoke", "b1-smoke-1.smoke")
FORGOTTEN = "t1-f03-smoke-1.smoke"
ENGINEER = Actor(id="wang", name="王工")


def begin(room: DutyRoom, scenario: Scenario, expected: tuple[str, ...], minutes: int) -> None:
    wish = TestWish(extent=Extent.SYSTEM, scope="", length=minutes * MINUTE, why="monthly test", expected=expected)
    with room.records.begin() as unit:
        start_test(unit, register(), ENGINEER, scenario.start, wish)


def the_test(room: DutyRoom) -> TestMode:
    with room.records.read() as unit:
        assert unit.facts.verify() is None
        return unit.test_modes.get(1)


def test_the_report_names_the_detector_that_was_forgotten(tmp_path: Path) -> None:
    scenario = find("monthly-smoke-tests")
    with duty_room(tmp_path, register(), scenario.start) as room:
        begin(room, scenario, (*TESTED, FORGOTTEN), 25)
        play(room, scenario, at_once(scenario, register()))
        mode = the_test(room)
        assert (mode.came, mode.missed) == (TESTED, (FORGOTTEN,))
        assert room.alerts() == []
        with room.records.read() as unit:
            [begun, ended] = unit.facts.of("test-mode", "1")
        assert (begun.what, ended.what, ended.data["missed"]) == ("begun", "ended", [FORGOTTEN])


def test_detectors_that_do_not_say_that_it_is_a_test_page_nobody_either(tmp_path: Path) -> None:
    """Smoke from a can on every floor: to the detectors it is a fire."""
    scenario = find("fire-on-floor-3")
    with duty_room(tmp_path / "fire", register(), scenario.start) as room:
        play(room, scenario, at_once(scenario, register()))
        in_earnest = [alert for alert in room.alerts() if alert.life_safety]
        assert in_earnest
        assert room.work_orders()
    with duty_room(tmp_path / "test", register(), scenario.start) as room:
        begin(room, scenario, tuple(dict.fromkeys(alert.point for alert in in_earnest)), 240)
        play(room, scenario, at_once(scenario, register()))
        kept = [alert for alert in room.alerts() if alert.life_safety]
        assert [(alert.rule, alert.point, alert.started) for alert in kept] == [
            (alert.rule, alert.point, alert.started) for alert in in_earnest
        ]
        assert all(alert.test and not alert.announces for alert in kept)
        assert [order for order in room.work_orders() if order.life_safety] == []


def test_a_fire_that_outlasts_the_test_pages_when_it_ends(tmp_path: Path) -> None:
    scenario = find("fire-on-floor-3")
    with duty_room(tmp_path, register(), scenario.start) as room:
        begin(room, scenario, (), 240)
        play(room, scenario, at_once(scenario, register()))
        burning = [alert for alert in room.alerts() if alert.life_safety and alert.open]
        room.take_in(scenario.start + 240 * MINUTE)
        by_id = {alert.id: alert for alert in room.alerts()}
        orders = {order.id for order in room.work_orders() if order.life_safety}
        for alert in burning:
            now = by_id[alert.id]
            assert (now.test, now.announces) == (False, True)
            assert now.work_order in orders
        assert the_test(room).reported is None
