"""What several rules find at one place is found as one, in event time."""

import random
from dataclasses import replace
from pathlib import Path

import pytest

from facility.alert import Alert, Condition, Severity
from facility.reading import Reading
from facility.register import Register
from facility.site import Zone
from facility.text import Text
from rules.definition import BrokenRules, load_book, read_rule
from rules.limits import Limits
from rules.stories import tell
from tests.rules.room import ALARM, HOUR, MINUTE, QUIET, SECOND, T0, Room, book_of, point, register, rule_text

SMOKE = 'applies = { quantity = "smoke" }'
ALARMS = rule_text("smoke-alarm", '[state]\nbad = ["alarm"]', applies=SMOKE)
CONFIRMED = rule_text("confirmed", '[together]\nrules = ["smoke-alarm"]\nat_least = 2', applies=SMOKE)
LEAKS = rule_text("water-leak", '[state]\nbad = ["wet"]', applies='applies = { quantity = "leak" }')
LOW = rule_text("low", '[minimum]\nlimit = "0.3 MPa"')
BOTH = 'applies = { quantity = ["leak", "pressure"] }'
BURST = rule_text("burst", '[together]\nrules = ["water-leak", "low"]\nwithin = "10m"', applies=BOTH)
A, B, C, FAR = "a.smoke", "b.smoke", "c.smoke", "far.smoke"
WET, DRY = 1.0, 0.0


def house() -> Register:
    """Three detectors, a gauge and a leak sensor in one room; a detector elsewhere."""
    points = [point(id, "smoke") for id in (A, B, C, FAR)]
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


RAISING = rule_text(
    "confirmed",
    '[together]\nrules = ["smoke-alarm"]\nraises = "smoke-alarm"',
    severity='severity = "critical"',
    applies=SMOKE,
)
ORDERED = ALARMS + '[response]\nwork_order = "fire"\n'


def test_a_second_detector_makes_the_alert_of_the_first_more_urgent_and_has_its_own() -> None:
    one = room(ORDERED, RAISING)
    one.take([Reading(A, T0, ALARM)])
    one.acknowledge(1, T0 + SECOND)
    one.take([Reading(B, T0 + 2 * SECOND, ALARM)])
    first, second = one.alerts()
    assert (first.rule, first.point, first.severity, first.raised_by) == (
        "smoke-alarm",
        A,
        Severity.CRITICAL,
        "confirmed",
    )
    assert not first.acknowledged
    assert (second.point, second.severity, second.raised_by) == (B, Severity.HIGH, "")
    [order, _] = one.orders()
    assert order.severity is Severity.CRITICAL
    [told] = [fact for fact in one.facts() if fact.what == "raised-severity" and fact.noun == "alert"]
    assert told.why == "confirmed by smoke-alarm on a.smoke, smoke-alarm on b.smoke"
    assert told.data["raised_by"] == "confirmed"


def test_when_the_first_is_clear_the_next_one_is_the_one_that_is_confirmed() -> None:
    one = room(ALARMS, RAISING)
    one.take([Reading(A, T0, ALARM), Reading(B, T0 + SECOND, ALARM), Reading(C, T0 + 2 * SECOND, ALARM)])
    one.take([Reading(A, T0 + MINUTE, QUIET)])
    assert [(a.point, a.condition, a.raised_by) for a in one.alerts()] == [
        (A, Condition.NORMAL, "confirmed"),
        (B, Condition.ACTIVE, "confirmed"),
        (C, Condition.ACTIVE, ""),
    ]
    one.take([Reading(C, T0 + 2 * MINUTE, QUIET)])
    assert [(a.severity, a.raised_by) for a in one.alerts() if a.point == B] == [(Severity.HIGH, "")]
    [told] = [fact for fact in one.facts() if fact.what == "lowered"]
    assert told.why == "no longer confirmed"


def test_a_second_detector_that_is_heard_of_late_confirms_from_when_it_went_off() -> None:
    one = room(ORDERED, RAISING)
    one.take([Reading(A, T0, ALARM), Reading(B, T0 + 10 * MINUTE, QUIET)])
    one.acknowledge(1, T0 + 10 * MINUTE)
    one.take([Reading(B, T0 + 2 * MINUTE, ALARM)], now=T0 + 10 * MINUTE)
    [confirmed] = [life for life in one.breaches() if life[0] == "smoke-alarm#+confirmed"]
    assert confirmed == ("smoke-alarm#+confirmed", A, T0 + 2 * MINUTE, T0 + 2 * MINUTE, T0 + 10 * MINUTE)
    one.take([Reading(B, T0 + 9 * MINUTE, ALARM), Reading(B, T0 + 11 * MINUTE, ALARM)], now=T0 + 11 * MINUTE)
    first = one.alerts()[0]
    assert (first.severity, first.acknowledged) == (Severity.CRITICAL, False)


