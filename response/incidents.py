"""Incidents as they are opened, joined, carried out and ended: each in the caller's unit, each with its fact."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from facility.alert import Alert, NotAllowed
from facility.alert_life import FieldRefused
from facility.bulletin import SHOWN_AFTERWARDS
from facility.fact import Fact
from facility.incident import Act, Incident, State, advance, begin, cause_of, due, join, newly_late
from facility.incident import end as ended
from facility.incident_step import TABLE, Deed, Step
from facility.notice import Notice
from facility.playbook import Command, Lever, Playbook, levers, place_of
from facility.register import Register
from facility.text import Text
from facility.work_order import MissingField
from response.incident_alerts import acknowledge_alerts, call_off, order_for
from response.orders import OrderRoom
from storage.records.port import Unit

WHO = "system:incidents"
MQTT = "mqtt"
COMMAND = "command"
"""The template of a notice that a device gets."""

NO_LEVER = Text(
    "登记表里没有能接收这条指令、并能显示结果的设备：请人工完成，并写明怎样做的。",
    "The register has no device that takes this command and shows that it worked: do it by hand, and say how.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """An incident that somebody opens by hand, or begins as a drill."""

    zone: str
    asset: str = ""
    why: str = ""
    drill: bool = False
    event_at: int | None = None
    """When it happened; now when it is not given."""


def open_by_hand(
    unit: Unit,
    register: Register,
    playbook: Playbook,
    wish: Opening,
    *,
    who: str,
    at: int,
    room: OrderRoom | None = None,
) -> Incident:
    """With its work order, where the playbook names a class and it is no drill; ``room`` knows the classes.

    Raises ``MissingField``, ``FieldRefused``, and ``Conflict`` when one of the same cause is open."""
    _check(register, playbook, wish, at)
    asset = register.assets.get(wish.asset)
    zone = asset.zone if asset else wish.zone
    incident = begin(
        playbook,
        place=place_of(playbook.joins, register, zone, wish.asset),
        zone=zone,
        asset=wish.asset,
        at=at,
        event_at=at if wish.event_at is None else wish.event_at,
        who=who,
        drill=wish.drill,
        why=wish.why.strip(),
    )
    standing = unit.incidents.open_of(incident.cause)
    if standing is not None:
        why = Text(
            f"该处已有进行中的事件 #{standing.id}", f"incident #{standing.id} of this kind goes on there already"
        )
        raise NotAllowed("open", f"#{standing.id}", [], why)
    kept = _opened(unit, incident)
    if room is None or wish.drill or playbook.work_order not in room.classes:
        return kept
    order = order_for(unit, room, kept, playbook.work_order)
    after = unit.incidents.update(join(kept, None, order.id))
    tell(unit, after, "joined", WHO, at, data={"work_order": order.id})
    return after


def _check(register: Register, playbook: Playbook, wish: Opening, at: int) -> None:
    if not playbook.by_hand:
        raise FieldRefused("open", "playbook", Text("此预案不能手动打开", "nobody opens this playbook by hand"))
    if wish.zone and wish.zone not in register.zones:
        raise FieldRefused("open", "zone", Text(f"登记表里没有 {wish.zone}", f"the register has no zone {wish.zone!r}"))
    if wish.asset and wish.asset not in register.assets:
        raise FieldRefused(
            "open", "asset", Text(f"登记表里没有 {wish.asset}", f"the register has no asset {wish.asset!r}")
        )
    if not wish.zone and not wish.asset and playbook.joins.value != "site":
        raise MissingField("open", "zone")
    if not wish.why.strip():
        raise MissingField("open", "reason")
    if wish.event_at is not None and wish.event_at > at:
        raise FieldRefused("open", "event_at", Text("须是已经过去的时刻", "this must be a time that has passed"))


def open_for_alert(unit: Unit, register: Register, playbook: Playbook, alert: Alert, *, at: int) -> Incident:
    """The alert's incident: a new one, or the one that goes on there already, which it joins. Idempotent."""
    place = place_of(playbook.joins, register, alert.zone, alert.asset)
    standing = unit.incidents.open_of(cause_of(playbook.id, place, drill=False))
    if standing is not None:
        return _joined(unit, standing, alert, at)
    incident = begin(
        playbook,
        place=place,
        zone=alert.zone,
        asset=alert.asset,
        point=alert.point,
        rule=alert.rule,
        at=at,
        event_at=alert.started,
        who=WHO,
        work_order=alert.work_order,
        alerts=(alert.id,),
    )
    return _opened(unit, incident)


