"""Tests of insulation: a measurement a circuit, valid for its period, and where it is heading. Pure.

A value is compared as it was measured. Where a duty's file names a reference temperature, it is brought there by the rule of
thumb that the resistance of insulation halves with so many kelvin more; that is no measurement, so both values are kept and the
worse of the two decides.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import combinations
from statistics import median

from facility.duty import Duty, Insulation
from facility.inspection import Finding, Instrument, Outcome, Result
from facility.instant import DAY

FEWEST = 4
"""Fewer tests of a circuit say nothing about where it is heading."""
FARTHEST = 30 * 365 * DAY
"""What lies beyond is no forecast."""


class State(StrEnum):
    """What a box or a circuit can show. Only the first is a pass."""

    PASS = "pass"  # noqa: S105
    FAIL = "fail"
    UNPROVEN = "unproven"
    """Measured well, and no evidence: the instrument, the voltage or the circuit's being dead is in doubt."""
    OVERDUE = "overdue"
    """The last test passed and is no longer valid: that is not a pass."""
    NEVER = "never"


_WORST = (State.FAIL, State.NEVER, State.OVERDUE, State.UNPROVEN, State.PASS)


@dataclass(frozen=True, slots=True, kw_only=True)
class CircuitTest:
    """One circuit of one box, measured once."""

    result: int
    at: int
    box: str
    circuit: str
    phase: str = ""
    value: float | None = None
    """MΩ as measured; None where it was over range."""
    over_range: bool = False
    corrected: float | None = None
    """MΩ at the reference temperature."""
    low: float | None = None
    """MΩ, the limit that it was judged by."""
    volts: float | None = None
    seconds: float | None = None
    celsius: float | None = None
    humidity: float | None = None
    deenergised: bool | None = None
    instrument: Instrument | None = None
    outcome: Outcome
    who: str = ""
    retest_of: int | None = None

    @property
    def told(self) -> float | None:
        """The value by which it is compared with others: the corrected one where there is one."""
        return self.value if self.corrected is None else self.corrected


def circuit_tests(duty: Duty, result: Result) -> tuple[CircuitTest, ...]:
    """What a result says, circuit by circuit; nothing where the duty is no test of insulation."""
    lines = duty.insulation
    if lines is None:
        return ()
    shared = {one.check: one for one in result.findings if one.check != lines.resistance}
    dead = shared.get(lines.deenergised)
    return tuple(
        CircuitTest(
            result=result.id,
            at=result.done,
            box=result.target,
            circuit=one.item,
            phase=str(dict(one.conditions).get("phase", "")),
            value=one.value,
            over_range=one.over_range,
            corrected=one.corrected,
            low=one.low,
            volts=_condition(one, shared, lines.volts, "volts"),
            seconds=_condition(one, shared, lines.seconds, "seconds"),
            celsius=_condition(one, shared, lines.celsius, "celsius"),
            humidity=_condition(one, shared, lines.humidity, "humidity"),
            deenergised=None if dead is None else dead.outcome is Outcome.PASS,
            instrument=one.instrument,
            outcome=one.outcome,
            who=result.who,
            retest_of=result.retest_of,
        )
        for one in result.findings
        if one.check == lines.resistance
    )


def _condition(one: Finding, shared: dict[str, Finding], check: str, name: str) -> float | None:
    """The circuit's own where it has one, else the box's."""
    own = dict(one.conditions).get(name)
    if isinstance(own, int | float):
        return float(own)
    line = shared.get(check)
    return line.value if line is not None else None


