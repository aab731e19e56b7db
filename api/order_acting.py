"""What people do to work orders: each in one transaction with its fact."""

from __future__ import annotations

from dataclasses import replace

from api.acting import TooLate, last_fact
from api.context import Context
from api.problems import permit
from facility.alert import NotAllowed, Severity
from facility.alert_life import FieldRefused
from facility.person import Actor, Right
from facility.text import Text
from facility.work_order import STEPS, Action, MissingField, Order, Source, WorkOrder, steps_from
from response.orders import OrderRoom, Wanted, act, open_order
from storage.records.port import Unit

LONGEST_TITLE = 120


def order_room(context: Context, unit: Unit) -> OrderRoom:
    """What is known about work."""
    return OrderRoom(classes=context.book().classes, register=context.register(unit))


def take_order(
    unit: Unit,
    room: OrderRoom,
    number: int,
    actor: Actor,
    order: Order,
    *,
    wanted: Wanted | None = None,
    seen: int | None = None,
) -> WorkOrder:
    """One action on a work order. ``seen``: the version that the person was looking at, where that is known.

    Raises ``TooLate``, ``MissingField``, ``FieldRefused``, ``NotPermitted``, ``Conflict``, ``NotFound``.
    """
    _permit(actor, order.action)
    work = unit.work_orders.get(number)
    if seen is not None and seen != work.version and order.action is not Action.COMMENT:
        refused = NotAllowed(order.action, work.state, [step.action.value for step in steps_from(work)], CHANGED)
        raise TooLate(refused, last_fact(unit, "work-order", number))
    try:
        return act(unit, room, number, order, wanted)
    except NotAllowed as refused:
        raise TooLate(refused, last_fact(unit, "work-order", number)) from None


CHANGED = Text(
    "您打开页面之后，别人已经动过这张工单。请看看现在的情况再决定。",
    "Somebody changed this work order after you opened the page. Look at it as it is now, then decide.",
)


def _permit(actor: Actor, action: Action) -> None:
    """Before anything else: whoever may never do this is told so, whatever the order's state."""
    permit(actor, next(step.right for step in STEPS if step.action is action))


def open_by_hand(unit: Unit, room: OrderRoom, actor: Actor, draft: WorkOrder, at: int) -> WorkOrder:
    """An order that a person opens: a class, a title and a place. Raises ``MissingField``, ``FieldRefused``, ``NotPermitted``."""
    permit(actor, Right.ACT_ON_WORK)
    if not draft.kind:
        raise MissingField("open", "kind")
    if draft.kind not in room.classes:
        raise FieldRefused("open", "kind", _no_class(room, draft.kind))
    if not draft.title.zh.strip():
        raise MissingField("open", "title")
    place = _place(room, draft)
    if not 0 < draft.event_at <= at:
        raise FieldRefused("open", "event_at", Text("发生时间不能晚于现在", "it cannot have happened after now"))
    return open_order(unit, room, replace(place, source=Source.HAND), actor.id, at)


def _no_class(room: OrderRoom, kind: str) -> Text:
    """With what there is, by its name and its id."""
    zh = "、".join(f"{one.title.zh}（{name}）" for name, one in room.classes.items())
    en = ", ".join(f"{one.title.en} ({name})" for name, one in room.classes.items())
    return Text(f"没有 {kind!r} 这一类工单；可以是{zh}", f"{kind!r} is no class of work; allowed: {en}")


def _place(room: OrderRoom, draft: WorkOrder) -> WorkOrder:
    if draft.asset and draft.asset not in room.register.assets:
        raise FieldRefused("open", "asset", Text(f"没有设备 {draft.asset!r}", f"there is no asset {draft.asset!r}"))
    if draft.zone and draft.zone not in room.register.zones:
        raise FieldRefused("open", "zone", Text(f"没有区域 {draft.zone!r}", f"there is no zone {draft.zone!r}"))
    if not draft.zone and not draft.asset:
        raise MissingField("open", "zone")
    return replace(draft, zone=room.register.assets[draft.asset].zone) if draft.asset else draft


def severity_of(text: str, room: OrderRoom, kind: str) -> Severity:
    """As a person chose it, or as the class says. Raises ``FieldRefused``."""
    if not text:
        return room.classes[kind].severity if kind in room.classes else Severity.MEDIUM
    if text not in {str(int(one)) for one in Severity}:
        raise FieldRefused("open", "severity", Text(f"{text!r}；可以是 1–4", f"{text!r}; allowed: 1 to 4"))
    return Severity(int(text))
