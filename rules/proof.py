"""What a test showed: which signals came through, and which did not. Rests on the stored readings and alerts alone."""

from __future__ import annotations

from collections.abc import Iterator

from facility.fact import Fact
from facility.instant import SECOND
from facility.test_mode import TestMode, reported
from rules.respond import WHO
from storage.readings.port import Readings
from storage.records.port import AlertFilter, Unit

GRACE = 5 * SECOND
"""A signal of the last moment may still be on its way when the test ends."""
AT_ONCE = 500


def report_tests(unit: Unit, readings: Readings, now: int) -> list[TestMode]:
    """A report for every test that is over and has none, each with its fact. Raises ``ReadingsUnavailable``: ask again."""
    done = [mode for mode in unit.test_modes.running() if mode.over() + GRACE <= now]
    return [_report(unit, readings, mode, now) for mode in done]


def _report(unit: Unit, readings: Readings, mode: TestMode, now: int) -> TestMode:
    found = {point: readings.range(point, mode.since, mode.over()) for point in mode.expected}
    report = unit.test_modes.update(
        reported(mode, found, _raised(unit, mode), unit.registers.load(), now),
    )
    data = {"came": list(report.came), "missed": list(report.missed), "since": mode.since, "until": mode.over()}
    data |= {"extent": mode.extent.value, "scope": mode.scope}
    unit.facts.append(
        Fact(
            at=now,
            noun="test-mode",
            subject=str(mode.id),
            what="ended",
            why=mode.why,
            who=mode.ended_by or WHO,
            data=data,
        )
    )
    return report


def _raised(unit: Unit, mode: TestMode) -> Iterator[str]:
    """Points that raised an alert while it was in force, as a test or in earnest."""
    cursor: str | None = None
    while True:
        page = unit.alerts.find(AlertFilter(points=mode.expected, since=mode.since, until=mode.over()), cursor, AT_ONCE)
        yield from (alert.point for alert in page.rows)
        cursor = page.cursor
        if cursor is None:
            return
