"""Kill it anywhere: nothing is lost, nothing is doubled."""

from collections.abc import Sequence
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facility.alert import Alert, Condition, Severity, Track
from facility.own_alert import own_alert
from facility.quality import Quality
from facility.reading import Reading
from facility.text import Text
from storage.records.port import Conflict, RecordsUnavailable, Unit
from tests.rules.room import ALARM, GAUGE, MINUTE, QUIET, SECOND, SMOKE, T0, Room, only, series

RULES = ("pump-pressure-band", "smoke-alarm", "sensor-fault", "clock-wrong")

VALUES = st.sampled_from([0.6, 0.6, 0.4, 0.51, 0.45, 0.71])
QUALITIES = st.sampled_from([Quality.GOOD] * 6 + [Quality.SENSOR_FAULT, Quality.BAD_CLOCK, Quality.STAMPED])
GAPS = st.sampled_from([5, 10, 10, 10, 40])
RUNS = st.tuples(
    VALUES, st.lists(st.tuples(QUALITIES, st.sampled_from([False] * 9 + [True]), GAPS), min_size=1, max_size=8)
)
STEPS = st.lists(RUNS, min_size=1, max_size=12).map(
    lambda runs: [(value, *sample) for value, samples in runs for sample in samples]
)


def stream(steps: Sequence[tuple[float, Quality, bool, int]]) -> list[Reading]:
    """A gauge and a detector, in order of their event times."""
    readings, at = [], T0
    for value, quality, test, gap in steps:
        at += gap * SECOND
        readings.append(Reading(GAUGE, at, value, quality, test))
        readings.append(Reading(SMOKE, at + 1, ALARM if value < 0.5 else QUIET, quality, test))
    return readings


def found_at_once(readings: list[Reading]) -> Room:
    room = Room(only(*RULES))
    room.take(readings)
    return room


@settings(max_examples=25)
@given(steps=STEPS, cuts=st.lists(st.integers(1, 119), max_size=8))
def test_any_split_into_batches_finds_the_same(steps: list[tuple[float, Quality, bool, int]], cuts: list[int]) -> None:
    readings = stream(steps)
    room = Room(only(*RULES))
    ends = [*sorted({cut for cut in cuts if cut < len(readings)}), len(readings)]
    for start, end in zip([0, *ends], ends, strict=False):
        room.take(readings[start:end])
    assert room.lives() == found_at_once(readings).lives()


@settings(max_examples=25)
@given(steps=STEPS, cut=st.integers(0, 119))
def test_a_restart_in_the_middle_finds_the_same(steps: list[tuple[float, Quality, bool, int]], cut: int) -> None:
    readings = stream(steps)
    cut = min(cut, len(readings))
    room = Room(only(*RULES))
    if readings[:cut]:
        room.take(readings[:cut])
    room.restart(T0 + MINUTE)
    if readings[cut:]:
        room.take(readings[cut:])
    assert room.lives() == found_at_once(readings).lives()


@settings(max_examples=25)
@given(steps=STEPS, cut=st.integers(1, 119), lost=st.integers(1, 20))
def test_a_crash_between_store_and_commit_loses_and_doubles_nothing(
    steps: list[tuple[float, Quality, bool, int]], cut: int, lost: int
) -> None:
    readings = stream(steps)
    room = Room(only(*RULES))
    done, stored = readings[:cut], readings[cut : cut + lost]
    room.take(done)
    room.store_only(stored, received=done[-1].at + 1_000_000)
    room.restart(done[-1].at + 1_000_001)
    if readings[cut:]:
        room.take(readings[cut:])
    assert room.lives() == found_at_once(readings).lives()


@settings(max_examples=25)
@given(steps=STEPS, cut=st.integers(1, 119), again=st.integers(1, 40))
def test_what_was_committed_and_not_acknowledged_comes_again_and_doubles_nothing(
    steps: list[tuple[float, Quality, bool, int]], cut: int, again: int
) -> None:
    readings = stream(steps)
    cut = min(cut, len(readings))
    room = Room(only(*RULES))
    room.take(readings[:cut])
    room.restart(T0 + MINUTE)
    room.take(readings[max(0, cut - again) :])
    assert room.lives() == found_at_once(readings).lives()


def judge_until_the_power_goes(room: Room, readings: list[Reading]) -> None:
    with room.records.begin() as unit:
        room.judge.judge(unit, readings, T0 + MINUTE)
        raise RuntimeError("power")


def test_a_breach_that_was_stored_and_not_judged_before_a_crash_is_found_with_its_true_start() -> None:
    room = Room(only("pump-pressure-band"))
    room.take(series(GAUGE, [0.6] * 3))
    lost = series(GAUGE, [0.4] * 5, start=T0 + MINUTE)
    room.store_only(lost, received=T0 + 2 * MINUTE)
    room.restart(T0 + 3 * MINUTE)
    room.take(lost)
    assert room.lives() == [("pump-pressure-band", GAUGE, T0 + MINUTE, T0 + 90 * SECOND, None)]


