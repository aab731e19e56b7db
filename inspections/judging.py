"""What was entered, judged line by line against the checklist as it stood in the version that was filled in. Pure."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from facility.duty import CheckKind, Duty, DutyCheck
from facility.inspection import Finding, Outcome
from facility.inspection import Instrument as AsItStood
from facility.instrument import Instrument
from facility.insulation import weighed
from facility.place_code import PlaceCode
from facility.text import Text
from facility.units import QUANTITIES, UnitError, convert
from inspections.draft import Answer, Wrong

SIGNED = "signed"
_BY_HAND = {one.value: one for one in (Outcome.PASS, Outcome.FLAG, Outcome.FAIL)}
_WORST = (Outcome.FAIL, Outcome.FLAG, Outcome.PASS)
LONGEST_TEXT = 4_000
_EQUAL = 1e-9
"""A value that differs from its limit by less than this share of it lies on it: 500 kΩ are 0.5 MΩ."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """What there is to judge by, besides the checklist."""

    who: str
    done: int
    asset: str = ""
    zone: str = ""
    instruments: Mapping[str, Instrument] = field(default_factory=dict)
    code: Callable[[str], PlaceCode | None] = lambda _: None
    """The place that a scanned code hangs at."""
    has_file: Callable[[str], bool] = lambda _: True
    is_account: Callable[[str], bool] = lambda _: True


@dataclass(frozen=True, slots=True)
class _Refused(Exception):
    """One field of one answer."""

    field: str
    zh: str
    en: str


def judge(duty: Duty, answers: Iterable[Answer], bench: Bench) -> tuple[tuple[Finding, ...], tuple[Wrong, ...]]:
    """The findings in the checklist's order, and everything that is wrong: with anything wrong nothing is to be taken."""
    found: list[Finding] = []
    given = list(answers)
    wrong = [*_strangers(duty, given)]
    for check in duty.checks:
        mine = [one for one in given if one.check == check.id]
        if check.must and not any(is_answered(one) for one in mine):
            wrong.append(Wrong(_named(check.id), Text("还没有填", "is missing; the checklist asks for it")))
        for answer in filter(is_answered, mine):
            try:
                found.append(_finding(check, answer, duty, bench))
            except _Refused as refused:
                wrong.append(Wrong(_named(check.id, answer.item, refused.field), Text(refused.zh, refused.en)))
    return weighed(duty, found), tuple(wrong)


def worst(findings: Iterable[Finding]) -> Outcome:
    """A result's outcome: its worst finding's."""
    outcomes = {one.outcome for one in findings}
    return next((one for one in _WORST if one in outcomes), Outcome.NONE)


def is_answered(answer: Answer) -> bool:
    """Whether anything was entered."""
    said = (
        answer.choice,
        answer.text.strip(),
        answer.code.strip(),
        answer.files,
        answer.signed,
        answer.sworn,
        answer.over_range,
    )
    return answer.value is not None or any(said)


def _named(check: str, item: str = "", what: str = "") -> str:
    return f"answers.{check}" + (f"[{item}]" if item else "") + (f".{what}" if what else "")


def _strangers(duty: Duty, answers: list[Answer]) -> Iterator[Wrong]:
    """Lines that the checklist does not have, or that were answered twice."""
    checks = {check.id: check for check in duty.checks}
    seen: set[tuple[str, str, object]] = set()
    for one in answers:
        check, key = checks.get(one.check), (one.check, one.item, dict(one.conditions).get("phase", ""))
        if check is None:
            allowed = ", ".join(checks)
            told = Text(f"检查表里没有这一项；可以是 {allowed}", f"is no line of the checklist; allowed: {allowed}")
            yield Wrong(_named(one.check), told)
        elif one.item and not check.per:
            yield Wrong(_named(one.check, one.item, "item"), Text("这一项只填一次", "is answered once; leave item out"))
        elif check.per and not one.item.strip() and is_answered(one):
            told = Text(f"请写明是哪一个{check.per.zh}", f"say which {check.per.say('en')} it is of")
            yield Wrong(_named(one.check, "", "item"), told)
        elif key in seen:
            yield Wrong(_named(one.check, one.item), Text("填了两次", "is answered twice; allowed: once"))
        seen.add(key)


