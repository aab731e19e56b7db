"""What belongs to one cause, and how two orders about it become one. Pure; whoever writes says it with facts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from facility.clock import OVER, STOPS, Clock
from facility.work_class import Reach, WorkClass
from facility.work_order import State, WorkOrder

_FAR = {
    State.PENDING_VERIFY: 6,
    State.IN_PROGRESS: 5,
    State.ON_HOLD: 5,
    State.ARRIVED: 4,
    State.ACCEPTED: 3,
    State.DISPATCHED: 2,
}


def is_same_cause(order: WorkOrder, other: WorkOrder, work: WorkClass) -> bool:
    """Whether what ``other`` is about belongs to the open ``order``: same class, same place, near enough in time."""
    if not order.open or order.kind != other.kind:
        return False
    here, there = _place(order, work.reach), _place(other, work.reach)
    first, last = order.event_at - work.together, max(order.latest_event, order.event_at) + work.together
    return bool(here) and here == there and first <= other.event_at <= last


def _place(order: WorkOrder, reach: Reach) -> str:
    return {Reach.POINT: order.point, Reach.ASSET: order.asset, Reach.ZONE: order.zone}[reach]


def cause_key(order: WorkOrder, work: WorkClass, open_ones: Iterable[WorkOrder]) -> str:
    """Under which no second order may be open; empty where nothing can be said to be the same.

    Several writers that see the same open orders find the same key, so that only one of them opens an order.
    """
    place = work.place(point=order.point, asset=order.asset, zone=order.zone)
    if not place:
        return ""
    key = f"{work.id}/{place}"
    holders = [one for one in open_ones if one.cause == key or one.cause.startswith(f"{key}+")]
    return f"{key}+{max(one.id for one in holders)}" if holders else key


def joined(order: WorkOrder, other: WorkOrder, within: int) -> WorkOrder:
    """The open order once ``other`` belongs to it: as urgent as the more urgent one, its clocks from the earliest event.

    ``within``: events further apart than this are one work, but a new limit then runs from the newer event.
    """
    near = abs(other.event_at - order.event_at) <= within
    begun = min(order.event_at, other.event_at)
    return replace(
        headed(order, other),
        life_safety=order.life_safety or other.life_safety,
        emergency=order.emergency or other.emergency,
        event_at=begun if near else order.event_at,
        latest_event=max(order.latest_event, order.event_at, other.latest_event, other.event_at),
        clocks=_clocks(order, other, begun if near else other.event_at),
    )


def headed(order: WorkOrder, other: WorkOrder) -> WorkOrder:
    """The order under the heading of the more urgent one: what it is, its rule, and what was measured against which limit.

    What people opened by hand has nothing measured: its title alone is taken.
    """
    if other.severity >= order.severity:
        return order
    after = replace(order, severity=other.severity, title=other.title)
    if not other.rule:
        return after
    return replace(
        after,
        clause=other.clause,
        rule=other.rule,
        rule_version=other.rule_version,
        point=other.point,
        value=other.value,
        unit=other.unit,
        limit=other.limit,
    )


def heading_change(before: WorkOrder, after: WorkOrder) -> dict[str, Any]:
    """What the fact says of it: from what to what. Empty where nothing changed."""
    if headed(before, after) == before:
        return {}
    return {"heading": {which: _heading(order) for which, order in (("from", before), ("to", after))}}


def _heading(order: WorkOrder) -> dict[str, Any]:
    title = {"zh": order.title.say("zh"), "en": order.title.say("en")}
    return {"title": title, "severity": order.severity.value, "rule": order.rule, "clause": order.clause}


def _clocks(order: WorkOrder, other: WorkOrder, begun: int) -> tuple[Clock, ...]:
    theirs = {clock.name: clock for clock in other.clocks}
    mine = [_stricter(clock, theirs[clock.name]) if clock.name in theirs else clock for clock in order.clocks]
    have = {clock.name for clock in mine}
    return (*mine, *(_taken_over(clock, begun) for clock in theirs.values() if _is_owed(order, clock, have)))


def _is_owed(order: WorkOrder, clock: Clock, have: set[str]) -> bool:
    """What the order has behind it already is owed no more."""
    return clock.name not in have and (bool(clock.waits) or order.state.value not in STOPS.get(clock.name, OVER))


def _taken_over(clock: Clock, begun: int) -> Clock:
    return replace(clock, started=clock.started if clock.waits else begun, stopped=None, pauses=())


def _stricter(mine: Clock, other: Clock) -> Clock:
    """A clock that has stopped has done its work; one that runs keeps what it has met and when it stood still."""
    if mine.stopped is not None or mine.waits or other.waits:
        return mine
    strict = other if other.limit < mine.limit else mine
    return replace(
        mine,
        started=min(mine.started, other.started),
        limit=strict.limit,
        clause=strict.clause,
        source=strict.source,
        warn=strict.warn,
        every=strict.every,
        pausable=mine.pausable and other.pausable,
    )


def survivor(one: WorkOrder, other: WorkOrder) -> tuple[WorkOrder, WorkOrder]:
    """(which of two orders about one cause goes on, which becomes its duplicate): the one on which people are further."""
    first, second = sorted((one, other), key=lambda order: (-_FAR.get(order.state, 1), order.id))
    return first, second


def duplicate_of(order: WorkOrder, other: int, at: int) -> WorkOrder:
    """The order as a duplicate of another, which goes on with what was owed."""
    clocks = tuple(replace(c, stopped=at) if c.stopped is None and not c.waits else c for c in order.clocks)
    return replace(order, state=State.DUPLICATE, duplicate_of=other, closed=at, clocks=clocks)
