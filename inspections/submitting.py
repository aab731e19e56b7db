"""A submission becomes a result: judged, kept for ever, told as a fact; what it settles is settled. All in the caller's unit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson

from facility.fact import Fact
from facility.inspection import Finding, Outcome, Result
from facility.instant import MINUTE
from facility.person import RIGHTS, Right
from facility.place_code import PlaceCode
from facility.text import Text
from inspections.asked import Asked, look_up
from inspections.draft import Draft, DraftRefused, KeyTaken, Wrong
from inspections.judging import Bench, judge, worst
from inspections.result_room import Opener, ResultRoom
from inspections.retests import ask_for_retest
from inspections.sensor_evidence import instruments_for
from inspections.settling import settle
from inspections.work import order_for
from storage.records.port import Conflict, NotFound, Unit

AHEAD = 2 * MINUTE
"""A device's clock may run ahead so far, once its offset is taken off; what is further ahead has not happened yet."""
LONGEST_KEY = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """One submission, and where it is taken."""

    unit: Unit
    room: ResultRoom
    draft: Draft
    asked: Asked
    who: str
    now: int
    done: int
    """When it was done, by our clock."""


def submit(unit: Unit, room: ResultRoom, draft: Draft, who: str, now: int) -> Result:
    """The result; of a key that was taken before with the same body, the one that is there.

    Everybody may submit who may do duties: the caller has asked. Raises ``DraftRefused`` with all that is wrong, ``KeyTaken``,
    ``NotFound`` (an occurrence, a result, a duty), ``Conflict`` (somebody was first: begin a new unit and try again).
    """
    there = unit.results.by_key(draft.key)
    if there is not None:
        return _same(there, draft, who)
    asked = look_up(unit, room, draft)
    done = _done(draft, asked, now)
    case = _Case(unit=unit, room=room, draft=draft, asked=asked, who=who, now=now, done=min(done, now))
    findings, wrong = judge(asked.duty, draft.answers, _bench(case))
    wrong = (*_wrong_times(case, done), *_wrong_people(case, findings), *_wrong_links(case), *wrong)
    if wrong:
        raise DraftRefused(wrong)
    result = unit.results.add(_result(case, findings, tuple(_orders(case, findings))))
    unit.facts.append(fact_of(result))
    if asked.occurrence is not None and result.corrects is None:
        settle(unit, asked.occurrence, result, now, who)
    if asked.duty.retest:
        ask_for_retest(unit, asked.duty, result, now, who)
    return result


def _same(there: Result, draft: Draft, who: str) -> Result:
    if there.digest != draft.digest(who):
        raise KeyTaken(draft.key, there.id)
    return there


def _done(draft: Draft, asked: Asked, now: int) -> int:
    """A correction never moves it."""
    if asked.old is not None:
        return asked.old.done
    return now if draft.device_at is None else draft.device_at - draft.offset


def _bench(case: _Case) -> Bench:
    unit, target = case.unit, case.asked.target
    return Bench(
        who=case.who,
        done=case.done,
        asset=target.asset,
        zone=target.zone,
        instruments=instruments_for(case.room.register, target.asset, case.asked.duty),
        code=lambda code: _code(unit, code),
        has_file=unit.files.has,
        is_account=lambda name: _is_account(unit, name),
    )


def _code(unit: Unit, code: str) -> PlaceCode | None:
    try:
        return unit.place_codes.by_code(code)
    except NotFound:
        return None


def _is_account(unit: Unit, name: str) -> bool:
    try:
        unit.people.get(name)
    except NotFound:
        return False
    return True


def _wrong_times(case: _Case, done: int) -> Iterator[Wrong]:
    if not case.draft.key.strip() or len(case.draft.key) > LONGEST_KEY:
        yield Wrong("key", Text(f"要有，最多 {LONGEST_KEY} 字", f"is needed; allowed: 1 to {LONGEST_KEY} characters"))
    if done > case.now + AHEAD:
        told = "lies ahead of our clock; allowed: up to now, once the device's offset is taken off"
        yield Wrong("device_at", Text("比现在晚；请检查手机的时间", told))
    if done < 0:
        yield Wrong("device_at", Text("不是一个时刻", "is no time; allowed: milliseconds since 1970"))
    elif case.asked.occurrence is not None and case.asked.old is None and done < case.asked.occurrence.opens:
        yield Wrong("device_at", Text("窗口还没有开始", "lies before its window; allowed: from its opening on"))


