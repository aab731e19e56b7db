"""What would have stopped chatter and stale alarms, found on history that is made for it."""

import dataclasses

import numpy as np

from facility.alarm_limits import AlarmLimits
from facility.instant import HOUR, MINUTE, SECOND
from facility.reading import Reading
from rules.cures import Cure, Diagnosis, diagnose
from rules.replaying import history
from rules.rule import Rule
from storage.readings.memory import MemoryReadings
from tests.rules.room import GAUGE, SMOKE, book_of, only, register, rule_text, series

LIMITS = AlarmLimits()
BAND = '[band]\naround = "set_pressure"\nwithin = "0.1 MPa"\n'


def rule(more: str = "") -> Rule:
    [found] = book_of(rule_text("pressure", BAND + more))
    return found


def found(wanted: Rule, readings: list[Reading], limits: AlarmLimits = LIMITS) -> Diagnosis:
    house, store = register(), MemoryReadings()
    store.append(readings)
    point, end = house.points[readings[0].point], readings[-1].at + SECOND
    past = history(store.columns(point.id, 0, end), point)
    assert np.all(np.diff(past.at) > 0)
    return diagnose(wanted, point, house, past, limits, end=end)


def cure(told: Diagnosis, key: str) -> Cure | None:
    return next((one for one in told.cures if one.key == key), None)


def test_a_value_that_flickers_at_its_limit_is_cured_by_the_smallest_of_each() -> None:
    told = found(rule(), series(GAUGE, [0.499, 0.502] * 20, every=5 * SECOND))
    assert (told.raises, told.most) == (20, 6)
    assert cure(told, "hold_for") == Cure(key="hold_for", value=5 * SECOND, unit="", raises=0)
    assert cure(told, "clear_for") == Cure(key="clear_for", value=5 * SECOND, unit="", raises=1)
    assert cure(told, "deadband") == Cure(key="deadband", value=0.003, unit="MPa", raises=1)


def test_a_deadband_that_is_too_small_is_said_so() -> None:
    told = found(rule('deadband = "0.005 MPa"'), series(GAUGE, [0.499, 0.507] * 20, every=5 * SECOND))
    assert cure(told, "deadband") == Cure(key="deadband", value=0.008, unit="MPa", raises=1)


def test_life_safety_is_never_cured_by_a_delay_of_its_alarm() -> None:
    [smoke] = only("smoke-alarm")
    told = found(smoke, series(SMOKE, [1.0, 0.0] * 20, every=5 * SECOND))
    assert (told.most, cure(told, "hold_for"), cure(told, "deadband")) == (6, None, None)
    assert cure(told, "clear_for") == Cure(key="clear_for", value=5 * SECOND, unit="", raises=1)


def test_an_alarm_that_hangs_in_its_deadband_is_cured_by_a_narrower_one() -> None:
    values = [0.45, *[0.51] * 30]
    told = found(rule('deadband = "0.02 MPa"'), series(GAUGE, values, every=HOUR))
    assert told.longest == 30 * HOUR + SECOND
    assert cure(told, "deadband") == Cure(key="deadband", value=0.01, unit="MPa", raises=1)
    assert cure(told, "hold_for") is not None


def test_what_really_lasts_has_no_cure_in_deadband_or_return() -> None:
    told = found(rule(), series(GAUGE, [0.45] * 30, every=HOUR))
    assert (cure(told, "deadband"), cure(told, "clear_for")) == (None, None)


def test_what_neither_chatters_nor_goes_stale_needs_no_cure() -> None:
    told = found(rule(), series(GAUGE, [0.45, 0.6] * 3, every=10 * MINUTE))
    assert (told.raises, told.most, told.cures) == (3, 1, ())


def test_a_site_with_other_limits_finds_other_cures() -> None:
    strict = dataclasses.replace(LIMITS, chatter_raises=2, chatter_within=HOUR)
    told = found(rule(), series(GAUGE, [0.45, 0.6] * 3, every=5 * MINUTE), strict)
    assert cure(told, "clear_for") == Cure(key="clear_for", value=5 * SECOND, unit="", raises=1)
