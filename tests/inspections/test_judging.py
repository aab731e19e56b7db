"""What was entered is judged by the checklist, and everything that is wrong is told at once, with what is allowed."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest

from facility.duty import Cadence, CheckKind, Duty, DutyCheck, Every
from facility.inspection import Outcome
from facility.instrument import Instrument
from facility.place_code import PlaceCode
from facility.text import Text
from inspections.draft import Answer
from inspections.duty_files import load_duties
from inspections.judging import Bench, judge, worst

NOON = 1_795_492_800_000
METER = Instrument(id="MEG-07", kind="insulation-tester", serial="A1", name=Text("兆欧表"), calibration_due=NOON + 1)
OLD = replace(METER, id="MEG-03", calibration_due=NOON)
UNKNOWN = replace(METER, id="MEG-99", calibration_due=None)
SLIP = replace(METER, id="SLIP-1", kind="slip-meter")
CODE = PlaceCode(code="aaaabbbbcccc", zone="b2", asset="box-1", created=0, created_by="wang")
BENCH = Bench(
    who="li",
    done=NOON,
    asset="box-1",
    zone="b2",
    instruments={one.id: one for one in (METER, OLD, UNKNOWN, SLIP)},
    code={CODE.code: CODE, "other": replace(CODE, asset="box-2"), "gone": replace(CODE, revoked=1)}.get,
    has_file=lambda name: name.startswith("f"),
    is_account=lambda name: name in ("li", "chen"),
)
MEASURE = DutyCheck(
    id="r",
    title=Text("电阻"),
    kind=CheckKind.NUMBER,
    unit="MΩ",
    low=0.5,
    over_range=True,
    instrument="insulation-tester",
)


def duty(*checks: DutyCheck, people: int = 1) -> Duty:
    return Duty(
        id="d",
        clause="EQ-2",
        title=Text("测"),
        do=Text("测"),
        cadence=Cadence(every=Every.YEAR),
        checks=checks,
        people=people,
    )


def check(kind: CheckKind, **more: Any) -> DutyCheck:
    return DutyCheck(id="c", title=Text("项"), kind=kind, **more)


def judged(line: DutyCheck, people: int = 1, bench: Bench = BENCH, **answer: Any) -> Outcome | str:
    """The one finding's outcome, or what is wrong with it."""
    found, wrong = judge(duty(line, people=people), [Answer(check=line.id, **answer)], bench)
    if wrong:
        assert all(one.text.zh and one.text.en for one in wrong)
        return "; ".join(f"{one.field}: {one.text.en}" for one in wrong)
    (finding,) = found
    return finding.outcome


@pytest.mark.parametrize(
    ("value", "unit", "outcome"),
    [
        (0.5, "", Outcome.PASS),
        (0.49, "", Outcome.FAIL),
        (500, "kΩ", Outcome.PASS),
        (499, "kΩ", Outcome.FAIL),
        (2, "GΩ", Outcome.PASS),
        (0.0, "MΩ", Outcome.FAIL),
    ],
)
def test_a_number_is_converted_and_compared_at_its_limit(value: float, unit: str, outcome: Outcome) -> None:
    assert judged(MEASURE, value=value, unit=unit, instrument="MEG-07") is outcome


def test_above_a_high_limit_fails_and_on_it_passes() -> None:
    line = check(CheckKind.NUMBER, unit="s", high=10)
    assert judged(line, value=10.0) is Outcome.PASS
    assert judged(line, value=10.1) is Outcome.FAIL


def test_over_range_passes_a_lower_limit_and_is_never_a_number() -> None:
    found, wrong = judge(duty(MEASURE), [Answer(check="r", over_range=True, instrument="MEG-07")], BENCH)
    assert not wrong
    assert (found[0].outcome, found[0].value, found[0].over_range) == (Outcome.PASS, None, True)
    assert judged(MEASURE, over_range=True, value=3, instrument="MEG-07") == (
        "answers.r.value: is given beside over range; allowed: one of the two"
    )
    assert judged(replace(MEASURE, high=9.0), over_range=True, instrument="MEG-07") is Outcome.FAIL
    assert "not possible for this line" in str(judged(replace(MEASURE, over_range=False), over_range=True))


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_is_refused(value: float) -> None:
    assert judged(MEASURE, value=value, instrument="MEG-07") == "answers.r.value: is not a finite number"