def _opened(unit: Unit, incident: Incident) -> Incident:
    kept = unit.incidents.open(incident)
    data = {
        "playbook": kept.playbook,
        "version": kept.playbook_version,
        "place": kept.place,
        "event_at": kept.event_at,
        "drill": kept.drill,
        "alerts": list(kept.alerts),
        "work_order": kept.work_order,
    }
    tell(unit, kept, "opened", kept.opened_by, kept.opened, why=kept.why, data=data)
    return kept


def _joined(unit: Unit, incident: Incident, alert: Alert, at: int) -> Incident:
    after = join(incident, alert.id, alert.work_order)
    if after == incident:
        return incident
    kept = unit.incidents.update(after)
    tell(unit, kept, "joined", WHO, at, data={"alert": alert.id, "work_order": alert.work_order})
    return kept


def take_step(unit: Unit, register: Register, number: int, act: Act) -> Incident:
    """One deed on one step, with what it leads to: notices to devices, what is known of the alerts, the end of a false alarm.

    Raises ``NotAllowed``, ``MissingField``, ``FieldRefused``, ``KeyError``, ``Conflict``, ``NotFound``.
    """
    before = unit.incidents.get(number)
    reached = _levers(before, act, register)
    if act.deed is Deed.FIRE:
        act = replace(act, devices=tuple(x.device for x in reached), points=tuple(x.point for x in reached))
    after = unit.incidents.update(advance(before, act))
    _tell_step(unit, before, after, act)
    if act.deed is Deed.CHOOSE:
        acknowledge_alerts(unit, after, act.who, act.at, act.reason)
    if act.deed is Deed.FIRE:
        after = _send(unit, after, act)
    if not after.open:
        _over(unit, after)
    return after


def _levers(incident: Incident, act: Act, register: Register) -> list[Lever]:
    """Raises ``NotAllowed`` when there is nothing that the command could reach."""
    step = incident.step(act.step)
    if step.script.command is None or act.deed not in (Deed.ARM, Deed.FIRE):
        return []
    found = reach(incident, step, register)
    if not found and not incident.drill:
        raise NotAllowed(act.deed, step.state.value, [Deed.DO.value], NO_LEVER)
    return found


def reach(incident: Incident, step: Step, register: Register) -> list[Lever]:
    """The devices that the step's command tells."""
    return levers(step.script.command, register, incident.zone, incident.asset) if step.script.command else []


def _send(unit: Unit, incident: Incident, act: Act) -> Incident:
    """The command on its way. In a drill nothing moves, and it is said so."""
    step = incident.step(act.step)
    command = step.script.command
    assert command is not None
    if incident.drill:
        seen = Act(deed=Deed.FEEDBACK, step=act.step, who=WHO, at=act.at, reason="drill: nothing was sent")
        after = unit.incidents.update(advance(incident, seen))
        _tell_step(unit, incident, after, seen)
        return after
    for device in dict.fromkeys(act.devices):
        unit.notices.add(_command(incident, step, command, device, act))
    return incident


