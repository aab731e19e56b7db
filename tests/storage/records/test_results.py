"""Results come back whole, are found by what they are about, and are there once, on every database."""

from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest

from facility.inspection import Finding, Instrument, Outcome, Result
from storage.records.port import Conflict, NotFound
from storage.records.results import ResultFilter
from storage.records.sql import SqlRecords
from tests.storage.records.examples import NOON, Undo, at_once

METER = Instrument(id="MEG-07", kind="insulation-tester", serial="A1", calibration_due=NOON + 9)
MEASURED = Finding(
    check="resistance",
    item="N1",
    outcome=Outcome.PASS,
    value=2.35,
    unit="MΩ",
    instrument=METER,
    low=0.5,
    corrected=1.9,
    conditions=(("volts", 500.0), ("phase", "L1-PE")),
)
SIGNED = Finding(check="signature", outcome=Outcome.NONE, files=("ab", "cd"), signed=("li", "chen"))
RESULT = Result(
    key="a-1",
    duty="box-insulation",
    duty_version="ab",
    occurrence=7,
    target="box-1",
    asset="box-1",
    zone="b2",
    who="li",
    with_whom=("chen",),
    done=NOON,
    device_at=NOON + 90_000,
    offset=90_000,
    received=NOON + 5,
    outcome=Outcome.PASS,
    findings=(MEASURED, SIGNED),
    sensors=(("box-1.resistance", NOON - 4),),
    orders=(3, 4),
    digest="d1",
)


def result(key: str, **changed: Any) -> Result:
    return replace(RESULT, key=key, **changed)


def test_a_result_comes_back_with_every_finding(records: SqlRecords) -> None:
    with records.begin() as unit:
        kept = unit.results.add(RESULT)
    with records.read() as unit:
        assert unit.results.get(kept.id) == kept == unit.results.by_key("a-1") == replace(RESULT, id=kept.id)
        assert unit.results.by_key("a-2") is None
        assert unit.results.some([kept.id, 99, 10**30]) == {kept.id: kept}
        assert unit.results.some([]) == {}
        with pytest.raises(NotFound):
            unit.results.get(10**30)


def test_a_key_is_there_once_and_the_unit_goes_on(records: SqlRecords) -> None:
    with records.begin() as unit:
        first = unit.results.add(RESULT)
        with pytest.raises(Conflict, match="a-1"):
            unit.results.add(result("a-1", who="chen"))
        assert unit.results.by_key("a-1") == first
        assert unit.results.count(ResultFilter()) == 1


def test_the_same_key_from_several_at_once_is_taken_once(shared: SqlRecords) -> None:
    def submit(number: int) -> Result:
        with shared.begin() as unit:
            return unit.results.add(result("a-1", who=f"p{number}"))

    found = at_once(4, submit)
    assert sum(isinstance(one, Result) for one in found) == 1
    assert sum(isinstance(one, Conflict) for one in found) == 3


def test_corrections_and_retests_lead_back_to_what_they_are_about(records: SqlRecords) -> None:
    with records.begin() as unit:
        first = unit.results.add(RESULT)
        better = unit.results.add(result("a-2", corrects=first.id, why="typing error", received=NOON + 9))
        again = unit.results.add(result("a-3", occurrence=8, retest_of=first.id, done=NOON + 99))
        assert unit.results.of_occurrence(7) == [first, better]
        assert unit.results.corrections(first.id) == [better]
        assert unit.results.retests(first.id) == [again]
        assert unit.results.corrections(better.id) == unit.results.retests(10**30) == []


def test_last_time_is_the_newest_before_and_its_newest_correction(records: SqlRecords) -> None:
    with records.begin() as unit:
        first = unit.results.add(RESULT)
        better = unit.results.add(result("a-2", corrects=first.id))
        unit.results.add(result("a-0", done=NOON - 5))
        unit.results.add(result("a-4", done=NOON + 5, target="box-2"))
        assert unit.results.last("box-insulation", "box-1", NOON + 1) == better
        assert unit.results.last("box-insulation", "box-1", NOON - 5) is None


def test_results_are_found_by_each_field_and_by_pages(records: SqlRecords) -> None:
    with suppress(Undo), records.begin() as unit:
        made = [unit.results.add(result(f"a-{n}", done=NOON + n // 2, who=f"p{n}")) for n in range(5)]
        other = unit.results.add(
            result("b", duty="stair-rails", target="rail", asset="rail", zone="z", outcome=Outcome.FAIL, done=NOON - 9)
        )
        for wanted in (
            ResultFilter(duties=("stair-rails",)),
            ResultFilter(targets=("rail",)),
            ResultFilter(assets=("rail",)),
            ResultFilter(zones=("z",)),
            ResultFilter(outcomes=(Outcome.FAIL,)),
            ResultFilter(until=NOON),
        ):
            assert (unit.results.find(wanted).rows, unit.results.count(wanted)) == ([other], 1)
        assert unit.results.find(ResultFilter(who=("p1", "p3"), since=NOON)).rows == [made[3], made[1]]
        first = unit.results.find(ResultFilter(), limit=3)
        second = unit.results.find(ResultFilter(), first.cursor, limit=3)
        assert first.rows + second.rows == [*made[::-1], other]
        assert second.cursor is None
        with pytest.raises(ValueError, match="cursor"):
            unit.results.find(ResultFilter(), "nonsense")
        raise Undo
