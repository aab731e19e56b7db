"""``/api/v1/work-orders``: what people do about alerts, by the transition table."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, Field

from api.access import READING, Reader, Visitor, WorkActor
from api.acting import LONGEST_TEXT
from api.context import Context, context_of
from api.idempotency import Key, once, write_once
from api.order_acting import LONGEST_TITLE, open_by_hand, order_room, severity_of, take_order
from api.paging import CONFLICT, PROBLEMS, Cursor, Limit, Listing, Out, When, Words, moment, words
from api.routes import API
from api.routes.alerts import zones_below
from api.routes.facts import FactOut, fact_out
from api.routes.points import bad_cursor
from api.routes.work_order_log import router as log_router
from facility.clock import Clock
from facility.text import Text
from facility.work_order import Action, Order, Source, State, Step, WorkOrder, steps_from
from response.orders import Wanted
from storage.records.port import Unit, WorkOrderFilter

router = APIRouter(prefix=f"{API}/work-orders", tags=["work orders"], responses=PROBLEMS, dependencies=[READING])
Given = Annotated[Context, Depends(context_of)]
router.routes.extend(log_router.routes)


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
    source: str = Field(examples=["alert"], description="alert, inspection, report, hand or plan")
    source_of: str
    team: str
    skills: list[str]
    description: str
    held_by: str
    approver: str
    held_why: str
    verified_by: str
    clocks: list[ClockOut]
    version: int
    steps: list[StepOut]


class Wish(BaseModel):
    """What an action needs; `steps` of the order says which of these."""

    reason: str = Field(default="", max_length=LONGEST_TEXT, examples=["Seal replaced, no drip for 10 minutes."])
    assignee: str = Field(default="", max_length=100, examples=["engineer"])
    other: int | None = Field(default=None, ge=1, description="The number of the order that this one repeats.")
    team: str = Field(default="", max_length=100, description="Instead of `assignee`: a team of the rota.")
    turn: bool = Field(
        default=True, description="The team's order goes to the next of it in turn; else to the first to take it."
    )
    approver: str = Field(
        default="", max_length=100, description="Who allows a hold; another person, who may dispatch."
    )
    code: str = Field(default="", max_length=300, description="The code that hangs at the place, scanned or typed.")
    version: int | None = Field(default=None, description="Of the order as you saw it: refused when it changed since.")


class NewOrder(BaseModel):
    """An order that a person opens."""

    kind: str = Field(max_length=60, examples=["water-supply"], description="A class of work.")
    title: str = Field(max_length=LONGEST_TITLE, examples=["Tap in the lobby drips"])
    zone: str = Field(default="", max_length=100)
    asset: str = Field(default="", max_length=100)
    description: str = Field(default="", max_length=LONGEST_TEXT)
    severity: str = Field(default="", max_length=1, description="1 to 4; the class's own by default.")
    emergency: bool = False
    happened: When | None = Field(default=None, description="When it happened; now by default. Clocks run from here.")


@router.get("", summary="Work orders, newest first")
def list_orders(
    *,
    context: Given,
    open: bool | None = None,
    state: Annotated[list[State] | None, Query()] = None,
    assignee: Annotated[list[str] | None, Query()] = None,
    zone: Annotated[list[str] | None, Query(description="This zone and the zones below it")] = None,
    asset: Annotated[list[str] | None, Query()] = None,
    kind: Annotated[list[str] | None, Query(description="The class of work")] = None,
    team: Annotated[list[str] | None, Query()] = None,
    source: Annotated[list[Source] | None, Query()] = None,
    duplicate_of: int | None = None,
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
            kinds=tuple(kind or ()),
            teams=tuple(team or ()),
            sources=tuple(source or ()),
            duplicate_of=duplicate_of,
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


@router.post("", summary="Open a work order by hand", response_model=WorkOrderOut, responses=CONFLICT)
def open_new(*, request: Request, visitor: WorkActor, context: Given, body: NewOrder, key: Key = None) -> Any:
    """It is given to whom its class says."""

    def do(unit: Unit) -> dict[str, Any]:
        room, now = order_room(context, unit), context.clock()
        draft = WorkOrder(
            kind=body.kind,
            title=Text(body.title.strip(), body.title.strip()),
            severity=severity_of(body.severity, room, body.kind),
            zone=body.zone,
            asset=body.asset,
            limit=Text("", ""),
            description=body.description.strip(),
            emergency=body.emergency,
            opened=now,
            event_at=body.happened or now,
        )
        return order_out(open_by_hand(unit, room, visitor.actor, draft, now), now).model_dump()

    return write_once(context, once(request, visitor.actor, key), do)


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
    wish, now = body or Wish(), context.clock()

    def do(unit: Unit) -> dict[str, Any]:
        order, wanted = order_of(visitor, action, wish, now), Wanted(code=wish.code, turn=wish.turn)
        room = order_room(context, unit)
        done = take_order(unit, room, number, visitor.actor, order, wanted=wanted, seen=wish.version)
        return order_out(done, now).model_dump()

    return write_once(context, once(request, visitor.actor, key), do)


def order_of(visitor: Visitor, action: Action, wish: Wish, at: int) -> Order:
    """The wish with who and when."""
    return Order(
        action=action,
        who=visitor.actor.id,
        at=at,
        reason=wish.reason.strip(),
        assignee=wish.assignee.strip(),
        other=wish.other,
        team=wish.team.strip(),
        approver=wish.approver.strip(),
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
        source=order.source.value,
        source_of=order.source_of,
        team=order.team,
        skills=list(order.skills),
        description=order.description,
        held_by=order.held_by,
        approver=order.approver,
        held_why=order.held_why,
        verified_by=order.verified_by,
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
