"""What is owed is planned ahead, once, whatever happens to the process; a change touches the future only."""

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from facility.duty import Cadence, Every
from facility.instant import DAY, HOUR, MINUTE
from facility.occurrence import SETTLED, Standing
from inspections.duty_versions import owe_since
from storage.records.port import Conflict
from storage.records.sql import SqlRecords
from tests.inspections.conftest import Fresh
from tests.inspections.duties_house import MONTHLY, SERVICE, House, at, duty, extinguisher, house, register
from tests.storage.records.examples import at_once

NOON = at("2026-03-10 12:00")


@pytest.fixture
def records(empty: SqlRecords) -> SqlRecords:
    return empty


def days(found: House, **wanted: object) -> list[str]:
    return [f"{_local(one.due - 1)}" for one in found.all(**wanted)]


def _local(instant: int) -> str:
    from facility.calendar import local_day
    from facility.site import time_zone

    return local_day(instant, time_zone("Asia/Shanghai")).isoformat()


def test_nothing_is_planned_before_there_is_a_register(records: SqlRecords) -> None:
    found = House(records=records, duties={"daily": duty()}, now=NOON)
    found.step()
    assert found.all() == []


def test_each_thing_owes_each_day_for_45_days_from_the_first_whole_one(records: SqlRecords) -> None:
    found = house(records, NOON)
    mine = days(found, targets=("ext-1",))
    assert mine[0] == "2026-03-11"
    assert len(mine) == 45
    assert days(found, targets=("ext-2",)) == mine


def test_the_next_of_what_is_owed_yearly_is_there(records: SqlRecords) -> None:
    yearly = duty("yearly", cadence=Cadence(every=Every.YEAR))
    rests = duty("season", cadence=Cadence(every=Every.MONTH, months=(1, 2)))
    found = house(records, NOON, yearly, rests)
    assert days(found, duties=("yearly",), targets=("ext-1",)) == []  # the first whole year is the next one
    found.step(at("2027-01-05 00:00"))
    assert days(found, duties=("yearly",), targets=("ext-1",)) == ["2027-12-31"]
    assert days(found, duties=("season",), targets=("ext-1",))[:2] == ["2027-01-31", "2027-02-28"]


def test_planning_again_changes_nothing_and_each_day_brings_one_more(records: SqlRecords) -> None:
    found = house(records, NOON)
    before = found.all()
    found.step()
    found.restart()
    found.step(NOON + HOUR)
    assert found.all() == before
    found.step(NOON + DAY)
    assert len(found.all()) == len(before) + 2


def test_two_days_of_downtime_lose_nothing(records: SqlRecords) -> None:
    found = house(records, NOON)
    found.restart()
    found.step(at("2026-03-13 18:00"))
    assert found.standings()[:3] == ["missed", "missed", "open"]
    assert [one.frozen for one in found.all(targets=("ext-1",))][:2] == [at("2026-03-12 00:00"), at("2026-03-13 00:00")]


def test_a_downtime_longer_than_what_was_planned_loses_nothing(records: SqlRecords) -> None:
    found = house(records, NOON)
    found.step(NOON + 100 * DAY)
    assert len(days(found, targets=("ext-1",))) == 145
    assert found.standings(until=NOON + 98 * DAY) == ["missed"] * 97


def test_what_is_registered_later_owes_from_then_on(records: SqlRecords) -> None:
    found = house(records, NOON)
    found.now = at("2026-03-12 09:00")
    found.enter(register(extinguisher(1), extinguisher(2), extinguisher(3)))
    found.step(at("2026-03-14 09:00"))  # nobody looked for two days
    assert days(found, targets=("ext-3",))[:2] == ["2026-03-13", "2026-03-14"]


def test_of_what_was_retired_nothing_more_is_owed_and_what_was_open_shows(records: SqlRecords) -> None:
    found = house(records, NOON)
    found.now = at("2026-03-12 09:00")
    found.enter(register(extinguisher(2)))
    found.step(at("2026-03-14 13:00"))
    mine = found.all(targets=("ext-1",))
    assert [(one.standing.value, one.why) for one in mine] == [("missed", ""), ("suspended", "retired")]
    (fact,) = [one for one in found.facts("duty", "daily") if one.what == "withdrawn"]
    assert len(fact.data["occurrences"]) == 43
    assert [one.what for one in found.facts("occurrence", str(mine[1].id))] == ["suspended"]


