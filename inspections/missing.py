"""What follows when something was missed: one alert for each duty and thing, which returns when it is next done, and work."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import tzinfo

from facility.alert import Alert, Condition, again, returned
from facility.duty import Duty
from facility.instant import to_datetime
from facility.occurrence import Occurrence
from facility.own_alert import own_alert, own_fact
from facility.register import Register
from facility.text import Text
from facility.work_order import Source, WorkOrder
from storage.records.port import AlertFilter, Unit

MISSED = "duty-missed"
"""The alerts' rule; their point names duty and thing."""
WHO = "system:duties"
Opener = Callable[[Unit, Register, WorkOrder, str, int], WorkOrder]


def key_of(one: Occurrence) -> str:
    """Of the alert: the next miss of the same is the same alert."""
    return f"{one.duty}/{one.target}"


@dataclass(frozen=True, slots=True, kw_only=True)
class MissRoom:
    """What there is to know where a miss is told. ``opener``: how work orders are opened; None opens none."""

    register: Register
    opener: Opener | None = None


def raise_missed(unit: Unit, room: MissRoom, duty: Duty, one: Occurrence, now: int) -> None:
    """The alert, or one that is open already told anew, and the work order where the duty names a class."""
    title, limit = _title(duty, one, room.register), _limit(one, room.register.time_zone)
    open_one = _open(unit, one)
    if open_one is not None:
        back = open_one.condition is Condition.NORMAL
        told = replace(again(open_one) if back else open_one, title=title, limit=limit, severity=duty.severity)
        if told != open_one:
            what = "re-raised" if back else "changed"
            unit.facts.append(own_fact(unit.alerts.update(told), what, open_one.state, now, who=WHO))
        return
    alert = own_alert(
        MISSED,
        key_of(one),
        now,
        severity=duty.severity,
        title=title,
        limit=limit,
        clause=duty.clause,
    )  # without a version: those that have one are the rules', who end what no rule of theirs raised
    alert = unit.alerts.open(replace(alert, asset=one.asset, zone=one.zone))
    unit.facts.append(own_fact(alert, "raised", "normal", now, who=WHO))
    if duty.work_order and room.opener is not None:
        order = room.opener(unit, room.register, _order(duty, one, title, limit, now), WHO, now)
        unit.alerts.update(replace(alert, work_order=order.id))


def end_missed(unit: Unit, one: Occurrence, now: int, who: str, why: str) -> None:
    """It was done, or nothing is owed there any more."""
    alert = _open(unit, one)
    if alert is not None and alert.condition is not Condition.NORMAL:
        unit.facts.append(
            own_fact(unit.alerts.update(returned(alert, now)), "returned", alert.state, now, who=who, why=why)
        )


def _open(unit: Unit, one: Occurrence) -> Alert | None:
    found = unit.alerts.find(AlertFilter(open=True, rules=(MISSED,), points=(key_of(one),)), limit=1).rows
    return found[0] if found else None


def _title(duty: Duty, one: Occurrence, register: Register) -> Text:
    name = name_of(register, one)
    return Text(f"漏做：{duty.title.zh}，{name.say('zh')}", f"Missed: {duty.title.en}, {name.say('en')}")


def _limit(one: Occurrence, zone: tzinfo) -> Text:
    """Until when it could have been done."""
    due, end = (f"{to_datetime(at - 1, zone):%Y-%m-%d %H:%M}" for at in (one.due, one.missed_at))
    return Text(f"应于 {due} 前完成，最迟 {end}", f"was due by {due}, and could be done until {end}")


def _order(duty: Duty, one: Occurrence, title: Text, limit: Text, now: int) -> WorkOrder:
    """One order for all of one duty in one place, for as long as it is open."""
    return WorkOrder(
        kind=duty.work_order,
        title=title,
        clause=duty.clause,
        severity=duty.severity,
        asset=one.asset,
        zone=one.zone,
        limit=limit,
        opened=now,
        event_at=now,
        source=Source.PLAN,
        source_of=f"{MISSED}:{one.duty}/{one.zone or one.target}",
        description=duty.do.zh,
    )


def name_of(register: Register, one: Occurrence) -> Text:
    """What it is owed for, in words; its id where the register no longer has it."""
    found = register.assets.get(one.target) or register.zones.get(one.target) or register.sites.get(one.target)
    return found.name if found else Text(one.target, one.target)
