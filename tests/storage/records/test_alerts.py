import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import event

from facility.alert import Alert, Condition, Severity, Track
from storage.records.port import AlertFilter, Conflict, NotFound, WorkOrderFilter
from storage.records.sql import SqlRecords
from tests.storage.records.examples import ALERT, NOON, at_once


def opened(records: SqlRecords, *alerts: Alert) -> list[Alert]:
    with records.begin() as unit:
        return [unit.alerts.open(alert) for alert in alerts]


def test_an_alert_comes_back_as_it_went_in(records: SqlRecords) -> None:
    (kept,) = opened(records, ALERT)
    with records.read() as unit:
        assert unit.alerts.get(kept.id) == replace(ALERT, id=kept.id)


def test_a_second_open_alert_of_one_rule_on_one_point_is_refused_and_the_unit_goes_on(records: SqlRecords) -> None:
    opened(records, ALERT)
    with records.begin() as unit:
        with pytest.raises(Conflict, match="pump-pressure-band"):
            unit.alerts.open(ALERT)
        other = unit.alerts.open(replace(ALERT, rule="silence"))
    with records.read() as unit:
        assert [alert.id for alert in unit.alerts.open_ones()] == [1, other.id]


def test_a_closed_alert_makes_room_for_the_next(records: SqlRecords) -> None:
    (first,) = opened(records, ALERT)
    with records.begin() as unit:
        unit.alerts.update(replace(first, closed=NOON + 5))
    (second,) = opened(records, ALERT)
    with records.read() as unit:
        assert unit.alerts.open_ones() == [second]
        assert unit.alerts.count(AlertFilter()) == 2


def test_reopening_an_alert_beside_an_open_one_is_a_conflict(records: SqlRecords) -> None:
    (first,) = opened(records, ALERT)
    with records.begin() as unit:
        closed = unit.alerts.update(replace(first, closed=NOON + 5))
    opened(records, ALERT)
    with pytest.raises(Conflict), records.begin() as unit:
        unit.alerts.update(replace(closed, closed=None))


def test_of_a_hundred_that_open_the_same_alert_at_once_one_succeeds(shared: SqlRecords) -> None:
    found = at_once(100, lambda _: opened(shared, ALERT))
    assert sum(isinstance(one, list) for one in found) == 1
    assert sum(isinstance(one, Conflict) for one in found) == 99
    with shared.read() as unit:
        assert unit.alerts.count(AlertFilter()) == 1


def test_the_one_who_saw_an_older_version_loses(records: SqlRecords) -> None:
    (seen,) = opened(records, ALERT)
    with records.begin() as unit:
        assert unit.alerts.update(replace(seen, acknowledged=True)).version == 1
    with pytest.raises(Conflict, match="version 1"), records.begin() as unit:
        unit.alerts.update(replace(seen, condition=Condition.CLEARING))
    with records.read() as unit:
        assert unit.alerts.get(seen.id).condition is Condition.ACTIVE


def test_an_alert_that_is_not_there_is_not_found(records: SqlRecords) -> None:
    with records.begin() as unit:
        with pytest.raises(NotFound):
            unit.alerts.get(77)
        with pytest.raises(NotFound):
            unit.alerts.update(replace(ALERT, id=77))


def test_each_isa_state_finds_exactly_its_alerts(records: SqlRecords) -> None:
    variants = [
        replace(ALERT, point=f"{condition}-{acknowledged}", condition=condition, acknowledged=acknowledged)
        for condition in Condition
        for acknowledged in (False, True)
    ]
    kept = opened(records, *variants)
    with records.read() as unit:
        for state in ("unacknowledged", "acknowledged", "returned-unacknowledged", "normal"):
            found = unit.alerts.find(AlertFilter(states=(state,))).rows
            assert found == [alert for alert in reversed(kept) if alert.state == state]
            assert found
        assert unit.alerts.count(AlertFilter(states=("acknowledged", "unacknowledged"))) == 6


def test_a_state_that_isa_does_not_know_is_named_with_what_is_allowed(records: SqlRecords) -> None:
    with records.read() as unit, pytest.raises(ValueError, match="'firing' is not one of unacknowledged, "):
        unit.alerts.count(AlertFilter(states=("firing",)))


