"""What is normal differs with the mode; set values and modes hold from their own time on, for late readings too."""

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facility.alert import Alert, Condition
from facility.point import Setting
from facility.reading import Reading
from facility.register import Register
from facility.units import state_number
from rules.check import check
from rules.definition import BrokenRules, load_book, read_rule
from rules.replay import replay_here
from rules.replaying import Past
from rules.silent import Deaf
from rules.stories import tell, told
from tests.rules.room import (
    GAUGE,
    HOUR,
    MINUTE,
    POINTS,
    SECOND,
    T0,
    Room,
    book_of,
    point,
    register,
    rule_text,
    series,
    setting,
)

BAND = '[band]\naround = "set_pressure"\nwithin = "0.1 MPa"\n'
WIDER = '[mode.fire-pump-running]\nband = { within = "0.4 MPa" }\n'
QUIET = "[mode.maintenance]\noff = true\n"
ORDER = '[response]\nwork_order = "water-supply"\n'
RULE = rule_text("pressure", BAND + WIDER + QUIET + ORDER)
NORMAL, RUNNING, MAINTENANCE = 0.0, 1.0, 2.0


def mode(value: float, since: int) -> Setting:
    return Setting(point=GAUGE, name="mode", value=value, since=since, approver="chief engineer")


def house(*settings: Setting) -> Register:
    return register(settings=[setting(0.6), *settings])


def only_alert(room: Room) -> Alert:
    [alert] = room.alerts()
    return alert


def test_a_mode_has_other_limits_and_the_alert_tells_them() -> None:
    room = Room(book_of(RULE), register=house(mode(RUNNING, T0)))
    room.take(series(GAUGE, [0.9, 1.0]))
    assert room.alerts() == []
    room.take(series(GAUGE, [1.01], start=T0 + MINUTE))
    found = only_alert(room)
    assert (found.high, found.limit.en) == (1.0, "0.200–1.000 MPa (set value ±0.4 MPa)")


def test_each_reading_is_held_to_the_mode_of_its_own_time() -> None:
    room = Room(book_of(RULE), register=house(mode(RUNNING, T0 + MINUTE), mode(NORMAL, T0 + 2 * MINUTE)))
    room.take(series(GAUGE, [0.6, 0.9, 0.9, 0.9, 0.6], every=45 * SECOND), now=T0 + HOUR)
    ends = [(fact.what, fact.data["started"], fact.data["ended"]) for fact in room.facts() if fact.noun == "alert"]
    assert ends[:2] == [("raised", T0 + 45 * SECOND, None), ("returned", T0 + 45 * SECOND, T0 + 90 * SECOND)]
    assert [what for what, *_ in ends[2:]] == ["re-raised", "returned"]
    assert only_alert(room).ended == T0 + 180 * SECOND


@pytest.mark.parametrize(("value", "alerts"), [(0.75, 1), (0.65, 0)])
def test_a_reading_that_comes_late_is_held_to_the_value_that_was_set_at_its_own_time(value: float, alerts: int) -> None:
    changed = register(settings=[setting(0.6), setting(0.7, since=T0 + HOUR)])
    room = Room(book_of(rule_text("pressure", BAND)), register=changed, started=T0 + 2 * HOUR)
    room.take([Reading(GAUGE, T0 + MINUTE, value)], now=T0 + 2 * HOUR)
    assert len(room.alerts()) == alerts
    room.take([Reading(GAUGE, T0 + 2 * HOUR, 0.75)], now=T0 + 2 * HOUR)
    assert len([alert for alert in room.alerts() if alert.condition is not Condition.NORMAL]) == 0


def test_a_change_of_the_set_value_takes_effect_at_its_time_and_not_before() -> None:
    room = Room(book_of(rule_text("pressure", BAND)), register=house())
    room.take([Reading(GAUGE, T0, 0.65)])
    with room.records.begin() as unit:
        later = register(settings=[setting(0.6), setting(0.9, since=T0 + HOUR)])
        adopt = room.judge.use(unit, later, T0 + MINUTE)
    adopt()
    room.take([Reading(GAUGE, T0 + HOUR - 1, 0.65)])
    assert room.alerts() == []
    room.tick(T0 + HOUR)
    room.take([Reading(GAUGE, T0 + HOUR, 0.65)])
    assert only_alert(room).low == 0.8


def test_in_a_mode_that_is_off_it_is_judged_and_shown_and_calls_nobody() -> None:
    room = Room(book_of(RULE), register=house(mode(MAINTENANCE, T0)))
    room.take(series(GAUGE, [0.3]))
    found = only_alert(room)
    assert (found.suppressed_by, found.state, found.condition) == (
        "mode:maintenance",
        "suppressed-by-design",
        Condition.ACTIVE,
    )
    assert room.orders() == []


