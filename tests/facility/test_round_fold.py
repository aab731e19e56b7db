"""What becomes of a round by what was scanned."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facility.instant import DAY, HOUR, MINUTE
from facility.round import ANY, PHOTO, READING, Flag, PointStatus, Round, RoundState, Stray
from facility.round_fold import LAG, Given, Taken, fold
from tests.facility.patrols import LI, STOPS, TEN, VISITOR, WANG, at, route, stop, ten

LATER = TEN + DAY
WALK = (at(0, "a"), at(5, "b"), at(11, "c"))


def told(one: Round) -> str:
    return " ".join(stop.told for stop in one.stops)


def after(*scans: Taken, minutes: float = 60 * 24, one: Round | None = None) -> Round:
    return fold(one or ten(), scans, TEN + round(minutes * MINUTE))


def test_a_round_that_is_walked_as_planned_is_done_at_its_last_visit() -> None:
    done = after(*WALK, minutes=12)
    assert told(done) == "on-time on-time on-time"
    assert (done.state, done.begun, done.ended) == (RoundState.DONE, TEN, TEN + 11 * MINUTE)
    assert done.attend_at is None
    assert (done.visited, done.on_time, done.effective) == (3, 3, 3)


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [(-30, "open"), (-5, "early"), (-2, "on-time"), (2, "on-time"), (3, "late"), (25.9, "late"), (26, "missed")],
)
def test_a_visit_is_judged_by_its_own_time(minutes: float, expected: str) -> None:
    found = after(at(minutes, "a"), minutes=minutes + 0.1 if minutes < 26 else 60)
    assert found.stops[0].told == expected


def test_while_it_can_be_saved_a_point_is_overdue_and_then_it_is_missed() -> None:
    assert told(after(at(0, "a"), minutes=5)) == "on-time open open"
    assert told(after(at(0, "a"), minutes=10.5)) == "on-time overdue open"
    assert told(after(at(0, "a"), minutes=26)) == "on-time overdue overdue"
    ended = after(at(0, "a"), minutes=26.5)
    assert (told(ended), ended.state, ended.ended) == ("on-time missed missed", RoundState.INCOMPLETE, ended.closes)


def test_nobody_came_is_missed() -> None:
    waiting, over = after(minutes=20), after(minutes=30)
    assert (waiting.state, over.state) == (RoundState.RUNNING, RoundState.MISSED)
    assert told(over) == "missed missed missed"


def test_the_clock_looks_when_something_changes_and_never_after_the_end() -> None:
    one, now, looks = ten(), TEN - HOUR, []
    while True:
        one = fold(one, (), now)
        if one.attend_at is None:
            break
        now = one.attend_at
        looks.append((now - TEN) / MINUTE)
    assert [round(look, 3) for look in looks] == [0, 2, 10, 18, round(26 + LAG / MINUTE, 3)]
    assert one.state is RoundState.MISSED


def test_whoever_takes_another_order_is_told_and_only_as_few_as_can_be() -> None:
    four = (*STOPS, stop(4, "d"))
    found = after(at(0, "a"), at(4, "c"), at(8, "b"), at(15, "d"), one=ten(route(), four))
    assert [Flag.OUT_OF_ORDER in one.flags for one in found.stops].count(True) == 1
    first_last = after(at(0, "d"), at(1, "a"), at(5, "b"), at(9, "c"), one=ten(route(), four))
    assert [Flag.OUT_OF_ORDER in one.flags for one in first_last.stops] == [False, False, False, True]


def test_in_any_order_there_is_no_wrong_one_and_every_point_has_all_the_time() -> None:
    found = after(at(0, "c"), at(6, "b"), at(17, "a"), one=ten(route(order=ANY)))
    assert told(found) == "on-time on-time on-time"
    assert not any(Flag.OUT_OF_ORDER in one.flags for one in found.stops)


def test_faster_than_anybody_walks_is_told_of_one_person_and_not_of_two() -> None:
    alone = after(at(0, "a"), at(3.9, "b"), at(8, "c"))
    assert [Flag.TOO_FAST in one.flags for one in alone.stops] == [False, True, False]
    assert alone.stops[1].status is PointStatus.ON_TIME
    shared = after(at(0, "a"), at(3.9, "b", WANG), at(8, "c"))
    assert not any(one.flags for one in shared.stops)


def test_a_second_scan_is_a_duplicate_and_the_one_on_time_counts() -> None:
    found = after(at(-10, "a"), at(0, "a"), at(1, "a"), at(5, "b"), at(11, "c"))
    assert found.stops[0].at == TEN
    assert (found.duplicates, [one.why for one in found.strays]) == (2, [Stray.DUPLICATE] * 2)


def test_somebody_who_is_not_of_the_team_visits_nothing() -> None:
    crew = replace(ten(), crew=(LI, WANG))
    found = after(at(0, "a", VISITOR), at(5, "b"), at(11, "c", ""), one=crew)
    assert told(found) == "missed on-time on-time"
    assert (found.wrong_guards, found.strays[0].why) == (1, Stray.WRONG_GUARD)


def test_without_anybody_whose_card_is_known_nobody_is_the_wrong_one() -> None:
    assert told(after(at(0, "a", VISITOR))) == "on-time missed missed"


def test_ghosts_are_counted_and_ignored() -> None:
    tagged = ten(route(), (stop(1, "a", 0, tags=("04A1", "04A2")), *STOPS[1:]))
    found = after(at(0, "a", tag="04A2"), at(1, "a", tag="FFFF"), at(1.1, "a"), at(5, "b", tag="FFFF"), one=tagged)
    assert (told(found), found.ghosts) == ("on-time on-time missed", 2)
    on_the_wall = after(at(0, "a", "7fff"), at(0.5, "a", "ffff"), one=replace(ten(), crew=(LI,)))
    assert (told(on_the_wall), on_the_wall.ghosts, on_the_wall.wrong_guards) == ("missed missed missed", 2, 0)


def test_what_was_uploaded_late_is_told_and_saves_nothing() -> None:
    judged = after(at(0, "a"), minutes=30)
    again = after(at(0, "a"), at(5, "b", late=120), minutes=200, one=judged)
    assert told(again) == "on-time on-time-uploaded-late missed"
    assert (again.state, again.visited, again.on_time, again.uploaded_late) == (RoundState.INCOMPLETE, 1, 1, 1)
    never = after(at(0, "a", late=120), at(5, "b", late=120), at(11, "c", late=120))
    assert (never.state, never.on_time, told(never)) == (
        RoundState.MISSED,
        0,
        " ".join(["on-time-uploaded-late"] * 3),
    )


def test_what_was_heard_of_in_time_is_on_time_however_late_it_is_judged() -> None:
    assert fold(ten(), WALK, TEN + 30 * DAY).state is RoundState.DONE


def test_what_was_judged_missed_is_never_on_time_plainly_though_it_had_come_in_time() -> None:
    judged = after(at(0, "a"), minutes=30)
    again = after(*WALK, minutes=31, one=judged)
    assert told(again) == "on-time on-time-uploaded-late on-time-uploaded-late"
    assert after(*WALK, minutes=32, one=again).stops == again.stops


def test_an_upload_never_takes_the_place_of_a_visit_that_was_known() -> None:
    late = after(at(4, "a"), at(5, "b"), at(11, "c"), minutes=40)
    assert (told(late), late.state) == ("late on-time on-time", RoundState.DONE)
    again = after(at(0, "a", late=120), at(4, "a"), at(5, "b"), at(11, "c"), minutes=300, one=late)
    assert (told(again), again.visited, again.duplicates) == ("late on-time on-time", 3, 1)


def test_a_point_that_is_twice_on_the_route_is_visited_twice() -> None:
    circle = ten(route(), (*STOPS, stop(4, "a")))
    assert told(after(at(0, "a"), at(5, "b"), at(10, "c"), one=circle)) == "on-time on-time on-time missed"
    assert told(after(at(0, "a"), at(5, "b"), at(10, "c"), at(15, "a"), one=circle)).count("on-time") == 4
    last_only = after(at(5, "b"), at(10, "c"), at(18, "a"), one=circle)
    assert told(last_only) == "missed on-time on-time on-time"


def test_two_are_asked_for_and_one_came() -> None:
    two = ten(route(guards=2))
    assert after(*WALK, minutes=12, one=two).state is RoundState.RUNNING
    assert after(*WALK, one=two).state is RoundState.INCOMPLETE
    assert after(at(0, "a"), at(5, "b", WANG), at(11, "c"), one=two).state is RoundState.DONE


def test_an_effective_visit_has_what_is_asked_there() -> None:
    asked = ten(route(), (stop(1, "a", 0, asks=(PHOTO,)), stop(2, "b", asks=(PHOTO, READING)), STOPS[2]))
    gifts = [
        Given(point="a.scan", at=TEN + MINUTE, guard=LI, files=("f1",), device_at=TEN, received=TEN),
        Given(point="b.scan", at=TEN + 5 * MINUTE, guard=LI, files=("f2",), device_at=TEN, received=TEN),
        Given(point="c.scan", at=TEN + HOUR, guard=LI, files=("f3",), device_at=TEN, received=TEN),
    ]
    found = fold(asked, WALK, LATER, gifts)
    assert ([one.effective for one in found.stops], found.effective) == ([True, False, True], 2)
    assert [one.files for one in found.stops] == [("f1",), ("f2",), ()]
    more = Given(point="b.scan", at=TEN + 6 * MINUTE, guard=LI, value=0.6, device_at=TEN, received=TEN)
    assert fold(asked, WALK, LATER, [*gifts, more]).effective == 3


SCANS = st.builds(
    at,
    st.integers(-25, 40).map(lambda n: n + 0.5) | st.integers(-25, 40),
    st.sampled_from("abcd"),
    st.sampled_from([LI, WANG, VISITOR, "", "7fff"]),
    st.sampled_from(["", "04A1", "FFFF"]),
    st.sampled_from([0.01, 3, 120]),
)
ROUNDS = st.builds(
    lambda order, tags, guards, crew: replace(
        ten(route(order=order, guards=guards), (stop(1, "a", 0, tags=tags), *STOPS[1:], stop(4, "a"))), crew=crew
    ),
    st.sampled_from(["fixed", ANY]),
    st.sampled_from([(), ("04A1",)]),
    st.integers(1, 2),
    st.sampled_from([(), (LI, WANG)]),
)


@settings(max_examples=300, deadline=None)
@given(ROUNDS, st.lists(SCANS, max_size=14), st.data())
def test_the_order_in_which_scans_come_and_how_often_changes_nothing(
    one: Round, scans: list[Taken], data: st.DataObject
) -> None:
    now = TEN + round(data.draw(st.integers(-30, 60)) * MINUTE)
    shuffled = data.draw(st.permutations([*scans, *scans[: len(scans) // 2]]))
    expected = fold(one, scans, now)
    assert fold(one, shuffled, now) == expected
    assert fold(expected, shuffled, now) == expected


@settings(max_examples=200, deadline=None)
@given(ROUNDS, st.lists(SCANS.filter(lambda scan: scan.received - scan.at < MINUTE), max_size=12))
def test_looking_each_minute_ends_where_looking_once_does(one: Round, scans: list[Taken]) -> None:
    looked = one
    for now in range(TEN - 30 * MINUTE, TEN + 50 * MINUTE, MINUTE):
        looked = fold(looked, [scan for scan in scans if scan.received <= now], now)
        assert {stop.order for stop in looked.stops} == {1, 2, 3, 4}
    at_once = fold(one, scans, TEN + 50 * MINUTE)
    assert [stop.status for stop in looked.stops] == [stop.status for stop in at_once.stops]
    assert (looked.state, looked.ghosts, looked.duplicates) == (at_once.state, at_once.ghosts, at_once.duplicates)
