"""A report's life, by its table."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facility.alert import NotAllowed
from facility.person import Right, Role
from facility.place_code import PlaceCode, revoke
from facility.residents_report import (
    DEED,
    DEEDS,
    OPEN,
    Deed,
    Done,
    Outcome,
    ReportState,
    ResidentsReport,
    Way,
    deeds_from,
    take_deed,
)
from facility.work_order import MissingField

NOON = 1_795_492_800_000
FRESH = ResidentsReport(way=Way.WEB, zone="t1", guess="lift", kind="lift", received=NOON)


def do(report: ResidentsReport, deed: Deed, at: int = NOON + 1, **more: object) -> ResidentsReport:
    return take_deed(report, Done(deed=deed, who="officer", at=at, **more))  # type: ignore[arg-type]


def test_a_report_goes_from_received_to_a_confirmed_end() -> None:
    seen = do(do(FRESH, Deed.CLASSIFY, kind="water"), Deed.AGREE, by=NOON + 60)
    given_out = do(seen, Deed.ASSIGN, order=7)
    done = do(do(given_out, Deed.VISIT, NOON + 50), Deed.SOLVE, NOON + 90)
    ended = do(done, Deed.CONFIRM, NOON + 99, satisfaction=4)
    assert (seen.kind, seen.kind_by, seen.guess, seen.visit_by) == ("water", "officer", "lift", NOON + 60)
    assert (done.state, done.visited, done.solved, done.work_order) == (ReportState.SOLVED, NOON + 50, NOON + 90, 7)
    assert (ended.state, ended.outcome, ended.satisfaction, ended.closed, ended.open) == (
        ReportState.CLOSED, Outcome.CONFIRMED, 4, NOON + 99, False
    )  # fmt: skip


def test_unsolved_it_goes_up_gets_another_order_and_keeps_the_one_that_failed() -> None:
    done = do(do(FRESH, Deed.ASSIGN, order=7), Deed.SOLVE)
    again = do(done, Deed.REFUTE, NOON + 5, reason="drips again", order=8, satisfaction=1)
    assert (again.state, again.work_order, again.earlier_orders) == (ReportState.ASSIGNED, 8, (7,))
    assert (again.escalated, again.times_unsolved, again.solved) == (NOON + 5, 1, None)
    assert do(again, Deed.TAKE_UP, reason="replace the pipe").escalated is None
    same = do(do(again, Deed.SOLVE), Deed.REFUTE, reason="still", order=8)
    assert (same.earlier_orders, same.times_unsolved) == ((7,), 2)


def test_what_was_closed_can_still_be_found_unsolved() -> None:
    ended = do(do(do(FRESH, Deed.ASSIGN, order=7), Deed.SOLVE), Deed.CONFIRM, satisfaction=5)
    again = do(ended, Deed.REFUTE, reason="again", order=9)
    assert (again.state, again.closed, again.outcome, again.satisfaction) == (
        ReportState.ASSIGNED, None, Outcome.NONE, None
    )  # fmt: skip


def test_an_emergency_is_urgent_until_somebody_takes_note() -> None:
    urgent = replace(FRESH, emergency=True)
    assert urgent.urgent
    assert not do(urgent, Deed.LOOK).urgent
    assert not FRESH.urgent
    with pytest.raises(NotAllowed):
        do(FRESH, Deed.LOOK)


def test_a_visit_is_noted_once_and_solving_is_one() -> None:
    given_out = do(FRESH, Deed.ASSIGN, order=7)
    visited = do(given_out, Deed.VISIT, NOON + 5)
    with pytest.raises(NotAllowed):
        do(visited, Deed.VISIT, NOON + 9)
    assert do(visited, Deed.SOLVE, NOON + 9).visited == NOON + 5
    assert do(given_out, Deed.SOLVE, NOON + 9).visited == NOON + 9


@pytest.mark.parametrize("mark", [0, 6, -1])
def test_satisfaction_is_one_to_five(mark: int) -> None:
    done = do(do(FRESH, Deed.ASSIGN, order=7), Deed.SOLVE)
    with pytest.raises(MissingField, match="satisfaction"):
        do(done, Deed.CONFIRM, satisfaction=mark)


def test_a_visit_is_agreed_for_later_than_now() -> None:
    with pytest.raises(MissingField, match="by"):
        do(FRESH, Deed.AGREE, NOON + 5, by=NOON + 5)


def test_a_further_voice_is_no_case_of_its_own() -> None:
    assert FRESH.case
    assert not do(FRESH, Deed.ASSIGN, order=7, same_as=3).case
    assert not do(FRESH, Deed.DISMISS, reason="spam").case


@given(
    st.sampled_from(ReportState), st.sampled_from(Deed), st.booleans(),
    st.none() | st.just(NOON), st.none() | st.just(NOON), st.none() | st.integers(1, 5),
)  # fmt: skip
def test_only_what_the_table_has_is_done(
    state: ReportState, deed: Deed, emergency: bool, visited: int | None, escalated: int | None, mark: int | None
) -> None:
    report = replace(FRESH, state=state, emergency=emergency, visited=visited, escalated=escalated)
    done = Done(
        deed=deed, who="officer", at=NOON + 1, kind="water", order=3, by=NOON + 2, reason="why",
        satisfaction=mark, outcome=Outcome.NO_WORD,
    )  # fmt: skip
    allowed = [step.deed for step in deeds_from(report)]
    if deed in allowed:
        after = take_deed(report, done)
        assert after.state is (DEED[deed].target or state)
        assert after.open == (after.state in OPEN)
        assert (after.closed is not None) == (after.state in (ReportState.CLOSED, ReportState.DISMISSED)) or (
            state not in OPEN and after.state is state
        )
    else:
        with pytest.raises(NotAllowed):
            take_deed(report, done)


@pytest.mark.parametrize("step", [step for step in DEEDS if step.needs], ids=lambda step: step.deed.value)
def test_each_need_of_a_deed_must_be_given(step: object) -> None:
    assert step in DEEDS
    known = next(one for one in DEEDS if one is step)
    report = replace(FRESH, state=min(known.sources), escalated=NOON)
    for field in known.needs:
        given_all: dict[str, Any] = {
            "kind": "water",
            "order": 3,
            "by": NOON + 9,
            "reason": "why",
            "outcome": Outcome.NO_WORD,
        }
        del given_all[field]
        with pytest.raises(MissingField, match=field):
            do(report, known.deed, **given_all)


def test_every_deed_stands_once_and_people_need_a_right_for_theirs() -> None:
    assert [step.deed for step in DEEDS] == list(Deed)
    assert {step.deed for step in DEEDS if step.right is None} == {
        Deed.VISIT, Deed.SOLVE, Deed.LAPSE, Deed.GO_ON, Deed.GIVE_BACK,
    }  # fmt: skip
    assert DEED[Deed.TAKE_UP].right is Right.MANAGE_ACCOUNTS
    assert Role.OFFICER


def test_a_code_is_revoked_once() -> None:
    code = PlaceCode(code="x", zone="t1", created=NOON, created_by="manager")
    gone = revoke(code, "manager", NOON + 1, "spread about")
    assert (gone.good, gone.revoked, gone.revoked_by, gone.why) == (False, NOON + 1, "manager", "spread about")
    with pytest.raises(NotAllowed):
        revoke(gone, "manager", NOON + 2, "again")
