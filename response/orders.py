"""Work orders: opened, put together, and taken through their life, each in the caller's unit with its facts.

Every room opens work through ``open_order``; alerts alone are opened by the rules' room, in the same unit as the alert, with
the same classes and the same key of a cause.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

from facility.alert import Condition
from facility.alert_life import FieldRefused
from facility.fact import Fact
from facility.person import RIGHTS, Right
from facility.register import Register
from facility.response_facts import clocks_said
from facility.text import Text
from facility.work_class import Check, WorkClass
from facility.work_join import duplicate_of, heading_change, is_same_cause, joined
from facility.work_log import read_log
from facility.work_order import Action, Order, Source, WorkOrder, take
from response.dispatching import next_in_turn
from storage.records.port import AlertFilter, NotFound, Unit, WorkOrderFilter

DONE = {
    Action.DISPATCH: "dispatched",
    Action.ACCEPT: "accepted",
    Action.REJECT: "rejected",
    Action.TRANSFER: "transferred",
    Action.ARRIVE: "arrived",
    Action.START: "started",
    Action.HOLD: "held",
    Action.RESUME: "resumed",
    Action.FINISH: "finished",
    Action.VERIFY: "verified",
    Action.REOPEN: "reopened",
    Action.REVIEW: "reviewed",
    Action.CANCEL: "cancelled",
    Action.DUPLICATE: "duplicated",
    Action.COMMENT: "commented",
}
"""The fact's word for each action."""
AT_ONCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a person says beside the action: the code that hangs at the place, and how a team is to be given it."""

    code: str = ""
    turn: bool = True
    """A team's order goes to the next of it in turn; else to whoever takes it first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRoom:
    """What there is to know about work: the classes and the register."""

    classes: Mapping[str, WorkClass] = field(default_factory=dict)
    register: Register = field(default_factory=Register)


def open_order(unit: Unit, room: OrderRoom, draft: WorkOrder, who: str, at: int) -> WorkOrder:
    """A new order with what its class promises; clocks that the draft has win by name. Its place fills in what it leaves out.

    For reports, findings, plans and by hand; ``draft.source_of`` names where it comes from: while an order from there is
    open, that one is returned. Raises ``Conflict`` when somebody opened it at the same moment.
    """
    if draft.source_of and (there := _open_from(unit, draft.source_of)) is not None:
        return there
    work = room.classes.get(draft.kind)
    asset = room.register.assets.get(draft.asset)
    full = replace(
        draft,
        zone=draft.zone or (asset.zone if asset else ""),
        opened=at,
        latest_event=draft.event_at,
        cause=draft.cause or draft.source_of,
        team=draft.team or (work.team if work else ""),
        skills=draft.skills or (work.skills if work else ()),
        class_version=work.version if work else "",
    )
    if work is not None:
        mine = {clock.name for clock in full.clocks}
        theirs = work.clocks_at(full.event_at, room.register.time_zone, emergency=full.emergency)
        full = replace(full, clocks=(*full.clocks, *(clock for clock in theirs if clock.name not in mine)))
    order = unit.work_orders.add(full)
    tell(unit, order, order, "opened", who=who, at=at, why=order.description, data=opened_data(order))
    return order


def opened_data(order: WorkOrder) -> dict[str, Any]:
    """What the fact of its opening says."""
    return {
        "kind": order.kind,
        "zone": order.zone,
        "asset": order.asset,
        "event_at": order.event_at,
        "severity": order.severity.value,
        "source": order.source.value,
        "source_of": order.source_of,
        "emergency": order.emergency,
    }


def _open_from(unit: Unit, source: str) -> WorkOrder | None:
    found = unit.work_orders.find(WorkOrderFilter(open=True, source_of=source), limit=1).rows
    return found[0] if found else None


Opener = Callable[[Unit, Register, WorkOrder, str, int], WorkOrder]


def opener(classes: Callable[[], Mapping[str, WorkClass]], source: Source = Source.REPORT) -> Opener:
    """``open_order`` for rooms that have a register at hand and know nothing of classes."""

    def open_it(unit: Unit, register: Register, order: WorkOrder, who: str, at: int) -> WorkOrder:
        draft = replace(order, source=source) if order.source is Source.ALERT and order.alert is None else order
        return open_order(unit, OrderRoom(classes=classes(), register=register), draft, who, at)

    return open_it


def similar(unit: Unit, room: OrderRoom, draft: WorkOrder) -> list[WorkOrder]:
    """Open orders that may be about the same: a person decides."""
    work = room.classes.get(draft.kind)
    if work is None or not (draft.zone or draft.asset):
        return []
    wanted = WorkOrderFilter(open=True, kinds=(draft.kind,), zones=(draft.zone,) if draft.zone else ())
    return [one for one in unit.work_orders.find(wanted, limit=AT_ONCE).rows if is_same_cause(one, draft, work)]