def weighed(duty: Duty, findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """The findings of a test with what its conditions make of them: the value at the reference temperature, and whether a
    circuit was measured with less than the voltage that is asked for. Other duties' stay as they are."""
    lines = duty.insulation
    if lines is None:
        return tuple(findings)
    shared = {one.check: one for one in findings if one.check != lines.resistance}
    asked = next((check.low for check in duty.checks if check.id == lines.volts), None)
    return tuple(_weighed(one, shared, lines, asked) if one.check == lines.resistance else one for one in findings)


def _weighed(one: Finding, shared: dict[str, Finding], lines: Insulation, asked: float | None) -> Finding:
    celsius = _condition(one, shared, lines.celsius, "celsius")
    found = one
    if one.value is not None and celsius is not None and lines.reference is not None and lines.halves_every:
        there = at_reference(one.value, celsius, lines.reference, lines.halves_every)
        found = replace(one, corrected=there, outcome=_worse(one.outcome, _against(there, one)))
    own = dict(one.conditions).get("volts")
    if isinstance(own, int | float) and asked is not None and own < asked:
        found = replace(found, outcome=_worse(found.outcome, Outcome.FLAG))
    return found


def at_reference(value: float, celsius: float, reference: float, halves_every: float) -> float:
    """What it would be at the reference temperature, by the rule of thumb."""
    return float(round(value * 2.0 ** ((celsius - reference) / halves_every), 6))


def _against(value: float, one: Finding) -> Outcome:
    below = one.low is not None and value < one.low
    return Outcome.FAIL if below else Outcome.PASS


def _worse(one: Outcome, other: Outcome) -> Outcome:
    order = (Outcome.FAIL, Outcome.FLAG, Outcome.PASS, Outcome.NONE)
    return min(one, other, key=order.index)


def newest(tests: Iterable[CircuitTest]) -> dict[tuple[str, str], CircuitTest]:
    """(circuit, phase) → the last time that it was measured."""
    found: dict[tuple[str, str], CircuitTest] = {}
    for one in sorted(tests, key=lambda test: (test.at, test.result)):
        found[one.circuit, one.phase] = one
    return found


def state_of(test: CircuitTest | None, valid_until: int, now: int) -> State:
    """Of one circuit."""
    if test is None:
        return State.NEVER
    match test.outcome:
        case Outcome.FAIL:
            return State.FAIL
        case Outcome.PASS if now > valid_until:
            return State.OVERDUE
        case Outcome.PASS if test.deenergised is not False:
            return State.PASS
        case _:
            return State.OVERDUE if now > valid_until else State.UNPROVEN


def worst_state(states: Iterable[State]) -> State:
    """Of a box with these circuits; of one without any, never."""
    found = set(states)
    return next((state for state in _WORST if state in found), State.NEVER)


class Heading(StrEnum):
    """What can be said about the years to come."""

    TOO_FEW = "too-few"
    STEADY = "steady"
    """It does not fall."""
    FALLS = "falls"
    FAR = "far"
    """It falls, and reaches the limit no sooner than anybody can foresee."""
    BELOW = "below"
    """It is below the limit already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """Where a circuit is heading, and by how many tests that is said."""

    heading: Heading
    tests: int
    """With a number: one that was over range says only that it was high."""
    left_out: int = 0
    """Over range."""
    yearly: float | None = None
    """What a year leaves of the resistance: 0.8 loses a fifth."""
    reaches: int | None = None
    """When the line meets the limit."""


def forecast(tests: Iterable[CircuitTest], now: int) -> Forecast:
    """By the line through the logarithms of one circuit's tests whose slope is the median of all slopes (Theil and Sen), so that
    one wet day does not bend it."""
    known = sorted(tests, key=lambda test: (test.at, test.result))
    points = [(one.at, math.log(one.told)) for one in known if one.told]
    left = sum(one.over_range for one in known)
    slope = _slope(points)
    limit = next((one.low for one in reversed(known) if one.low), None)
    if len(points) < FEWEST or slope is None or limit is None:
        return Forecast(heading=Heading.TOO_FEW, tests=len(points), left_out=left)
    yearly = math.exp(slope * 365 * DAY)
    heading, reaches = _meets(points, slope, math.log(limit), now)
    return Forecast(heading=heading, tests=len(points), left_out=left, yearly=yearly, reaches=reaches)


def _slope(points: Sequence[tuple[int, float]]) -> float | None:
    """Per millisecond; of tests at one and the same instant none."""
    slopes = [(b - a) / (later - sooner) for (sooner, a), (later, b) in combinations(points, 2) if later > sooner]
    return median(slopes) if slopes else None


def _meets(points: Sequence[tuple[int, float]], slope: float, limit: float, now: int) -> tuple[Heading, int | None]:
    level = median(value - slope * at for at, value in points)
    if points[-1][1] < limit:
        return Heading.BELOW, None
    if slope >= 0:
        return Heading.STEADY, None
    at = round((limit - level) / slope)
    return (Heading.FAR, None) if at - now > FARTHEST else (Heading.FALLS, at)
