"""A step of a work order, done where there was no signal: with ticks of its checklist and photos."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from api.acting import LONGEST_TEXT, TooLate
from api.order_acting import order_room, take_order
from api.phone.kind import Arrival, Body, Earlier, Kind, Said, Sha256
from facility.alert_life import FieldRefused
from facility.person import Right
from facility.text import Text
from facility.work_order import Action, Order, WorkOrder
from response.order_log import By, Upload, attach, tick
from response.orders import Wanted, act
from storage.records.port import NotFound

Doable = Literal["accept", "arrive", "start", "resume", "finish", "comment"]
"""What one person does alone, on site."""


class OrderStep(Body):
    """One step. Ticks and files are recorded before it, so that they count for a finish."""

    order: int = Field(ge=1, examples=[3])
    action: Doable = Field(examples=["arrive"])
    reason: str = Field(default="", max_length=LONGEST_TEXT)
    code: str = Field(default="", max_length=300, description="The code that hangs at the place, scanned or typed.")
    ticks: list[Annotated[str, Field(max_length=60)]] = Field(default_factory=list, max_length=60)
    files: list[Annotated[str, Sha256]] = Field(default_factory=list, max_length=20)


def take(arrival: Arrival) -> Said:
    """The step at the time it was done, but never before what was last done to the order."""
    body: OrderStep = arrival.body
    unit, room = arrival.unit, order_room(arrival.context, arrival.unit)
    before = unit.work_orders.get(body.order)
    at = _not_before_the_last(arrival, before)
    if before.open:
        _record(arrival, body, By(who=arrival.actor.id, at=at))
    order = Order(action=Action(body.action), who=arrival.actor.id, at=at, reason=body.reason.strip())
    try:
        after = take_order(unit, room, body.order, arrival.actor, order, wanted=Wanted(code=body.code.strip()))
    except TooLate as late:
        return _too_late(arrival, body, late, at)
    return Said(made={"work-order": after.id, "state": after.state.value})


def _not_before_the_last(arrival: Arrival, work: WorkOrder) -> int:
    told = [fact.at for fact in arrival.unit.facts.of("work-order", str(work.id))]
    return min(arrival.received, max([arrival.done, work.opened, *told]))


def _record(arrival: Arrival, body: OrderStep, by: By) -> None:
    room = order_room(arrival.context, arrival.unit)
    for check in body.ticks:
        tick(arrival.unit, room, body.order, check=check, by=by)
    for sha256 in body.files:
        attach(arrival.unit, body.order, _upload(arrival, sha256), by)


def _upload(arrival: Arrival, sha256: str) -> Upload:
    try:
        kept = arrival.unit.files.get(sha256)
    except NotFound:
        text = Text("照片还没有传上来，请再发送一次", "the photo has not arrived yet; send it again")
        raise FieldRefused("attach", "files", text) from None
    return Upload(body=kept.body, name=f"{sha256[:12]}.jpg", keep_location=True)


def _too_late(arrival: Arrival, body: OrderStep, late: TooLate, at: int) -> Said:
    """The order has moved on without this step: it is kept as a comment, and changes nothing."""
    if late.last is None:
        raise late
    word = "，".join(part for part in (body.action, body.reason.strip()) if part)
    note = Order(action=Action.COMMENT, who=arrival.actor.id, at=at, reason=f"📱 {word}")
    act(arrival.unit, order_room(arrival.context, arrival.unit), body.order, note)
    earlier = Earlier(who=late.last.who, at=late.last.at, what=late.last.what)
    return Said(made={"work-order": body.order, "state": late.state}, earlier=earlier)


KIND = Kind(
    name="order-step",
    right=Right.ACT_ON_WORK,
    shape=OrderStep,
    take=take,
    about=lambda body: f"work-order:{body.order}",
)