@pytest.mark.parametrize(
    "wanted",
    [
        AlertFilter(open=True),
        AlertFilter(severities=(Severity.CRITICAL, Severity.LOW)),
        AlertFilter(zones=("roof",)),
        AlertFilter(assets=("tank",)),
        AlertFilter(points=("tank.level", "elsewhere")),
        AlertFilter(rules=("level-minimum",)),
        AlertFilter(since=NOON),
        AlertFilter(zones=("roof",), rules=("level-minimum",), since=NOON, open=True),
    ],
)
def test_each_filter_finds_what_it_names(records: SqlRecords, wanted: AlertFilter) -> None:
    tank = replace(
        ALERT,
        rule="level-minimum",
        point="tank.level",
        asset="tank",
        zone="roof",
        severity=Severity.CRITICAL,
        started=NOON,
    )
    other, expected = opened(records, replace(ALERT, closed=NOON), tank)
    with records.read() as unit:
        assert unit.alerts.find(wanted).rows == [expected]
        assert unit.alerts.count(wanted) == 1
        assert unit.alerts.find(AlertFilter(open=False, until=NOON)).rows == [other]


def test_pages_lead_from_the_newest_to_the_oldest_though_new_ones_come(records: SqlRecords) -> None:
    kept = opened(records, *(replace(ALERT, point=f"p{number}") for number in range(7)))
    with records.read() as unit:
        first = unit.alerts.find(AlertFilter(), limit=3)
    opened(records, replace(ALERT, point="new"))
    with records.read() as unit:
        second = unit.alerts.find(AlertFilter(), first.cursor, limit=3)
        third = unit.alerts.find(AlertFilter(), second.cursor, limit=3)
    assert [*first.rows, *second.rows, *third.rows] == kept[::-1]
    assert third.cursor is None


def test_tracks_are_kept_replaced_and_forgotten_when_quiet(records: SqlRecords) -> None:
    active = Track(Condition.ACTIVE, bad_since=NOON, raised=NOON + 1, last=NOON + 2)
    with records.begin() as unit:
        unit.alerts.put_tracks(
            {("band", "p1"): Track(Condition.PENDING, bad_since=NOON, last=NOON), ("band", "p2"): active}
        )
    with records.begin() as unit:
        unit.alerts.put_tracks({("band", "p1"): active, ("band", "p2"): Track(last=NOON), ("never", "there"): Track()})
    with records.read() as unit:
        assert unit.alerts.tracks() == {("band", "p1"): active}


def test_writers_of_the_same_tracks_do_not_stop_one_another(shared: SqlRecords) -> None:
    keys = [("band", f"p{number}") for number in range(50)]

    def put(number: int) -> None:
        ordered = keys if number % 2 else keys[::-1]
        with shared.begin() as unit:
            unit.alerts.put_tracks({key: Track(Condition.ACTIVE, last=number) for key in ordered})

    assert at_once(8, put) == [None] * 8
    with shared.read() as unit:
        assert len({track.last for track in unit.alerts.tracks().values()}) == 1


def test_the_board_reads_what_is_open_and_nothing_that_is_closed(tmp_path: Path) -> None:
    records = SqlRecords(f"sqlite:///{tmp_path}/records.db")
    records.migrate()
    with records.read() as unit, plans(records) as read:
        unit.alerts.open_ones()
        unit.alerts.find(AlertFilter(open=True))
        unit.alerts.find(AlertFilter(open=True, severities=(Severity.HIGH,)))
        unit.work_orders.find(WorkOrderFilter(open=True))
    assert [plan.rpartition("USING INDEX ")[2] for plan in read] == ["ix_alerts_open"] * 3 + ["ix_work_orders_open"]
    records.close()


@contextmanager
def plans(records: SqlRecords) -> Iterator[list[str]]:
    """How SQLite goes about each statement of the block."""
    seen: list[str] = []

    def explain(_: object, cursor: sqlite3.Cursor, statement: str, values: tuple[object, ...], *_more: object) -> None:
        seen.extend(row[3] for row in cursor.connection.execute(f"EXPLAIN QUERY PLAN {statement}", values))

    event.listen(records.engine, "before_cursor_execute", explain)
    yield seen
    event.remove(records.engine, "before_cursor_execute", explain)