def test_what_comes_back_owes_from_then_on(records: SqlRecords) -> None:
    found = house(records, NOON)
    found.enter(register(extinguisher(2)))
    found.step(at("2026-03-12 08:00"))
    found.enter(register())
    found.step(at("2026-03-12 09:00"))
    assert days(found, targets=("ext-1",))[0] == "2026-03-13"


def test_a_changed_duty_changes_what_has_not_opened(records: SqlRecords) -> None:
    found = house(records, NOON)
    found.step(at("2026-03-12 08:00"))
    found.use(duty(version="v2", team="engineering", grace=2 * HOUR))
    found.step(at("2026-03-12 09:00"))
    mine = found.all(targets=("ext-1",))
    assert [one.duty_version[:2] for one in mine[:4]] == ["v1", "v1", "v2", "v2"]
    assert [one.team for one in mine[1:3]] == ["security", "engineering"]
    assert mine[2].missed == mine[2].due + 2 * HOUR
    assert [fact.what for fact in found.facts("duty", "daily")] == ["fell-due", "changed"]


def test_a_duty_that_becomes_rarer_takes_out_what_it_no_longer_asks_for(records: SqlRecords) -> None:
    found = house(records, NOON)
    found.step(at("2026-03-12 08:00"))
    found.use(duty(version="v2", cadence=Cadence(every=Every.WEEK)))
    found.step(at("2026-03-12 09:00"))
    assert days(found, targets=("ext-1",))[:4] == ["2026-03-11", "2026-03-12", "2026-03-22", "2026-03-29"]
    withdrawn = [fact for fact in found.facts("duty", "daily") if fact.what == "withdrawn"]
    assert withdrawn[0].why == "the duty has changed"


def test_who_was_asked_and_what_was_postponed_outlive_a_change(records: SqlRecords) -> None:
    found = house(records, NOON)
    last = found.all(targets=("ext-1",))[-1]
    with records.begin() as unit:
        unit.occurrences.update(replace(last, assignee="liu"))
    found.use(duty(version="v2"))
    found.step()
    with records.read() as unit:
        kept = unit.occurrences.get(last.id)
    assert (kept.assignee, kept.duty_version[:2]) == ("liu", "v2")


def test_a_retired_duty_owes_what_had_opened_and_nothing_more(records: SqlRecords) -> None:
    found = house(records, NOON)
    found.step(at("2026-03-12 08:00"))
    found.use(MONTHLY)
    found.step(at("2026-03-12 09:00"))
    assert found.standings() == ["late", "open"]
    found.step(at("2026-03-14 13:00"))
    assert found.standings() == ["missed", "missed"]
    assert [fact.what for fact in found.facts("duty", "daily")][1:3] == ["retired", "withdrawn"]
    found.use(MONTHLY, duty())
    found.step(at("2026-03-20 09:00"))
    assert days(found, duties=("daily",), targets=("ext-1",))[2] == "2026-03-21"


def test_a_schedule_never_switches_itself_off(records: SqlRecords) -> None:
    found = house(records, NOON)
    for day in range(1, 60):
        found.step(NOON + day * DAY)
    assert len(found.all(targets=("ext-1",), open=True)) == 46
    assert found.standings().count("missed") == 58


def test_what_goes_by_completion_is_next_owed_a_period_after_it_was_done(records: SqlRecords) -> None:
    found = house(records, NOON, SERVICE)
    (first,) = found.all(targets=("ext-1",))
    assert days(found, targets=("ext-1",)) == ["2026-03-25"]
    found.step(at("2026-03-20 09:00"))
    assert found.do(first).standing is Standing.DONE
    found.step(at("2026-03-20 09:01"))
    assert days(found, targets=("ext-1",)) == ["2026-03-25", "2026-04-04"]
    found.step(at("2026-05-01 12:00"))
    assert days(found, targets=("ext-1",)) == ["2026-03-25", "2026-04-04", "2026-04-19", "2026-05-04"]
    assert found.standings("service") == ["done", "missed", "missed", "open"]


def test_done_twice_in_a_day_the_next_is_later_all_the_same(records: SqlRecords) -> None:
    found = house(records, NOON, SERVICE)
    for _ in range(3):
        (one,) = found.all(targets=("ext-1",), open=True)
        found.do(one)
        found.step()
    dues = [one.due for one in found.all(targets=("ext-1",))]
    assert len(set(dues)) == len(dues) == 4


