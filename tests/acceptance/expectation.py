"""Holds what a duty room raised to what a scenario says it must raise; each difference is one line a person can read."""

from __future__ import annotations

from collections.abc import Sequence

from facility.alert import Alert, Condition
from facility.instant import duration_text
from facility.quality import Quality
from facility.reading import Reading
from facility.work_order import WorkOrder
from simulators.scenario import Evidence, Expected, Scenario


def differences(scenario: Scenario, alerts: Sequence[Alert], orders: Sequence[WorkOrder]) -> list[str]:
    """Empty when everything wanted was raised, as wanted, once, and, where the scenario says so, nothing else."""
    left, found = list(alerts), []
    for wanted in scenario.expected:
        same = [alert for alert in left if (alert.rule, alert.point) == (wanted.rule, wanted.point)]
        fitting = [alert for alert in same if _inside(alert.raised - scenario.start, wanted.raised)]
        if len(fitting) == 1:
            left.remove(fitting[0])
            found += _wrong(scenario, wanted, fitting[0], orders)
        else:
            times = ", ".join(_offset(scenario, alert.raised) for alert in same) or "never"
            span = " to ".join(map(duration_text, wanted.raised))
            found.append(f"{wanted.rule} on {wanted.point}: wanted once within {span}; raised {times}")
    if scenario.none_other:
        found += [f"not wanted: {_told(scenario, alert)}" for alert in left]
    return found


def _wrong(scenario: Scenario, wanted: Expected, alert: Alert, orders: Sequence[WorkOrder]) -> list[str]:
    order = next((order for order in orders if order.id == alert.work_order), None)
    kind = order.kind if order else ""
    checks = [
        (wanted.severity is None or alert.severity.name.lower() == wanted.severity, f"severity {alert.severity.name}"),
        (wanted.late is None or alert.late is wanted.late, f"late is {alert.late}"),
        (wanted.work_order is None or wanted.work_order in (kind, bool(kind)), f"work order {kind or 'none'}"),
        (not wanted.stays or alert.condition is not Condition.NORMAL, "it returned to normal"),
        (wanted.ended is None or _ended_in_time(scenario, alert, wanted.ended), f"ended {_ended(scenario, alert)}"),
    ]
    return [f"{_told(scenario, alert)}: {text}; wanted {wanted}" for good, text in checks if not good]


def _ended_in_time(scenario: Scenario, alert: Alert, wanted: tuple[int, int]) -> bool:
    return alert.ended is not None and _inside(alert.ended - scenario.start, wanted)


def _inside(offset: int, span: tuple[int, int]) -> bool:
    return span[0] <= offset <= span[1]


def _offset(scenario: Scenario, at: int) -> str:
    offset = at - scenario.start
    return f"{'-' if offset < 0 else ''}{duration_text(abs(offset))}"


def _ended(scenario: Scenario, alert: Alert) -> str:
    return "never" if alert.ended is None else _offset(scenario, alert.ended)


def _told(scenario: Scenario, alert: Alert) -> str:
    span = f"{_offset(scenario, alert.started)} … {_ended(scenario, alert)}"
    raised = _offset(scenario, alert.raised)
    late = " late" if alert.late else ""
    return f"{alert.rule} on {alert.point} ({span}, raised {raised}{late}, value {alert.value} {alert.unit})"


def missing_evidence(wanted: Evidence, readings: Sequence[Reading]) -> str:
    """Empty when the readings of the point show what was wanted."""
    shown = [
        reading
        for reading in readings
        if (wanted.test is None or reading.test is wanted.test)
        and (wanted.value is None or reading.value == wanted.value)
        and (wanted.quality is None or _word(reading) == wanted.quality)
    ]
    return "" if len(shown) >= wanted.at_least else f"{wanted}: only {len(shown)} of {len(readings)} readings"


def _word(reading: Reading) -> str:
    return Quality(reading.quality).name.lower().replace("_", "-")
