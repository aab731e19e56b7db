"""Figures about work against the plainest counting that does the same."""

import math
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facility.alert import Severity
from facility.clock import Clock, meet
from facility.fact import Fact
from facility.instant import HOUR, MINUTE
from facility.notice import Notice, NoticeState
from facility.text import Text
from facility.work_figures import (
    About,
    Period,
    contentment,
    grouped,
    in_time,
    load,
    owed_by,
    quantile,
    replaced,
    telling,
)
from facility.work_order import Action, Order, State, WorkOrder, take

NOON = 1_795_492_800_000
PLAIN = WorkOrder(kind="lift", title=Text("t"), severity=Severity.HIGH, limit=Text("l"), opened=NOON, event_at=NOON)
ABOUT = About("lift-team", "t1")
ALL = Period(0, 2**52, 2**52)


def order(*clocks: Clock, number: int = 1, **more: object) -> WorkOrder:
    return replace(PLAIN, id=number, clocks=clocks, **more)  # type: ignore[arg-type]


def clock(name: str = "respond", limit: int = HOUR, started: int = NOON, **more: object) -> Clock:
    return Clock(name=name, started=started, limit=limit, **more)  # type: ignore[arg-type]


instants = st.integers(0, 100)


@st.composite
def orders(draw: st.DrawFn) -> WorkOrder:
    names = draw(st.lists(st.sampled_from(["respond", "arrive", "resolve"]), unique=True))
    made = [
        clock(name, draw(st.integers(1, 50)), draw(instants), stopped=draw(st.none() | st.integers(100, 200)))
        for name in names
    ]
    over = draw(st.sampled_from([State.NEW, State.CLOSED, State.CANCELLED, State.DUPLICATE]))
    closed = draw(st.integers(0, 200)) if over is not State.NEW else None
    opened = draw(instants)
    return order(
        *made, number=draw(st.integers(1, 10**6)), state=over, closed=closed, opened=opened, event_at=opened,
        kind=draw(st.sampled_from(["lift", "water"])), assignee=draw(st.sampled_from(["", "wang", "zhao"])),
    )  # fmt: skip


periods = st.builds(lambda a, b, now: Period(min(a, b), max(a, b) + 1, now), instants, instants, st.integers(0, 300))


@given(st.lists(orders(), max_size=12), periods, st.sets(st.sampled_from(["respond", "resolve", "review"])))
def test_shares_are_what_counting_one_by_one_gives(found: list[WorkOrder], period: Period, promised: set[str]) -> None:
    owed = [one for each in found for one in owed_by(each, ABOUT, promised, period.now)]
    told = in_time(owed, period)
    due = good = late = standing = without = 0
    for each in found:
        gone = each.state in (State.CANCELLED, State.DUPLICATE)
        for one in each.clocks:
            counts = period.start <= one.due < period.end and one.due < period.now
            if not counts or (gone and each.closed is not None and each.closed <= one.due):
                continue
            due += 1
            good += one.stopped is not None and one.stopped <= one.due
            late += one.stopped is not None and one.stopped > one.due
            standing += one.stopped is None
        for name in promised:
            lacks = name not in [one.name for one in each.clocks] and not gone
            if lacks and period.start <= each.opened < period.end and each.opened < period.now:
                due, without = due + 1, without + 1
    assert (len(told.due), len(told.in_time), len(told.late)) == (due, good, late)
    assert (len(told.open), len(told.without)) == (standing, without)
    assert told.share == (good / due if due else None)


@given(st.lists(orders(), max_size=12), periods)
def test_groups_add_up_to_the_whole(found: list[WorkOrder], period: Period) -> None:
    owed = [one for each in found for one in owed_by(each, ABOUT, (), period.now)]
    whole = in_time(owed, period)
    parts = [in_time(group, period) for group in grouped(owed, lambda one: one.kind).values()]
    assert sorted(map(id, whole.due)) == sorted(id(one) for part in parts for one in part.due)
    assert len(whole.in_time) == sum(len(part.in_time) for part in parts)


