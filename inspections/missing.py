"""What follows when something was missed: one alert for each duty and thing, which returns when it is next done, and work."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import tzinfo

from facility.alert import Alert
from facility.duty import Duty
from facility.instant import to_datetime
from facility.occurrence import Occurrence
from facility.own_alert import Cause, alert_of
from facility.register import Register
from facility.text import Text
from facility.work_order import Source, WorkOrder
from storage.records.own_alerts import end, follow, open_of, raise_alert
from storage.records.port import Unit

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
    cause = Cause(
        rule=MISSED,
        key=key_of(one),
        severity=duty.severity,
        title=title,
        limit=limit,
        clause=duty.clause,
        zone=one.zone,
    )
    there = open_of(unit, MISSED, key_of(one))
    if there is not None:
        follow(unit, there, cause, now, WHO)
        return
    alert = raise_alert(unit, replace(alert_of(cause, now), asset=one.asset), now, WHO)
    if duty.work_order and room.opener is not None:
        order = room.opener(unit, room.register, _order(duty, one, title, limit, now), WHO, now)
        unit.alerts.update(replace(alert, work_order=order.id))


def end_missed(unit: Unit, one: Occurrence, now: int, who: str, why: str) -> None:
    """It was done, or nothing is owed there any more."""
    end(unit, open_of(unit, MISSED, key_of(one)), now, who, why)


def what_to_do(duties: Mapping[str, Duty], alert: Alert) -> Text:
    """About an alert of a miss: what the duty asks for, and that it is still to be done."""
    duty = duties.get(alert.point.partition("/")[0])
    if duty is None:
        return Text("", "")
    return Text(f"补做并记录：{duty.do.zh}", f"Make up for it, and record it: {duty.do.en}")


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