def _finding(check: DutyCheck, answer: Answer, duty: Duty, bench: Bench) -> Finding:
    files = _files(answer, bench)
    if len(answer.text) > LONGEST_TEXT:
        raise _Refused("text", f"太长；最多 {LONGEST_TEXT} 字", f"is too long; allowed: {LONGEST_TEXT} characters")
    plain = Finding(
        check=check.id,
        item=answer.item.strip(),
        outcome=Outcome.NONE,
        text=answer.text.strip(),
        files=files,
        conditions=_conditions(answer),
    )
    match check.kind:
        case CheckKind.PASS:
            return _passed(check, answer, plain)
        case CheckKind.NUMBER:
            return _number(check, answer, plain, bench)
        case CheckKind.CHOICE:
            return _choice(check, answer, plain)
        case CheckKind.TEXT:
            return _text(plain)
        case CheckKind.PHOTO:
            return _photo(plain)
        case CheckKind.SCAN:
            return _scan(answer, plain, bench)
        case CheckKind.SIGNATURE:
            return _signature(answer, plain, duty, bench)


def _files(answer: Answer, bench: Bench) -> tuple[str, ...]:
    for one in answer.files:
        if not bench.has_file(one):
            raise _Refused("files", f"没有文件 {one[:12]}；请先上传", f"there is no file {one[:12]!r}; upload it first")
    return answer.files


def _conditions(answer: Answer) -> tuple[tuple[str, float | str], ...]:
    for name, value in answer.conditions:
        if isinstance(value, float) and not math.isfinite(value):
            raise _Refused(f"conditions.{name}", "不是一个数", "is not a finite number")
    return tuple((name, value) for name, value in answer.conditions if value != "")


def _passed(check: DutyCheck, answer: Answer, plain: Finding) -> Finding:
    outcome = _BY_HAND.get(answer.choice)
    if outcome is None:
        raise _Refused("choice", "请选合格、注意或不合格", "is not possible; allowed: pass, flag, fail")
    if outcome is Outcome.FAIL and check.photo_on_fail and not plain.files:
        raise _Refused("files", "不合格要附照片", "a fail of this line asks for a photo; add one")
    return replace(plain, outcome=outcome, choice=answer.choice)


def _choice(check: DutyCheck, answer: Answer, plain: Finding) -> Finding:
    outcomes = {id: outcome for id, _, outcome in check.choices}
    if answer.choice not in outcomes:
        allowed = ", ".join(outcomes)
        raise _Refused("choice", f"可以是 {allowed}", f"is not possible; allowed: {allowed}")
    return replace(plain, outcome=Outcome(outcomes[answer.choice]), choice=answer.choice)


def _text(plain: Finding) -> Finding:
    if not plain.text:
        raise _Refused("text", "请写下来", "is empty; write what was asked for")
    return plain


def _photo(plain: Finding) -> Finding:
    if not plain.files:
        raise _Refused("files", "请附照片", "has no photo; add at least one")
    return plain


def _scan(answer: Answer, plain: Finding, bench: Bench) -> Finding:
    place = bench.code(answer.code.strip())
    if place is None or not place.good:
        raise _Refused("code", "不认识这个码；请扫现场的码", "is no code of a place; scan the one that hangs there")
    right = place.asset == bench.asset if bench.asset else place.zone == bench.zone
    if not right:
        there = place.asset or place.zone
        zh, en = (
            f"这是 {there} 的码，不是这里的",
            f"is the code of {there}; allowed: the one of {bench.asset or bench.zone}",
        )
        raise _Refused("code", zh, en)
    return replace(plain, code=answer.code.strip())


