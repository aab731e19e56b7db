"""Rules that look back: how often, how fast, where to. Windows are of event time and survive a restart."""

import random
from itertools import permutations

import pytest

from facility.alert import Condition
from facility.quality import Quality
from facility.reading import Reading
from rules.definition import BrokenRules, read_rule
from rules.kinds import rate
from rules.slope import level_at, median_slope
from rules.windows import Past, Reach, keep, window_at
from tests.rules.room import (
    BOX,
    DOOR,
    GAUGE,
    HOUR,
    MINUTE,
    SECOND,
    T0,
    Room,
    book_of,
    faulty,
    register,
    rule_text,
    series,
)

DAY = 24 * HOUR
ENTRY = 'applies = { quantity = "door" }'
FORCED = 3.0
COUNT = rule_text("often", '[count]\nbad = ["forced"]\nat_least = 3\nwithin = "5m"', applies=ENTRY)
RATE = rule_text("fast", '[rate]\nfall = "0.05 MPa"\nper = "1m"\nover = "1m"')
BOXES = 'applies = { quantity = "insulation_resistance" }'
TREND = rule_text("aging", '[trend]\ntoward = "0.5 MΩ"\nfrom = "above"\nwithin = "90d"\nover = "180d"', applies=BOXES)
BURST = [0.60, 0.60, 0.60, 0.59, 0.58, 0.56, 0.53, 0.49]


def lives_of(room: Room) -> list[tuple[str, str, int, int, int | None]]:
    assert room.judge.health()[0].error is None
    return room.lives()


def test_readings_are_counted_by_event_time_and_not_by_arrival() -> None:
    room = Room(book_of(COUNT))
    backlog = [Reading(DOOR, T0 + minute * MINUTE, FORCED) for minute in (0, 3, 6, 9)]
    room.take(backlog, now=T0 + 20 * MINUTE)
    assert room.alerts() == []
    room.take([Reading(DOOR, T0 + 10 * MINUTE, FORCED)], now=T0 + 20 * MINUTE)
    assert [alert.started for alert in room.alerts()] == [T0 + 10 * MINUTE]


def test_a_redelivered_reading_counts_once() -> None:
    room = Room(book_of(COUNT))
    for _ in range(3):
        room.take([Reading(DOOR, T0, FORCED)])
    assert room.alerts() == []


def test_a_late_reading_counts_in_the_windows_after_it() -> None:
    room = Room(book_of(COUNT))
    room.take([Reading(DOOR, T0 + 2 * MINUTE, FORCED)])
    room.take([Reading(DOOR, T0 + MINUTE, FORCED)], now=T0 + 3 * MINUTE)
    room.take([Reading(DOOR, T0 + 4 * MINUTE, FORCED)])
    assert [alert.started for alert in room.alerts()] == [T0 + 4 * MINUTE]


def test_tests_and_faulty_readings_do_not_count() -> None:
    room = Room(book_of(COUNT))
    bad = series(DOOR, [FORCED] * 6, every=SECOND)
    room.take([bad[0]._replace(test=True), bad[1]._replace(test=True), faulty(bad[2]), faulty(bad[3]), bad[4], bad[5]])
    assert room.alerts() == []


@pytest.mark.parametrize("rule", [COUNT, RATE, TREND], ids=["count", "rate", "trend"])
def test_the_size_of_batches_and_restarts_between_them_change_nothing(rule: str) -> None:
    rng = random.Random(7)
    values = {
        "count": series(DOOR, [rng.choice([0.0, FORCED, FORCED, None]) for _ in range(60)], every=MINUTE),
        "rate": series(GAUGE, [*BURST, *BURST[::-1], *BURST]),
        "trend": series(BOX, [2.0 - step * 0.01 + rng.gauss(0, 0.01) for step in range(170)], every=DAY),
    }
    readings = next(values[name] for name in values if f"[{name}]" in rule)
    whole, apart = Room(book_of(rule)), Room(book_of(rule))
    whole.take(readings)
    for number, reading in enumerate(readings):
        apart.take([reading])
        if number % 7 == 3:
            apart.restart(reading.at)
    assert whole.lives() == apart.lives() != []


def test_a_register_that_changes_leaves_the_windows_as_they_are() -> None:
    room = Room(book_of(RATE))
    readings = series(GAUGE, BURST)
    room.take(readings[:5])
    with room.records.begin() as unit:
        adopt = room.judge.use(unit, register(), T0 + MINUTE)
    adopt()
    room.take(readings[5:])
    other = Room(book_of(RATE))
    other.take(readings)
    assert room.lives() == other.lives() != []