@given(st.lists(orders(), max_size=8), st.integers(0, 150), st.integers(0, 150))
def test_what_has_fallen_due_is_frozen_whatever_the_time(found: list[WorkOrder], now: int, later: int) -> None:
    def at(moment: int) -> set[tuple[int, str, int]]:
        owed = [one for each in found for one in owed_by(each, ABOUT, (), moment)]
        return {(one.order, one.clock, one.due) for one in in_time(owed, Period(0, 1000, moment)).due}

    assert at(min(now, later)) <= at(max(now, later))


@given(st.lists(st.none() | st.integers(0, 20), min_size=1, max_size=30), st.sampled_from([0.1, 0.5, 0.9, 1.0]))
def test_quantiles_are_the_smallest_value_that_enough_do_not_exceed(values: list[int | None], part: float) -> None:
    def plain() -> int | None:
        for value in sorted({one for one in values if one is not None}):
            if sum(one is not None and one <= value for one in values) >= part * len(values) - 1e-9:
                return value
        return None

    assert quantile(values, part) == plain()


def test_without_values_there_is_no_quantile() -> None:
    assert quantile([], 0.5) is None


def test_what_is_not_done_yet_makes_the_median_longer_never_shorter() -> None:
    assert quantile([1, 2, 3], 0.5) == 2
    assert quantile([1, 2, 3, None, None], 0.5) == 3
    assert quantile([1, 2, None, None, None], 0.5) is None


def test_reaching_the_limit_exactly_is_in_time_and_one_millisecond_more_is_not() -> None:
    def share(stopped: int) -> float | None:
        return in_time(owed_by(order(clock(stopped=stopped)), ABOUT, (), NOON + 9 * HOUR), ALL).share

    assert (share(NOON + HOUR), share(NOON + HOUR + 1)) == (1.0, 0.0)


def test_nothing_counts_before_it_has_fallen_due() -> None:
    def due(now: int) -> int:
        return len(in_time(owed_by(order(clock()), ABOUT, (), now), Period(0, 2**52, now)).due)

    assert (due(NOON + HOUR), due(NOON + HOUR + 1)) == (0, 1)


def test_an_order_that_was_cancelled_after_its_limit_still_counts_as_not_in_time() -> None:
    def told(closed: int) -> tuple[int, int]:
        gone = order(clock(stopped=closed), state=State.CANCELLED, closed=closed)
        figures = in_time(owed_by(gone, ABOUT, ("respond",), NOON + 9 * HOUR), ALL)
        return len(figures.due), len(figures.in_time)

    assert told(NOON + HOUR + 1) == (1, 0)
    assert told(NOON + HOUR) == (0, 0)


def test_an_order_without_the_limit_that_its_class_promises_is_not_in_time() -> None:
    figures = in_time(owed_by(order(clock(stopped=NOON)), ABOUT, ("respond", "resolve"), NOON + 9 * HOUR), ALL)
    assert (figures.share, [one.clock for one in figures.without]) == (0.5, ["resolve"])
    assert figures.median == 0


def test_reopened_after_its_limit_it_is_no_longer_in_time_and_the_denominator_stays() -> None:
    work = replace(order(clock("resolve")), state=State.IN_PROGRESS)
    done = take(work, Order(action=Action.FINISH, who="wang", at=NOON + MINUTE, reason="x"), point_normal=None)
    again = take(done, Order(action=Action.REOPEN, who="zhao", at=NOON + 2 * HOUR, reason="x"), point_normal=None)
    for each, share in ((done, 1.0), (again, 0.0)):
        figures = in_time(owed_by(each, ABOUT, (), NOON + 3 * HOUR), ALL)
        assert (len(figures.due), figures.share) == (1, share)


def test_each_round_of_a_clock_that_repeats_counts() -> None:
    every = clock("notice", 30 * MINUTE, every=30 * MINUTE)
    told = meet(meet(every, NOON + 10 * MINUTE), NOON + 75 * MINUTE)
    rounds = [one.due - NOON for one in owed_by(order(told), ABOUT, (), NOON + 140 * MINUTE)]
    assert rounds == [at * MINUTE for at in (30, 40, 70, 100, 105, 135)]
    figures = in_time(owed_by(order(told), ABOUT, (), NOON + 140 * MINUTE), ALL)
    assert (len(figures.in_time), len(figures.open)) == (2, 4)