def test_a_unit_of_something_else_is_refused_with_those_that_fit() -> None:
    told = str(judged(MEASURE, value=1, unit="V", instrument="MEG-07"))
    assert told.startswith("answers.r.unit: 'V' is a unit of voltage")
    assert "MΩ" in told


def test_an_instrument_out_of_calibration_is_kept_and_never_passes() -> None:
    found, _ = judge(duty(MEASURE), [Answer(check="r", value=3.0, instrument="MEG-03")], BENCH)
    assert found[0].outcome is Outcome.FLAG
    assert found[0].instrument is not None
    assert (found[0].instrument.valid, found[0].value) == (False, 3.0)
    assert judged(MEASURE, value=0.1, instrument="MEG-03") is Outcome.FAIL
    assert judged(MEASURE, value=3.0, instrument="MEG-99") is Outcome.FLAG
    assert judged(MEASURE, value=3.0, instrument="MEG-07") is Outcome.PASS


def test_an_instrument_of_another_kind_or_none_is_refused_with_those_that_fit() -> None:
    for name in ("SLIP-1", "", "nothing"):
        told = str(judged(MEASURE, value=3.0, instrument=name))
        assert told.startswith("answers.r.instrument")
        assert told.endswith("allowed: MEG-07, MEG-03, MEG-99")


def test_where_the_register_has_no_such_instrument_the_number_is_kept_and_is_no_evidence() -> None:
    assert judged(MEASURE, bench=replace(BENCH, instruments={}), value=3.0) is Outcome.FLAG


def test_pass_flag_fail_and_nothing_else() -> None:
    line = check(CheckKind.PASS)
    assert [judged(line, choice=one) for one in ("pass", "flag", "fail")] == [Outcome.PASS, Outcome.FLAG, Outcome.FAIL]
    assert judged(line, choice="none") == "answers.c.choice: is not possible; allowed: pass, flag, fail"


def test_a_fail_that_asks_for_a_photo_is_not_taken_without_one() -> None:
    line = check(CheckKind.PASS, photo_on_fail=True)
    assert "photo" in str(judged(line, choice="fail"))
    assert judged(line, choice="fail", files=("f1",)) is Outcome.FAIL
    assert "upload it first" in str(judged(line, choice="fail", files=("x1",)))


def test_a_choice_has_the_outcome_that_its_file_says() -> None:
    line = check(CheckKind.CHOICE, choices=(("rust", Text("锈"), "flag"), ("blocked", Text("堵"), "fail")))
    assert judged(line, choice="rust") is Outcome.FLAG
    assert judged(line, choice="clean") == "answers.c.choice: is not possible; allowed: rust, blocked"


def test_only_the_code_that_hangs_there_will_do() -> None:
    line = check(CheckKind.SCAN)
    assert judged(line, code=" aaaabbbbcccc ") is Outcome.NONE
    assert "is the code of box-2; allowed: the one of box-1" in str(judged(line, code="other"))
    assert "no code of a place" in str(judged(line, code="gone"))
    assert "no code of a place" in str(judged(line, code="0"))


def test_so_many_different_people_sign_and_whoever_submits_is_one_of_them() -> None:
    line = check(CheckKind.SIGNATURE)
    assert judged(line, choice="signed") is Outcome.NONE
    assert judged(line, files=("f1",), signed=("li",)) is Outcome.NONE
    assert "whoever submits signs too" in str(judged(line, files=("f1",), signed=("chen",)))
    assert "2 different ones" in str(judged(line, 2, choice="signed"))
    assert "2 different ones" in str(judged(line, 2, choice="signed", files=("f1",), signed=("li",)))
    assert judged(line, 2, choice="signed", files=("f1",), signed=("chen",)) is Outcome.NONE
    assert "no account 'nobody'" in str(judged(line, 2, choice="signed", files=("f1",), signed=("nobody",)))
    assert "as many people" in str(judged(line, 2, choice="signed", signed=("chen",)))


