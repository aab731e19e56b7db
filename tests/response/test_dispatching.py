"""Work goes in turn to those on duty, and who scans the place has arrived."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facility.fact import Fact
from facility.person import Role
from facility.pseudonym import pseudonym
from facility.reading import Scan
from facility.register import Register, difference
from facility.rota import Person, Rota, Shift, ShiftKind, Team, rota_difference
from facility.text import Text
from facility.work_class import Dispatch, WorkClass
from facility.work_order import State, WorkOrder
from response.arrivals import Arrivals
from response.dispatching import Dispatcher, in_turn, next_in_turn
from storage.readings.memory import MemoryReadings
from storage.records.people import Account
from storage.records.port import Unit
from storage.records.sql import SqlRecords
from tests.rules.room import HOUR, MINUTE, SCAN, T0, register
from tests.storage.records.examples import ORDER

PLUMBERS = ("an", "bo", "cai")
WORK = WorkClass(
    id="water",
    title=Text("水", "water"),
    about=Text("水", "water"),
    dispatch=Dispatch.TEAM,
    team="crew",
    skills=("plumbing",),
)
NAME = Text("名", "name")


def rota() -> Rota:
    people = {
        name: Person(
            id=name, name=name, account=name, skills=("plumbing",), teams=("crew",), addresses={"card": f"card-{name}"}
        )
        for name in PLUMBERS
    }
    people["dong"] = Person(id="dong", name="dong", account="dong", teams=("crew",))
    days = (date(2025, 11, 24), date(2025, 11, 25))
    shifts = [Shift(person=name, team="crew", day=day, kind="all") for name in people for day in days]
    return Rota(
        teams={"crew": Team(id="crew", name=NAME)},
        people=people,
        kinds={"all": ShiftKind(id="all", name=NAME, starts=0, ends=24 * HOUR)},
        shifts={f"{one.person}/{one.day}": one for one in shifts},
    )


@pytest.fixture
def records() -> SqlRecords:
    made = SqlRecords("sqlite:///:memory:")
    made.migrate()
    with made.begin() as unit:
        for name in (*PLUMBERS, "dong"):
            unit.people.add(Account(id=name, name=name, role=Role.ENGINEER, password="", created=0))
        unit.rota.apply(rota_difference(Rota(), rota()), "test", 0)
        unit.registers.apply(difference(Register(), register()), "test", 0)
    return made


def opened(unit: Unit, **more: object) -> tuple[WorkOrder, Fact]:
    order = unit.work_orders.add(replace(ORDER, kind="water", state=State.NEW, assignee="", zone="room", **more))  # type: ignore[arg-type]
    return order, Fact(at=T0, noun="work-order", subject=str(order.id), what="opened", who="test")


def give(records: SqlRecords, work: WorkClass = WORK, what: str = "opened") -> WorkOrder:
    with records.begin() as unit:
        order, fact = opened(unit)
        Dispatcher(lambda: {"water": work}).follow(unit, replace(fact, what=what), T0)
        return unit.work_orders.get(order.id)


def test_orders_go_round_among_those_on_duty_who_can_do_it(records: SqlRecords) -> None:
    given = [give(records).assignee for _ in range(6)]
    assert given == ["an", "bo", "cai"] * 2


def test_who_carries_less_is_next(records: SqlRecords) -> None:
    with records.begin() as unit:
        for name in ("an", "an", "bo"):
            unit.work_orders.add(replace(ORDER, state=State.ACCEPTED, assignee=name))
    assert [give(records).assignee for _ in range(2)] == ["cai", "bo"]


def test_who_gave_it_back_does_not_get_it_again(records: SqlRecords) -> None:
    with records.begin() as unit:
        order, fact = opened(unit)
        unit.facts.append(replace(fact, what="rejected", who="an"))
        unit.work_orders.update(replace(order, state=State.REJECTED))
        Dispatcher(lambda: {"water": WORK}).follow(unit, replace(fact, what="rejected"), T0)
        assert unit.work_orders.get(order.id).assignee == "bo"


def test_the_first_of_a_team_takes_it_and_until_then_nobody_has_it(records: SqlRecords) -> None:
    order = give(records, replace(WORK, dispatch=Dispatch.FIRST))
    assert (order.state, order.assignee, order.team) == (State.DISPATCHED, "", "crew")


def test_by_hand_and_twice_told_changes_nothing(records: SqlRecords) -> None:
    assert give(records, replace(WORK, dispatch=Dispatch.HAND)).state is State.NEW
    with records.begin() as unit:
        order, fact = opened(unit)
        dispatcher = Dispatcher(lambda: {"water": WORK})
        dispatcher.follow(unit, fact, T0)
        once = unit.work_orders.get(order.id)
        dispatcher.follow(unit, fact, T0)
        assert unit.work_orders.get(order.id) == once


def test_nobody_on_duty_leaves_it_to_the_officer(records: SqlRecords) -> None:
    with records.begin() as unit:
        assert next_in_turn(unit, T0, team="crew", skills=("diving",)) is None
    assert give(records, replace(WORK, skills=("diving",))).state is State.NEW


@given(st.lists(st.sampled_from(PLUMBERS), max_size=40))
def test_nobody_ever_carries_two_more_than_another(free: list[str]) -> None:
    """Whoever finishes frees a hand; the turn goes to one of those who carry least."""
    people = [Person(id=name, name=name, account=name) for name in PLUMBERS]
    load, last = dict.fromkeys(PLUMBERS, 0), dict[str, int]()
    for at, name in enumerate(free, 1):
        chosen = in_turn(people, load, last)
        assert chosen is not None
        assert load[chosen] == min(load.values())
        load[chosen], last[chosen] = load[chosen] + 1, at
        load[name] = max(0, load[name] - 1)


def scanning(records: SqlRecords, guard: str, at: int) -> WorkOrder:
    readings, key = MemoryReadings(), b"key"
    readings.append(
        [], [], [Scan(point=SCAN, at=at, tag="t", guard=pseudonym(key, "guard", guard), seq=1, received=at + HOUR)]
    )
    with records.begin() as unit:
        order, fact = opened(unit)
        unit.work_orders.update(replace(order, state=State.ACCEPTED, assignee="an"))
        unit.facts.append(replace(fact, what="accepted", who="an"))
    Arrivals(readings=lambda: readings, hide=lambda card: pseudonym(key, "guard", card)).run(records, T0 + HOUR)
    with records.read() as unit:
        return unit.work_orders.get(order.id)


def test_a_scan_at_the_place_is_the_arrival_at_its_own_time(records: SqlRecords) -> None:
    order = scanning(records, "card-an", T0 + 9 * MINUTE)
    assert order.state is State.ARRIVED
    with records.read() as unit:
        told = unit.facts.of("work-order", str(order.id))[-1]
    assert (told.what, told.at, told.who, told.data["proof"]) == ("arrived", T0 + 9 * MINUTE, "an", f"scan:{SCAN}")


@pytest.mark.parametrize(("card", "at"), [("card-bo", T0 + MINUTE), ("card-an", T0 - MINUTE), ("", T0 + MINUTE)])
def test_another_persons_scan_or_an_earlier_walk_is_none(records: SqlRecords, card: str, at: int) -> None:
    assert scanning(records, card, at).state is State.ACCEPTED
