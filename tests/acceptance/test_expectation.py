"""The judge of the judges: a scenario that is not kept is noticed."""

from dataclasses import replace

from facility.alert import Alert, Condition, Severity
from facility.instant import MINUTE
from facility.quality import Quality
from facility.reading import Reading
from facility.text import Text
from facility.work_order import WorkOrder
from simulators.scenario import Evidence, Expected, Scenario
from tests.acceptance.expectation import differences, missing_evidence

TEXT = Text("试", "try")
START = 1_795_478_400_000
WANTED = Expected(
    rule="band",
    point="p",
    raised=(MINUTE, 2 * MINUTE),
    ended=(5 * MINUTE, 6 * MINUTE),
    severity="high",
    work_order="water-supply",
    late=False,
)
SCENARIO = Scenario(id="s", title=TEXT, about=TEXT, start=START, duration=10 * MINUTE, expected=(WANTED,))
ALERT = Alert(
    rule="band",
    rule_version="1",
    clause="",
    point="p",
    asset="a",
    zone="z",
    severity=Severity.HIGH,
    title=TEXT,
    condition=Condition.NORMAL,
    started=START + MINUTE,
    raised=START + 90_000,
    ended=START + 5 * MINUTE,
    opened=START + 91_000,
    limit=TEXT,
    work_order=1,
)
ORDER = WorkOrder(
    id=1, kind="water-supply", title=TEXT, severity=Severity.HIGH, limit=TEXT, opened=START, event_at=START
)


def wrong(*alerts: Alert, scenario: Scenario = SCENARIO) -> str:
    return "\n".join(differences(scenario, alerts, [ORDER]))


def test_what_was_wanted_is_enough() -> None:
    assert wrong(ALERT) == ""


def test_nothing_too_early_too_late_or_twice_is_not() -> None:
    assert "raised never" in wrong()
    assert "raised 30s" in wrong(replace(ALERT, raised=START + 30_000))
    assert "raised 3m" in wrong(replace(ALERT, raised=START + 3 * MINUTE))
    assert "wanted once" in wrong(ALERT, replace(ALERT, id=2))


def test_each_thing_that_differs_is_named() -> None:
    assert "severity LOW" in wrong(replace(ALERT, severity=Severity.LOW))
    assert "work order none" in wrong(replace(ALERT, work_order=None))
    assert "late is True" in wrong(replace(ALERT, late=True))
    assert "ended 7m" in wrong(replace(ALERT, ended=START + 7 * MINUTE))
    assert "ended never" in wrong(replace(ALERT, ended=None))


def test_an_alert_that_must_stay_may_not_return() -> None:
    stays = replace(SCENARIO, expected=(replace(WANTED, stays=True, ended=None),))
    assert "returned to normal" in wrong(ALERT, scenario=stays)
    assert wrong(replace(ALERT, condition=Condition.ACTIVE), scenario=stays) == ""


def test_anything_else_is_not_wanted_unless_the_scenario_allows_it() -> None:
    other = replace(ALERT, point="q")
    assert "not wanted: band on q" in wrong(ALERT, other)
    assert wrong(ALERT, other, scenario=replace(SCENARIO, none_other=False)) == ""


def test_evidence_counts_readings_of_the_kind_that_was_wanted() -> None:
    readings = [Reading("p", START, 1.0, Quality.BAD_CLOCK, test=True), Reading("p", START + 1, 0.0)]
    assert missing_evidence(Evidence(point="p", at_least=2), readings) == ""
    assert missing_evidence(Evidence(point="p", at_least=1, test=True, value=1.0), readings) == ""
    assert missing_evidence(Evidence(point="p", at_least=1, quality="bad-clock"), readings) == ""
    assert "only 1 of 2" in missing_evidence(Evidence(point="p", at_least=2, test=True), readings)
    assert "only 0 of 2" in missing_evidence(Evidence(point="p", at_least=1, quality="stale"), readings)