def _signature(answer: Answer, plain: Finding, duty: Duty, bench: Bench) -> Finding:
    if len(answer.signed) != len(answer.files):
        raise _Refused("signed", "每个签名要写明是谁的", "names as many people as there are drawn signatures")
    for one in answer.signed:
        if not bench.is_account(one):
            raise _Refused("signed", f"没有账号 {one}", f"there is no account {one!r}")
    if answer.choice != SIGNED and bench.who not in (*answer.signed, *answer.sworn):
        raise _Refused(
            "choice", "提交的人自己也要签", "whoever submits signs too; allowed: signed, or his drawn signature"
        )
    people = tuple(dict.fromkeys((bench.who, *answer.signed, *answer.sworn)))
    if len(people) < duty.people:
        zh = f"要 {duty.people} 个不同的人签字，现在有 {len(people)} 个"
        en = f"has the signatures of {len(people)} people; {duty.people} different ones are needed"
        raise _Refused("signed", zh, en)
    return replace(plain, signed=people)


def _number(check: DutyCheck, answer: Answer, plain: Finding, bench: Bench) -> Finding:
    value = _value(check, answer)
    measured = replace(
        plain,
        value=value,
        unit=check.unit,
        over_range=answer.over_range,
        low=check.low,
        high=check.high,
        instrument=_instrument(check, answer, bench),
    )
    if value is not None and not check.instrument and check.low is None and check.high is None:
        return replace(measured, outcome=Outcome.NONE)
    return replace(measured, outcome=_outcome(measured))


def _value(check: DutyCheck, answer: Answer) -> float | None:
    if answer.over_range:
        if not check.over_range:
            raise _Refused("over_range", "这一项要填数值", "is not possible for this line; give the number")
        if answer.value is not None:
            raise _Refused("value", "超量程就不填数值", "is given beside over range; allowed: one of the two")
        return None
    if answer.value is None or not math.isfinite(answer.value):
        raise _Refused("value", "请填数值", "is not a finite number")
    try:
        return _converted(answer.value, answer.unit or check.unit, check.unit)
    except UnitError as error:
        raise _Refused("unit", f"单位不对；可以是 {check.unit or '无单位'}", str(error)) from None


def _converted(value: float, given: str, wanted: str) -> float:
    """By whatever quantity knows both units. Raises ``UnitError``."""
    if given == wanted:
        return value
    first: UnitError | None = None
    for name, quantity in QUANTITIES.items():
        if wanted not in quantity.units:
            continue
        try:
            return round(convert(value, given, wanted, name), 12)
        except UnitError as error:
            first = first or error
    raise first or UnitError(f"{given!r} cannot be converted; allowed: {wanted or 'no unit'}")


def _instrument(check: DutyCheck, answer: Answer, bench: Bench) -> AsItStood | None:
    if not check.instrument:
        return None
    fitting = {id: one for id, one in bench.instruments.items() if one.kind == check.instrument}
    if not answer.instrument and not fitting:
        return AsItStood(id="", kind=check.instrument, valid=False)
    found = fitting.get(answer.instrument)
    if found is None:
        allowed = ", ".join(fitting) or check.instrument
        zh, en = (
            f"请选所用的仪器；可以是 {allowed}",
            f"{answer.instrument!r} is no {check.instrument}; allowed: {allowed}",
        )
        raise _Refused("instrument", zh, en)
    return AsItStood(
        id=found.id,
        kind=found.kind,
        serial=found.serial,
        calibration_due=found.calibration_due,
        valid=found.in_calibration(bench.done),
    )


def _outcome(measured: Finding) -> Outcome:
    """A number that an instrument out of calibration showed is kept, may fail, and never passes."""
    if not _inside(measured):
        return Outcome.FAIL
    if measured.instrument is not None and not measured.instrument.valid:
        return Outcome.FLAG
    return Outcome.PASS


def _inside(measured: Finding) -> bool:
    if measured.over_range:
        return measured.high is None
    assert measured.value is not None
    low, high = measured.low, measured.high
    above = low is None or measured.value >= low or math.isclose(measured.value, low, rel_tol=_EQUAL)
    return above and (high is None or measured.value <= high or math.isclose(measured.value, high, rel_tol=_EQUAL))