def test_smoke_that_was_stored_and_not_judged_before_a_crash_is_told_and_not_taken_for_old_news() -> None:
    room = Room(only("smoke-alarm"))
    room.take([Reading(SMOKE, T0, QUIET)])
    lost = [Reading(SMOKE, T0 + 10 * SECOND, ALARM), Reading(SMOKE, T0 + 20 * SECOND, QUIET)]
    room.store_only(lost, received=T0 + MINUTE)
    room.restart(T0 + MINUTE + 1)
    room.take(lost, now=T0 + MINUTE + 2)
    assert (room.alerts()[0].late, len(room.orders())) == (False, 1)


def test_what_another_room_raised_stays_over_a_restart_of_the_rules() -> None:
    """Also where it names a point of the register: no rule judges it, so no rule is gone."""
    room = Room(only("smoke-alarm"))
    with room.records.begin() as unit:
        alert = own_alert("door-duress", SMOKE, T0, severity=Severity.HIGH, title=Text("门"), limit=Text("卡"))
        unit.alerts.open(alert)
    room.take([Reading(SMOKE, T0, QUIET)])
    room.restart(T0 + MINUTE)
    room.tick(T0 + 2 * MINUTE)
    room.take([Reading(SMOKE, T0 + 3 * MINUTE, QUIET)])
    assert [one.condition for one in room.alerts()] == [Condition.ACTIVE]


def test_after_a_restart_too_a_test_does_not_make_an_older_alarm_late() -> None:
    room = Room(only("smoke-alarm"))
    room.take([Reading(SMOKE, T0, QUIET), Reading(SMOKE, T0 + MINUTE, QUIET, test=True)])
    room.restart(T0 + 2 * MINUTE)
    room.take([Reading(SMOKE, T0 + 30 * SECOND, ALARM)])
    assert room.alerts()[0].ended is None


def test_judging_twice_without_adopting_gives_the_same() -> None:
    room = Room(only(*RULES))
    room.take(series(GAUGE, [0.6, 0.4, 0.4]))
    more = series(GAUGE, [0.4] * 5, start=T0 + 30 * SECOND)
    with pytest.raises(RuntimeError, match="power"):
        judge_until_the_power_goes(room, more)
    assert room.alerts() == []
    room.take(more)
    assert room.lives() == found_at_once(series(GAUGE, [0.6] + [0.4] * 2) + more).lives()
    assert room.told() == ["alert raised", "work-order opened"]


def test_the_loser_of_a_race_reads_again_and_joins_the_winners_alert() -> None:
    room = Room(only("smoke-alarm"))
    other = Room(only("smoke-alarm"))
    other.records = room.records
    room.take([Reading(SMOKE, T0, ALARM)])
    with pytest.raises(Conflict):
        other.take([Reading(SMOKE, T0 + SECOND, ALARM)])
    with room.records.read() as unit:
        other.judge.reload(unit)
    other.take([Reading(SMOKE, T0 + SECOND, ALARM)])
    assert (len(room.alerts()), len(room.orders())) == (1, 1)


def test_an_acknowledgement_meanwhile_is_kept() -> None:
    room = Room(only("smoke-alarm"))
    room.take([Reading(SMOKE, T0, ALARM)])
    room.acknowledge(1, T0 + 1)
    room.take([Reading(SMOKE, T0 + SECOND, QUIET)])
    [alert] = room.alerts()
    assert (alert.acknowledged_by, alert.state, alert.closed) == ("officer", "normal", T0 + SECOND)


def test_what_a_lost_watermark_leaves_unknown_is_judged_anew() -> None:
    room = Room(only("smoke-alarm"))
    room.store_only([Reading(SMOKE, T0, ALARM)], received=T0)
    room.restart(T0 + SECOND)
    room.take([Reading(SMOKE, T0, ALARM)])
    assert len(room.alerts()) == 1


class _Away:
    """A unit whose store goes away when its tracks are read."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit

    @property
    def alerts(self) -> "_Away":
        return self

    def open_ones(self) -> list[Alert]:
        return self._unit.alerts.open_ones()

    def tracks(self) -> dict[tuple[str, str], Track]:
        raise RecordsUnavailable("away")


def test_a_reload_that_fails_half_way_forgets_nothing() -> None:
    room = Room(only("smoke-alarm"))
    room.take(series(SMOKE, [ALARM]))
    with room.records.read() as unit, pytest.raises(RecordsUnavailable):
        room.judge.reload(cast("Unit", _Away(unit)))
    room.take(series(SMOKE, [QUIET], start=T0 + MINUTE))
    assert room.alerts()[0].condition is Condition.NORMAL
