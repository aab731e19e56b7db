"""From a route's timetable to its rounds."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facility.calendar import DayKind, SpecialDay, WorkCalendar
from facility.instant import DAY, HOUR, MINUTE, iso, parse
from facility.round import ANY, Round
from facility.round_timetable import EARLY, rounds
from tests.facility.patrols import STOPS, TEN, draw, hide, register, route, stop, table

MIDNIGHT = parse("2026-11-24T00:00:00Z")


def starts(found: list[Round], zone: str = "UTC") -> list[str]:
    return [iso(one.start, table(zone).zone)[5:16] for one in found]


def planned(since: int = MIDNIGHT, until: int = MIDNIGHT + DAY, zone: str = "UTC", **changed: object) -> list[Round]:
    of = route(**changed)
    return rounds(register(of, timezone=zone), of, table(zone), since, until)


def test_every_two_hours_all_day() -> None:
    found = planned()
    assert len(found) == 12
    assert starts(found)[:2] == ["11-24T00:00", "11-24T02:00"]


def test_at_night_over_midnight_the_last_one_begins_before_the_end() -> None:
    found = planned(starts=22 * 60, ends=6 * 60)
    assert starts(found) == [
        "11-24T00:00",
        "11-24T02:00",
        "11-24T04:00",
        "11-24T22:00",
    ]


def test_on_some_days_only_holidays_counted() -> None:
    new_year = parse("2026-12-28T00:00:00Z")
    week = new_year, new_year + 7 * DAY
    assert {one[:5] for one in starts(planned(*week, days=("mon", "weekends"), every=DAY))} == {
        "12-28",
        "01-02",
        "01-03",
    }
    of = route(days=("holidays",), every=DAY)
    first = parse("2027-01-01T00:00:00Z")
    special = WorkCalendar(special={one.day: one for one in [SpecialDay(day=date(2027, 1, 1), kind=DayKind.HOLIDAY)]})
    found = rounds(register(of), of, replace(table(), calendar=special), first, first + 2 * DAY)
    assert starts(found) == ["01-01T00:00"]


def test_every_other_day_is_counted_through_and_not_anew_each_week() -> None:
    found = planned(MIDNIGHT, MIDNIGHT + 14 * DAY, every=2 * DAY, starts=600)
    assert len(found) == 7
    assert {(later.start - one.start) // DAY for one, later in pairwise(found)} == {2}


def test_at_random_it_begins_within_the_window_and_the_same_whenever_it_is_worked_out() -> None:
    found = planned(within=30 * MINUTE)
    assert all(one.slot <= one.start <= one.slot + 30 * MINUTE for one in found)
    assert len({one.start - one.slot for one in found}) > 6
    again = planned(MIDNIGHT + 5 * HOUR, MIDNIGHT + 2 * DAY, within=30 * MINUTE)
    common = {one.key for one in found if one.start >= MIDNIGHT + 5 * HOUR}
    assert common <= {one.key for one in again}
    assert all(one in again for one in found if one.start >= MIDNIGHT + 5 * HOUR)


def test_with_another_key_it_begins_at_other_times() -> None:
    of = route(within=HOUR)
    other = replace(table(), draw=lambda text: draw(f"other/{text}"))
    found = rounds(register(of), of, other, MIDNIGHT, MIDNIGHT + DAY)
    assert starts(found) != starts(planned(within=HOUR))


def test_when_clocks_go_forward_a_time_that_does_not_come_is_walked_once() -> None:
    since = parse("2026-03-29T00:00:00+01:00")
    found = planned(since, since + 6 * HOUR, "Europe/Berlin", every=HOUR, starts=60, ends=5 * 60)
    assert starts(found, "Europe/Berlin") == ["03-29T01:00", "03-29T03:00", "03-29T04:00"]


def test_when_clocks_go_back_a_time_that_comes_twice_is_walked_at_its_first() -> None:
    since = parse("2026-10-25T00:00:00+02:00")
    found = planned(since, since + 7 * HOUR, "Europe/Berlin", every=HOUR, starts=60, ends=5 * 60)
    assert starts(found, "Europe/Berlin") == ["10-25T01:00", "10-25T02:00", "10-25T03:00", "10-25T04:00"]
    assert [(later.start - one.start) // HOUR for one, later in pairwise(found)] == [1, 2, 1]


def test_a_round_is_frozen_with_the_times_of_its_points() -> None:
    (one,) = planned(TEN, TEN + 1)
    assert (one.opens, one.due, one.closes) == (TEN - 2 * MINUTE - EARLY, TEN + 16 * MINUTE, TEN + 26 * MINUTE)
    assert [((s.opens - TEN) // MINUTE, (s.due - TEN) // MINUTE, (s.until - TEN) // MINUTE) for s in one.stops] == [
        (-2, 0, 2),
        (2, 8, 10),
        (6, 16, 18),
    ]
    assert [(s.asset, s.zone) for s in one.stops] == [("a", "t1"), ("b", "t1"), ("c", "t1")]


def test_in_any_order_each_point_has_all_the_time() -> None:
    (one,) = planned(TEN, TEN + 1, order=ANY)
    assert {(s.opens, s.due) for s in one.stops} == {(TEN - 2 * MINUTE, one.due)}


def test_tags_are_kept_as_scans_carry_them() -> None:
    of = route()
    (one,) = rounds(register(of, (stop(1, "a", 0, tags=("04A1",)),)), of, table(), TEN, TEN + 1)
    assert one.stops[0].tags == (hide("tag", "04A1"),)


def test_on_days_that_do_not_come_there_are_no_rounds() -> None:
    assert planned(days=("holidays",)) == []


def test_a_route_without_stops_has_no_rounds() -> None:
    of = route()
    assert rounds(register(of, ()), of, table(), MIDNIGHT, MIDNIGHT + DAY) == []


def test_the_most_time_is_as_written_or_twice_the_least_and_three_minutes_more_at_least() -> None:
    assert stop(1, "a", 0).most_walk == 0
    assert stop(1, "a", 1).most_walk == 4 * MINUTE
    assert stop(1, "a", 5).most_walk == 10 * MINUTE
    assert stop(1, "a", 5, most=6 * MINUTE).most_walk == 6 * MINUTE


@settings(max_examples=100, deadline=None)
@given(
    st.integers(10, 300),
    st.integers(0, 200),
    st.integers(0, 1439),
    st.integers(0, 60),
    st.integers(0, 60),
    st.sampled_from(["UTC", "Europe/Berlin", "Australia/Lord_Howe"]),
)
def test_no_instant_belongs_to_two_rounds_and_planning_in_pieces_is_planning_at_once(
    every: int, within: int, begins: int, tolerance: int, grace: int, zone: str
) -> None:
    since = parse("2026-10-24T00:00:00Z")
    changed = {
        "every": every * MINUTE,
        "within": within * MINUTE,
        "starts": begins,
        "tolerance": tolerance * MINUTE,
        "grace": grace * MINUTE,
    }
    found = planned(since, since + 2 * DAY, zone, **changed)
    for one, later in pairwise(found):
        assert one.closes <= later.opens
        assert one.opens < one.closes
    pieces = planned(since, since + 20 * HOUR, zone, **changed) + planned(
        since + 20 * HOUR, since + 2 * DAY, zone, **changed
    )
    assert pieces == found


@pytest.mark.parametrize("field", ["grace", "tolerance", "team", "guards"])
def test_what_a_round_was_planned_from_is_known_by_its_digest(field: str) -> None:
    changed = {"grace": HOUR, "tolerance": MINUTE, "team": "guards", "guards": 2}[field]
    (one,), (other,) = planned(TEN, TEN + 1), planned(TEN, TEN + 1, **{field: changed})  # type: ignore[arg-type]
    assert one.plan != other.plan
    assert len(STOPS) == len(other.stops)
