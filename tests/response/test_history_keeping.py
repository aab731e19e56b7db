"""Readings end after their time, never unsaid, and not while an open alert is about them."""

from contextlib import suppress

import pytest

from facility.alert import Severity
from facility.instant import DAY, HOUR, MINUTE
from facility.own_alert import Cause, alert_of
from facility.reading import Reading
from facility.text import Text
from response.history_keeping import AT_ONCE, LONGEST, MARGIN, PORTIONS, REST, Keeping
from storage.readings.memory import MemoryReadings
from storage.readings.port import Kept, ReadingsUnavailable
from storage.records.own_alerts import raise_alert
from storage.records.port import AlertFilter
from storage.records.sql import SqlRecords

DAY0 = 1_764_000_000_000 // DAY * DAY
READINGS, FIGURES = 100 * DAY, 400 * DAY


class House:
    """A reading a day, for as long as it takes."""

    def __init__(self, records: SqlRecords) -> None:
        self.store, self.records = MemoryReadings(), records
        self.store.append([Reading("gauge", DAY0 + day * DAY, day) for day in range(900)])
        self.keeping = Keeping(readings=READINGS, figures=FIGURES, store=lambda: self.store)

    def run(self, day: float) -> None:
        self.keeping.run(self.records, DAY0 + int(day * DAY))

    def first(self) -> int:
        return (self.store.range("gauge", 0, 2**60)[0].at - DAY0) // DAY

    def ended(self) -> list[tuple[str, int, object]]:
        with self.records.read() as unit:
            facts = [fact for fact in unit.facts.after(0) if fact.noun == "history"]
        assert {(fact.what, fact.who) for fact in facts} <= {("ended", "system:history")}
        return [(fact.subject, fact.data["count"], fact.data.get("alerts")) for fact in facts]


@pytest.fixture
def house(records: SqlRecords) -> House:
    return House(records)


def open_alert(records: SqlRecords, day: int) -> int:
    began, text = DAY0 + day * DAY, Text("压力", "pressure")
    cause = Cause(rule=f"r{day}", key="gauge", severity=Severity.HIGH, title=text, limit=text, clause="EQ-4")
    with records.begin() as unit:
        raise_alert(unit, alert_of(cause, began), began, "system:test")
        (alert,) = unit.alerts.find(AlertFilter(rules=(cause.rule,))).rows
    assert alert.started == began
    return alert.id


def test_what_is_over_its_time_ends_once_a_day_and_says_so(house: House) -> None:
    house.run(102.5)
    assert house.first() == 2
    house.run(103.2)
    assert house.first() == 2
    house.run(103.6)
    assert house.first() == 3
    assert house.ended() == [("readings", 2, None), ("readings", 1, None)]
    assert [b.low for b in house.store.buckets("gauge", DAY0, DAY0 + 5 * DAY, DAY)] == [0, 1, 2, 3, 4]


def test_figures_stay_longer_and_end_too(house: House) -> None:
    house.run(402.5)
    assert (house.first(), house.ended()) == (302, [("readings", 302, None), ("figures", 3, None)])
    assert house.store.buckets("gauge", 0, DAY0 + 900 * DAY, DAY)[0].low == 3


def test_what_an_open_alert_is_about_stays_and_is_named_when_it_ends_after_all(
    house: House, records: SqlRecords
) -> None:
    number = open_alert(records, 50)
    open_alert(records, 700)
    house.run(202.5)
    assert house.first() == 49
    house.run(100 + 50 + LONGEST // DAY + 2)
    assert house.first() == 52
    assert house.ended()[0] == ("readings", 49, None)
    assert house.ended()[1] == ("readings", 3, [number])


def test_figures_are_made_when_most_of_what_is_late_has_come_and_before_anything_ends(records: SqlRecords) -> None:
    class Slow(MemoryReadings):
        left = 7
        asked: list[int] = []  # noqa: RUF012 - of this test alone

        def summarise(self, upto: int) -> bool:
            self.asked.append(upto)
            self.left -= 1
            return self.left > 0 or super().summarise(upto)

        def forget(self, what: Kept, before: int) -> int:
            assert self.left <= 0
            return super().forget(what, before)

    store = Slow()
    keeping = Keeping(readings=READINGS, figures=FIGURES, store=lambda: store)
    now = DAY0 + HOUR
    for later in (0, 1, 2, REST - 1, REST + 2):
        keeping.run(records, now + later)
    assert store.asked == [*[now - MARGIN] * PORTIONS, *[now + 1 - MARGIN] * 2, now + REST + 2 - MARGIN]
    assert MARGIN == 10 * MINUTE


def test_a_store_that_is_away_is_asked_once_a_minute(records: SqlRecords) -> None:
    asked: list[int] = []

    class Away(MemoryReadings):
        def summarise(self, upto: int) -> bool:
            asked.append(upto)
            raise ReadingsUnavailable("away")

    keeping = Keeping(readings=READINGS, figures=FIGURES, store=Away)
    for later in (0, REST - 1, REST):
        with suppress(ReadingsUnavailable):
            keeping.run(records, DAY0 + later)
    assert asked == [DAY0 - MARGIN, DAY0 + REST - MARGIN]


def test_a_clock_that_is_years_ahead_ends_a_month_and_puts_nothing_off(house: House) -> None:
    house.run(110.5)
    house.run(110.5 + 73 * 366)
    assert house.first() == 10 + AT_ONCE // DAY
    house.run(111.5)
    assert house.first() == 10 + AT_ONCE // DAY
    house.run(145.5)
    assert house.first() == 45