def test_when_the_mode_ends_by_the_clock_what_still_goes_on_is_an_alert_like_any_other() -> None:
    room = Room(book_of(RULE), register=house(mode(MAINTENANCE, T0), mode(NORMAL, T0 + HOUR)))
    room.take(series(GAUGE, [0.3]))
    room.tick(T0 + HOUR - 1)
    assert only_alert(room).suppressed_by == "mode:maintenance"
    room.tick(T0 + HOUR)
    assert (only_alert(room).suppressed_by, len(room.orders())) == ("", 1)


def test_what_goes_on_when_the_mode_begins_is_shown_as_suppressed() -> None:
    room = Room(book_of(RULE), register=house(mode(MAINTENANCE, T0 + HOUR)))
    room.take(series(GAUGE, [0.3]))
    assert only_alert(room).suppressed_by == ""
    room.tick(T0 + HOUR)
    assert only_alert(room).suppressed_by == "mode:maintenance"


def test_a_mode_set_by_a_new_register_holds_at_once() -> None:
    room = Room(book_of(RULE), register=house())
    room.take(series(GAUGE, [0.3]))
    with room.records.begin() as unit:
        adopt = room.judge.use(unit, house(mode(MAINTENANCE, T0 + MINUTE)), T0 + MINUTE)
    adopt()
    assert only_alert(room).suppressed_by == "mode:maintenance"


def test_a_story_can_be_told_in_a_mode() -> None:
    story = (
        '[[story]]\nname = "s"\nevery = "10s"\nset = { set_pressure = "0.6 MPa", mode = "fire-pump-running" }\n'
        'values = "0.9 1.001"\nexpect = "ok firing"\n'
    )
    rule = read_rule(RULE + story, "pressure.toml")
    telling = tell(rule, rule.stories[0])
    assert telling.held, told(telling)
    with pytest.raises(BrokenRules, match="'storm' is not a mode; allowed: normal, fire-pump-running"):
        read_rule(RULE + story.replace('mode = "fire-pump-running"', 'mode = "storm"'), "pressure.toml")


@pytest.mark.parametrize(
    ("more", "key", "wanted"),
    [
        ("[mode.storm]\noff = true", "mode.storm", "allowed: 'normal', 'fire-pump-running'"),
        ("[mode.drill]\noff = false", "mode.drill", "nothing differs"),
        ('[mode.drill]\nband = { hold_for = "1m" }', "mode.drill.band.hold_for", "not other times"),
        ('[mode.drill]\nband = { around = "pressure" }', "mode.drill.band.around", "not other times or settings"),
        ('[mode.drill]\nband = { within = "1 V" }', "mode.drill.band.within", "unit of"),
    ],
)
def test_a_broken_mode_is_told_with_its_key(more: str, key: str, wanted: str) -> None:
    with pytest.raises(BrokenRules) as caught:
        read_rule(rule_text("pressure", BAND + more), "pressure.toml")
    [problem] = caught.value.problems
    assert problem.key.startswith(key), problem
    assert wanted in problem.text


def test_life_safety_is_never_switched_off_by_a_mode() -> None:
    text = rule_text("pressure", BAND + QUIET, more="life_safety = true")
    with pytest.raises(BrokenRules, match="life safety is never switched off"):
        read_rule(text, "pressure.toml")
    assert [rule.id for rule in load_book() if rule.life_safety and any(one.off for one in rule.modes)] == []


def test_windows_are_not_cut_by_modes() -> None:
    rate = '[rate]\nfall = "0.05 MPa"\nper = "1m"\nover = "1m"\n'
    with pytest.raises(BrokenRules, match="may lie in two modes"):
        read_rule(rule_text("fast", rate + '[mode.drill]\nrate = { fall = "1 MPa" }'), "fast.toml")
    assert read_rule(rule_text("fast", rate + "[mode.drill]\noff = true"), "fast.toml").modes[0].off


def test_points_without_a_mode_are_in_the_normal_one() -> None:
    plain = replace(house(), settings={})
    assert read_rule(RULE, "p.toml").mode_at(plain.points[GAUGE], plain, T0) is None


PUMP = "pump.running"
STARTS = (
    '[mode.fire-pump-running]\nband = { within = "0.4 MPa" }\n'
    'while = { quantity = "running", asset = "pump", says = "running", same = "zone" }\n'
)
TOLD = rule_text("pressure", BAND + STARTS)
STOPPED, RUNS = state_number("running", "stopped"), state_number("running", "running")


def with_pump(*settings: Setting) -> Register:
    return register([*POINTS[:1], point(PUMP, "running")], [setting(0.6), *settings])


def pumped(rule: str = TOLD) -> Room:
    return Room(book_of(rule), register=with_pump())


def says(word: float, at: int) -> Reading:
    return Reading(PUMP, at, word)


def test_a_pump_that_says_that_it_runs_puts_its_zone_into_the_mode() -> None:
    room = pumped()
    room.take([says(RUNS, T0), Reading(GAUGE, T0 + SECOND, 0.95)])
    assert room.alerts() == []
    room.take([says(STOPPED, T0 + MINUTE), Reading(GAUGE, T0 + MINUTE + SECOND, 0.95)])
    assert only_alert(room).started == T0 + MINUTE + SECOND


