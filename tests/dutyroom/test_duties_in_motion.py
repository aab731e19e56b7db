"""The room of duties as the responder runs it: shipped duties, real classes of work, facts followed."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from dutyroom.duties_in_motion import DutiesInMotion
from facility.fact import Fact
from facility.instant import DAY
from facility.register import Register, difference
from facility.site import Asset, Site, Zone
from facility.text import Text
from facility.work_order import Source
from inspections.after_events import NAME
from response.class_files import load_classes
from rules.definition import load_book
from storage.records.occurrences import OccurrenceFilter
from storage.records.port import AlertFilter, WorkOrderFilter
from storage.records.sql import SqlRecords
from tests.storage.records.examples import NOON

HOME = Register(
    sites={"home": Site(id="home", name=Text("家园"))},
    zones={"t1": Zone(id="t1", site="home", kind="building", name=Text("一号楼"))},
    assets={id: Asset(id=id, zone="t1", kind="lift", name=Text(f"{id} 电梯")) for id in ("lift-1", "lift-2")},
)


@pytest.fixture
def records() -> Iterator[SqlRecords]:
    store = SqlRecords("sqlite:///:memory:")
    store.migrate()
    with store.begin() as unit:
        unit.registers.apply(difference(Register(), HOME), "lin", NOON)
    yield store
    store.close()


def test_a_service_that_never_came_opens_one_order_of_its_class_for_the_place(records: SqlRecords) -> None:
    book = replace(load_book(), classes=load_classes())
    room = DutiesInMotion(None, lambda: book)
    for now in (NOON, NOON + 18 * DAY):
        for _ in range(12):
            for step in room.steps:
                with records.begin() as unit:
                    step.run(unit, now)
    with records.read() as unit:
        found = unit.work_orders.find(WorkOrderFilter(kinds=("lift",), sources=(Source.PLAN,))).rows
        alerts = unit.alerts.find(AlertFilter(rules=("duty-missed",), assets=("lift-1", "lift-2"))).rows
    of_service = [one for one in found if one.source_of == "duty-missed:lift-service/t1"]
    assert len(of_service) == 1
    assert of_service[0].class_version
    assert {alert.work_order for alert in alerts if alert.point.startswith("lift-service")} == {of_service[0].id}


def test_what_happens_is_followed_under_a_name_that_stays(records: SqlRecords) -> None:
    follower = DutiesInMotion(None, load_book).follower
    assert follower.name == NAME == "duties after events"
    with records.begin() as unit:
        follower.handle(unit, Fact(at=NOON, noun="incident", subject="77", what="opened", who="x"), NOON)
        assert unit.occurrences.count(OccurrenceFilter(duties=("storm-warning",))) == 0
