"""Alerts of what no rule judges: one a cause, told anew with a fact where that is news, over once."""

from dataclasses import replace

from facility.alert import Condition, Severity
from facility.own_alert import Cause
from facility.text import Text
from rules.judge import Judge
from storage.records.own_alerts import open_ones, report
from storage.records.sql import SqlRecords
from tests.acceptance.timeline import site_rules
from tests.simulators.riverside import register

NOW = 1_795_479_000_000
CAUSE = Cause(
    rule="own", key="a", severity=Severity.MEDIUM, title=Text("甲", "A"), limit=Text("1", "1"), clause="MP-4", zone="t1"
)


def look(records: SqlRecords, *causes: Cause, quiet: bool = False) -> list[str]:
    with records.begin() as unit:
        before = unit.facts.head()
        report(unit, ("own",), causes, NOW, "system:test", quiet=quiet)
        return [fact.what for fact in unit.facts.after(before)]


def test_each_change_is_told_once_in_its_own_word(records: SqlRecords) -> None:
    urgent = replace(CAUSE, severity=Severity.HIGH)
    said = [look(records, CAUSE), look(records, CAUSE), look(records, replace(CAUSE, limit=Text("2", "2")))]
    said += [look(records, urgent), look(records, CAUSE), look(records), look(records), look(records, CAUSE)]
    assert said == [["raised"], [], ["changed"], ["rose"], ["fell"], ["returned"], [], ["re-raised"]]


def test_where_words_change_all_the_time_only_what_matters_is_a_fact(records: SqlRecords) -> None:
    look(records, CAUSE)
    assert look(records, replace(CAUSE, limit=Text("2", "2")), quiet=True) == []
    with records.read() as unit:
        [alert] = open_ones(unit, ("own",))
    assert (alert.limit.en, alert.zone) == ("2", "t1")


def test_a_deadband_raises_nothing_and_keeps_what_is_open(records: SqlRecords) -> None:
    assert look(records, replace(CAUSE, stays=True)) == []
    look(records, CAUSE)
    assert look(records, replace(CAUSE, stays=True)) == []
    look(records)
    assert look(records, replace(CAUSE, stays=True)) == []


def test_many_causes_are_all_kept_in_step(records: SqlRecords) -> None:
    many = [replace(CAUSE, key=str(number)) for number in range(450)]
    assert look(records, *many) == ["raised"] * 450
    assert look(records, many[0]) == ["returned"] * 449


def test_the_judge_leaves_them_alone_when_it_starts(records: SqlRecords) -> None:
    look(records, CAUSE)
    judge = Judge(site_rules(), NOW)
    with records.begin() as unit:
        judge.use(unit, register(), NOW)()
        judge.restore(unit, None)  # type: ignore[arg-type]  # no reading was ever judged, and none is asked for
        judge.tick(unit, NOW)()
        [alert] = open_ones(unit, ("own",))
    assert alert.condition is Condition.ACTIVE
