"""Several severities of one rule make one alert, as urgent as the most urgent level that fires."""

import random

import pytest

from facility.alert import Condition, Severity
from rules.definition import BrokenRules, read_rule
from rules.stories import tell, told
from tests.rules.room import GAUGE, MINUTE, SECOND, T0, Room, book_of, register, rule_text, series

BAND = '[band]\naround = "set_pressure"\nwithin = "0.1 MPa"\nclear_for = "30s"\n'
LEVEL = '[[level]]\nseverity = "critical"\nband = { within = "0.2 MPa", clear_for = "20s" }\n'
ORDER = '[response]\nwork_order = "water-supply"\n'
LEVELLED = rule_text("pressure", BAND + LEVEL + ORDER)


def room() -> Room:
    return Room(book_of(LEVELLED))


def told_of(room: Room) -> list[str]:
    return [fact.what for fact in room.facts() if fact.noun == "alert"]


def test_one_alert_has_the_severity_of_the_most_urgent_level_that_fires() -> None:
    one = room()
    one.take(series(GAUGE, [0.6, 0.49]))
    [alert] = one.alerts()
    assert (alert.rule, alert.severity, alert.low) == ("pressure", Severity.HIGH, 0.5)
    one.take(series(GAUGE, [0.39], start=T0 + MINUTE))
    [alert] = one.alerts()
    assert (alert.severity, alert.low, alert.condition) == (Severity.CRITICAL, 0.4, Condition.ACTIVE)
    assert told_of(one) == ["raised", "raised-severity"]


def test_a_fall_past_both_limits_at_once_raises_one_alert_that_is_critical() -> None:
    one = room()
    one.take(series(GAUGE, [0.6, 0.3]))
    assert [alert.severity for alert in one.alerts()] == [Severity.CRITICAL]
    assert told_of(one) == ["raised"]


def test_a_rise_takes_the_acknowledgement_back_and_the_work_order_is_as_urgent() -> None:
    one = room()
    one.take(series(GAUGE, [0.49]))
    one.acknowledge(one.alerts()[0].id, T0 + SECOND)
    one.take(series(GAUGE, [0.3], start=T0 + MINUTE))
    [alert], [order] = one.alerts(), one.orders()
    assert not alert.acknowledged
    assert (alert.acknowledged_by, alert.acknowledged_at) == ("", None)
    assert order.severity is Severity.CRITICAL
    assert "work-order raised-severity" in one.told()


def test_it_becomes_less_urgent_after_that_levels_clear_time_and_keeps_its_acknowledgement() -> None:
    one = room()
    one.take(series(GAUGE, [0.3]))
    one.acknowledge(one.alerts()[0].id, T0 + SECOND)
    one.take(series(GAUGE, [0.45, 0.45], start=T0 + 10 * SECOND))
    assert one.alerts()[0].severity is Severity.CRITICAL
    one.take(series(GAUGE, [0.45], start=T0 + 30 * SECOND))
    [alert] = one.alerts()
    assert (alert.severity, alert.acknowledged, alert.low) == (Severity.HIGH, True, 0.5)
    assert told_of(one)[-1] == "lowered"
    one.take(series(GAUGE, [0.6] * 4, start=T0 + 40 * SECOND))
    [alert] = one.alerts()
    assert (alert.condition, alert.ended, alert.open) == (Condition.NORMAL, T0 + 40 * SECOND, False)


def test_batches_change_nothing_of_what_is_found() -> None:
    values = [0.6, 0.49, 0.3, 0.45, 0.45, 0.45, 0.3, 0.6, 0.6, 0.6, 0.6, 0.6]
    whole, apart = room(), room()
    whole.take(series(GAUGE, values))
    for reading in series(GAUGE, values):
        apart.take([reading])
    assert whole.lives() == apart.lives()
    wanted = ["raised", "raised-severity", "lowered", "raised-severity", "lowered", "returned"]
    assert told_of(whole) == told_of(apart) == wanted


def test_levels_stand_where_they_stood_after_a_restart() -> None:
    one = room()
    one.take(series(GAUGE, [0.3]))
    one.restart(T0 + SECOND)
    one.take(series(GAUGE, [0.45] * 3, start=T0 + 10 * SECOND))
    assert one.alerts()[0].severity is Severity.HIGH