def test_a_word_of_the_pump_that_comes_late_changes_what_was_found_since() -> None:
    room = pumped()
    room.take([says(STOPPED, T0), *series(GAUGE, [0.6, 0.95, 0.95, 0.95, 0.6])])
    assert only_alert(room).started == T0 + 10 * SECOND
    room.take([says(RUNS, T0 + 15 * SECOND)], now=T0 + MINUTE)
    assert [life[2:] for life in room.breaches()] == [(T0 + 10 * SECOND, T0 + 10 * SECOND, T0 + 20 * SECOND)]
    room.take([says(RUNS, T0 + 5 * SECOND)], now=T0 + MINUTE)
    assert room.breaches() == []
    assert only_alert(room).withdrawn


@settings(max_examples=25, deadline=None)
@given(
    words=st.lists(st.tuples(st.booleans(), st.integers(1, 30)), min_size=1, max_size=8),
    values=st.lists(st.sampled_from([0.6, 0.95, 1.2]), min_size=5, max_size=25),
    order=st.randoms(use_true_random=False),
    restart=st.integers(0, 20),
)
def test_in_whatever_order_pump_and_gauge_are_heard_the_same_is_found_and_replayed(
    words: list[tuple[bool, int]], values: list[float], order: Random, restart: int
) -> None:
    at, said = T0, list[Reading]()
    for runs, gap in words:
        at += gap * SECOND
        said.append(says(RUNS if runs else STOPPED, at))
    readings = [*said, *series(GAUGE, values)]
    mixed = order.sample(readings, len(readings))
    now = max(reading.at for reading in readings) + SECOND
    whole, apart = pumped(), pumped()
    whole.take(readings, now=now)
    for number, reading in enumerate(mixed):
        if number == restart:
            apart.restart(now)
        apart.take([reading], now=now)
    assert apart.breaches() == whole.breaches()
    past = Past(book=whole.book, registers=[(0, whole.register)], start=T0, end=now, deaf=(Deaf(0, now),))
    found = replay_here(past, whole.readings, [GAUGE, PUMP])
    again = sorted(
        (rule, of, s.started, s.raised, s.ended) for (rule, of), spells in found.spells.items() for s in spells
    )
    assert again == whole.breaches()


def test_a_mode_that_calls_nobody_begins_and_ends_with_the_pump() -> None:
    quiet = STARTS.replace('band = { within = "0.4 MPa" }', "off = true")
    room = pumped(rule_text("pressure", BAND + quiet + ORDER))
    room.take([says(RUNS, T0), Reading(GAUGE, T0 + SECOND, 0.95)])
    assert (only_alert(room).suppressed_by, room.orders()) == ("mode:fire-pump-running", [])
    room.take([says(STOPPED, T0 + MINUTE)])
    assert (only_alert(room).suppressed_by, len(room.orders())) == ("", 1)


@pytest.mark.parametrize("holder", ["gauge", "room"])
def test_an_asset_or_a_zone_may_be_in_a_mode_and_the_nearest_says(holder: str) -> None:
    there = Setting(point=holder, name="mode", value=RUNNING, since=T0, approver="chief engineer")
    room = Room(book_of(RULE), register=house(there))
    room.take(series(GAUGE, [0.95]))
    assert room.alerts() == []
    room = Room(book_of(RULE), register=house(there, mode(NORMAL, T0)))
    room.take(series(GAUGE, [0.95]))
    assert len(room.alerts()) == 1


def test_checking_rules_tells_a_mode_that_nobody_can_say() -> None:
    [found] = [one for one in check(book_of(TOLD), house(), ["pressure"]) if one.key.startswith("mode")]
    assert (found.error, found.key) == (True, "mode.fire-pump-running.while")
    assert "no point of the register says of 1 of 1 points when they are in it: gauge.pressure" in found.text
    assert not [one for one in check(book_of(TOLD), with_pump(), ["pressure"]) if one.key.startswith("mode")]


def test_a_rule_of_the_manual_is_for_rooms_without_a_fire_pump_too() -> None:
    assert not [one for one in check(book_of(TOLD), house(), []) if one.key.startswith("mode")]


@pytest.mark.parametrize(
    ("old", "new", "wanted"),
    [
        ('"running"', '"runing"', "mode.fire-pump-running.while.says"),
        ('"running"', '"pressure"', "is measured, it has no words"),
        ('same = "zone"', 'same = "house"', "'asset', 'zone'"),
    ],
)
def test_what_says_a_mode_and_cannot_be_meant_is_told(old: str, new: str, wanted: str) -> None:
    with pytest.raises(BrokenRules) as caught:
        read_rule(TOLD.replace(old, new), "pressure.toml")
    assert wanted in str(caught.value)
