"""Due dates: each period owes once, whatever stretch is asked for, over any jump of the clock."""

from datetime import UTC, date, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facility.cadence import dues, nominal_hours
from facility.calendar import instant_of
from facility.duty import Anchor, Cadence, Duty, Every, Target
from facility.instant import DAY, HOUR, MINUTE
from facility.text import Text

BEIJING, NEW_YORK = ZoneInfo("Asia/Shanghai"), ZoneInfo("America/New_York")
CALENDAR = [one for one in Every if one not in (Every.HOURS, Every.EVENT)]
NAME = Text("", "")


def duty(cadence: Cadence, *, before: int = 0, after: int = 0, grace: int = DAY) -> Duty:
    return Duty(
        id="d", clause="EQ-1", title=NAME, do=NAME, site=True, cadence=cadence, before=before, after=after, grace=grace
    )


def target(since: int = 0) -> Target:
    return Target(id="t", name=NAME, since=since)


def span(first: str, last: str, zone: ZoneInfo = BEIJING) -> tuple[int, int]:
    """From the first day's start to just after the last day's end."""
    begin, end = date.fromisoformat(first), date.fromisoformat(last)
    return instant_of(begin, 0, zone) + 1, instant_of(end, 24 * 60, zone) + 1


def days(cadence: Cadence, first: str, last: str, done: tuple[int, ...] = (), since: int = 0) -> list[str]:
    return [one.day.isoformat() for one in dues(duty(cadence), target(since), span(first, last), BEIJING, done)]


@pytest.mark.parametrize(
    ("every", "expected"),
    [
        (Every.WEEK, ["2028-02-06", "2028-02-13", "2028-02-20", "2028-02-27"]),
        (Every.HALF_MONTH, ["2028-02-15", "2028-02-29"]),
        (Every.MONTH, ["2028-02-29"]),
        (Every.QUARTER, []),
    ],
)
def test_a_leap_february_owes_what_its_calendar_says(every: Every, expected: list[str]) -> None:
    assert days(Cadence(every=every), "2028-02-01", "2028-02-29") == expected


def test_a_year_owes_four_quarters_two_halves_and_one_year() -> None:
    ends = {every: days(Cadence(every=every), "2026-01-01", "2026-12-31") for every in (Every.QUARTER, Every.HALF_YEAR)}
    assert ends[Every.QUARTER] == ["2026-03-31", "2026-06-30", "2026-09-30", "2026-12-31"]
    assert ends[Every.HALF_YEAR] == ["2026-06-30", "2026-12-31"]
    assert days(Cadence(every=Every.YEAR), "2026-01-01", "2026-12-31") == ["2026-12-31"]


def test_only_the_months_of_the_season_owe() -> None:
    assert days(Cadence(every=Every.MONTH, months=(5, 6)), "2026-01-01", "2026-12-31") == ["2026-05-31", "2026-06-30"]


def test_every_two_hours_of_opening_from_nine_to_two_ends_with_a_short_one_at_closing() -> None:
    cadence = Cadence(every=Every.HOURS, count=2, opens=9 * 60, closes=14 * 60)
    found = list(dues(duty(cadence), target(), span("2026-03-01", "2026-03-01"), BEIJING))
    midnight = instant_of(date(2026, 3, 1), 0, BEIJING)
    assert [(one.opens - midnight, one.due - midnight) for one in found] == [
        (9 * HOUR, 11 * HOUR),
        (11 * HOUR, 13 * HOUR),
        (13 * HOUR, 14 * HOUR),
    ]


def test_the_window_the_lateness_and_the_miss_follow_one_another() -> None:
    cadence = Cadence(every=Every.MONTH, by=18 * 60)
    wanted = duty(cadence, before=3 * DAY, after=HOUR, grace=2 * DAY)
    [one] = dues(wanted, target(), span("2026-03-01", "2026-03-31"), BEIJING)
    assert one.due == instant_of(date(2026, 3, 31), 18 * 60, BEIJING)
    assert (one.opens, one.closes, one.missed) == (one.due - 3 * DAY, one.due + HOUR, one.due + HOUR + 2 * DAY)


