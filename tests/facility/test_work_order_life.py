"""Whatever people press in whatever order: the table holds, the clocks hold, and nobody verifies himself."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facility.alert import NotAllowed, Severity
from facility.promise import Promise
from facility.text import Text
from facility.work_join import headed, heading_change, joined
from facility.work_order import (
    ANOTHER_CANCELS,
    INSTEAD,
    STEPS,
    Action,
    MissingField,
    Order,
    State,
    WorkOrder,
    steps_from,
    take,
)

T0, MINUTE = 1_764_000_000_000, 60_000
PROMISES = [Promise(name=name, within=60 * MINUTE) for name in ("respond", "arrive", "resolve", "notice", "review")]
WHO = st.sampled_from(["an", "bo", "cai"])
FILLED = st.sampled_from(["", "given"])


@st.composite
def wishes(draw: st.DrawFn) -> list[tuple[Order, bool | None]]:
    at, found = T0, []
    for _ in range(draw(st.integers(1, 30))):
        at += draw(st.integers(0, 90)) * MINUTE
        wish = Order(
            action=draw(st.sampled_from(Action)), who=draw(WHO), at=at, reason=draw(FILLED), assignee=draw(FILLED),
            team=draw(FILLED), approver=draw(WHO), proof=draw(FILLED), other=draw(st.sampled_from([None, 7])),
        )  # fmt: skip
        found.append((wish, draw(st.sampled_from([None, True, False]))))
    return found


def fresh(*, emergency: bool) -> WorkOrder:
    clocks = tuple(promise.clock(T0) for promise in PROMISES)
    text = Text("水", "water")
    return WorkOrder(
        id=1,
        kind="water",
        title=text,
        limit=text,
        severity=Severity.HIGH,
        opened=T0,
        event_at=T0,
        emergency=emergency,
        clocks=clocks,
    )


@given(wishes(), st.booleans())
def test_whatever_is_pressed_the_table_says_what_comes_of_it(
    pressed: list[tuple[Order, bool | None]], emergency: bool
) -> None:
    work = fresh(emergency=emergency)
    for wish, normal in pressed:
        possible = {step.action: step for step in steps_from(work)}
        try:
            after = take(work, wish, point_normal=normal)
        except NotAllowed:
            own = wish.action in (Action.VERIFY, Action.HOLD) and wish.who in (work.finished_by, wish.approver)
            assert wish.action not in possible or own
            continue
        except MissingField as missing:
            lacks(wish, missing.field)
            continue
        assert after.state == (possible[wish.action].target or work.state)
        holds(work, after, wish, normal)
        work = after


def lacks(wish: Order, field: str) -> None:
    """Neither the field nor what may stand in its place."""
    assert not getattr(wish, field)
    assert not getattr(wish, INSTEAD.get(field, field))


def holds(before: WorkOrder, after: WorkOrder, wish: Order, normal: bool | None) -> None:
    """What is true after every step."""
    assert after.open == (after.closed is None)
    assert (after.held_at is not None) == (after.state is State.ON_HOLD)
    if wish.action is Action.VERIFY:
        assert wish.who != before.finished_by
        assert normal or wish.reason
    if wish.action is Action.ARRIVE:
        assert wish.proof or wish.reason
    for clock, old in zip(after.clocks, before.clocks, strict=True):
        assert (clock.started == old.started) or old.waits
        assert not after.open or clock.stopped is None or clock.stopped <= wish.at
        assert after.open or clock.name == "review" or clock.stopped is not None


def test_each_row_of_the_table_leads_on_from_states_that_there_are() -> None:
    reached = {step.target for step in STEPS} | {State.NEW}
    assert reached - {None} == set(State)


@given(st.integers(-90, 90), st.integers(1, 120), st.integers(1, 120))
def test_joining_makes_no_limit_later_and_nothing_less_urgent(minutes: int, mine: int, theirs: int) -> None:
    one = replace(fresh(emergency=False), clocks=(Promise(name="arrive", within=mine * MINUTE).clock(T0),))
    at = T0 + minutes * MINUTE
    other = replace(
        one,
        event_at=at,
        title=Text("爆管", "Burst pipe"),
        severity=Severity.CRITICAL,
        clocks=(Promise(name="arrive", within=theirs * MINUTE).clock(at),),
    )
    after = joined(one, other, 60 * MINUTE)
    assert (after.severity, after.title) == (Severity.CRITICAL, other.title)
    assert joined(other, one, 60 * MINUTE).title == other.title
    assert after.clocks[0].due <= min(one.clocks[0].due, other.clocks[0].due)


@pytest.mark.parametrize("rule", ["pipe-burst", ""])
def test_the_more_urgent_one_heads_it_and_what_was_measured_stays_with_its_limit(rule: str) -> None:
    mine = replace(fresh(emergency=False), rule="pressure", point="pump", value=0.4, limit=Text("0.5", "0.5"))
    other = replace(mine, severity=Severity.CRITICAL, title=Text("爆管", "Burst"), rule=rule, point="", value=None)
    other = replace(other, limit=Text("", ""), clause="ER-1")
    after = headed(mine, other)
    assert after.title == other.title
    from_whom = other if rule else mine
    assert (after.rule, after.clause, after.point, after.value, after.limit) == (
        from_whom.rule,
        from_whom.clause,
        from_whom.point,
        from_whom.value,
        from_whom.limit,
    )
    assert heading_change(mine, after)["heading"]["to"]["title"] == {"zh": "爆管", "en": "Burst"}
    assert heading_change(mine, mine) == {}


@pytest.mark.parametrize("normal", [True, False, None])
@pytest.mark.parametrize("life_safety", [True, False])
@pytest.mark.parametrize("who", ["an", "bo"])
def test_whoever_has_work_about_lives_does_not_cancel_it_alone_before_it_is_over(
    normal: bool | None, life_safety: bool, who: str
) -> None:
    work = replace(fresh(emergency=False), state=State.ACCEPTED, assignee="an", life_safety=life_safety)
    wish = Order(action=Action.CANCEL, who=who, at=T0, reason="false alarm")
    if life_safety and who == "an" and normal is not True:
        with pytest.raises(NotAllowed) as refused:
            take(work, wish, point_normal=normal)
        assert refused.value.why == ANOTHER_CANCELS
    else:
        assert take(work, wish, point_normal=normal).state is State.CANCELLED
    with pytest.raises((MissingField, NotAllowed)):
        take(work, replace(wish, reason=""), point_normal=normal)
