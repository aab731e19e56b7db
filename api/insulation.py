"""Tests of insulation as pages read them: each box with its circuits, how long a test is valid, and where it is heading."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from facility.cadence import next_after
from facility.calendar import local_day
from facility.duty import Duty, Target
from facility.duty_targets import targets
from facility.inspection import Result
from facility.instant import DAY
from facility.insulation import CircuitTest, Forecast, State, circuit_tests, forecast, newest, state_of, worst_state
from facility.register import Register
from inspections.duty_known import duty_known
from storage.records.port import NotFound, Unit
from storage.records.results import ResultFilter

LOOK_BACK = 4 * 366 * DAY
"""A list looks so far back; whatever was measured before is overdue at any cadence that is of use."""
AT_ONCE = 500
MOST = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Circuit:
    """One circuit as it stands."""

    name: str
    phase: str
    tests: tuple[CircuitTest, ...]
    """Oldest first."""
    valid_until: int
    state: State
    heading: Forecast

    @property
    def last(self) -> CircuitTest:
        """There is one, or there would be no circuit."""
        return self.tests[-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """One box as it stands."""

    target: Target
    duty: Duty
    circuits: tuple[Circuit, ...]
    state: State

    @property
    def lowest(self) -> CircuitTest | None:
        """Of the newest tests the one with the smallest value; one over range only where nothing else is known."""
        last = [one.last for one in self.circuits]
        return min(last, key=lambda test: math.inf if test.value is None else test.value, default=None)

    @property
    def valid_until(self) -> int | None:
        """Until the first of its circuits is overdue."""
        return min((one.valid_until for one in self.circuits), default=None)


def insulation_duties(duties: Mapping[str, Duty]) -> list[Duty]:
    """Those that test insulation."""
    return [duty for duty in duties.values() if duty.insulation is not None]


def boxes(unit: Unit, duties: Mapping[str, Duty], register: Register, now: int) -> list[Box]:
    """Every box of the property, the worst first."""
    found = []
    for duty in insulation_duties(duties):
        wanted = ResultFilter(duties=(duty.id,), since=now - LOOK_BACK)
        by_target: dict[str, list[CircuitTest]] = {}
        for test in _tests(unit, duties, counting(results(unit, wanted))):
            by_target.setdefault(test.box, []).append(test)
        found += [box_of(duty, one, by_target.get(one.id, []), register, now) for one in targets(duty, register)]
    order = [State.FAIL, State.NEVER, State.OVERDUE, State.UNPROVEN, State.PASS]
    return sorted(found, key=lambda box: (order.index(box.state), box.valid_until or 0))


def one_box(unit: Unit, duties: Mapping[str, Duty], register: Register, asset: str, now: int) -> Box:
    """With everything that was ever measured. Raises ``NotFound``."""
    for duty in insulation_duties(duties):
        target = next((one for one in targets(duty, register) if one.id == asset), None)
        if target is not None:
            wanted = ResultFilter(duties=(duty.id,), targets=(asset,))
            return box_of(duty, target, list(_tests(unit, duties, counting(results(unit, wanted)))), register, now)
    raise NotFound(f"{asset} is nothing whose insulation is tested")


def results(unit: Unit, wanted: ResultFilter) -> list[Result]:
    """All of them, newest first."""
    found: list[Result] = []
    cursor = None
    while len(found) < MOST:
        page = unit.results.find(wanted, cursor, AT_ONCE)
        found += page.rows
        cursor = page.cursor
        if cursor is None:
            break
    return found


def counting(found: Iterable[Result]) -> list[Result]:
    """Without those that were corrected: the newest correction counts."""
    those = list(found)
    gone = {one.corrects for one in those}
    return [one for one in those if one.id not in gone]


def _tests(unit: Unit, duties: Mapping[str, Duty], found: Iterable[Result]) -> Iterable[CircuitTest]:
    for result in found:
        try:
            duty = duty_known(unit, duties, result.duty, result.duty_version)
        except NotFound:
            continue
        yield from circuit_tests(duty, result)


def box_of(duty: Duty, target: Target, tests: list[CircuitTest], register: Register, now: int) -> Box:
    """Out of its tests."""
    circuits = tuple(
        _circuit(duty, target, [one for one in tests if (one.circuit, one.phase) == key], register, now)
        for key in sorted(newest(tests))
    )
    return Box(target=target, duty=duty, circuits=circuits, state=worst_state(one.state for one in circuits))


def _circuit(duty: Duty, target: Target, tests: list[CircuitTest], register: Register, now: int) -> Circuit:
    ordered = sorted(tests, key=lambda test: (test.at, test.result))
    last = ordered[-1]
    zone = register.time_zone
    until = next_after(duty, target, (last.at, local_day(last.at, zone)), last.at, zone).due
    return Circuit(
        name=last.circuit,
        phase=last.phase,
        tests=tuple(ordered),
        valid_until=until,
        state=state_of(last, until, now),
        heading=forecast(ordered, now),
    )
