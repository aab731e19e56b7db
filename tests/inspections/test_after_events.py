"""Something happens, and a duty is owed because of it: once, where it happened, and only then."""

from dataclasses import replace

import pytest

from facility.alert import Severity
from facility.duty import Cadence, Every, Trigger
from facility.fact import Fact
from facility.instant import DAY
from facility.occurrence import Standing
from facility.text import Text
from facility.work_order import WorkOrder
from inspections.after_events import AfterEvents
from storage.records.sql import SqlRecords
from tests.inspections.duties_house import House, at, duty, house

NOON = at("2026-03-10 12:00")
AFTER = duty(
    "after-leak",
    cadence=Cadence(every=Every.EVENT),
    trigger=Trigger(noun="work-order", what=("verified", "closed"), kinds=("water-supply",), within=3 * DAY),
    grace=DAY,
)


@pytest.fixture
def found(empty: SqlRecords) -> House:
    return house(empty, NOON, AFTER)


def closed(found: House, what: str = "verified", **changed: str) -> None:
    order = WorkOrder(
        kind="water-supply",
        title=Text("爆管"),
        clause="ER-1",
        severity=Severity.HIGH,
        zone="b1",
        limit=Text(""),
        opened=NOON,
        event_at=NOON,
    )
    with found.records.begin() as unit:
        kept = unit.work_orders.add(replace(order, **changed))  # type: ignore[arg-type]
        fact = Fact(at=NOON, noun="work-order", subject=str(kept.id), what=what, who="li")
        for _ in range(2):
            AfterEvents(lambda: found.duties).follow(unit, fact, NOON)


def test_nothing_is_owed_before_anything_happened(found: House) -> None:
    assert found.all() == []


def test_each_thing_there_is_owed_once_and_ends_like_any_other(found: House) -> None:
    closed(found)
    assert [(one.target, one.cause, one.opens, one.due) for one in found.all()] == [
        (target, "work-order:1", NOON, NOON + 3 * DAY) for target in ("ext-1", "ext-2")
    ]
    found.step(NOON + DAY)
    found.do(found.all()[0])
    found.step(NOON + 5 * DAY)
    assert [one.standing for one in found.all()] == [Standing.DONE, Standing.MISSED]


def test_an_order_about_one_thing_asks_for_that_one(found: House) -> None:
    closed(found, asset="ext-2")
    assert [one.target for one in found.all()] == ["ext-2"]


@pytest.mark.parametrize(
    ("what", "changed"), [("opened", {}), ("verified", {"kind": "lift"}), ("verified", {"zone": "t9"})]
)
def test_what_does_not_ask_for_it_brings_nothing(found: House, what: str, changed: dict[str, str]) -> None:
    closed(found, what, **changed)
    assert found.all() == []


def test_a_change_of_the_duty_leaves_what_was_asked_for(found: House) -> None:
    closed(found)
    found.use(replace(AFTER, version="v2", team="engineering"))
    found.step()
    assert [one.duty_version for one in found.all()] == [AFTER.version] * 2