def test_a_level_that_is_taken_away_leaves_no_alert_behind() -> None:
    quick = LEVELLED.replace('within = "0.1 MPa"', 'within = "0.1 MPa"\nhold_for = "1h"').replace(
        'clear_for = "20s"', 'hold_for = "0s"'
    )
    one = Room(book_of(quick))
    one.take(series(GAUGE, [0.3]))
    with one.records.begin() as unit:
        adopt = one.judge.use(unit, register(), T0 + MINUTE, book_of(rule_text("pressure", BAND + ORDER)))
    adopt()
    assert one.alerts()[0].condition is Condition.NORMAL
    assert one.facts()[-1].why == "level retired"


def test_health_speaks_of_the_rule_and_not_of_its_levels() -> None:
    assert [health.rule for health in room().judge.health()] == ["pressure"]


STORY = """[[story]]
name = "levels"
set = { set_pressure = "0.60 MPa" }
every = "10s"
values = "0.6 0.49 0.3 0.45 0.45 0.45 0.6 0.6 0.6 0.6"
expect = "ok firing:high active:critical firing:critical firing:critical active:high clearing firing:high firing ok"
"""


def test_a_story_expects_the_level() -> None:
    rule = read_rule(LEVELLED + STORY, "levels.toml")
    telling = tell(rule, rule.stories[0])
    assert telling.held, told(telling)
    wrong = read_rule(LEVELLED + STORY.replace("active:high", "active:critical"), "levels.toml")
    assert tell(wrong, wrong.stories[0]).wrong == [5]
    other = read_rule(LEVELLED + STORY.replace("active:high", "active:low"), "levels.toml")
    assert "allowed: high, critical" in tell(other, other.stories[0]).problem


@pytest.mark.parametrize(
    ("level", "line", "key", "wanted"),
    [
        ('severity = "high"\nband = { within = "0.2 MPa" }', 2, "level.0.severity", "'high' is taken"),
        ('severity = "urgent"\nband = { within = "0.2 MPa" }', 2, "level.0.severity", "allowed: 'critical'"),
        ('severity = "low"', 1, "level.0", "nothing differs"),
        ('severity = "low"\nminimum = { limit = "1 MPa" }', 3, "level.0.minimum", "the rule's kind is [band]"),
        ('severity = "low"\nband = { withn = "0.2 MPa" }', 3, "level.0.band.withn", "did you mean 'within'?"),
        ('severity = "low"\nband = { within = "2 V" }', 3, "level.0.band.within", "'V' is a unit of"),
        ('severity = "low"\nband = { hold_for = 3 }', 3, "level.0.band.hold_for", "3 is not a duration"),
    ],
)
def test_a_broken_level_is_told_with_line_and_key(level: str, line: int, key: str, wanted: str) -> None:
    text = rule_text("pressure", BAND)
    with pytest.raises(BrokenRules) as caught:
        read_rule(text + "[[level]]\n" + level + "\n", "levels.toml")
    [problem] = caught.value.problems
    assert (problem.line, problem.key) == (text.count("\n") + line, key), problem
    assert wanted in problem.text


@pytest.mark.parametrize("seed", range(8))
def test_no_order_of_arrival_and_no_delay_changes_what_the_levels_find(seed: int) -> None:
    rng = random.Random(seed)
    values = [rng.choice([0.6, 0.6, 0.49, 0.3]) for _ in range(60)]
    readings = series(GAUGE, values)
    in_time, late = room(), room()
    in_time.take(readings)
    shuffled = sorted(readings, key=lambda reading: reading.at + rng.choice([0, 0, 0, 1, 5]) * MINUTE)
    for start in range(0, len(shuffled), 3):
        late.take(shuffled[start : start + 3], now=readings[-1].at + MINUTE)
    assert late.breaches() == in_time.breaches() != []
    first, second = in_time.alerts()[-1], late.alerts()[-1]
    assert (first.severity, first.low, first.condition) == (second.severity, second.low, second.condition)


def test_a_late_reading_past_the_further_limit_makes_the_open_alert_as_urgent() -> None:
    one = room()
    first, second = series(GAUGE, [0.49, 0.49], every=MINUTE)
    one.take([first, second])
    one.acknowledge(one.alerts()[0].id, T0 + MINUTE)
    one.take(series(GAUGE, [0.3], start=T0 + 30 * SECOND), now=T0 + MINUTE + SECOND)
    [alert] = one.alerts()
    assert (alert.severity, alert.low, alert.acknowledged) == (Severity.CRITICAL, 0.4, False)