def test_a_rule_that_is_new_reads_the_history_it_needs() -> None:
    room = Room(book_of(rule_text("low", '[minimum]\nlimit = "0.1 MPa"')))
    room.take(series(GAUGE, BURST[:6]))
    room.restart(T0 + MINUTE)
    with room.records.begin() as unit:
        adopt = room.judge.use(unit, register(), T0 + MINUTE, book_of(RATE))
    adopt()
    room.take(series(GAUGE, BURST[6:], start=T0 + MINUTE))
    assert [alert.raised for alert in room.alerts()] == [T0 + MINUTE]


def test_a_burst_is_a_fall_and_one_wild_value_is_not() -> None:
    room = Room(book_of(RATE))
    room.take(series(GAUGE, [0.6] * 5 + [0.0] + [0.6] * 5))
    assert room.alerts() == []
    room.take(series(GAUGE, BURST, start=T0 + 10 * MINUTE))
    assert [alert.rule for alert in room.alerts()] == ["fast"]


@pytest.mark.parametrize("wild", [-1e6, 1e6])
@pytest.mark.parametrize("place", range(5))
def test_of_five_readings_one_may_be_anything(place: int, wild: float) -> None:
    past = [Past(step * 10, 100.0 - 2 * step) for step in range(5)]
    past[place] = past[place]._replace(steps=wild)
    assert median_slope(past) == pytest.approx(-0.2)
    assert level_at(past, -0.2, 100) == pytest.approx(80.0)


def test_the_order_of_arrival_changes_no_window() -> None:
    past = [Past(0, 1.0), Past(4, 2.0), Past(11, 3.0), Past(12, 4.0), Past(25, 5.0)]
    for reach, wanted in [(Reach(15), [11, 12, 25]), (Reach(100, 10), [0, 11, 25])]:
        for order in permutations(past):
            kept: list[Past] = []
            for one in order:
                keep(kept, reach, one)
            assert [one.at for one in kept] == wanted
    assert [one.at for one in window_at(past, Reach(12), 12)] == [4, 11, 12]


def test_a_point_that_speaks_ten_times_a_second_costs_no_more() -> None:
    kept: list[Past] = []
    spec = read_rule(RATE, "fast.toml").spec
    assert isinstance(spec, rate.Spec)
    reach = rate.reach(spec)
    for at in range(0, 10 * MINUTE, 100):
        keep(kept, reach, Past(at, 600.0))
    assert len(kept) <= rate.FINEST + 1


def test_after_a_restart_a_busy_point_is_read_slot_by_slot() -> None:
    fast = TREND.replace("180d", "180m").replace("90d", "90m")
    whole, again = Room(book_of(fast)), Room(book_of(fast))
    readings = series(BOX, [2.0 - step * 1.5 / 13_900 for step in range(9_000)], every=SECOND)
    whole.take(readings)
    again.take(readings[:8_000])
    assert again.alerts() == []
    again.restart(readings[7_999].at)
    again.take(readings[8_000:])
    assert whole.lives() == again.lives() != []


def test_boxes_that_age_are_told_months_before_they_fail_and_sound_ones_never() -> None:
    rng = random.Random(20261124)
    told: dict[str, int] = {}
    failed: dict[str, int] = {}
    room = Room(book_of(TREND, rule_text("low", '[minimum]\nlimit = "0.5 MΩ"', applies=BOXES)))
    readings = []
    for day in range(0, 500, 5):
        damp = rng.gauss(0, 0.02)
        readings.append(Reading(BOX, T0 + day * DAY, round(3.0 - day * 0.006 + damp, 2)))
    room.take(readings)
    for alert in room.alerts():
        (told if alert.rule == "aging" else failed).setdefault("at", alert.started)
    lead = (failed["at"] - told["at"]) / DAY
    assert 60 <= lead <= 120, lead
    sound = Room(book_of(TREND))
    sound.take([Reading(BOX, T0 + day * DAY, round(3.0 + rng.gauss(0, 0.3), 2)) for day in range(0, 1500, 5)])
    assert sound.alerts() == []