def test_a_part_that_turns_out_not_to_have_been_takes_the_whole_with_it() -> None:
    held = rule_text("low", '[minimum]\nlimit = "0.3 MPa"\nhold_for = "1m"')
    one = room(LEAKS, held, BURST)
    one.take([Reading("floor.leak", T0, WET)])
    one.take([Reading("g.pressure", T0 + step * 30 * SECOND, 0.1) for step in range(4)])
    [alert] = of(one, "burst")
    assert (alert.raised, alert.withdrawn) == (T0 + MINUTE, False)
    one.take([Reading("g.pressure", T0 + 45 * SECOND, 0.6)], now=T0 + HOUR)
    [alert] = of(one, "burst")
    assert alert.withdrawn
    assert [life for life in one.breaches() if life[0] == "burst"] == []


def test_news_of_another_point_that_was_only_slower_counts_at_its_own_time() -> None:
    slow, fast = room(LEAKS, LOW, BURST), room(LEAKS, LOW, BURST)
    readings = [
        Reading("g.pressure", T0, 0.1),
        Reading("g.pressure", T0 + MINUTE, 0.6),
        Reading("floor.leak", T0 + 1, WET),
    ]
    for reading in readings:
        slow.take([reading], now=T0 + 2 * MINUTE)
    fast.take(readings, now=T0 + 2 * MINUTE)
    assert slow.breaches() == fast.breaches()
    assert ("burst", "g.pressure", T0 + 1, T0 + 1, T0 + MINUTE) in slow.breaches()


def test_what_began_and_ended_in_one_batch_is_news_and_opens_work() -> None:
    one = room(LEAKS, LOW, BURST + '[response]\nwork_order = "water"\n')
    one.take([Reading("g.pressure", T0, 0.1), Reading("floor.leak", T0 + 1, WET), Reading("floor.leak", T0 + 9, DRY)])
    [alert] = of(one, "burst")
    assert (alert.condition, alert.late, alert.ended) == (Condition.NORMAL, False, T0 + 9)
    assert alert.work_order is not None


def test_a_rule_that_is_put_in_force_sees_what_goes_on_and_one_that_loses_a_part_is_over() -> None:
    one = room(ALARMS)
    one.take([Reading(A, T0, ALARM), Reading(B, T0, ALARM)])
    book = book_of(ALARMS, CONFIRMED)
    with one.records.begin() as unit:
        one.judge.use(unit, one.register, T0 + MINUTE, book)()
    assert [alert.raised for alert in of(one, "confirmed")] == [T0 + MINUTE]
    fewer = replace(one.register, points={id: p for id, p in one.register.points.items() if id != B})
    with one.records.begin() as unit:
        one.judge.use(unit, fewer, T0 + 2 * MINUTE)()
    assert [alert.ended for alert in of(one, "confirmed")] == [T0 + 2 * MINUTE]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (RAISING.replace('"critical"', '"high"'), "'smoke-alarm' is as urgent already; allowed: more urgent than high"),
        (
            RAISING.replace('raises = "smoke-alarm"', 'raises = "gas"'),
            "'gas' is none of its parts; allowed: smoke-alarm",
        ),
        (RAISING + '[response]\nwork_order = "fire"\n', "which opens its own work order; allowed: leave it out"),
        (RAISING.replace("[together]", "latched = true\n[together]"), "which says this itself; allowed: leave it out"),
    ],
)
def test_what_cannot_be_raised_is_told(text: str, wanted: str, tmp_path: Path) -> None:
    (tmp_path / "confirmed.toml").write_text(text)
    with pytest.raises(BrokenRules) as caught:
        load_book(tmp_path)
    assert wanted in str(caught.value)


def test_limits_name_the_parts_as_people_know_them() -> None:
    rule = load_book().rules["pipe-burst"]
    text = rule.kind.limit_text(rule.spec, house().points["floor.leak"], Limits())
    assert text.zh == "同一区域 10 分钟内不得有 2 个测点同时报警：地面有水 + 水泵房压力超出设定值 ±0.1 MPa"
    assert "Water on the floor + Pump-room pressure" in text.en
