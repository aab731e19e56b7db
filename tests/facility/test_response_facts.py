"""Work orders told by their facts alone have the same time limits, met at the same instants, as the stored ones."""

import random
from collections.abc import Iterator
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from facility.alert import NotAllowed, Severity
from facility.clock import Clock
from facility.fact import Fact
from facility.instant import HOUR, MINUTE
from facility.response_facts import clocks_said, limits_told, orders_told
from facility.text import Text
from facility.work_figures import About, owed_by
from facility.work_order import Action, MissingField, Order, State, WorkOrder, steps_from, take

NOON = 1_795_492_800_000
CLOCKS = (
    Clock(name="respond", started=NOON, limit=5 * MINUTE, clause="RS-1"),
    Clock(name="arrive", started=NOON, limit=HOUR, clause="ER-1"),
    Clock(name="resolve", started=NOON, limit=4 * HOUR, pausable=True),
    Clock(name="review", started=NOON, limit=24 * HOUR, waits="closed", clause="ER-5"),
)
ORDER = WorkOrder(
    id=7,
    kind="water-supply",
    title=Text("漏水", "A leak"),
    severity=Severity.HIGH,
    limit=Text(""),
    zone="t1",
    opened=NOON,
    event_at=NOON,
    emergency=True,
    clocks=CLOCKS,
)


def fact(before: WorkOrder | None, after: WorkOrder, what: str, at: int, who: str) -> Fact:
    data = {"kind": after.kind, "zone": after.zone} if before is None else {}
    if what in ("dispatch", "transfer", "accept"):
        data |= {"assignee": after.assignee}
    return Fact(
        at=at,
        noun="work-order",
        subject=str(after.id),
        what="opened" if before is None else what,
        before="" if before is None else before.state.value,
        after=after.state.value,
        who=who,
        data=data | clocks_said(before, after),
    )


def life(chance: random.Random, steps: int) -> Iterator[tuple[WorkOrder, Fact]]:
    """An order through any steps that the table allows."""
    order, at = ORDER, NOON
    yield order, fact(None, order, "opened", at, "system:rules")
    for _ in range(steps):
        actions = [s.action for s in steps_from(order) if s.action not in (Action.COMMENT, Action.DUPLICATE)]
        if not actions:
            return
        at += chance.randrange(1, 3 * HOUR)
        wish = Order(
            action=chance.choice(actions),
            who=chance.choice(("a", "b")),
            at=at,
            reason="r",
            assignee="a",
            approver="c",
            proof="scan:x",
        )
        try:
            after = take(order, wish, point_normal=True)
        except (MissingField, NotAllowed):
            continue
        yield after, fact(order, after, wish.action.value, at, wish.who)
        order = after


@given(st.randoms(use_true_random=False), st.integers(0, 12), st.integers(0, 60))
def test_what_the_facts_tell_is_what_was_stored(chance: random.Random, steps: int, hours: int) -> None:
    told = list(life(chance, steps))
    order, now = told[-1][0], NOON + hours * HOUR
    (found,) = orders_told(one for _, one in told).values()
    assert (found.state, found.closed, found.kind, found.known) == (order.state, order.closed, order.kind, True)
    wanted = owed_by(order, About(team="", building="t1"), (), now)
    mine = [replace(one, person="") for one in limits_told({7: found}, {"t1": "t1"}, now)]
    assert mine == [replace(one, person="") for one in wanted]


def test_a_visit_that_was_missed_counts_also_when_another_is_agreed() -> None:
    first = Clock(name="visit", started=NOON, limit=HOUR)
    second = replace(first, started=NOON + 2 * HOUR, edition=1)
    order = replace(ORDER, clocks=(first,))
    again = replace(order, clocks=(second,))
    facts = [
        fact(None, order, "opened", NOON, "officer"),
        fact(order, again, "visit-agreed", NOON + 2 * HOUR, "officer"),
    ]
    found = limits_told(orders_told(facts), {}, NOON + 9 * HOUR)
    assert [(one.due, one.in_time) for one in found] == [(NOON + 3 * HOUR, False), (NOON + HOUR, False)]


def test_orders_of_before_limits_stood_in_facts_are_told_apart() -> None:
    old = Fact(at=NOON, noun="work-order", subject="7", what="opened", after="new", who="x", data={"kind": "fire"})
    (found,) = orders_told([old]).values()
    assert not found.known
    assert limits_told({7: found}, {}, NOON) == []
    assert found.state is State.NEW
