"""One open work order a cause: what joins, what does not, whose clocks it keeps, and that no race makes two."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from facility.alert import Severity
from facility.promise import Promise
from facility.reading import Reading
from facility.register import Register
from facility.text import Text
from facility.work_class import Reach, WorkClass
from facility.work_order import State, WorkOrder
from rules.book import RuleBook
from rules.judge import Judge
from storage.records.port import Conflict, WorkOrderFilter
from storage.records.sql import SqlRecords
from tests.rules.room import ALARM, HOUR, MINUTE, QUIET, SECOND, T0, Room, book_of, only, point, register, rule_text
from tests.storage.records.examples import at_once

WET, DRY = 1.0, 0.0
WATER = WorkClass(
    id="water",
    version="v1",
    title=Text("给水", "water"),
    about=Text("水", "water"),
    clocks=(Promise(name="respond", within=15 * MINUTE, source="site"),),
    emergency_clocks=(Promise(name="respond", within=5 * MINUTE), Promise(name="review", within=72 * HOUR)),
    together=30 * MINUTE,
)
POINTS = (point("floor.leak", "leak"), point("g.pressure", "pressure", "MPa", 0.001), point("far.leak", "leak"))
ARRIVE = '[response]\nwork_order = "water"\n[response.clocks]\narrive = { within = "1h", clause = "ER-1" }\n'
LEAK = rule_text("leak", '[state]\nbad = ["wet"]\n' + ARRIVE, applies='applies = { quantity = "leak" }')
LOW = rule_text("low", '[minimum]\nlimit = "0.3 MPa"\n' + ARRIVE)
BURST = rule_text(
    "burst",
    '[together]\nrules = ["leak", "low"]\nwithin = "10m"\n[response]\nwork_order = "water"\nemergency = true\n'
    '[response.clocks]\narrive = { within = "30m", clause = "ER-1" }\nnotice = { within = "30m", clause = "IN-3" }\n',
    severity='severity = "critical"',
    applies='applies = { quantity = ["leak", "pressure"] }',
)


def house(*points: str) -> Register:
    """All in one zone, but for what is far."""
    found = register(POINTS)
    far = replace(found.zones["room"], id="roof", name=Text("屋顶", "roof"))
    assets = found.assets | {"far": replace(found.assets["far"], zone="roof")}
    return replace(found, zones=found.zones | {"roof": far}, assets=assets)


def room(*texts: str, work: WorkClass = WATER) -> Room:
    return Room(replace(book_of(*texts), classes={work.id: work}), house())


def clocks(order: WorkOrder) -> dict[str, tuple[int, int]]:
    """Name → (start after T0, limit)."""
    return {clock.name: (clock.started - T0, clock.limit) for clock in order.clocks}


def happened(one: Room, order: int) -> list[str]:
    with one.records.read() as unit:
        return [fact.what for fact in unit.facts.of("work-order", str(order))]


def test_a_burst_pipe_is_three_alerts_and_one_order_with_the_clocks_of_the_most_urgent() -> None:
    one = room(LEAK, LOW, BURST)
    one.take([Reading("floor.leak", T0, WET)])
    one.take([Reading("g.pressure", T0 + 2 * MINUTE, 0.1)])
    [order] = one.orders()
    assert [alert.work_order for alert in one.alerts()] == [order.id] * 3
    assert (order.severity, order.emergency, order.event_at) == (Severity.CRITICAL, True, T0)
    assert clocks(order) == {
        "respond": (0, 5 * MINUTE),
        "arrive": (0, 30 * MINUTE),
        "notice": (0, 30 * MINUTE),
        "review": (2 * MINUTE, 72 * HOUR),
    }
    assert happened(one, order.id) == ["opened", "joined", "joined", "raised-severity"]


def test_the_order_is_headed_by_its_most_urgent_alert_and_the_fact_says_from_what_to_what() -> None:
    one = room(LEAK, LOW, BURST.replace('en = "rule"', 'en = "Burst pipe"'))
    one.take([Reading("floor.leak", T0, WET)])
    [before] = one.orders()
    one.take([Reading("g.pressure", T0 + 2 * MINUTE, 0.1)])
    [order] = one.orders()
    burst = next(alert for alert in one.alerts() if alert.rule == "burst")
    assert before.title != order.title == burst.title
    assert (order.rule, order.clause, order.limit, order.point) == (burst.rule, burst.clause, burst.limit, burst.point)
    with one.records.read() as unit:
        rise = unit.facts.of("work-order", "1")[-1]
    assert (rise.what, rise.data["heading"]["from"]["rule"], rise.data["heading"]["to"]["rule"]) == (
        "raised-severity",
        "leak",
        "burst",
    )
    assert rise.data["heading"]["to"]["title"]["en"] == burst.title.say("en")


def test_what_is_no_more_urgent_leaves_the_heading_alone() -> None:
    one = room(LEAK, LOW)
    one.take([Reading("floor.leak", T0, WET)])
    [before] = one.orders()
    one.take([Reading("g.pressure", T0 + 2 * MINUTE, 0.1)])
    [order] = one.orders()
    assert (order.title, order.rule, order.limit, order.point) == (
        before.title,
        before.rule,
        before.limit,
        before.point,
    )
    with one.records.read() as unit:
        assert not any("heading" in fact.data for fact in unit.facts.of("work-order", "1"))


def test_a_rules_own_clock_wins_by_its_name_over_that_of_its_class() -> None:
    strict = replace(WATER, clocks=(Promise(name="arrive", within=2 * HOUR, source="law", warn=HOUR),))
    one = room(LEAK, work=strict)
    one.take([Reading("floor.leak", T0, WET)])
    [arrive] = one.orders()[0].clocks
    assert (arrive.limit, arrive.clause, arrive.source) == (HOUR, "ER-1", "manual")


@pytest.mark.parametrize(
    ("second", "orders"),
    [
        (Reading("g.pressure", T0 + 30 * MINUTE, 0.1), 1),
        (Reading("g.pressure", T0 + 30 * MINUTE + 1, 0.1), 2),
        (Reading("far.leak", T0 + MINUTE, WET), 2),
    ],
)
def test_what_is_too_far_in_time_or_place_is_a_cause_of_its_own(second: Reading, orders: int) -> None:
    one = room(LEAK, LOW)
    one.take([Reading("floor.leak", T0, WET)])
    one.take([second])
    assert len(one.orders()) == orders


def test_one_cause_may_reach_no_further_than_its_asset() -> None:
    one = room(LEAK, LOW, work=replace(WATER, reach=Reach.ASSET))
    one.take([Reading("floor.leak", T0, WET), Reading("g.pressure", T0, 0.1)])
    assert len(one.orders()) == 2


def test_a_second_smoke_detector_of_the_zone_joins_and_is_an_alert_of_its_own_all_the_same() -> None:
    smoke = rule_text(
        "smoke",
        '[state]\nbad = ["alarm"]\n[response]\nwork_order = "fire"\nemergency = true\n',
        applies='applies = { quantity = "smoke" }\nlife_safety = true',
    )
    confirmed = rule_text(
        "confirmed",
        '[together]\nrules = ["smoke"]\nraises = "smoke"\n',
        severity='severity = "critical"',
        applies='applies = { quantity = "smoke" }\nlife_safety = true',
    )
    book = replace(book_of(smoke, confirmed), classes={"fire": replace(WATER, id="fire")})
    one = Room(book, register((point("a.smoke", "smoke"), point("b.smoke", "smoke"))))
    one.take([Reading("a.smoke", T0, ALARM)])
    one.take([Reading("b.smoke", T0 + 5 * SECOND, ALARM)])
    [order] = one.orders()
    assert (order.severity, order.life_safety) == (Severity.CRITICAL, True)
    assert [(alert.open, alert.announces, alert.work_order) for alert in one.alerts()] == [(True, True, order.id)] * 2


def finished(one: Room, number: int, state: State) -> None:
    with one.records.begin() as unit:
        unit.work_orders.update(replace(unit.work_orders.get(number), state=state))


def test_nothing_joins_what_is_over_and_its_place_can_be_taken() -> None:
    one = room(LEAK, LOW)
    one.take([Reading("floor.leak", T0, WET)])
    finished(one, 1, State.CANCELLED)
    one.take([Reading("g.pressure", T0 + MINUTE, 0.1)])
    assert [(order.open, order.cause) for order in one.orders()] == [
        (False, "water/zone:room"),
        (True, "water/zone:room"),
    ]


def test_orders_of_parts_that_were_apart_become_one_that_leads_both_ways() -> None:
    drains = LOW.replace('work_order = "water"', 'work_order = "drains"')
    one = room(LEAK, drains, BURST)
    one.take([Reading("floor.leak", T0, WET)])
    one.take([Reading("g.pressure", T0 + MINUTE, 0.1)])
    stays, gone = one.orders()
    assert (gone.state, gone.duplicate_of, stays.open) == (State.DUPLICATE, stays.id, True)
    assert (stays.rule, stays.title) == (one.alerts()[-1].rule, one.alerts()[-1].title)
    assert [alert.work_order for alert in one.alerts()] == [stays.id] * 3
    assert happened(one, gone.id)[-1] == "duplicated"
    assert "merged" in happened(one, stays.id)
    with one.records.read() as unit:
        assert unit.work_orders.find(WorkOrderFilter(duplicate_of=stays.id)).rows == [gone]


def test_an_alert_that_comes_back_goes_on_in_the_order_that_took_its_own_over() -> None:
    drains = LOW.replace('work_order = "water"', 'work_order = "drains"')
    one = room(LEAK, drains, BURST)
    one.take([Reading("floor.leak", T0, WET)])
    one.take([Reading("g.pressure", T0 + MINUTE, 0.1)])
    one.take([Reading("g.pressure", T0 + 2 * MINUTE, 0.6), Reading("floor.leak", T0 + 2 * MINUTE, DRY)])
    for alert in one.alerts():
        one.acknowledge(alert.id, T0 + 3 * MINUTE)
    one.take([Reading("g.pressure", T0 + 4 * MINUTE, 0.1)])
    assert len(one.orders()) == 2
    assert one.alerts()[-1].work_order == one.orders()[0].id


@pytest.fixture(params=["file", pytest.param("postgres", marks=pytest.mark.services)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "file":
        return f"sqlite:///{tmp_path}/records.db"
    found: str = request.getfixturevalue("postgres_db_url")
    return found


def in_turn(book: RuleBook, place: Register, records: SqlRecords, reading: Reading) -> None:
    """As a worker does it: whoever loses reads again and judges again."""
    one = Judge(book, T0, register=place)
    for _ in range(200):
        try:
            with records.begin() as unit:
                adopt = one.judge(unit, [reading], T0)
        except Conflict:
            with records.read() as unit:
                one.reload(unit)
            continue
        adopt()
        return
    raise AssertionError("it lost every time")


def test_a_hundred_detectors_at_once_are_a_hundred_alerts_and_one_order(url: str) -> None:
    records = SqlRecords(url, patience=60)
    records.migrate()
    book = replace(only("smoke-alarm"), classes={"fire": replace(WATER, id="fire")})
    place = register([point(f"d{n}.smoke", "smoke") for n in range(100)])
    readings: Sequence[Reading] = [Reading(f"d{n}.smoke", T0, ALARM, received=T0) for n in range(100)]
    found = at_once(100, lambda n: in_turn(book, place, records, readings[n]))
    assert [one for one in found if isinstance(one, Exception)] == []
    with records.read() as unit:
        [order] = unit.work_orders.find(WorkOrderFilter(), limit=500).rows
        alerts = unit.alerts.open_ones()
        assert (len(alerts), {alert.work_order for alert in alerts}) == (100, {order.id})
        assert unit.facts.verify() is None
    records.close()


def test_the_database_itself_keeps_two_open_orders_of_one_cause_apart(url: str) -> None:
    records = SqlRecords(url)
    records.migrate()
    one = room(LEAK)
    one.take([Reading("floor.leak", T0, WET), Reading("floor.leak", T0 + SECOND, QUIET)])
    [order] = one.orders()
    with records.begin() as unit:
        unit.work_orders.add(order)
    with pytest.raises(Conflict), records.begin() as unit:
        unit.work_orders.add(order)
    with records.begin() as unit:
        unit.work_orders.add(replace(order, state=State.CLOSED))
    records.close()
