"""Stopping a fire facility: written down with what stands in for it, told after 24 hours, its duties rest visibly."""

from dataclasses import replace

import pytest

from facility.alert import Condition, NotAllowed
from facility.alert_life import FieldRefused
from facility.instant import DAY, HOUR, MINUTE
from facility.maintenance import Maintenance
from facility.occurrence import Standing
from facility.scope import Extent
from facility.site import Asset
from facility.text import Text
from facility.work_order import MissingField
from inspections.impairing import Stop, begin, end, prolong, report, watcher, without_record
from storage.records.port import AlertFilter, Conflict
from storage.records.sql import SqlRecords
from tests.inspections.duties_house import House, at, duty, extinguisher, house, register

NOON = at("2026-03-10 12:00")
HYDRANT = replace(extinguisher(1), kind="hydrant")
LIFT = Asset(id="lift-1", zone="b1", kind="lift", name=Text("电梯"))
STOP = Stop(asset="ext-1", why="换阀", measures="每小时巡查", until=NOON + 8 * HOUR)
HOME = register(HYDRANT, LIFT)


@pytest.fixture
def found(empty: SqlRecords) -> House:
    return house(empty, NOON, duty(asset_kinds=("hydrant",)), facility=HOME)


def stop(found: House, **changed: object) -> int:
    with found.records.begin() as unit:
        return begin(unit, HOME, replace(STOP, **changed), "chen", found.now).id  # type: ignore[arg-type]


def look(found: House, now: int) -> list[Condition]:
    with found.records.begin() as unit:
        watcher(lambda _: HOME)(unit, now)
        return [one.condition for one in unit.alerts.find(AlertFilter(rules=("fire-facility-stopped",))).rows]


def test_what_is_missing_or_wrong_is_told(found: House) -> None:
    for field in ("why", "measures"):
        with pytest.raises(MissingField):
            stop(found, **{field: " "})
    for wrong in (
        {"asset": "lift-1"},
        {"asset": "nothing"},
        {"until": NOON},
        {"until": NOON + 400 * DAY},
        {"since": NOON + HOUR},
        {"since": NOON - 25 * HOUR},
    ):
        with pytest.raises(FieldRefused):
            stop(found, **wrong)
    stop(found, since=NOON - HOUR)
    with pytest.raises(Conflict):
        stop(found)


def test_after_24_hours_there_is_one_alert_which_returns_when_it_is_reported(found: House) -> None:
    number = stop(found)
    assert look(found, NOON + DAY - MINUTE) == []
    assert look(found, NOON + DAY) == [Condition.ACTIVE]
    assert look(found, NOON + 2 * DAY) == [Condition.ACTIVE]
    with found.records.begin() as unit:
        report(unit, number, "电话 119", "wang", NOON + 2 * DAY)
    assert look(found, NOON + 3 * DAY) == [Condition.NORMAL]
    assert [fact.what for fact in found.facts("impairment")] == ["begun", "overdue", "reported"]


def test_reported_or_ended_before_it_raises_nothing(found: House) -> None:
    number = stop(found)
    with found.records.begin() as unit:
        prolong(unit, number, (NOON + 3 * DAY, "等配件"), "chen", NOON + HOUR)
        report(unit, number, "电话", "chen", NOON + HOUR)
        with pytest.raises(NotAllowed):
            report(unit, number, "电话", "chen", NOON + HOUR)
    assert look(found, NOON + DAY) == []
    with found.records.begin() as unit:
        with pytest.raises(MissingField):
            end(unit, number, "", "chen", NOON + 2 * DAY)
        end(unit, number, "试水正常", "chen", NOON + 2 * DAY)
        for deed in (end, report):
            with pytest.raises(NotAllowed):
                deed(unit, number, "x", "chen", NOON)
    assert look(found, NOON + 9 * DAY) == []


def test_what_is_stopped_for_a_whole_window_owes_nothing_and_says_why(found: House) -> None:
    number = stop(found, until=NOON + 3 * DAY)
    found.step(NOON + 2 * DAY)
    first = found.all(targets=("ext-1",))[0]
    assert (first.standing, first.why) == (Standing.SUSPENDED, f"impairment:{number}")
    with found.records.begin() as unit:
        end(unit, number, "正常", "chen", NOON + 2 * DAY)
    found.step(NOON + 4 * DAY)
    assert found.standings()[:3] == ["suspended", "missed", "missed"]


def test_a_fire_facility_in_a_maintenance_window_without_a_record_is_named(found: House) -> None:
    with found.records.begin() as unit:
        for asset in ("ext-1", "lift-1"):
            unit.maintenance.add(
                Maintenance(
                    extent=Extent.ASSET, scope=asset, since=NOON, until=NOON + DAY, who="chen", why="x", created=NOON
                )
            )
        assert [asset for _, asset in without_record(unit, HOME, NOON + HOUR)] == ["ext-1"]
    stop(found)
    with found.records.read() as unit:
        assert without_record(unit, HOME, NOON + HOUR) == []