def _command(incident: Incident, step: Step, command: Command, device: str, act: Act) -> Notice:
    points = [point for one, point in zip(act.devices, act.points, strict=True) if one == device]
    return Notice(
        key=f"incident:{incident.id}/{step.script.id}/{device}/{act.at}",
        cause=f"incident:{incident.id}",
        channel=MQTT,
        address=device,
        template=COMMAND,
        data={
            "command": command.send,
            "at": act.at,
            "void": act.at + command.within,
            "state": command.state,
            "points": points,
            "title_zh": step.script.title.zh,
            "title_en": step.script.title.en,
        },
        why={"step": step.script.id, "first": step.armed_by, "second": act.who},
        severity=incident.severity,
        life_safety=incident.life_safety,
        urgent=True,
        created=act.at,
        due=act.at,
    )


def _tell_step(unit: Unit, before: Incident, after: Incident, act: Act) -> None:
    step, was = after.step(act.step), before.step(act.step)
    row = next(r for r in TABLE if r.deed is act.deed and step.kind in r.kinds and was.state in r.sources)
    data: dict[str, Any] = {"step": act.step, "drill": after.drill}
    data |= {name: value for name, value in (("choice", act.choice), ("value", act.value)) if value}
    if act.devices:
        data["devices"] = list(act.devices)
    until = due(before, was)
    if until is not None:
        data["due"] = until
    fact = Fact(
        at=act.at,
        noun="incident",
        subject=str(after.id),
        what=row.done,
        before=was.state.value,
        after=step.state.value,
        why=act.reason.strip(),
        who=act.who,
        data=data,
    )
    unit.facts.append(fact)
    if after.state is State.FALSE:
        tell(unit, after, "found-false", act.who, act.at, why=act.reason.strip(), before=before.state.value)


def end_incident(unit: Unit, number: int, who: str, at: int, why: str) -> Incident:
    """It is over. Raises ``NotAllowed``, ``MissingField``, ``Conflict``, ``NotFound``."""
    before = unit.incidents.get(number)
    after = unit.incidents.update(ended(before, who, at, why))
    left = [step.script.id for step in after.steps if not step.over]
    tell(unit, after, "ended", who, at, why=why.strip(), before=before.state.value, data={"left": left})
    _over(unit, after)
    return after


def end_as_false(unit: Unit, incident: Incident, who: str, at: int, why: str) -> Incident:
    """What opened it turned out to be nothing, as the alerts' own facts say."""
    over = replace(incident, state=State.FALSE, ended=at, ended_by=who, ended_why=why.strip())
    after = unit.incidents.update(over)
    tell(unit, after, "found-false", who, at, why=why.strip(), before=incident.state.value)
    _over(unit, after)
    return after


def _over(unit: Unit, incident: Incident) -> None:
    """What was announced leaves the public page a day later; for a false alarm nobody runs any more."""
    until = (incident.ended or 0) + SHOWN_AFTERWARDS
    for bulletin in unit.bulletins.of(incident.id):
        if bulletin.until is None:
            unit.bulletins.update(replace(bulletin, until=until))
    if incident.state is State.FALSE:
        call_off(unit, incident, incident.ended_by, incident.ended or 0)


def mark_late(unit: Unit, incident: Incident, now: int) -> Incident:
    """Says of each step whose time has run out that it has, once."""
    late = newly_late(incident, now)
    if not late:
        return incident
    steps = tuple(replace(step, late=True) if step in late else step for step in incident.steps)
    after = unit.incidents.update(replace(incident, steps=steps))
    for step in late:
        data = {"step": step.script.id, "due": due(incident, step), "drill": incident.drill}
        tell(unit, after, "step-late", WHO, now, before=step.state.value, data=data)
    return after


def tell(
    unit: Unit,
    incident: Incident,
    what: str,
    who: str,
    at: int,
    *,
    why: str = "",
    before: str = "",
    data: Mapping[str, Any] | None = None,
) -> None:
    """A fact about the incident as it stands now."""
    unit.facts.append(
        Fact(
            at=at,
            noun="incident",
            subject=str(incident.id),
            what=what,
            before=before,
            after=incident.state.value,
            why=why,
            who=who,
            data=dict(data or {}) | {"drill": incident.drill},
        )
    )
