"""A history that cannot be written is an alert of our own, and over when it can."""

from collections.abc import Iterator

import pytest

from facility.alert import Condition, Severity
from facility.instant import MINUTE
from response.history_watch import AWAY, LONG, watch
from storage.records.sql import SqlRecords

NOW = 1_795_479_000_000


@pytest.fixture
def records() -> Iterator[SqlRecords]:
    made = SqlRecords("sqlite:///:memory:")
    made.migrate()
    yield made
    made.close()


def look(records: SqlRecords, now: int, **journal: object) -> list[tuple[str, str, Severity, Condition]]:
    note = {"rows": 10, "bytes": 10, "limit": 100, "oldest": NOW, "away_since": None, "error": "", **journal}
    with records.begin() as unit:
        unit.notes.put("worker/worker-1", {"at": now, "journal": note})
        unit.notes.put("worker/without", {"at": now})
        watch(unit, now)
        return [(a.rule, a.point, a.severity, a.condition) for a in unit.alerts.open_ones()]


def test_a_short_absence_tells_nobody_and_a_long_one_does_until_it_is_over(records: SqlRecords) -> None:
    assert look(records, NOW + LONG - 1, away_since=NOW) == []
    told = [(AWAY, "worker-1", Severity.MEDIUM, Condition.ACTIVE)]
    assert look(records, NOW + LONG, away_since=NOW, error="no route") == told
    assert look(records, NOW + LONG + MINUTE, away_since=NOW, error="no route") == told
    with records.read() as unit:
        facts = unit.facts.after(0)
    assert [fact.what for fact in facts if fact.noun == "alert"] == ["raised"]
    assert [one[3] for one in look(records, NOW + 2 * LONG)] == [Condition.NORMAL]
    assert look(records, NOW + 9 * LONG, away_since=NOW + 7 * LONG) == told


def test_a_journal_that_fills_up_is_urgent_before_it_is_full(records: SqlRecords) -> None:
    assert look(records, NOW, bytes=79) == []
    assert [one[2] for one in look(records, NOW, bytes=80)] == [Severity.HIGH]
    assert [one[2] for one in look(records, NOW + LONG, bytes=40, away_since=NOW)] == [Severity.MEDIUM]
