"""What a confirmed or false incident says about its alerts and its work order, and what they say about it."""

from __future__ import annotations

from dataclasses import replace

from facility.alert import Alert, AlertAction
from facility.alert_facts import deed_fact
from facility.alert_life import Wish, take_action
from facility.fact import Fact
from facility.incident import Incident, State
from facility.text import Text
from facility.work_order import Action, Order, Source, WorkOrder, steps_from, take
from facility.work_order import State as OrderState
from response.orders import OrderRoom, open_order
from storage.records.port import NotFound, Unit

UNDER_WAY = (OrderState.IN_PROGRESS, OrderState.ON_HOLD, OrderState.PENDING_VERIFY)
NOT_REAL = ("false", "test")
"""Findings after which there was nothing."""


def acknowledge_alerts(unit: Unit, incident: Incident, who: str, at: int, why: str) -> None:
    """Whoever confirmed the incident, or found that there was nothing, has seen its alerts: nobody must tap twice."""
    finding = "false" if incident.state is State.FALSE else "real"
    for number in incident.alerts:
        alert = found(unit, number)
        if alert is not None and alert.open and not alert.acknowledged:
            wish = Wish(action=AlertAction.ACKNOWLEDGE, who=who, at=at, reason=why)
            after = unit.alerts.update(take_action(alert, wish))
            unit.facts.append(deed_fact(alert, after, wish, {"finding": finding, "incident": incident.id}))


def call_off(unit: Unit, incident: Incident, who: str, at: int) -> None:
    """A false alarm's work order: nobody is to run for it, and no clock runs on. Left alone once somebody works on it."""
    order = order_of(unit, incident)
    if order is None or order.state in UNDER_WAY:
        return
    if order.alert is None and order.source_of != f"incident:{incident.id}":
        return
    if not any(step.action is Action.CANCEL for step in steps_from(order)):
        return
    why = f"false alarm: {incident.ended_why}"
    after = take(order, Order(action=Action.CANCEL, who=who, at=at, reason=why), point_normal=None)
    kept = unit.work_orders.update(after)
    fact = Fact(
        at=at,
        noun="work-order",
        subject=str(order.id),
        what="cancelled",
        before=order.state.value,
        after=kept.state.value,
        why=why,
        who=who,
        data={"incident": incident.id},
    )
    unit.facts.append(fact)


def all_nothing(unit: Unit, incident: Incident) -> bool:
    """Whether each of its alerts was found to be nothing, or was withdrawn."""
    return bool(incident.alerts) and all(_nothing(unit, number) for number in incident.alerts)


def _nothing(unit: Unit, number: int) -> bool:
    alert = found(unit, number)
    if alert is None or alert.withdrawn:
        return True
    findings = [fact.data.get("finding") for fact in unit.facts.of("alert", str(number)) if fact.what == "acknowledged"]
    return bool(alert.acknowledged and findings and findings[-1] in NOT_REAL)


def found(unit: Unit, number: int) -> Alert | None:
    """The alert, as it stands now."""
    try:
        return unit.alerts.get(number)
    except NotFound:
        return None


def with_order(incident: Incident, order: int) -> Incident:
    """Its first work order stays its own."""
    return incident if incident.work_order is not None else replace(incident, work_order=order)


def order_of(unit: Unit, incident: Incident) -> WorkOrder | None:
    """Its work order, where it has one."""
    try:
        return unit.work_orders.get(incident.work_order) if incident.work_order is not None else None
    except NotFound:
        return None


def order_for(unit: Unit, room: OrderRoom, incident: Incident, kind: str) -> WorkOrder:
    """The work order of an incident that was opened by hand: an emergency of that class, whose clocks run from the event."""
    draft = WorkOrder(
        kind=kind,
        title=incident.title,
        clause=incident.clause,
        severity=incident.severity,
        life_safety=incident.life_safety,
        asset=incident.asset,
        zone=incident.zone,
        limit=Text("", ""),
        description=incident.why,
        emergency=True,
        opened=incident.opened,
        event_at=incident.event_at,
        source=Source.HAND,
        source_of=f"incident:{incident.id}",
    )
    return open_order(unit, room, draft, incident.opened_by, incident.opened)
