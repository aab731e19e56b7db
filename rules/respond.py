"""From what was found to what people see: alerts, work orders and facts. Pure; the recorder writes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import tzinfo
from typing import Any

from facility.alert import Alert, Condition, Severity, Track, follow, unseen
from facility.alert_facts import fact_of
from facility.fact import Fact
from facility.instant import MINUTE
from facility.point import Point
from facility.register import Register
from facility.response_facts import clocks_said
from facility.text import Text
from facility.work_class import WorkClass, by_name, start
from facility.work_order import WorkOrder
from rules.limits import Limits
from rules.rule import Rule
from rules.timeline import Transition

LATE = 5 * MINUTE
"""An alert whose hold was fulfilled longer ago than this, when it is committed, is late news."""

WHO = "system:rules"


def is_late(track: Track, now: int) -> bool:
    """Whether the news of what raised it came late. A long hold is no lateness: the hold's end counts, not its start."""
    return is_late_at(track.raised, now)


def is_late_at(raised: int, now: int) -> bool:
    """The same of the instant at which the hold was fulfilled."""
    return now - raised > LATE


def new_alert(
    rule: Rule, point: Point, register: Register, *, found: Transition, limits: Limits | None, limit: Text, now: int
) -> Alert:
    """The alert that a transition to firing raises."""
    asset = register.assets.get(point.asset)
    value = found.value if rule.kind.SHOWS_VALUE else None
    return Alert(
        rule=rule.level_of or rule.id,
        rule_version=rule.version,
        clause=rule.clause,
        point=point.id,
        asset=point.asset,
        zone=asset.zone if asset else "",
        severity=rule.severity,
        life_safety=rule.life_safety,
        title=rule.title,
        condition=found.track.condition,
        started=found.track.bad_since,
        raised=found.track.raised,
        opened=now,
        value=value,
        latest=value,
        unit=point.unit if value is not None else "",
        low=limits.low if limits else None,
        high=limits.high if limits else None,
        limit=limit,
        late=is_late(found.track, now),
        latched=rule.latched,
        realarm_after=rule.realarm_after,
        realarm_at=now + rule.realarm_after if rule.realarm_after else None,
    )


def late_alert(alert: Alert, ended: int) -> Alert:
    """An alert of what was over before it was known: on the list until somebody has seen it, and no more than that."""
    return replace(alert, condition=Condition.NORMAL, ended=ended, late=True)


def moved(alert: Alert, found: Transition, now: int) -> Alert:
    """The alert after a further transition of its track."""
    value = found.value if alert.value is not None else None
    after = follow(alert, found.track, now, value)
    if found.track.condition is Condition.NORMAL:
        # News that was on its way when silence was found can be older than the silence's start.
        return replace(after, ended=max(found.track.good_since, alert.started))
    if alert.condition is Condition.NORMAL:
        after = replace(after, late=alert.late and is_late(found.track, now))
        if alert.withdrawn:
            # Nothing is left of what it was about: it begins with this.
            return replace(after, withdrawn=False, started=found.track.bad_since, raised=found.track.raised)
    return after


def at_level(alert: Alert, severity: Severity, limits: Limits | None, limit: Text, raised_by: str = "") -> Alert:
    """The alert once another level of its rule decides how urgent it is. A rise takes the acknowledgement back.

    ``raised_by``: another rule whose finding makes it so urgent.
    """
    low, high = (limits.low, limits.high) if limits else (alert.low, alert.high)
    after = replace(alert, severity=severity, low=low, high=high, limit=limit, raised_by=raised_by)
    if severity >= alert.severity or not alert.open:
        return after
    return unseen(after)


def new_work_order(
    alert: Alert, rule: Rule, now: int, work: WorkClass | None = None, zone: tzinfo | None = None
) -> WorkOrder:
    """The work order of an alert, with the clocks of its class; a rule's own win by name. They run from the event's own time."""
    emergency = rule.response.emergency
    promises = by_name(work.promises(emergency=emergency) if work else (), rule.response.clocks)
    return WorkOrder(
        alert=alert.id,
        kind=rule.response.work_order,
        title=alert.title,
        clause=alert.clause,
        severity=alert.severity,
        life_safety=alert.life_safety,
        point=alert.point,
        asset=alert.asset,
        zone=alert.zone,
        limit=alert.limit,
        value=alert.value,
        unit=alert.unit,
        rule=alert.rule,
        rule_version=alert.rule_version,
        opened=now,
        event_at=alert.started,
        latest_event=alert.started,
        emergency=emergency,
        clocks=start(promises, alert.started, zone),
        team=work.team if work else "",
        skills=work.skills if work else (),
        class_version=work.version if work else "",
    )


def alert_fact(alert: Alert, what: str, before: str, now: int, why: str = "") -> Fact:
    """A transition of an alert that a rule raised."""
    more: dict[str, Any] = {
        "rule_version": alert.rule_version,
        "value": alert.value if what == "raised" else alert.latest,
        "unit": alert.unit,
        "low": alert.low,
        "high": alert.high,
        "late": alert.late,
        "asset": alert.asset,
        "zone": alert.zone,
        "test": alert.test,
        "raised_by": alert.raised_by,
    }
    return fact_of(alert, what, before, now, who=WHO, why=why, more=more)


def work_order_fact(
    order: WorkOrder,
    alert: Alert,
    what: str,
    now: int,
    *,
    before: WorkOrder | None = None,
    more: Mapping[str, Any] | None = None,
) -> Fact:
    """A work order that was opened for an alert, joined by one, or put together with another because of one."""
    data: dict[str, Any] = {
        "alert": alert.id,
        "rule": alert.rule,
        "point": alert.point,
        "event_at": alert.started,
        "kind": order.kind,
        "severity": order.severity.value,
        "zone": order.zone,
        "asset": order.asset,
        **clocks_said(before, order),
    }
    return Fact(
        at=now,
        noun="work-order",
        subject=str(order.id),
        what=what,
        before=before.state.value if before else "",
        after=order.state.value,
        who=WHO,
        data=data | dict(more or {}),
    )