def test_a_day_of_23_hours_and_one_of_25_owe_one_each(records: SqlRecords) -> None:
    new_york = register(timezone="America/New_York")
    start = at("2026-03-05 12:00", "America/New_York")
    found = house(records, start, facility=new_york)
    dues = [one.due for one in found.all(targets=("ext-1",))]
    gaps = {after - before for before, after in pairwise(dues)}
    assert gaps == {23 * HOUR, 24 * HOUR}
    assert len(dues) == len(set(dues)) == 45


WHENS = st.lists(st.integers(0, 20 * 24 * 60), min_size=1, max_size=8).map(sorted)
END = NOON + 20 * DAY


@settings(
    max_examples=12, deadline=timedelta(seconds=60), phases=[Phase.generate], suppress_health_check=list(HealthCheck)
)
@given(whens=WHENS, restarts=st.sets(st.integers(0, 7)), changes=st.integers(1, 19 * 24 * 60))
def test_however_it_is_called_the_same_is_owed_and_ends_the_same(
    fresh: Fresh, whens: list[int], restarts: set[int], changes: int
) -> None:
    """Called when it likes, restarted, and with two processes at once; a thing is retired and another comes in the middle."""
    calm, wild = _run(fresh, [changes], set(), changes), _run(fresh, whens, restarts, changes)
    assert wild == calm
    assert all(standing in SETTLED for due, missed, standing in wild.values() if missed <= END)


def _run(fresh: Fresh, whens: list[int], restarts: set[int], changes: int) -> dict[str, tuple[int, int, Standing]]:
    store = fresh()
    weekly = duty("weekly", cadence=Cadence(every=Every.WEEK), after=HOUR)
    found = house(store, NOON, duty(), weekly, SERVICE)
    other = House(records=store, duties=found.duties, now=NOON)
    times = sorted({*(NOON + minute * MINUTE for minute in whens), END})
    for number, now in enumerate(times):
        if found.now <= NOON + changes * MINUTE <= now:
            found.now = NOON + changes * MINUTE
            found.enter(register(extinguisher(2), extinguisher(3)))
        if number in restarts:
            found.restart()
            other.step(now)
        found.step(now)
    rows = {one.key: (one.due, one.missed_at, one.standing) for one in found.all()}
    store.close()
    return rows


def test_a_site_may_say_since_when_what_it_has_is_owed(records: SqlRecords) -> None:
    found = House(records=records, duties={"daily": duty(), "service": SERVICE}, now=NOON)
    found.enter(register())
    with records.begin() as unit:
        owe_since(unit, found.duties, at("2026-03-10 00:00"), NOON)
        owe_since(unit, found.duties, at("2026-03-01 00:00"), NOON)
    found.step()
    assert days(found, duties=("daily",), targets=("ext-1",))[0] == "2026-03-10"
    assert found.standings()[0] == "open"
    assert days(found, duties=("service",), targets=("ext-1",)) == ["2026-03-25"]
    found.now = NOON + HOUR
    found.enter(register(extinguisher(1), extinguisher(3)))
    found.step()
    assert days(found, duties=("daily",), targets=("ext-3",))[0] == "2026-03-11"


def test_two_processes_at_once_plan_and_miss_each_once(fresh: Fresh) -> None:
    store = fresh()
    found = house(store, NOON, duty(), SERVICE)
    now = NOON + 60 * DAY

    def process(_: int) -> None:
        mine = House(records=store, duties=found.duties, now=now)
        for _attempt in range(40):
            try:
                mine.step(now)
            except Conflict:
                continue
            return

    assert [one for one in at_once(2, process) if one is not None] == []
    found.step(now)
    dues = [one.due for one in found.all(duties=("daily",), targets=("ext-1",))]
    assert len(dues) == len(set(dues)) == 105
    missed = [fact.subject for fact in found.facts("occurrence") if fact.what == "missed"]
    assert len(missed) == len(set(missed)) == len(found.all(standings=(Standing.MISSED,)))
    fell_due = [
        tuple(row[:1]) for fact in found.facts("duty") if fact.what == "fell-due" for row in fact.data["occurrences"]
    ]
    assert len(fell_due) == len(set(fell_due)) == len(missed)
    store.close()