def act(unit: Unit, room: OrderRoom, number: int, order: Order, wanted: Wanted | None = None) -> WorkOrder:
    """One action of a person. Whether he may at all, the caller has asked.

    Raises ``NotAllowed``, ``MissingField``, ``FieldRefused``, ``Conflict``, ``NotFound``.
    """
    work, wanted = unit.work_orders.get(number), wanted or Wanted()
    order = completed(unit, room, work, order, wanted)
    if order.action is Action.DUPLICATE and order.other is not None:
        return merge(unit, room, work, order)
    normal = point_normal(unit, work)
    changed = take(work, order, point_normal=normal)
    if order.action is Action.FINISH:
        _refuse_unchecked(unit, room, work)
    if order.action is not Action.COMMENT:
        changed = unit.work_orders.update(changed)
    tell(
        unit,
        work,
        changed,
        DONE[order.action],
        who=order.who,
        at=order.at,
        why=order.reason,
        data=_said(work, changed, order) | _still_on(order, normal=normal),
    )
    return changed


def _still_on(order: Order, *, normal: bool | None) -> dict[str, Any]:
    """Kept with a cancelling: what it was about was not over."""
    return {"still_on": True} if order.action is Action.CANCEL and normal is False else {}


def _said(before: WorkOrder, after: WorkOrder, order: Order) -> dict[str, Any]:
    given = {"team": order.team, "approver": order.approver, "proof": order.proof}
    changed = {"assignee": after.assignee} if after.assignee != before.assignee else {}
    return changed | {name: value for name, value in given.items() if value}


def completed(unit: Unit, room: OrderRoom, work: WorkOrder, order: Order, wanted: Wanted) -> Order:
    """The wish with what is to be looked up: the next of a team, and what a code proves. Raises ``FieldRefused``."""
    match order.action:
        case Action.DISPATCH | Action.TRANSFER:
            return _given_to(unit, room, work, order, wanted)
        case Action.HOLD if order.approver:
            _refuse_unless_may(unit, order, "approver", order.approver, Right.DISPATCH)
        case Action.ARRIVE if wanted.code.strip():
            return replace(order, proof=_proof(unit, room, work, order, wanted.code.strip()))
    return order


def _given_to(unit: Unit, room: OrderRoom, work: WorkOrder, order: Order, wanted: Wanted) -> Order:
    if order.assignee:
        _refuse_unless_may(unit, order, "assignee", order.assignee, Right.ACT_ON_WORK)
        return order
    if order.action is not Action.DISPATCH or not order.team or not wanted.turn:
        return order
    skills = room.classes[work.kind].skills if work.kind in room.classes else ()
    person = next_in_turn(unit, order.at, team=order.team, skills=skills)
    if person is None:
        text = Text(
            "这个班组现在没有可以派的人在岗；请派给个人", "nobody of this team who can do it is on duty; name a person"
        )
        raise FieldRefused(order.action, "team", text)
    return replace(order, assignee=person)


def _refuse_unless_may(unit: Unit, order: Order, field: str, who: str, right: Right) -> None:
    try:
        account = unit.people.get(who)
    except NotFound:
        person = unit.rota.load().person(who)
        if person is not None and not person.account and right is Right.ACT_ON_WORK:
            return
        raise FieldRefused(
            order.action, field, Text(f"没有 {who!r} 这个人", f"there is nobody called {who!r}")
        ) from None
    if account.disabled is not None or right not in RIGHTS[account.role]:
        zh = "这个人不能接工单" if right is Right.ACT_ON_WORK else "这个人无权批准；请选有派单权限的人"
        en = (
            "this person cannot take work orders"
            if right is Right.ACT_ON_WORK
            else "this person may not allow it; name one who dispatches"
        )
        raise FieldRefused(order.action, field, Text(zh, en))


def _proof(unit: Unit, room: OrderRoom, work: WorkOrder, order: Order, code: str) -> str:
    """The code that hangs at the place, as it was scanned or typed; its whole address will do."""
    plain = code.rstrip("/").rpartition("/")[2]
    try:
        found = unit.place_codes.by_code(plain)
    except NotFound:
        text = Text(
            "没有这个码；请扫现场墙上的二维码，或说明理由",
            "there is no such code; scan the one on the wall there, or say why not",
        )
        raise FieldRefused(order.action, "code", text) from None
    around = {zone.id for zone in room.register.zone_path(work.zone)} | room.register.zones_below(work.zone)
    here = found.asset == work.asset if found.asset and work.asset else found.zone in (around or {work.zone})
    if not found.good or not here:
        text = Text(
            "这个码不在这个地方；请扫现场的码，或说明理由",
            "this code hangs somewhere else; scan the one there, or say why not",
        )
        raise FieldRefused(order.action, "code", text)
    return f"code:{found.zone}/{found.asset}"