def test_everything_that_is_missing_or_strange_is_told_at_once() -> None:
    lines = (MEASURE, check(CheckKind.TEXT), replace(check(CheckKind.PHOTO), id="p", must=False))
    _, wrong = judge(duty(*lines), [Answer(check="zz", text="?"), Answer(check="c", text="  ")], BENCH)
    assert [one.field for one in wrong] == ["answers.zz", "answers.r", "answers.c"]
    assert wrong[0].text.en == "is no line of the checklist; allowed: r, c, p"


def test_a_line_of_several_things_is_answered_for_each_and_says_of_which() -> None:
    line = replace(MEASURE, per=Text("回路", "circuit"))
    answers = [
        Answer(check="r", item=item, value=value, instrument="MEG-07") for item, value in (("N1", 3.0), ("N2", 0.1))
    ]
    found, wrong = judge(duty(line), answers, BENCH)
    assert not wrong
    assert [(one.item, one.outcome) for one in found] == [("N1", Outcome.PASS), ("N2", Outcome.FAIL)]
    assert worst(found) is Outcome.FAIL
    _, wrong = judge(duty(line), [answers[0], answers[0], replace(answers[0], item="")], BENCH)
    assert [one.text.en for one in wrong] == ["is answered twice; allowed: once", "say which circuit it is of"]
    _, wrong = judge(
        duty(line), [replace(answers[0], conditions=(("phase", one),)) for one in ("L1-PE", "L2-PE")], BENCH
    )
    assert not wrong
    _, wrong = judge(duty(MEASURE), answers[:1], BENCH)
    assert wrong[0].field == "answers.r[N1].item"


def test_the_worst_finding_is_the_outcome() -> None:
    found, _ = judge(
        duty(check(CheckKind.PASS), MEASURE),
        [Answer(check="c", choice="flag"), Answer(check="r", value=1.0, instrument="MEG-07")],
        BENCH,
    )
    assert worst(found) is Outcome.FLAG
    assert worst(found[1:]) is Outcome.PASS
    assert worst(()) is Outcome.NONE


def test_every_shipped_duty_can_be_done_well() -> None:
    """No checklist asks for what nobody can enter."""
    kinds = {check.instrument for one in load_duties().values() for check in one.checks if check.instrument}
    bench = replace(BENCH, instruments={kind: replace(METER, id=kind, kind=kind) for kind in kinds})
    for one in load_duties().values():
        found, wrong = judge(one, [good(line, one.people) for line in one.checks], bench)
        assert not wrong, (one.id, wrong)
        assert worst(found) in (Outcome.PASS, Outcome.NONE), one.id


def good(line: DutyCheck, people: int) -> Answer:
    item = "N1" if line.per else ""
    match line.kind:
        case CheckKind.PASS:
            return Answer(check=line.id, item=item, choice="pass")
        case CheckKind.NUMBER:
            value = line.low if line.low is not None else line.high if line.high is not None else 1.0
            return Answer(check=line.id, item=item, value=value, instrument=line.instrument)
        case CheckKind.CHOICE:
            return Answer(check=line.id, choice=next(id for id, _, outcome in line.choices if outcome == "pass"))
        case CheckKind.TEXT:
            return Answer(check=line.id, text="写")
        case CheckKind.PHOTO:
            return Answer(check=line.id, files=("f1",))
        case CheckKind.SCAN:
            return Answer(check=line.id, code=CODE.code)
        case CheckKind.SIGNATURE:
            more = people - 1
            return Answer(check=line.id, choice="signed", files=("f1",) * more, signed=("chen",) * more)
