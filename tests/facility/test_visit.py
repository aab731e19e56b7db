"""A visit's life is one table: what is possible from where, what it needs, and what stays for ever."""

from dataclasses import fields, replace
from itertools import product

import pytest

from facility.alert import NotAllowed
from facility.alert_life import FieldRefused
from facility.guest import Guest, erased, masked, plain_number, short_name, tail_of
from facility.instant import DAY, HOUR, MINUTE
from facility.visit import (
    GRACE,
    IN_HOUSE,
    LONGEST,
    OPEN,
    STEP,
    STEPS,
    WAITED_FOR,
    Deed,
    Visit,
    VisitDeed,
    VisitState,
    never_came,
    overstays,
    steps_from,
    take_deed,
)
from facility.work_order import MissingField

NINE = 1_795_492_800_000
VISIT = Visit(zones=("t1",), expected=NINE, until=NINE + HOUR, registered=NINE - DAY, registered_by="li")


def deed(what: VisitDeed, **more: object) -> Deed:
    given = {"badge": "b", "badge_label": "1234", "until": NINE + 2 * HOUR, "reason": "r"} | more
    return Deed(deed=what, who="guard", at=NINE, **given)  # type: ignore[arg-type]


@pytest.mark.parametrize(("state", "what"), [*product(VisitState, VisitDeed)])
def test_a_deed_is_possible_exactly_where_the_table_says(state: VisitState, what: VisitDeed) -> None:
    visit = replace(VISIT, state=state, arrived=NINE if state in IN_HOUSE else None)
    step = STEP[what]
    if state not in step.sources:
        with pytest.raises(NotAllowed):
            take_deed(visit, deed(what))
        return
    after = take_deed(visit, deed(what))
    back = state is VisitState.OVERSTAYED and what is VisitDeed.EXTEND
    assert after.state is (VisitState.IN_HOUSE if back else step.target or state)
    assert after.open == (after.state in OPEN) == (after.closed is None) or what is VisitDeed.BADGE_BACK


@pytest.mark.parametrize(("what", "field"), [(step.deed, field) for step in STEPS for field in step.needs])
def test_what_a_deed_needs_must_be_there(what: VisitDeed, field: str) -> None:
    visit = replace(VISIT, state=next(iter(STEP[what].sources)))
    empty = None if field == "until" else ""
    with pytest.raises(MissingField, match=field):
        take_deed(visit, deed(what, **{field: empty}))


def test_each_deed_has_one_row_and_what_the_product_does_has_no_right() -> None:
    assert sorted(step.deed for step in STEPS) == sorted(VisitDeed)
    assert {step.deed for step in STEPS if step.right is None} == {VisitDeed.OVERSTAY, VisitDeed.MISS}
    assert VisitDeed.MISS not in {step.deed for step in steps_from(replace(VISIT, state=VisitState.LEFT))}


def test_an_arrival_may_bring_the_end_nearer_and_the_badge_stays_with_the_visit() -> None:
    here = take_deed(VISIT, deed(VisitDeed.ARRIVE, until=NINE + 30 * MINUTE))
    assert (here.arrived, here.arrived_by, here.badge, here.until) == (NINE, "guard", "b", NINE + 30 * MINUTE)
    gone = take_deed(here, deed(VisitDeed.LEAVE))
    assert (gone.left, gone.badge, gone.closed) == (NINE, "b", NINE)


@pytest.mark.parametrize("until", [NINE, NINE - 1, NINE + LONGEST + 1])
def test_an_end_before_the_beginning_or_after_a_week_is_none(until: int) -> None:
    with pytest.raises(FieldRefused, match="until"):
        take_deed(VISIT, deed(VisitDeed.ARRIVE, until=until))


def test_who_stayed_too_long_and_got_more_time_is_a_guest_again_and_it_still_shows() -> None:
    here = take_deed(VISIT, deed(VisitDeed.ARRIVE))
    late = here.until + GRACE
    assert not overstays(here, late - 1)
    assert overstays(here, late)
    over = take_deed(here, replace(deed(VisitDeed.OVERSTAY), at=late))
    again = take_deed(over, replace(deed(VisitDeed.EXTEND), at=late, until=late + HOUR))
    assert (again.state, again.overstayed) == (VisitState.IN_HOUSE, here.until)


def test_who_never_comes_is_waited_for_a_while() -> None:
    assert not never_came(VISIT, VISIT.until + WAITED_FOR - 1)
    assert never_came(VISIT, VISIT.until + WAITED_FOR)


@pytest.mark.parametrize(
    ("number", "tail"),
    [("110101199003074512", "4512"), ("E 1234 5678", "5678"), ("AB1", "1"), ("7", ""), ("", ""), ("12345", "45")],
)
def test_of_a_number_never_more_than_half_is_kept(number: str, tail: str) -> None:
    assert tail_of(number) == tail
    assert len(tail) * 2 <= len(plain_number(number)) or not tail


def test_an_erased_guest_has_nothing_left_but_when() -> None:
    guest = Guest(
        visit=3, name="王芳", phone="1", vehicle="沪A", company="c", host_text="h", reason="r", document="id-card",
        document_tail="4512", document_hash="aa", given=1, until=2, note="n",
    )  # fmt: skip
    gone = erased(guest, "system:retention", 9)
    kept = {field.name: getattr(gone, field.name) for field in fields(gone) if getattr(gone, field.name)}
    assert kept == {"visit": 3, "given": 1, "until": 2, "erased": 9, "erased_by": "system:retention"}


def test_names_and_numbers_are_shown_in_part_to_those_who_need_none() -> None:
    assert (short_name("王芳"), short_name(""), masked("4512"), masked("")) == ("王**", "", "••••4512", "")
