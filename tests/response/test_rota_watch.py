"""A gap in the rota is an alert before anybody is missed, one for each cause, and returns when it is filled."""

from dataclasses import replace
from datetime import date

from facility.alert import Alert, Condition, Severity
from facility.calendar import STATUTORY, DayKind
from facility.instant import DAY, HOUR
from facility.rota import Asked, Leave, Rota, Shift, SpecialDay, rota_difference
from facility.text import Text
from response.rota_watch import GAP, HOLIDAYS, rota_step, watcher
from storage.records.sql import SqlRecords
from tests.facility.rotas import at, by_id, four_crews

NOW = at("2026-03-01 09:00")
GAP_AT = at("2026-03-04 08:00")
look = watcher(14)


def enter(records: SqlRecords, rota: Rota, now: int = NOW) -> None:
    with records.begin() as unit:
        unit.rota.apply(rota_difference(unit.rota.load(), rota), "lin", now)


def on_leave() -> Rota:
    """p6 is away from the day shift of 4 March, for two days."""
    away = Leave(id="l", person="p6", since=at("2026-03-04 00:00"), until=at("2026-03-06 00:00"), state=Asked.APPROVED)
    return replace(four_crews(), leave={"l": away})


def alerts(records: SqlRecords, now: int = NOW, rule: str = GAP) -> list[Alert]:
    with records.begin() as unit:
        look(unit, now)
        return [alert for alert in unit.alerts.open_ones() if alert.rule == rule]


def happened(records: SqlRecords, number: int) -> list[tuple[str, str]]:
    with records.read() as unit:
        return [(fact.what, fact.why) for fact in unit.facts.of("alert", str(number))]


def test_an_empty_rota_raises_nothing(records: SqlRecords) -> None:
    assert alerts(records) == []


def test_a_full_rota_raises_nothing(records: SqlRecords) -> None:
    enter(records, four_crews())
    assert alerts(records) == []


def test_a_gap_is_found_days_ahead_and_told_once(records: SqlRecords) -> None:
    enter(records, on_leave())
    (alert,) = alerts(records)
    assert alert.title.en == "Gap in the rota: Fire control: 1 on duty, 2 needed (on leave: 人6)"
    assert alert.limit.zh == "3月4日 08:00–20:00；3月5日 20:00–6日 00:00（依据：排班要求）"
    assert (alert.severity, alert.clause) == (Severity.MEDIUM, "ER-3")
    assert alerts(records, NOW + HOUR) == [alert]
    assert happened(records, alert.id) == [("raised", "")]


def test_a_gap_further_ahead_than_is_looked_raises_nothing_yet(records: SqlRecords) -> None:
    enter(records, on_leave())
    assert alerts(records, GAP_AT - 14 * DAY) == []
    assert len(alerts(records, GAP_AT - 14 * DAY + 1)) == 1


def test_a_gap_that_comes_near_is_urgent_and_must_be_seen_again(records: SqlRecords) -> None:
    enter(records, on_leave())
    (alert,) = alerts(records)
    with records.begin() as unit:
        unit.alerts.update(replace(alert, acknowledged=True, acknowledged_by="lin", acknowledged_at=NOW))
    (near,) = alerts(records, GAP_AT - DAY + 1)
    assert (near.severity, near.acknowledged) == (Severity.HIGH, False)
    assert happened(records, alert.id)[-1][0] == "rose"


def test_a_gap_that_is_filled_returns_and_says_so(records: SqlRecords) -> None:
    enter(records, on_leave())
    (alert,) = alerts(records)
    cover = [
        Shift(person="office", team="fire-control", day=date(2026, 3, 4), kind="day"),
        Shift(person="office", team="fire-control", day=date(2026, 3, 5), kind="night"),
    ]
    enter(records, replace(on_leave(), shifts=by_id(cover)), NOW + HOUR)
    (after,) = alerts(records, NOW + HOUR)
    assert (after.condition, after.ended) == (Condition.NORMAL, NOW + HOUR)
    assert happened(records, alert.id)[-1] == ("returned", "filled")
    enter(records, on_leave(), NOW + 2 * HOUR)
    (again,) = alerts(records, NOW + 2 * HOUR)
    assert (again.id, again.condition) == (alert.id, Condition.ACTIVE)


def test_a_gap_that_goes_on_keeps_its_words_from_minute_to_minute(records: SqlRecords) -> None:
    enter(records, on_leave())
    (first,) = alerts(records, GAP_AT + HOUR)
    assert first.limit.zh.startswith("3月4日 08:00–20:00")
    assert alerts(records, GAP_AT + 2 * HOUR) == [first]


def test_a_gap_whose_time_went_by_unfilled_says_that(records: SqlRecords) -> None:
    enter(records, on_leave())
    (alert,) = alerts(records)
    alerts(records, at("2026-03-06 01:00"))
    assert happened(records, alert.id)[-1] == ("returned", "its time passed and nobody came")


def test_two_causes_are_two_alerts(records: SqlRecords) -> None:
    """p5 is the only one of that crew who can read the panel."""
    away = Leave(id="m", person="p5", since=at("2026-03-08 00:00"), until=at("2026-03-09 00:00"), state=Asked.APPROVED)
    enter(records, replace(on_leave(), leave=on_leave().leave | {"m": away}))
    points = sorted(alert.point for alert in alerts(records))
    assert points == ["fire-control/skill/fire-panel/p5", "fire-control/too-few/p5", "fire-control/too-few/p6"]


def test_a_year_without_holidays_is_a_warning_until_they_are_entered(records: SqlRecords) -> None:
    enter(records, four_crews())
    (warning,) = alerts(records, at("2026-12-20 09:00"), HOLIDAYS)
    assert (warning.point, warning.severity, "2027" in warning.title.en) == ("2027", Severity.LOW, True)
    days = [
        SpecialDay(day=date(2027, 1, n), kind=DayKind.HOLIDAY, name=Text("假", "off")) for n in range(1, STATUTORY + 1)
    ]
    enter(records, replace(four_crews(), holidays=by_id(days)), at("2026-12-20 10:00"))
    (known,) = alerts(records, at("2026-12-20 10:00"), HOLIDAYS)
    assert known.condition is Condition.NORMAL


def test_the_step_looks_as_far_ahead_as_the_site_says(records: SqlRecords) -> None:
    enter(records, on_leave())
    with records.begin() as unit:
        assert rota_step(2).run(unit, NOW) is False
        assert unit.alerts.open_ones() == []
        rota_step(4).run(unit, NOW)
        assert len(unit.alerts.open_ones()) == 1
