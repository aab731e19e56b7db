"""A person's shifts as an iCalendar that another program reads back."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

from api.rota_calendar import calendar_of
from facility.instant import from_datetime
from facility.rota import Asked, Leave, Rota, Shift, Swap
from tests.facility.rotas import at, by_id, four_crews

NOW = at("2026-03-01 09:00")
FOURTH, TENTH = date(2026, 3, 4), date(2026, 3, 10)
KEY = "p5/fire-control/2026-03-04/day"


def events(rota: Rota, person: str = "p5", now: int = NOW) -> dict[str, Any]:
    found: Any = Calendar.from_ical(calendar_of(rota, rota.people[person], now, "en", "riverside"))
    return {str(event["uid"]): event for event in found.walk("VEVENT")}


def away(first: str, last: str) -> Leave:
    return Leave(id="1", person="p5", since=at(first), until=at(last), state=Asked.APPROVED)


def uid(key: str) -> str:
    return key.replace("/", "-") + "@riverside"


def test_a_shift_keeps_its_local_time_and_its_zone() -> None:
    event = events(four_crews())[uid(KEY)]
    assert event.start == datetime(2026, 3, 4, 8, tzinfo=ZoneInfo("Asia/Shanghai"))
    assert str(event.start.tzinfo) == "Asia/Shanghai"
    assert (event["summary"], event["description"]) == ("Day · Fire control", "Together with: 人6")


def test_all_of_a_persons_shifts_are_in_it_and_nobody_elses() -> None:
    rota = four_crews()
    starts = sorted(from_datetime(event.start) for event in events(rota).values())
    wanted = rota.duties(NOW - 35 * 86_400_000, NOW + 120 * 86_400_000, person="p5")
    assert starts == [duty.start for duty in wanted]
    assert len(events(rota)) == len(starts)


def test_an_id_stays_when_the_rota_changes_and_time_goes_on() -> None:
    rota = four_crews()
    later = replace(rota, version=9, shifts=by_id([Shift(person="p5", team="desk", day=TENTH, kind="office")]))
    before, after = events(rota), events(later, now=NOW + 3_600_000)
    assert set(after) - set(before) == {"p5-desk-2026-03-10-office@riverside"}
    assert before[uid(KEY)].start == after[uid(KEY)].start
    assert after[uid(KEY)]["sequence"] == 9


@pytest.mark.parametrize(
    "gone",
    [
        {"shifts": {KEY: Shift(person="p5", team="fire-control", day=FOURTH, kind="day", cancelled=True)}},
        {"swaps": {"1": Swap(id="1", person="p5", other="p7", duty=KEY, state=Asked.APPROVED, decided_at=1)}},
        {"leave": {"1": away("2026-03-04 00:00", "2026-03-05 00:00")}},
    ],
)
def test_a_shift_that_is_cancelled_swapped_or_on_leave_vanishes(gone: dict[str, object]) -> None:
    assert uid(KEY) not in events(replace(four_crews(), **gone))  # type: ignore[arg-type]


def test_a_swapped_shift_is_in_the_takers_calendar_under_the_same_id() -> None:
    swap = Swap(id="1", person="p5", other="p7", duty=KEY, state=Asked.APPROVED, decided_at=1)
    assert uid(KEY) in events(replace(four_crews(), swaps={"1": swap}), "p7")


def test_a_shift_that_leave_cuts_in_two_is_two_events() -> None:
    found = events(replace(four_crews(), leave={"1": away("2026-03-04 12:00", "2026-03-04 14:00")}))
    parts = {name: event.duration for name, event in found.items() if name.startswith("p5-fire-control-2026-03-04-day")}
    assert sorted(part.total_seconds() / 3600 for part in parts.values()) == [4, 6]


def test_a_zone_with_summer_time_says_when_it_changes() -> None:
    rota = four_crews("Europe/Berlin")
    body = calendar_of(rota, rota.people["p5"], NOW, "zh", "")
    assert b"BEGIN:DAYLIGHT" in body
    read: Any = Calendar.from_ical(body)
    assert {event.start.tzinfo for event in read.walk("VEVENT")} == {ZoneInfo("Europe/Berlin")}


def test_a_person_without_a_shift_has_an_empty_calendar() -> None:
    rota = replace(four_crews(), turns={})
    assert events(rota) == {}