def test_an_agreed_visit_that_was_missed_counts_when_another_was_agreed_in_its_place() -> None:
    missed: dict[str, Any] = {"clock": "visit", "started": NOON, "due": NOON + HOUR}
    again = order(clock("visit", started=NOON + 2 * HOUR, edition=1, stopped=NOON + 2 * HOUR))
    found = replaced(again, ABOUT, [fact("breached", **missed), fact("breached", **(missed | {"clock": "resolve"}))])
    assert [(one.due, one.done) for one in found] == [(NOON + HOUR, None)]
    assert replaced(order(clock("visit")), ABOUT, [fact("breached", **missed)]) == []


def test_a_paused_clock_and_one_that_waits_owe_nothing_yet() -> None:
    waiting = clock("review", waits="closed")
    held = take(
        replace(order(clock("resolve", pausable=True)), state=State.IN_PROGRESS),
        Order(action=Action.HOLD, who="wang", at=NOON + 1, reason="parts", approver="manager"),
        point_normal=None,
    )
    assert owed_by(order(waiting), ABOUT, (), NOON + 9 * HOUR) == []
    assert owed_by(held, ABOUT, (), NOON + 9 * HOUR) == []


def notice(**more: object) -> Notice:
    plain = Notice(key="k", cause="alert:1", channel="in-app", address="a", template="t", created=NOON, due=NOON)
    return replace(plain, **more)  # type: ignore[arg-type]


def test_notices_are_counted_as_written_sent_and_acknowledged() -> None:
    several = [
        notice(),
        notice(sent=NOON + 1, state=NoticeState.SENT),
        notice(sent=NOON + 1, acknowledged=NOON + 61, state=NoticeState.ACKNOWLEDGED),
        notice(state=NoticeState.DEAD),
        notice(state=NoticeState.DROPPED),
        notice(test=True, sent=NOON + 1),
        notice(created=NOON - 1, sent=NOON + 1),
    ]
    told = telling(several, Period(NOON, NOON + HOUR, NOON + HOUR))
    assert [len(one) for one in (told.written, told.sent, told.dead, told.acknowledged)] == [4, 2, 1, 1]
    assert (told.median, told.p90) == (60, None)


def fact(what: str, who: str = "wang", subject: str = "1", noun: str = "work-order", **data: object) -> Fact:
    return Fact(at=NOON, noun=noun, subject=subject, what=what, who=who, data=data)


def test_load_is_what_each_person_accepted_finished_handed_on_and_holds() -> None:
    facts = [fact("accepted"), fact("accepted"), fact("accepted", subject="2"), fact("rejected", subject="2"),
             fact("finished"), fact("accepted", "zhao", "3"), fact("commented"), fact("accepted", noun="alert")]  # fmt: skip
    held = [order(clock(), number=3, assignee="zhao"), order(number=4, assignee="li"),
            order(number=5, assignee="li", state=State.CLOSED), order(number=6)]  # fmt: skip
    found = {one.person: one for one in load(facts, held, Period(NOON, NOON + 1, NOON + 2 * HOUR))}
    assert (found["wang"].accepted, found["wang"].finished, found["wang"].handed_on) == ((1, 2), (1,), (2,))
    assert (found["zhao"].open, found["zhao"].overdue, found["li"].open) == ((3,), (3,), (4,))
    assert set(found) == {"wang", "zhao", "li"}


@given(
    st.lists(st.tuples(st.sampled_from(["confirmed", "unsolved", "lapsed", "reported"]), st.none() | st.integers(1, 5)))
)
def test_contentment_is_the_average_of_the_marks_that_were_given(said: list[tuple[str, int | None]]) -> None:
    told = contentment([fact(what, noun="report", satisfaction=mark) for what, mark in said], ALL)
    given_marks = [mark for what, mark in said if what != "reported" and mark]
    assert len(told.ended) == sum(what != "reported" for what, _ in said)
    assert len(told.unsolved) == sum(what == "unsolved" for what, _ in said)
    assert sum(told.marks) == len(told.answered) == len(given_marks)
    if given_marks:
        assert told.average is not None
        assert math.isclose(told.average, sum(given_marks) / len(given_marks))
    else:
        assert told.average is None


@pytest.mark.parametrize("noun", ["alert", "work-order"])
def test_only_facts_of_reports_tell_how_content_residents_are(noun: str) -> None:
    assert contentment([fact("confirmed", noun=noun, satisfaction=5)], ALL).ended == ()