def _refuse_unchecked(unit: Unit, room: OrderRoom, work: WorkOrder) -> None:
    """What must be done is done before it is finished, and where it asks for a photo there is one."""
    known = room.classes.get(work.kind)
    must = [check for check in known.checklist if check.must] if known else []
    if not must:
        return
    log = read_log(unit.facts.of("work-order", str(work.id)))
    if owed := [check for check in must if check.id not in log.done]:
        zh, en = _named(owed)
        raise FieldRefused(Action.FINISH, "checklist", Text(f"还有必做项没打勾：{zh}", f"still to be ticked: {en}"))
    pictured = [check for check in must if check.photo]
    if pictured and not log.has_photo:
        zh, en = _named(pictured)
        raise FieldRefused(Action.FINISH, "photo", Text(f"还缺照片：{zh}", f"still to be shown by a photo: {en}"))


def _named(checks: Sequence[Check]) -> tuple[str, str]:
    return "、".join(check.title.say("zh") for check in checks), "; ".join(check.title.say("en") for check in checks)


def merge(unit: Unit, room: OrderRoom, work: WorkOrder, order: Order) -> WorkOrder:
    """``work`` is a duplicate of another open order, which goes on with its alerts and its clocks. Returns the duplicate."""
    stays = _original(unit, work, order)
    gone = take(work, replace(order, other=stays.id), point_normal=None)
    known = room.classes.get(stays.kind)
    goes_on = unit.work_orders.update(joined(stays, work, known.together if known else 0))
    gone = unit.work_orders.update(replace(duplicate_of(work, stays.id, order.at), finished_by=gone.finished_by))
    for alert in unit.alerts.find(AlertFilter(work_order=work.id), limit=AT_ONCE).rows:
        unit.alerts.update(replace(alert, work_order=stays.id))
    here = {"other": stays.id}
    there = {"other": work.id, "severity": goes_on.severity.value, **heading_change(stays, goes_on)}
    tell(unit, work, gone, DONE[Action.DUPLICATE], who=order.who, at=order.at, why=order.reason, data=here)
    tell(unit, stays, goes_on, "merged", who=order.who, at=order.at, why=order.reason, data=there)
    return gone


def _original(unit: Unit, work: WorkOrder, order: Order) -> WorkOrder:
    """The open order behind the number, through any duplicates."""
    number, seen = order.other or 0, {work.id}
    while number not in seen:
        seen.add(number)
        found = unit.work_orders.get(number)
        if found.open:
            return found
        if found.duplicate_of is None:
            text = Text(
                f"工单 #{found.id} 已结束；只能并入未结束的工单",
                f"work order #{found.id} is over; allowed: one that is open",
            )
            raise FieldRefused(order.action, "other", text)
        number = found.duplicate_of
    text = Text("不能并入自己；请写另一张工单的编号", "an order is no duplicate of itself; give another order's number")
    raise FieldRefused(order.action, "other", text)


def point_normal(unit: Unit, work: WorkOrder) -> bool | None:
    """Whether every point whose alert belongs to it is normal again, for its clear time; None where no point is watched."""
    alerts = {alert.id: alert for alert in unit.alerts.find(AlertFilter(work_order=work.id), limit=AT_ONCE).rows}
    if work.alert is not None and work.alert not in alerts:
        with suppress(NotFound):
            alerts[work.alert] = unit.alerts.get(work.alert)
    return all(alert.condition is Condition.NORMAL for alert in alerts.values()) if alerts else None


def tell(
    unit: Unit,
    before: WorkOrder,
    after: WorkOrder,
    what: str,
    *,
    who: str,
    at: int,
    why: str = "",
    data: Mapping[str, Any],
) -> Fact:
    """The fact of a transition."""
    return unit.facts.append(
        Fact(
            at=at,
            noun="work-order",
            subject=str(after.id),
            what=what,
            before=before.state.value if what != "opened" else "",
            after=after.state.value,
            why=why.strip(),
            who=who,
            data={**data, **clocks_said(before if what != "opened" else None, after)},
        )
    )


__all__ = ["DONE", "OrderRoom", "Wanted", "act", "merge", "open_order", "opener", "point_normal", "similar"]
