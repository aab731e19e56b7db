"""What several rules find at one place is found as one, in event time."""

import random
from dataclasses import replace
from pathlib import Path

import pytest

from facility.alert import Alert, Condition
from facility.reading import Reading
from facility.register import Register
from facility.site import Zone
from facility.text import Text
from rules.definition import BrokenRules, load_book, read_rule
from rules.stories import tell
from tests.rules.room import ALARM, MINUTE, QUIET, SECOND, T0, Room, book_of, point, register, rule_text

SMOKE = 'applies = { quantity = "smoke" }'
ALARMS = rule_text("smoke-alarm", '[state]\nbad = ["alarm"]', applies=SMOKE)
CONFIRMED = rule_text("confirmed", '[together]\nrules = ["smoke-alarm"]\nat_least = 2', applies=SMOKE)
LEAKS = rule_text("water-leak", '[state]\nbad = ["wet"]', applies='applies = { quantity = "leak" }')
LOW = rule_text("low", '[minimum]\nlimit = "0.3 MPa"')
BOTH = 'applies = { quantity = ["leak", "pressure"] }'
BURST = rule_text("burst", '[together]\nrules = ["water-leak", "low"]\nwithin = "10m"', applies=BOTH)
A, B, FAR = "a.smoke", "b.smoke", "far.smoke"
WET, DRY = 1.0, 0.0


def house() -> Register:
    """Two detectors, a gauge and a leak sensor in one room; a detector elsewhere."""
    points = [point(id, "smoke") for id in (A, B, FAR)]
    built = register([*points, point("g.pressure", "pressure", "MPa", 0.001), point("floor.leak", "leak", interval=0)])
    far = replace(built.assets["far"], zone="hall")
    hall = Zone(id="hall", site="site", name=Text("大堂", "hall"))
    return replace(built, zones={**built.zones, "hall": hall}, assets={**built.assets, "far": far})


def room(*texts: str) -> Room:
    return Room(book_of(*texts), register=house())


def of(room: Room, rule: str) -> list[Alert]:
    return [alert for alert in room.alerts() if alert.rule == rule]


def test_a_second_detector_of_the_zone_confirms_the_first_and_the_alert_names_both() -> None:
    one = room(ALARMS, CONFIRMED)
    one.take([Reading(A, T0, ALARM), Reading(FAR, T0, ALARM)])
    assert of(one, "confirmed") == []
    one.take([Reading(B, T0 + SECOND, ALARM)])
    [alert] = of(one, "confirmed")
    assert (alert.point, alert.started, alert.raised) == (A, T0 + SECOND, T0 + SECOND)
    why = next(fact.why for fact in one.facts() if fact.subject == str(alert.id))
    assert why == "smoke-alarm on a.smoke, smoke-alarm on b.smoke"


def test_it_returns_when_the_parts_are_no_longer_enough() -> None:
    one = room(ALARMS, CONFIRMED)
    one.take([Reading(A, T0, ALARM), Reading(B, T0 + SECOND, ALARM)])
    one.take([Reading(A, T0 + MINUTE, QUIET)])
    [alert] = of(one, "confirmed")
    assert (alert.condition, alert.ended) == (Condition.NORMAL, T0 + MINUTE)


def test_one_detector_that_repeats_itself_confirms_nothing() -> None:
    one = room(ALARMS, CONFIRMED)
    one.take([Reading(A, T0 + step * SECOND, ALARM) for step in range(5)])
    assert of(one, "confirmed") == []


@pytest.mark.parametrize(("apart", "found"), [(10 * MINUTE, 1), (10 * MINUTE + 1, 0)])
def test_parts_must_have_begun_near_to_one_another(apart: int, found: int) -> None:
    one = room(LEAKS, LOW, BURST)
    one.take([Reading("g.pressure", T0, 0.1), Reading("floor.leak", T0 + apart, WET)])
    assert len(of(one, "burst")) == found


def test_each_rule_must_have_its_part() -> None:
    one = room(LEAKS, LOW, BURST)
    one.take([Reading("floor.leak", T0, WET)])
    assert of(one, "burst") == []
    one.take([Reading("g.pressure", T0 + MINUTE, 0.1)])
    assert [alert.point for alert in of(one, "burst")] == ["floor.leak"]


def test_a_test_confirms_nothing() -> None:
    one = room(ALARMS, CONFIRMED)
    one.take([Reading(A, T0, ALARM), Reading(B, T0, ALARM)._replace(test=True)])
    assert of(one, "confirmed") == []


def test_batches_and_restarts_change_nothing() -> None:
    rng = random.Random(3)
    readings = [
        Reading(rng.choice([A, B, FAR]), T0 + step * SECOND, rng.choice([ALARM, ALARM, QUIET])) for step in range(120)
    ]
    whole, apart = room(ALARMS, CONFIRMED), room(ALARMS, CONFIRMED)
    whole.take(readings)
    for number, reading in enumerate(readings):
        apart.take([reading])
        if number % 11 == 5:
            apart.restart(reading.at)
    assert whole.lives() == apart.lives()
    assert of(whole, "confirmed") != []


def test_levels_of_a_part_count_as_the_part() -> None:
    level = '[[level]]\nseverity = "critical"\nminimum = { limit = "0.2 MPa" }\n'
    one = room(LEAKS, LOW + level, BURST)
    one.take([Reading("g.pressure", T0, 0.1), Reading("floor.leak", T0 + SECOND, WET)])
    assert len(of(one, "burst")) == 1


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (CONFIRMED.replace("smoke-alarm", "smoke-alrm"), "there is no rule 'smoke-alrm'; did you mean 'smoke-alarm'?"),
        (CONFIRMED.replace("smoke-alarm", "smoke-confirmed"), "puts others together itself"),
        (CONFIRMED.replace('["smoke-alarm"]', '["smoke-alarm", "smoke-alarm"]'), "a rule is named twice"),
        (CONFIRMED.replace("at_least = 2", "at_least = 1"), "greater than or equal to 2"),
    ],
)
def test_what_cannot_be_put_together_is_told(text: str, wanted: str, tmp_path: Path) -> None:
    (tmp_path / "confirmed.toml").write_text(text)
    with pytest.raises(BrokenRules) as caught:
        load_book(tmp_path)
    assert wanted in str(caught.value)


def test_a_story_names_the_parts_that_go_on() -> None:
    story = '[[story]]\nname = "s"\nevery = "1m"\nvalues = "none {}"\nexpect = "ok firing"\n'
    rule = read_rule(CONFIRMED + story.format("smoke-alarm+smoke-alarm"), "c.toml")
    assert tell(rule, rule.stories[0]).held
    alone = read_rule(CONFIRMED + story.format("smoke-alarm"), "c.toml")
    assert tell(alone, alone.stories[0]).wrong == [1]
    wrong = read_rule(CONFIRMED + story.format("fire"), "c.toml")
    assert "allowed: none, smoke-alarm" in tell(wrong, wrong.stories[0]).problem
