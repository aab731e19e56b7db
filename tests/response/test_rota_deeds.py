"""Shifts, leave and swaps: who may, what is refused, and what is remembered of it."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date

import pytest

from facility.alert import NotAllowed
from facility.alert_life import FieldRefused
from facility.calendar import DayKind, SpecialDay
from facility.person import Actor, Role
from facility.rota import Asked, Rota, Shift, Swap, rota_difference
from facility.rota_asking import Answer
from facility.text import Text
from facility.work_order import MissingField
from response.rota_deeds import (
    By,
    NotYours,
    add_shift,
    answer_leave,
    answer_swap,
    ask_leave,
    ask_swap,
    cancel_shift,
    put_holiday,
    put_person,
    undo,
)
from storage.records.port import NotFound, Unit
from storage.records.sql import SqlRecords
from tests.facility.rotas import at, four_crews

NOW = at("2026-03-01 09:00")
MANAGER = Actor(id="lin", name="林", role=Role.ADMIN)
FIVE = Actor(id="five", name="五", role=Role.ENGINEER)
SEVEN = Actor(id="seven", name="七", role=Role.ENGINEER)
DAY_OF_FIVE = "p5/fire-control/2026-03-04/day"
DAY_OF_SEVEN = "p7/fire-control/2026-03-05/day"


@pytest.fixture
def unit() -> Iterator[Unit]:
    store = SqlRecords("sqlite:///:memory:")
    store.migrate()
    rota = four_crews()
    people = {id: replace(p, account={"p5": "five", "p7": "seven"}.get(id, p.account)) for id, p in rota.people.items()}
    with store.begin() as made:
        made.rota.apply(rota_difference(Rota(), replace(rota, people=people)), "lin", NOW)
        yield made
    store.close()


def on_duty(unit: Unit, local: str) -> set[str]:
    return {person.id for person in unit.rota.load().on_duty(at(local), team="fire-control")}


def happened(unit: Unit, noun: str, subject: str) -> list[tuple[str, str, str, str]]:
    return [(f.what, f.before, f.after, f.who) for f in unit.facts.of(noun, subject)]


def shift(**given: object) -> Shift:
    return replace(Shift(person="office", team="fire-control", day=date(2026, 3, 4), kind="day"), **given)  # type: ignore[arg-type]


def test_a_stand_in_is_on_duty_and_can_be_undone(unit: Unit) -> None:
    version = add_shift(unit, By(MANAGER, NOW, "顶班"), shift())
    assert "office" in on_duty(unit, "2026-03-04 12:00")
    undo(unit, By(MANAGER, NOW + 1), version)
    assert "office" not in on_duty(unit, "2026-03-04 12:00")
    assert [v.why for v in unit.rota.versions(2)] == ["undo 2", "顶班"]


def test_what_somebody_changed_since_is_not_undone(unit: Unit) -> None:
    version = add_shift(unit, By(MANAGER, NOW), shift())
    cancel_shift(unit, By(MANAGER, NOW, "不需要"), shift().id)
    with pytest.raises(NotAllowed, match="changed it since"):
        undo(unit, By(MANAGER, NOW), version)
    with pytest.raises(NotFound):
        undo(unit, By(MANAGER, NOW), 99)


@pytest.mark.parametrize("wrong", [{"person": "nobody"}, {"team": "nowhere"}, {"kind": "dusk"}])
def test_a_shift_of_what_the_rota_does_not_know_is_refused(unit: Unit, wrong: dict[str, str]) -> None:
    with pytest.raises(FieldRefused):
        add_shift(unit, By(MANAGER, NOW), shift(**wrong))


def test_the_past_is_put_right_with_a_reason_only(unit: Unit) -> None:
    past = shift(day=date(2026, 2, 20))
    with pytest.raises(MissingField):
        add_shift(unit, By(MANAGER, NOW), past)
    add_shift(unit, By(MANAGER, NOW, "实际是他值的班"), past)


def test_the_same_shift_is_not_added_twice(unit: Unit) -> None:
    add_shift(unit, By(MANAGER, NOW), shift())
    with pytest.raises(FieldRefused):
        add_shift(unit, By(MANAGER, NOW), shift())


def test_a_patterns_shift_is_cancelled_with_a_reason_and_comes_back_by_undo(unit: Unit) -> None:
    with pytest.raises(MissingField):
        cancel_shift(unit, By(MANAGER, NOW), DAY_OF_FIVE)
    version = cancel_shift(unit, By(MANAGER, NOW, "设备停用"), DAY_OF_FIVE)
    assert on_duty(unit, "2026-03-04 12:00") == {"p6"}
    undo(unit, By(MANAGER, NOW), version)
    assert on_duty(unit, "2026-03-04 12:00") == {"p5", "p6"}


def test_cancelling_what_is_both_planned_and_single_takes_both_away(unit: Unit) -> None:
    add_shift(unit, By(MANAGER, NOW), shift(person="p5"))
    cancel_shift(unit, By(MANAGER, NOW, "不需要"), DAY_OF_FIVE)
    assert on_duty(unit, "2026-03-04 12:00") == {"p6"}


def test_leave_is_asked_for_and_changes_who_is_there_only_once_approved(unit: Unit) -> None:
    span = (at("2026-03-04 00:00"), at("2026-03-05 00:00"))
    leave = ask_leave(unit, By(FIVE, NOW, "体检"), "p5", span)
    assert on_duty(unit, "2026-03-04 12:00") == {"p5", "p6"}
    answer_leave(unit, By(MANAGER, NOW + 1), leave.id, Answer.APPROVE)
    assert on_duty(unit, "2026-03-04 12:00") == {"p6"}
    answer_leave(unit, By(FIVE, NOW + 2), leave.id, Answer.WITHDRAW)
    assert on_duty(unit, "2026-03-04 12:00") == {"p5", "p6"}
    assert happened(unit, "leave", leave.id) == [
        ("asked", "", "asked", "five"),
        ("approved", "asked", "approved", "lin"),
        ("called-off", "approved", "withdrawn", "five"),
    ]


@pytest.mark.parametrize(
    ("do", "wanted"),
    [
        (lambda unit: ask_leave(unit, By(FIVE, NOW, "x"), "p7", (NOW, NOW + 1)), NotYours),
        (lambda unit: ask_leave(unit, By(FIVE, NOW, "x"), "nobody", (NOW, NOW + 1)), FieldRefused),
        (lambda unit: ask_leave(unit, By(FIVE, NOW, "x"), "p5", (NOW, NOW)), FieldRefused),
        (lambda unit: ask_leave(unit, By(FIVE, NOW), "p5", (NOW, NOW + 1)), MissingField),
        (lambda unit: answer_leave(unit, By(MANAGER, NOW), "7", Answer.APPROVE), NotFound),
        (lambda unit: put_person(unit, By(FIVE, NOW), unit.rota.load().people["p7"]), NotYours),
    ],
)
def test_what_is_not_theirs_or_makes_no_sense_is_refused(
    unit: Unit, do: Callable[[Unit], object], wanted: type[Exception]
) -> None:
    with pytest.raises(wanted):
        do(unit)


def test_nobody_approves_their_own_leave_unless_they_look_after_the_rota(unit: Unit) -> None:
    leave = ask_leave(unit, By(FIVE, NOW, "体检"), "p5", (NOW, NOW + 1))
    with pytest.raises(NotAllowed):
        answer_leave(unit, By(FIVE, NOW), leave.id, Answer.APPROVE)
    with pytest.raises(MissingField):
        answer_leave(unit, By(MANAGER, NOW), leave.id, Answer.REFUSE)
    assert answer_leave(unit, By(MANAGER, NOW, "人手不够"), leave.id, Answer.REFUSE).state is Asked.REFUSED


def swap(unit: Unit) -> Swap:
    return ask_swap(
        unit,
        By(FIVE, NOW, "家里有事"),
        Swap(id="", person="", other="p7", duty=DAY_OF_FIVE, back=DAY_OF_SEVEN),
    )


def test_a_swap_is_asked_for_agreed_and_approved_and_each_is_a_fact(unit: Unit) -> None:
    asked = swap(unit)
    with pytest.raises(NotAllowed):
        answer_swap(unit, By(MANAGER, NOW), asked.id, Answer.APPROVE)
    with pytest.raises(NotAllowed):
        answer_swap(unit, By(FIVE, NOW), asked.id, Answer.AGREE)
    answer_swap(unit, By(SEVEN, NOW + 1), asked.id, Answer.AGREE)
    assert on_duty(unit, "2026-03-04 12:00") == {"p5", "p6"}
    answer_swap(unit, By(MANAGER, NOW + 2), asked.id, Answer.APPROVE)
    assert on_duty(unit, "2026-03-04 12:00") == {"p6", "p7"}
    assert on_duty(unit, "2026-03-05 12:00") == {"p5", "p8"}
    assert [one[0] for one in happened(unit, "swap", asked.id)] == ["asked", "agreed", "approved"]


def test_the_taker_may_refuse_with_a_reason_and_the_asker_withdraw(unit: Unit) -> None:
    first, second = swap(unit), swap(unit)
    assert answer_swap(unit, By(SEVEN, NOW, "不行"), first.id, Answer.REFUSE).state is Asked.REFUSED
    assert answer_swap(unit, By(FIVE, NOW), second.id, Answer.WITHDRAW).state is Asked.WITHDRAWN


def test_nobody_is_swapped_into_two_places_at_once(unit: Unit) -> None:
    """p6 stands beside p5 in that shift already."""
    with pytest.raises(FieldRefused, match="on duty then already"):
        ask_swap(unit, By(FIVE, NOW), Swap(id="", person="", other="p6", duty=DAY_OF_FIVE))


def test_a_swap_with_somebody_who_has_gone_on_leave_meanwhile_cannot_be_approved(unit: Unit) -> None:
    asked = swap(unit)
    answer_swap(unit, By(SEVEN, NOW), asked.id, Answer.AGREE)
    away = ask_leave(unit, By(SEVEN, NOW, "病假"), "p7", (at("2026-03-04 00:00"), at("2026-03-05 00:00")))
    answer_leave(unit, By(MANAGER, NOW), away.id, Answer.APPROVE)
    with pytest.raises(NotAllowed, match="on leave then"):
        answer_swap(unit, By(MANAGER, NOW), asked.id, Answer.APPROVE)


def test_a_second_swap_of_a_shift_that_went_to_somebody_else_cannot_be_approved(unit: Unit) -> None:
    first, second = swap(unit), swap(unit)
    for one in (first, second):
        answer_swap(unit, By(SEVEN, NOW), one.id, Answer.AGREE)
    answer_swap(unit, By(MANAGER, NOW), first.id, Answer.APPROVE)
    with pytest.raises(NotAllowed, match="no longer the asker's"):
        answer_swap(unit, By(MANAGER, NOW), second.id, Answer.APPROVE)


@pytest.mark.parametrize(
    ("now", "given"),
    [
        (at("2026-03-04 09:00"), Swap(id="", person="", other="p7", duty=DAY_OF_FIVE)),
        (NOW, Swap(id="", person="", other="p5", duty=DAY_OF_FIVE)),
        (NOW, Swap(id="", person="", other="nobody", duty=DAY_OF_FIVE)),
    ],
)
def test_a_swap_that_makes_no_sense_is_refused(unit: Unit, now: int, given: Swap) -> None:
    with pytest.raises(FieldRefused):
        ask_swap(unit, By(FIVE, now), given)


def test_a_swap_of_a_shift_that_does_not_exist_or_is_somebody_elses_is_refused(unit: Unit) -> None:
    with pytest.raises(NotFound):
        ask_swap(unit, By(FIVE, NOW), Swap(id="", person="", other="p7", duty="p5/fire-control/2026-03-05/day"))
    with pytest.raises(NotYours):
        ask_swap(unit, By(FIVE, NOW), Swap(id="", person="", other="p5", duty=DAY_OF_SEVEN))


def test_leave_and_swaps_are_withdrawn_and_never_undone(unit: Unit) -> None:
    swap(unit)
    with pytest.raises(NotAllowed, match="withdrawn, not undone"):
        undo(unit, By(MANAGER, NOW), unit.rota.version())


def test_a_holiday_is_entered_and_taken_out_again(unit: Unit) -> None:
    day = SpecialDay(day=date(2027, 2, 6), kind=DayKind.HOLIDAY, name=Text("春节", "Spring Festival"))
    put_holiday(unit, By(MANAGER, NOW), day)
    assert unit.rota.load().calendar.kind(day.day) is DayKind.HOLIDAY
    put_holiday(unit, By(MANAGER, NOW), day, remove=True)
    assert unit.rota.load().holidays == {}


def test_people_change_their_own_contacts(unit: Unit) -> None:
    me = replace(unit.rota.load().people["p5"], phone="100", quiet=(22, 6))
    put_person(unit, By(FIVE, NOW), me)
    assert unit.rota.load().people["p5"] == me


def test_each_leave_has_a_number_of_its_own(unit: Unit) -> None:
    spans = [(NOW, NOW + 1), (NOW, NOW + 2)]
    ids = [ask_leave(unit, By(FIVE, NOW, "x"), "p5", span).id for span in spans]
    assert ids == ["1", "2"]
