"""Tests and windows, and alerts that the clock must look at, on every database."""

from dataclasses import replace

import pytest

from facility.alert import Condition
from facility.maintenance import Maintenance
from facility.scope import Extent
from facility.test_mode import TestMode
from storage.records.port import AlertFilter, Conflict, NotFound
from storage.records.sql import SqlRecords
from tests.storage.records.examples import ALERT, NOON

WINDOW = Maintenance(
    extent=Extent.ZONE, scope="t1", since=NOON, until=NOON + 9, who="li", why="换泵", second="wang", created=NOON
)
MODE = TestMode(
    extent=Extent.SYSTEM, scope="", since=NOON, until=NOON + 9, who="li", why="月检", expected=("a.b", "c.d")
)
STATES = {
    "unacknowledged": ALERT,
    "acknowledged": replace(ALERT, acknowledged=True),
    "returned-unacknowledged": replace(ALERT, condition=Condition.NORMAL),
    "latched": replace(ALERT, condition=Condition.NORMAL, acknowledged=True, latched=True),
    "shelved": replace(ALERT, shelved_until=NOON + 5),
    "suppressed-by-design": replace(ALERT, suppressed_by="mains-lost", shelved_until=NOON + 7),
    "out-of-service": replace(ALERT, out_of_service=True, suppressed_by="mains-lost"),
    "normal": replace(ALERT, condition=Condition.NORMAL, out_of_service=True, closed=NOON),
}


def test_they_come_back_as_they_went_in_and_run_until_they_are_over(records: SqlRecords) -> None:
    with records.begin() as unit:
        window, mode = unit.maintenance.add(WINDOW), unit.test_modes.add(MODE)
        assert (unit.maintenance.get(1), unit.test_modes.get(1)) == (window, mode)
        assert (unit.maintenance.running(), unit.test_modes.running()) == ([window], [mode])
        ended = unit.maintenance.update(replace(window, ended=NOON))
        told = unit.test_modes.update(replace(mode, reported=NOON, came=("a.b",), missed=("c.d",)))
        assert (unit.maintenance.running(), unit.test_modes.running()) == ([], [])
        assert (unit.maintenance.find().rows, unit.test_modes.find().rows) == ([ended], [told])


def test_the_one_who_saw_an_older_version_loses(records: SqlRecords) -> None:
    with records.begin() as unit:
        mode = unit.test_modes.add(MODE)
        unit.test_modes.update(replace(mode, ended=NOON))
        with pytest.raises(Conflict, match="version 1"):
            unit.test_modes.update(replace(mode, ended=NOON + 1))
        with pytest.raises(NotFound):
            unit.maintenance.get(10**30)


def test_the_store_finds_each_state_by_the_name_that_the_alert_says(records: SqlRecords) -> None:
    with records.begin() as unit:
        kept = {name: unit.alerts.open(replace(alert, point=name)) for name, alert in STATES.items()}
        for name, alert in kept.items():
            assert alert.state == name
            assert [one.id for one in unit.alerts.find(AlertFilter(states=(name,))).rows] == [alert.id]


def test_the_clock_is_shown_what_is_due_and_nothing_else(records: SqlRecords) -> None:
    with records.begin() as unit:
        unit.alerts.open(ALERT)
        shelved = unit.alerts.open(replace(ALERT, point="b", shelved_until=NOON + 5, realarm_at=NOON + 8))
        test = unit.alerts.open(replace(ALERT, point="c", test=True))
        unit.alerts.open(replace(ALERT, point="d", test=True, closed=NOON))
        assert [alert.id for alert in unit.alerts.to_attend(NOON + 4)] == [test.id]
        assert [alert.id for alert in unit.alerts.to_attend(NOON + 5)] == [shelved.id, test.id]
        assert unit.alerts.count(AlertFilter(test=True)) == 2
        assert unit.alerts.count(AlertFilter(test=False)) == 2
