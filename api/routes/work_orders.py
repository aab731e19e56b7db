"""``/api/v1/work-orders``: what people do about alerts, by the transition table."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, Field

from api.access import READING, Reader, Visitor
from api.acting import LONGEST_TEXT, take_order
from api.context import Context, context_of
from api.idempotency import Key, once, write_once
from api.paging import CONFLICT, PROBLEMS, Cursor, Limit, Listing, Out, When, Words, moment, words
from api.routes.alerts import zones_below
from api.routes.facts import FactOut, fact_out
from api.routes.points import bad_cursor
from facility.clock import Clock
from facility.work_order import Action, Order, State, Step, WorkOrder, steps_from
from storage.records.port import WorkOrderFilter

router = APIRouter(prefix="/work-orders", tags=["work orders"], responses=PROBLEMS, dependencies=[READING])
Given = Annotated[Context, Depends(context_of)]


class ClockOut(Out):
    """A time limit. It runs from the event's time."""

    name: str = Field(examples=["arrive"])
    clause: str = Field(examples=["ER-1"])
    started: str
    due: str
    stopped: str | None
    breached: bool


class StepOut(Out):
    """An action that is possible now, and the fields that it needs."""

    action: str = Field(examples=["dispatch"])
    needs: list[str] = Field(examples=[["assignee"]])
    right: str = Field(examples=["dispatch"])


class WorkOrderOut(Out):
    """What people do about one cause."""

    id: int = Field(examples=[3])
    alert: int | None
    kind: str = Field(examples=["water-supply"])
    title: Words
    clause: str
    severity: int
    life_safety: bool
    point: str
    asset: str
    zone: str
    limit: Words
    value: float | None
    unit: str
    rule: str
    rule_version: str
    state: str = Field(examples=["dispatched"])
    assignee: str
    opened: str
    event_at: str
    closed: str | None
    emergency: bool
    duplicate_of: int | None
    finished_by: str
    clocks: list[ClockOut]
    version: int
    steps: list[StepOut]


class Wish(BaseModel):
    """What an action needs; `steps` of the order says which of these."""

    reason: str = Field(default="", max_length=LONGEST_TEXT, examples=["Seal replaced, no drip for 10 minutes."])
    assignee: str = Field(default="", max_length=100, examples=["engineer"])
    other: int | None = Field(default=None, ge=1, description="The number of the order that this one repeats.")


@router.get("", summary="Work orders, newest first")
def list_orders(
    *,
    context: Given,
    open: bool | None = None,
    state: Annotated[list[State] | None, Query()] = None,
    assignee: Annotated[list[str] | None, Query()] = None,
    zone: Annotated[list[str] | None, Query(description="This zone and the zones below it")] = None,
    asset: Annotated[list[str] | None, Query()] = None,
    alert: int | None = None,
    start: Annotated[When | None, Query(alias="from", description="opened >= from")] = None,
    end: Annotated[When | None, Query(alias="to", description="opened < to")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Listing[WorkOrderOut]:
    """Filters of one kind are alternatives; different kinds must all fit."""
    with context.records.read() as unit:
        wanted = WorkOrderFilter(
            open=open,
            states=tuple(state or ()),
            assignees=tuple(assignee or ()),
            zones=zones_below(context.register(unit), zone or []),
            assets=tuple(asset or ()),
            alert=alert,
            since=start,
            until=end,
        )
        try:
            page = unit.work_orders.find(wanted, cursor, limit)
        except ValueError:
            raise bad_cursor() from None
    now = context.clock()
    return Listing(rows=[order_out(order, now) for order in page.rows], cursor=page.cursor)


@router.get("/{number}", summary="One work order")
def read_order(context: Given, number: int) -> WorkOrderOut:
    """With its clocks and the steps that are possible now."""
    with context.records.read() as unit:
        return order_out(unit.work_orders.get(number), context.clock())


@router.get("/{number}/facts", summary="What happened to it, oldest first")
def read_facts(context: Given, number: int) -> list[FactOut]:
    """Every transition, with who and why."""
    with context.records.read() as unit:
        unit.work_orders.get(number)
        return [fact_out(fact) for fact in unit.facts.of("work-order", str(number))]


@router.post(
    "/{number}/{action}", summary="Take one step of the table", response_model=WorkOrderOut, responses=CONFLICT
)
def act(
    *,
    request: Request,
    visitor: Reader,
    context: Given,
    number: int,
    action: Action,
    body: Wish | None = None,
    key: Key = None,
) -> Any:
    """The right is the step's own: see `steps` of the order. 409 with `allowed` where the table has no such step."""
    wish = body or Wish()
    return write_once(
        context,
        once(request, visitor.actor, key),
        lambda unit: order_out(
            take_order(unit, number, visitor.actor, order_of(visitor, action, wish, context.clock())), context.clock()
        ).model_dump(),
    )


def order_of(visitor: Visitor, action: Action, wish: Wish, at: int) -> Order:
    """The wish with who and when."""
    return Order(
        action=action,
        who=visitor.actor.id,
        at=at,
        reason=wish.reason.strip(),
        assignee=wish.assignee.strip(),
        other=wish.other,
    )


def order_out(order: WorkOrder, now: int) -> WorkOrderOut:
    """A work order as the API gives it."""
    return WorkOrderOut(
        id=order.id,
        alert=order.alert,
        kind=order.kind,
        title=words(order.title),
        clause=order.clause,
        severity=int(order.severity),
        life_safety=order.life_safety,
        point=order.point,
        asset=order.asset,
        zone=order.zone,
        limit=words(order.limit),
        value=order.value,
        unit=order.unit,
        rule=order.rule,
        rule_version=order.rule_version,
        state=order.state.value,
        assignee=order.assignee,
        opened=moment(order.opened) or "",
        event_at=moment(order.event_at) or "",
        closed=moment(order.closed),
        emergency=order.emergency,
        duplicate_of=order.duplicate_of,
        finished_by=order.finished_by,
        clocks=[_clock(clock, now) for clock in order.clocks],
        version=order.version,
        steps=[_step(step) for step in steps_from(order)],
    )


def _clock(clock: Clock, now: int) -> ClockOut:
    return ClockOut(
        name=clock.name,
        clause=clock.clause,
        started=moment(clock.started) or "",
        due=moment(clock.due) or "",
        stopped=moment(clock.stopped),
        breached=clock.breached(now),
    )


def _step(step: Step) -> StepOut:
    return StepOut(action=step.action.value, needs=list(step.needs), right=step.right.value)