def _wrong_people(case: _Case, findings: tuple[Finding, ...]) -> Iterator[Wrong]:
    draft, needed = case.draft, case.asked.duty.people
    for name in draft.with_whom:
        if not _is_account(case.unit, name):
            yield Wrong("with_whom", Text(f"没有账号 {name}", f"there is no account {name!r}"))
    signed = any(check.kind == "signature" for check in case.asked.duty.checks)
    people = {case.who, *draft.with_whom, *(name for one in findings for name in one.signed)}
    if len(people) < needed and not signed:
        told = f"names {len(people)} people with whoever submits; {needed} different ones are needed"
        yield Wrong("with_whom", Text(f"要 {needed} 个人，现在 {len(people)} 个", told))


def _wrong_links(case: _Case) -> Iterator[Wrong]:
    unit, draft, old = case.unit, case.draft, case.asked.old
    if old is not None:
        yield from _wrong_correction(case, old)
    if draft.retest_of is not None and not _is_of(unit, draft.retest_of, case.asked):
        told = f"result {draft.retest_of} is of another duty or place, or did not fail; allowed: a failed one of this"
        yield Wrong("retest_of", Text("不是这里不合格的结果", told))


def _wrong_correction(case: _Case, old: Result) -> Iterator[Wrong]:
    if not case.draft.why.strip():
        yield Wrong("why", Text("请写明为什么更正", "is missing; say why it is corrected"))
    if case.who != old.who and not _may_correct(case.unit, case.who):
        told = f"was submitted by {old.who}; allowed: the same person, or a manager"
        yield Wrong("corrects", Text("只有提交的人或主管可以更正", told))
    newer = case.unit.results.corrections(old.id)
    if newer:
        told = f"was corrected by {newer[-1].id} already; allowed: to correct that one"
        yield Wrong("corrects", Text(f"已有更正 {newer[-1].id}；请更正那一条", told))


def _may_correct(unit: Unit, who: str) -> bool:
    try:
        return Right.CORRECT_RESULTS in RIGHTS[unit.people.get(who).role]
    except NotFound:
        return False


def _is_of(unit: Unit, number: int, asked: Asked) -> bool:
    try:
        before = unit.results.get(number)
    except NotFound:
        return False
    same = (before.duty, before.target) == (asked.duty.id, asked.target.id)
    return same and before.outcome is Outcome.FAIL


def _orders(case: _Case, findings: tuple[Finding, ...]) -> Iterator[int]:
    """One for each failed line whose answer asks for it; a line of several things opens one."""
    opener, asked = case.room.opener, case.asked
    if opener is None or not asked.duty.fail_order:
        return
    wished = {(one.check, one.item.strip()) for one in case.draft.answers if one.order}
    failed = {one.check: one for one in findings if one.outcome is Outcome.FAIL and (one.check, one.item) in wished}
    for one in failed.values():
        order = order_for(asked.duty, asked.target, one, case.now)
        yield opener(case.unit, case.room.register, order, case.who, case.now).id


def _result(case: _Case, findings: tuple[Finding, ...], orders: tuple[int, ...]) -> Result:
    draft, asked, old, occurrence = case.draft, case.asked, case.asked.old, case.asked.occurrence
    signed = (name for one in findings for name in one.signed)
    late = occurrence is not None and case.done <= occurrence.until < case.now
    return Result(
        key=draft.key,
        duty=asked.duty.id,
        duty_version=asked.duty.version,
        occurrence=occurrence.id if occurrence else None,
        target=asked.target.id,
        asset=asked.target.asset,
        zone=asked.target.zone,
        who=case.who,
        with_whom=tuple(name for name in dict.fromkeys((*draft.with_whom, *signed)) if name != case.who),
        done=case.done,
        device_at=case.now if draft.device_at is None else draft.device_at,
        offset=draft.offset,
        received=case.now,
        late_upload=old.late_upload if old else late,
        outcome=worst(findings),
        findings=findings,
        corrects=old.id if old else None,
        why=draft.why.strip(),
        retest_of=asked.retest_of,
        sensors=draft.sensors or (old.sensors if old else ()),
        orders=orders,
        digest=draft.digest(case.who),
    )


_IN_THE_FACT = frozenset({"id", "key", "who", "why", "received"})
"""What stands in the fact's own fields, or is of no use to anybody."""


def fact_of(result: Result) -> Fact:
    """All of it: whoever has the facts has the evidence."""
    whole: dict[str, Any] = orjson.loads(orjson.dumps(result))
    told = {name: value for name, value in whole.items() if name not in _IN_THE_FACT}
    return Fact(
        at=result.received,
        noun="result",
        subject=str(result.id),
        what="submitted" if result.corrects is None else "corrected",
        after=result.outcome.value,
        why=result.why,
        who=result.who,
        data=told,
    )


__all__ = ["AHEAD", "Conflict", "Draft", "DraftRefused", "KeyTaken", "Opener", "ResultRoom", "fact_of", "submit"]
