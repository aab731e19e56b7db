"""A test of insulation circuit by circuit: its conditions, how long it is valid, and where it is heading."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from facility.duty import Cadence, CheckKind, Duty, DutyCheck, Every, Insulation
from facility.inspection import Finding, Outcome, Result
from facility.instant import DAY
from facility.insulation import (
    CircuitTest,
    Heading,
    State,
    at_reference,
    circuit_tests,
    forecast,
    newest,
    state_of,
    weighed,
    worst_state,
)
from facility.text import Text

NOON = 1_795_492_800_000
YEAR = 365 * DAY
DUTY = Duty(
    id="d",
    clause="EQ-2",
    title=Text("测"),
    do=Text("测"),
    cadence=Cadence(every=Every.YEAR),
    checks=(DutyCheck(id="volts", title=Text("电压"), kind=CheckKind.NUMBER, unit="V", low=500),),
    insulation=Insulation(),
)
COLD = replace(DUTY, insulation=Insulation(reference=20, halves_every=10, source="the maker's sheet"))


def number(check: str, value: float | None, **more: object) -> Finding:
    return Finding(check=check, outcome=Outcome.PASS, value=value, **more)  # type: ignore[arg-type]


def result(*findings: Finding) -> Result:
    return Result(
        id=7,
        key="k",
        duty="d",
        duty_version="v",
        occurrence=None,
        target="box-1",
        who="li",
        done=NOON,
        device_at=NOON,
        received=NOON,
        outcome=Outcome.PASS,
        findings=findings,
    )


def circuit(years: float, value: float | None, **more: object) -> CircuitTest:
    plain = CircuitTest(
        result=1, at=NOON + round(years * YEAR), box="box-1", circuit="N1", value=value, low=0.5, outcome=Outcome.PASS
    )
    return replace(plain, **more)  # type: ignore[arg-type]


def test_a_circuit_has_the_boxs_conditions_unless_it_has_its_own() -> None:
    one = number("resistance", 3.0, item="N1", low=0.5)
    other = number("resistance", None, item="N2", over_range=True, conditions=(("volts", 250.0), ("phase", "L1-PE")))
    dead = Finding(check="deenergised", outcome=Outcome.PASS, choice="pass")
    first, second = circuit_tests(DUTY, result(one, other, dead, number("volts", 500), number("celsius", 24)))
    assert (first.circuit, first.volts, first.celsius, first.deenergised, first.low) == ("N1", 500, 24, True, 0.5)
    assert (second.volts, second.phase, second.over_range, second.told) == (250, "L1-PE", True, None)
    assert circuit_tests(replace(DUTY, insulation=None), result(one)) == ()


def test_less_than_the_voltage_that_is_asked_for_never_passes() -> None:
    weak = number("resistance", 3.0, item="N1", low=0.5, conditions=(("volts", 250.0),))
    (found,) = weighed(DUTY, [weak])
    assert found.outcome is Outcome.FLAG
    assert weighed(DUTY, [replace(weak, conditions=(("volts", 1000.0),))])[0].outcome is Outcome.PASS
    assert weighed(DUTY, [replace(weak, outcome=Outcome.FAIL)])[0].outcome is Outcome.FAIL


def test_warmer_means_more_at_the_reference_and_is_corrected_only_where_the_file_says_so() -> None:
    assert at_reference(1.0, 30, 20, 10) == 2.0
    assert at_reference(1.0, 10, 20, 10) == 0.5
    measured = [number("resistance", 1.0, item="N1", low=0.5), number("celsius", 30)]
    assert weighed(COLD, measured)[0].corrected == 2.0
    assert weighed(DUTY, measured)[0].corrected is None
    assert weighed(COLD, measured[:1])[0].corrected is None


def test_a_rule_of_thumb_makes_no_measured_fail_a_pass_and_may_fail_a_cold_pass() -> None:
    low = replace(number("resistance", 0.4, item="N1", low=0.5), outcome=Outcome.FAIL)
    (found, _) = weighed(COLD, [low, number("celsius", 40)])
    assert (found.corrected, found.outcome) == (1.6, Outcome.FAIL)
    (found, _) = weighed(COLD, [number("resistance", 0.6, item="N1", low=0.5), number("celsius", 5)])
    assert found.outcome is Outcome.FAIL


@pytest.mark.parametrize(
    ("test", "until", "state"),
    [
        (None, NOON, State.NEVER),
        (circuit(0, 3.0), NOON + 1, State.PASS),
        (circuit(0, 3.0), NOON - 1, State.OVERDUE),
        (circuit(0, 0.1, outcome=Outcome.FAIL), NOON - 1, State.FAIL),
        (circuit(0, 3.0, outcome=Outcome.FLAG), NOON + 1, State.UNPROVEN),
        (circuit(0, 3.0, outcome=Outcome.FLAG), NOON - 1, State.OVERDUE),
        (circuit(0, 3.0, deenergised=False), NOON + 1, State.UNPROVEN),
        (circuit(0, 3.0, deenergised=True), NOON + 1, State.PASS),
    ],
)
def test_overdue_is_no_pass_and_what_is_in_doubt_is_none_either(
    test: CircuitTest | None, until: int, state: State
) -> None:
    assert state_of(test, until, NOON) is state


def test_a_box_is_as_its_worst_circuit_is() -> None:
    assert worst_state([State.PASS, State.OVERDUE]) is State.OVERDUE
    assert worst_state([State.FAIL, State.NEVER]) is State.FAIL
    assert worst_state([]) is State.NEVER


def test_the_newest_test_of_each_circuit_counts() -> None:
    old, new = circuit(0, 1.0), circuit(1, 2.0)
    other = circuit(0, 3.0, circuit="N2")
    assert newest([new, old, other]) == {("N1", ""): new, ("N2", ""): other}


def test_below_four_tests_nothing_is_foretold() -> None:
    assert forecast([circuit(n, 8.0 / 2**n) for n in range(3)], NOON).heading is Heading.TOO_FEW
    same = forecast([circuit(0, 8.0) for _ in range(5)], NOON)
    assert (same.heading, same.tests) == (Heading.TOO_FEW, 5)
    assert forecast([], NOON).heading is Heading.TOO_FEW


def test_what_halves_each_year_reaches_the_limit_when_it_should() -> None:
    """8 MΩ halving a year is 0.5 MΩ after four years."""
    found = forecast([circuit(n, 8.0 / 2**n) for n in range(4)], NOON + 3 * YEAR)
    assert found.heading is Heading.FALLS
    assert found.reaches is not None
    assert abs(found.reaches - (NOON + 4 * YEAR)) < DAY
    assert found.yearly == pytest.approx(0.5)


def test_one_wet_day_does_not_bend_the_line() -> None:
    straight = [circuit(n, 64.0 / 2 ** (n / 2)) for n in range(6)]
    wet = [*straight[:3], replace(straight[3], value=0.6), *straight[4:]]
    dry, damp = forecast(straight, NOON + 5 * YEAR), forecast(wet, NOON + 5 * YEAR)
    assert dry.reaches is not None
    assert damp.reaches is not None
    assert abs(dry.reaches - damp.reaches) < YEAR


def test_over_range_says_nothing_of_the_slope_and_is_counted() -> None:
    tests = [circuit(n, 8.0 / 2**n) for n in range(4)] + [circuit(-1, None, over_range=True)]
    found = forecast(tests, NOON + 3 * YEAR)
    assert (found.heading, found.tests, found.left_out) == (Heading.FALLS, 4, 1)


def test_what_rises_is_steady_what_is_below_is_below_and_what_is_far_is_no_forecast() -> None:
    assert forecast([circuit(n, 8.0 + n) for n in range(4)], NOON).heading is Heading.STEADY
    assert forecast([circuit(n, 1.0 - 0.2 * n) for n in range(4)], NOON + 4 * YEAR).heading is Heading.BELOW
    slow = forecast([circuit(n, 500.0 * math.exp(-0.01 * n)) for n in range(4)], NOON)
    assert (slow.heading, slow.reaches) == (Heading.FAR, None)
    assert forecast([circuit(n, 0.0) for n in range(5)], NOON).heading is Heading.TOO_FEW
