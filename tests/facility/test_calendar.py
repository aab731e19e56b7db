from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facility.calendar import STATUTORY, DayKind, SpecialDay, WorkCalendar, days_between, instant_of, local_day
from facility.instant import HOUR, to_datetime
from facility.rota_duty import holds_on
from facility.text import Text

CHINA = WorkCalendar()
ZONES = [
    ZoneInfo(name)
    for name in ("Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia")
]


@pytest.mark.parametrize(
    ("day", "kind", "name"),
    [
        ("2026-10-01", DayKind.HOLIDAY, "国庆节"),
        ("2026-10-03", DayKind.HOLIDAY, "国庆节"),
        ("2026-10-10", DayKind.WORKDAY, "国庆节"),
        ("2026-02-14", DayKind.WORKDAY, "春节"),
        ("2026-11-25", DayKind.WORKDAY, ""),
        ("2026-11-28", DayKind.WEEKEND, ""),
    ],
)
def test_public_holidays_and_worked_weekends_are_built_in(day: str, kind: DayKind, name: str) -> None:
    when = date.fromisoformat(day)
    assert (CHINA.kind(when), CHINA.name(when).zh) == (kind, name)


def test_a_worked_weekend_is_told_apart() -> None:
    assert CHINA.is_made_up(date(2026, 10, 10))
    assert not CHINA.is_made_up(date(2026, 10, 12))


def test_a_year_that_nobody_has_announced_is_said_to_be_unknown_and_goes_by_the_week() -> None:
    assert CHINA.unknown_years(date(2026, 12, 1), date(2027, 1, 31)) == {2027: 0}
    assert CHINA.kind(date(2027, 1, 1)) is DayKind.WORKDAY
    assert CHINA.kind(date(2027, 1, 2)) is DayKind.WEEKEND


def holidays(count: int) -> dict[date, SpecialDay]:
    days = [date(2027, 1, 1) + timedelta(days=n) for n in range(count)]
    return {day: SpecialDay(day=day, kind=DayKind.HOLIDAY, name=Text("元旦", "New Year")) for day in days}


def test_a_year_is_known_once_its_statutory_holidays_are_entered() -> None:
    few, enough = WorkCalendar(special=holidays(STATUTORY - 1)), WorkCalendar(special=holidays(STATUTORY))
    assert few.unknown_years(date(2027, 1, 1), date(2027, 1, 1)) == {2027: STATUTORY - 1}
    assert enough.knows(2027)


def test_the_propertys_table_goes_before_what_is_built_in() -> None:
    worked = SpecialDay(day=date(2026, 10, 1), kind=DayKind.WORKDAY)
    assert WorkCalendar(special={worked.day: worked}).kind(worked.day) is DayKind.WORKDAY


@pytest.mark.parametrize(
    ("day", "words"),
    [
        ("2026-10-10", {"every-day", "sat", "workdays"}),
        ("2026-10-03", {"every-day", "sat", "rest-days", "holidays"}),
        ("2026-11-28", {"every-day", "sat", "rest-days", "weekends"}),
    ],
)
def test_classes_of_days(day: str, words: set[str]) -> None:
    from facility.rota_entries import DAYS

    assert {word for word in DAYS if holds_on([word], date.fromisoformat(day), CHINA)} == words


def test_a_time_that_the_zone_jumps_over_is_the_jump() -> None:
    berlin, day = ZoneInfo("Europe/Berlin"), date(2026, 3, 29)
    jump = instant_of(day, 2 * 60, berlin)
    assert {instant_of(day, minutes, berlin) for minutes in range(120, 181)} == {jump}
    assert to_datetime(jump, berlin).strftime("%H:%M") == "03:00"


def test_a_time_that_comes_twice_is_its_first_coming() -> None:
    berlin, day = ZoneInfo("Europe/Berlin"), date(2026, 10, 25)
    assert instant_of(day, 3 * 60, berlin) - instant_of(day, 2 * 60, berlin) == 2 * HOUR


def test_a_day_that_a_zone_leaves_out_is_no_time_at_all() -> None:
    apia, gone = ZoneInfo("Pacific/Apia"), date(2011, 12, 30)
    assert instant_of(gone, 0, apia) == instant_of(gone, 1440, apia)


near_a_jump = st.sampled_from(
    [date(2026, 3, 29), date(2026, 10, 25), date(2026, 3, 8), date(2026, 11, 1), date(2026, 4, 5), date(2011, 12, 30)]
)


@given(st.sampled_from(ZONES), near_a_jump, st.integers(-3000, 3000), st.integers(0, 3000))
def test_a_later_local_time_is_never_an_earlier_instant(zone: ZoneInfo, day: date, first: int, more: int) -> None:
    assert instant_of(day, first, zone) <= instant_of(day, first + more, zone)


@given(st.sampled_from(ZONES), st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(0, 1439))
def test_an_instant_lies_in_the_day_that_it_was_made_from(zone: ZoneInfo, day: date, minutes: int) -> None:
    assert local_day(instant_of(day, minutes, zone), zone) == day


def test_a_leap_day_is_a_day() -> None:
    assert len(list(days_between(date(2028, 2, 28), date(2028, 3, 1)))) == 3
