"""What is said about a clock that warns or breaches: the fact, with whose hands the work was in and how late it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from facility.clock import BREACH, Clock
from facility.clock_acts import Asked
from facility.fact import Fact
from facility.instant import MINUTE
from facility.work_order import State, WorkOrder

WHO = "system:clocks"
LATE = MINUTE
"""What was found so long after it fell due was found late, as after a time in which nothing of the product ran."""

CAUSES = (
    "told-late",
    "no-notice",
    "not-dispatched",
    "not-accepted",
    "not-on-site",
    "not-finished",
    "on-hold",
    "not-verified",
    "not-reviewed",
)
"""Why a clock breached, by what the work was waiting for at that instant. The pages have words for each."""

_WAITED: dict[State, str] = {
    State.NEW: "not-dispatched",
    State.REJECTED: "not-dispatched",
    State.TRANSFERRED: "not-accepted",
    State.DISPATCHED: "not-accepted",
    State.ACCEPTED: "not-on-site",
    State.ARRIVED: "not-finished",
    State.IN_PROGRESS: "not-finished",
    State.ON_HOLD: "on-hold",
    State.PENDING_VERIFY: "not-verified",
    State.CLOSED: "not-reviewed",
}


_STATES = frozenset(state.value for state in State)


class Hands(NamedTuple):
    """Where the work stood, and with whom."""

    state: State
    assignee: str


def hands_at(order: WorkOrder, facts: Sequence[Fact], at: int) -> Hands:
    """As it was at ``at``, read from what happened to the order (all its facts, oldest first)."""
    state, assignee = State.NEW, ""
    if not facts:
        return Hands(order.state, order.assignee)
    for fact in facts:
        if fact.at > at:
            break
        if fact.who == WHO:
            # It tells of another instant than its own.
            continue
        if fact.after in _STATES:
            state = State(fact.after)
        assignee = str(fact.data.get("assignee", assignee))
    return Hands(state, assignee)


def cause(order: WorkOrder, clock: Clock, hands: Hands, due: int) -> str:
    """Why it breached, in one of ``CAUSES``."""
    if order.opened > due:
        return "told-late"
    if clock.name == "notice":
        return "no-notice"
    return _WAITED.get(hands.state, "not-finished")


def clock_fact(order: WorkOrder, clock: Clock, asked: Asked, facts: Sequence[Fact], now: int) -> Fact:
    """``warned`` or ``breached``. What it says of a breach is what was so at its instant, whenever it is found."""
    breach = asked.kind == BREACH
    at = asked.due if breach else now
    hands = hands_at(order, facts, at)
    data: dict[str, Any] = {
        "clock": clock.name,
        "level": asked.level,
        "clause": clock.clause,
        "source": clock.source,
        "kind": order.kind,
        "severity": order.severity.value,
        "life_safety": order.life_safety,
        "event_at": order.event_at,
        "started": clock.started,
        "limit": clock.limit,
        "due": asked.due,
        "state": hands.state.value,
        "assignee": hands.assignee,
        "late": now - asked.at > LATE,
        "late_by": now - asked.at,
    }
    if breach:
        data |= {
            "cause": cause(order, clock, hands, asked.due),
            "over_by": clock.end(now) - asked.due,
            "stopped": clock.stopped,
            "raw": clock.raw(now),
            "net": clock.net(now),
            "rounds": asked.rounds,
        }
    return Fact(
        at=now,
        noun="work-order",
        subject=str(order.id),
        what="breached" if breach else "warned",
        before=order.state.value,
        after=order.state.value,
        who=WHO,
        data=data,
    )