def test_a_trend_is_unknown_while_too_little_is_known_and_silence_ends_nothing() -> None:
    room = Room(book_of(TREND))
    room.take(series(BOX, [1.0, 0.9, 0.8, 0.7, 0.6], every=20 * DAY))
    assert room.alerts() == []
    room.take(series(BOX, [0.55], start=T0 + 100 * DAY))
    room.tick(T0 + 400 * DAY)
    [alert] = room.alerts()
    assert (alert.condition, alert.low, alert.unit) == (Condition.ACTIVE, 0.5, "MΩ")
    room.take(series(BOX, [0.55], start=T0 + 401 * DAY))
    assert room.alerts()[0].condition is Condition.ACTIVE


def test_limits_are_in_the_points_own_unit() -> None:
    rule = read_rule(RATE, "fast.toml")
    [gauge] = [point for point in register().points.values() if point.id == GAUGE]
    assert rule.limits(gauge, register(), T0).low_step == -50.0
    box = next(point for point in register().points.values() if point.id == BOX)
    found = read_rule(TREND, "aging.toml").limits(box, register(), T0)
    assert (found.low, found.low_step, found.high) == (0.5, 50.0, None)


@pytest.mark.parametrize(
    ("kind", "applies", "key", "wanted"),
    [
        (
            '[count]\nbad = ["forced"]\nat_least = 1\nwithin = "5m"',
            ENTRY,
            "count.at_least",
            "greater than or equal to 2",
        ),
        ('[count]\nbad = ["ajar"]\nat_least = 3\nwithin = "5m"', ENTRY, "count.bad", "allowed: closed (0)"),
        ('[count]\nbad = ["x"]\nat_least = 3\nwithin = "5m"', BOXES, "count.bad", "is measured, it has no words"),
        ('[rate]\nper = "1m"\nover = "1m"', BOXES, "rate.per", "allowed: rise, fall or both"),
        ('[rate]\nper = "1m"\nover = "1m"\nfall = "1 MPa"', BOXES, "rate.fall", "unit of pressure"),
        ('[rate]\nper = "0s"\nover = "1m"\nfall = "1 MΩ"', BOXES, "rate.per", "greater than 0"),
        ('[trend]\ntoward = "1 V"\nfrom = "above"\nwithin = "9d"\nover = "9d"', BOXES, "trend.toward", "unit of"),
        (
            '[trend]\ntoward = "1 MΩ"\nfrom = "left"\nwithin = "9d"\nover = "9d"',
            BOXES,
            "trend.from",
            "'above', 'below'",
        ),
        ('[trend]\ntoward = "1 MΩ"\nfrom = "above"\nwithin = "9d"\nover = "1ms"', BOXES, "trend.over", "1s and more"),
    ],
)
def test_a_broken_table_is_told_with_its_key(kind: str, applies: str, key: str, wanted: str) -> None:
    with pytest.raises(BrokenRules) as caught:
        read_rule(rule_text("broken", kind, applies=applies), "broken.toml")
    [problem] = caught.value.problems
    assert problem.key == key
    assert wanted in problem.text


def test_a_reading_of_doubtful_quality_is_no_part_of_a_rate() -> None:
    room = Room(book_of(RATE))
    room.take([reading._replace(quality=Quality.UNCALIBRATED) for reading in series(GAUGE, BURST)])
    assert room.alerts() == []


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("rule", [COUNT, RATE, TREND], ids=["count", "rate", "trend"])
def test_no_order_of_arrival_and_no_delay_changes_what_is_found(rule: str, seed: int) -> None:
    rng = random.Random(seed)
    quick = rule.replace("180d", "60m").replace("90d", "30m")
    values = {
        "count": series(DOOR, [rng.choice([0.0, FORCED, FORCED]) for _ in range(80)], every=MINUTE),
        "rate": series(GAUGE, [*BURST, *BURST[::-1]] * 5, every=10 * SECOND),
        "trend": series(
            BOX,
            [1.2 - step * 0.008 + (0.6 if step > 60 else 0) + rng.gauss(0, 0.005) for step in range(120)],
            every=MINUTE,
        ),
    }
    readings = next(values[name] for name in values if f"[{name}]" in rule)
    in_time, late = Room(book_of(quick)), Room(book_of(quick))
    in_time.take(readings)
    shuffled = sorted(readings, key=lambda reading: reading.at + rng.choice([0, 0, 0, 3, 20]) * MINUTE)
    for start in range(0, len(shuffled), 3):
        late.take(shuffled[start : start + 3], now=readings[-1].at + MINUTE)
    assert late.breaches() == in_time.breaches() != []