def test_what_is_registered_in_the_middle_of_a_month_owes_the_next_month_first() -> None:
    since = instant_of(date(2026, 3, 2), 0, BEIJING)
    assert days(Cadence(every=Every.MONTH), "2026-03-01", "2026-04-30", since=since) == ["2026-04-30"]


def test_fifteen_days_after_the_last_one_follow_what_was_done_and_not_the_calendar() -> None:
    cadence = Cadence(every=Every.DAYS, count=15, anchor=Anchor.COMPLETION)
    since = instant_of(date(2026, 1, 1), 0, BEIJING)
    visit = instant_of(date(2026, 1, 10), 9 * 60, BEIJING)
    assert days(cadence, "2026-01-01", "2026-01-31", (visit,), since) == ["2026-01-16", "2026-01-25"]


def test_a_year_after_the_29th_of_february_is_the_28th() -> None:
    cadence = Cadence(every=Every.YEAR, anchor=Anchor.COMPLETION)
    since = instant_of(date(2028, 2, 29), 8 * 60, BEIJING)
    assert days(cadence, "2028-01-01", "2030-12-31", since=since) == ["2029-02-28", "2030-02-28"]


def test_stricter_is_what_comes_more_often() -> None:
    often = [
        Cadence(every=Every.HOURS, count=2),
        Cadence(every=Every.DAY),
        Cadence(every=Every.WEEK),
        Cadence(every=Every.DAYS, count=15),
        Cadence(every=Every.MONTH),
        Cadence(every=Every.QUARTER),
        Cadence(every=Every.HALF_YEAR),
        Cadence(every=Every.YEAR),
    ]
    assert [nominal_hours(one) for one in often] == sorted({nominal_hours(one) for one in often})


INSTANTS = st.integers(
    min_value=int(datetime(2025, 1, 1, tzinfo=UTC).timestamp() * 1_000),
    max_value=int(datetime(2028, 12, 31, tzinfo=UTC).timestamp() * 1_000),
)


@given(
    every=st.sampled_from(CALENDAR),
    count=st.integers(1, 40),
    zone=st.sampled_from([BEIJING, NEW_YORK]),
    cuts=st.lists(INSTANTS, min_size=2, max_size=5),
)
def test_asking_in_pieces_owes_the_same_as_asking_at_once(
    every: Every, count: int, zone: ZoneInfo, cuts: list[int]
) -> None:
    wanted = duty(Cadence(every=every, count=count if every is Every.DAYS else 1))
    cuts = sorted(cuts)
    at_once = list(dues(wanted, target(), (cuts[0], cuts[-1]), zone))
    pieces = [one for pair in pairwise(cuts) for one in dues(wanted, target(), pair, zone)]
    assert pieces == at_once


@given(every=st.sampled_from(CALENDAR), zone=st.sampled_from([BEIJING, NEW_YORK]), start=INSTANTS)
def test_one_period_ends_where_the_next_begins(every: Every, zone: ZoneInfo, start: int) -> None:
    found = list(dues(duty(Cadence(every=every)), target(), (start, start + 800 * DAY), zone))
    assert found
    assert all(one.due == following.opens for one, following in pairwise(found))


@given(
    every=st.sampled_from([one for one in CALENDAR if one is not Every.DAY]),
    done=st.lists(INSTANTS, max_size=6),
    by=st.integers(1, 24 * 60),
)
def test_after_a_completion_the_next_is_never_further_off_than_its_period(
    every: Every, done: list[int], by: int
) -> None:
    cadence = Cadence(every=every, count=10, by=by, anchor=Anchor.COMPLETION)
    since = instant_of(date(2025, 1, 1), 0, BEIJING)
    found = list(dues(duty(cadence), target(since), (since, since + 1_500 * DAY), BEIJING, sorted(done)))
    assert all(before.due < after.due for before, after in pairwise(found))
    longest = 368 * DAY if every is Every.YEAR else nominal_hours(cadence) * HOUR + 5 * DAY
    assert all(one.due - one.opens <= longest + 24 * 60 * MINUTE for one in found)
