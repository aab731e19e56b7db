"""Order and delay of arrival do not change what is found: any permutation, any chunks, a restart in the middle."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facility.alert import Alert, Condition, Track
from facility.quality import Quality
from facility.reading import Reading
from rules.definition import read_rule
from rules.rule import Rule
from storage.readings.sqlite import SqliteReadings
from tests.rules.room import (
    ALARM,
    GAUGE,
    HOUR,
    MINUTE,
    POINTS,
    QUIET,
    SECOND,
    SMOKE,
    T0,
    Room,
    book_of,
    only,
    point,
    register,
    rule_text,
)

RULES = ("pump-pressure-band", "smoke-alarm", "sensor-fault", "clock-wrong", "sensor-fault-life-safety")
HELD = rule_text("held", '[minimum]\nlimit = "0.5 MPa"\ndeadband = "0.02 MPa"\nhold_for = "20s"\nclear_for = "30s"')
AT_ONCE = rule_text("at-once", '[maximum]\nlimit = "0.65 MPa"\ndeadband = "0.02 MPa"')
COUNTED = rule_text(
    "counted",
    '[count]\nbad = ["alarm"]\nat_least = 3\nwithin = "45s"',
    applies='applies = { quantity = "smoke" }',
)

TOGETHER = (
    rule_text(
        "confirmed",
        '[together]\nrules = ["smoke-alarm"]\nraises = "smoke-alarm"',
        severity='severity = "critical"',
        applies='applies = { quantity = "smoke" }',
    ),
    rule_text(
        "fire-and-no-water",
        '[together]\nrules = ["smoke-alarm", "held"]\nwithin = "60s"',
        applies='applies = { quantity = ["smoke", "pressure"] }',
    ),
)
"""Two detectors and a gauge of one room: what they find is put together again whatever comes late, and of whichever of them."""
SMOKE_2 = "smoke2.smoke"
HOUSE = register([*POINTS, point(SMOKE_2, "smoke", interval=5 * MINUTE)])

VALUES = st.sampled_from([0.6, 0.4, 0.4, 0.51, 0.45, 0.71, 0.64])
QUALITIES = st.sampled_from([Quality.GOOD] * 6 + [Quality.SENSOR_FAULT, Quality.BAD_CLOCK, Quality.STAMPED])
GAPS = st.sampled_from([5, 10, 10, 10, 40, 3000])
RUNS = st.tuples(VALUES, QUALITIES, st.sampled_from([False] * 9 + [True]), GAPS, st.integers(1, 6))
STEPS = st.lists(RUNS, min_size=8, max_size=12)
"""Runs of readings that are alike: a hold needs several in a row."""
DELAYS = st.lists(st.sampled_from([0, 0, 0, 1, 3, 10, 40]), min_size=150, max_size=150)
CUTS = st.lists(st.integers(1, 180), min_size=6, max_size=14)

Steps = Sequence[tuple[float, Quality, bool, int, int]]


def book() -> dict[str, Rule]:
    return only(*RULES).rules | {rule.id: rule for rule in book_of(HELD, AT_ONCE, COUNTED, *TOGETHER)}


BOOK = type(only())(rules=book())


def stream(steps: Steps) -> list[Reading]:
    """A gauge and two detectors, in order of their event times."""
    readings, at = [], T0
    for value, quality, test, gap, length in steps:
        for number in range(length):
            at += (10 if number else gap) * SECOND
            readings.append(Reading(GAUGE, at, value, quality, test))
            readings.append(Reading(SMOKE, at + 1, ALARM if value < 0.5 else QUIET, quality, test))
            readings.append(Reading(SMOKE_2, at + 2, ALARM if value in (0.4, 0.51, 0.71) else QUIET, quality, test))
    return readings


def shuffled(readings: list[Reading], delays: Sequence[int]) -> list[Reading]:
    """As they arrive, each so many places later than it should."""
    pairs = sorted(enumerate(readings), key=lambda pair: (pair[0] + delays[pair[0] % len(delays)], pair[0]))
    return [reading for _, reading in pairs]


def batches(readings: list[Reading], cuts: Sequence[int]) -> list[list[Reading]]:
    ends = [*sorted({cut for cut in cuts if cut < len(readings)}), len(readings)]
    return [readings[start:end] for start, end in zip([0, *ends], ends, strict=False)]


def feed(room: Room, arriving: list[list[Reading]], restart: int = -1) -> Room:
    """Batch after batch, all after the newest event; ``restart`` is the batch before which everything in memory is lost."""
    now = max(reading.at for batch in arriving for reading in batch) + SECOND
    for number, batch in enumerate(arriving):
        if number == restart:
            room.restart(now)
        now += SECOND
        room.take(batch, now=now)
    return room


def stands(room: Room) -> dict[tuple[str, str], tuple[object, ...]]:
    """Where every row stands: what will be found of what comes next."""
    with room.records.read() as unit:
        return {key: _state(track) for key, track in unit.alerts.tracks().items()}


def _state(track: Track) -> tuple[object, ...]:
    return track.condition, track.bad_since, track.raised, track.good_since


def told(room: Room) -> list[tuple[object, ...]]:
    """The alerts that stand, and how urgent they are while they go on."""
    alerts = [alert for alert in room.alerts() if not alert.withdrawn]
    return sorted((a.rule, a.point, a.started, a.raised, a.ended or 0, *_urgency(a)) for a in alerts)


def _urgency(alert: Alert) -> tuple[int, str]:
    return (0, "") if alert.condition is Condition.NORMAL else (alert.severity.value, alert.raised_by)


def same(room: Room, readings: list[Reading]) -> None:
    truth = feed(Room(BOOK, HOUSE), [readings])
    assert room.breaches() == truth.breaches()
    assert stands(room) == stands(truth)
    assert told(room) == told(truth)


@settings(max_examples=40, deadline=None)
@given(steps=STEPS, delays=DELAYS, cuts=CUTS)
def test_any_permutation_in_any_chunks_finds_the_same(steps: Steps, delays: list[int], cuts: list[int]) -> None:
    readings = stream(steps)
    same(feed(Room(BOOK, HOUSE), batches(shuffled(readings, delays), cuts)), readings)


@settings(max_examples=10, deadline=None)
@given(steps=STEPS, delays=DELAYS, cuts=CUTS, restart=st.integers(1, 10))
def test_so_it_does_across_a_restart(steps: Steps, delays: list[int], cuts: list[int], restart: int) -> None:
    readings = stream(steps)
    same(feed(Room(BOOK, HOUSE), batches(shuffled(readings, delays), cuts), restart), readings)


@settings(max_examples=10, deadline=None)
@given(steps=STEPS, delays=DELAYS, cuts=CUTS, restart=st.integers(1, 10))
def test_so_it_does_on_files(steps: Steps, delays: list[int], cuts: list[int], restart: int) -> None:
    readings = stream(steps)
    with tempfile.TemporaryDirectory() as folder:
        room = Room(BOOK, HOUSE)
        room.readings = SqliteReadings(Path(folder) / "readings.db")
        same(feed(room, batches(shuffled(readings, delays), cuts), restart), readings)
        room.readings.close()


@settings(max_examples=10, deadline=None)
@given(steps=STEPS, delays=DELAYS, cuts=CUTS, again=st.integers(0, 9))
def test_what_is_delivered_again_changes_nothing(steps: Steps, delays: list[int], cuts: list[int], again: int) -> None:
    readings = stream(steps)
    arriving = batches(shuffled(readings, delays), cuts)
    room = feed(Room(BOOK, HOUSE), [*arriving, *arriving[again : again + 3]])
    same(room, readings)
    facts = len(room.facts())
    room.take(readings, now=readings[-1].at + HOUR)
    assert len(room.facts()) == facts


def test_two_hours_of_five_hundred_points_in_the_wrong_order_find_what_the_right_order_finds() -> None:
    rule = read_rule(HELD, "held.toml")
    assert rule.spec.hold_for == 20 * SECOND
    readings = [Reading(GAUGE, T0 + n * 10 * SECOND, 0.4 if n % 90 in range(30, 40) else 0.6) for n in range(720)]
    room = Room(BOOK, HOUSE)
    feed(room, [readings[part::7] for part in (6, 2, 5, 0, 4, 1, 3)])
    same(room, readings)
    assert len([breach for breach in room.breaches() if breach[0] == "held"]) == 8


@pytest.mark.parametrize("delay", [MINUTE, 23 * HOUR])
def test_any_delay_inside_the_lateness_counts(delay: int) -> None:
    room = Room(BOOK, HOUSE)
    room.take([Reading(GAUGE, T0 + n * 10 * SECOND, 0.6) for n in range(40) if not 10 <= n < 20])
    room.take([Reading(GAUGE, T0 + n * 10 * SECOND, 0.4) for n in range(10, 20)], now=T0 + 200 * SECOND + delay)
    assert ("held", GAUGE, T0 + 100 * SECOND, T0 + 120 * SECOND, T0 + 200 * SECOND) in room.breaches()
