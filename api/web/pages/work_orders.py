"""Work orders: the list, and one with its clocks and the one big next step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from api.access import Reader, Visitor, WorkActor
from api.acting import LONGEST_TEXT, write
from api.context import Context, context_of
from api.order_acting import LONGEST_TITLE, open_by_hand, order_room, severity_of, take_order
from api.problems import Problem
from api.rota_reading import rota_of
from api.web.page import Page, reading
from api.web.pages.work_order_log import router as log_router
from api.web.values import amount
from facility.alert import Alert
from facility.clause import CLAUSES
from facility.instant import MINUTE
from facility.person import RIGHTS, Right
from facility.text import Text
from facility.units import QUANTITIES, allowed_units
from facility.work_log import Measurement, read_log
from facility.work_order import Action, Order, State, Step, WorkOrder, barred, steps_from
from response.orders import Wanted, point_normal, similar
from rules.links import LINK_RULE
from storage.records.port import AlertFilter, NotFound, Unit, WorkOrderFilter

router = APIRouter(prefix="/work-orders")
Given = Annotated[Context, Depends(context_of)]
router.routes.extend(log_router.routes)

FORWARD = (
    Action.ACCEPT,
    Action.ARRIVE,
    Action.START,
    Action.RESUME,
    Action.FINISH,
    Action.VERIFY,
    Action.REVIEW,
    Action.DISPATCH,
)
"""The next step is the first of these that is possible and permitted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The list's filters as they stand in the address."""

    show: str = "open"
    state: str = ""
    assignee: str = ""

    def query(self, **changed: str) -> str:
        """An address with some of them changed."""
        values = {name: getattr(self, name) for name in self.__slots__} | changed
        kept = {name: value for name, value in values.items() if value and not (name == "show" and value == "open")}
        return f"/work-orders?{urlencode(kept)}" if kept else "/work-orders"


@router.get("")
def show_list(
    *,
    request: Request,
    visitor: Reader,
    show: str = "open",
    state: str = "",
    assignee: str = "",
    cursor: str | None = None,
) -> Response:
    """Open ones by clock, all ones by number."""
    asked = Asked(show=show, state=state, assignee=assignee)
    wanted = WorkOrderFilter(
        open=True if show == "open" else None,
        states=(State(state),) if state in [s.value for s in State] else (),
        assignees=(assignee,) if assignee else (),
    )
    with reading(request, visitor) as page:
        try:
            found = page.unit.work_orders.find(wanted, cursor, 50)
        except ValueError:
            return RedirectResponse(asked.query(), 303)
        orders = sorted(found.rows, key=_by_clock) if show == "open" else found.rows
        return page.render(
            "work_orders.html",
            orders=orders,
            asked=asked,
            cursor=found.cursor,
            total=page.unit.work_orders.count(wanted),
            states=list(State),
            workers=assignable(page),
            kind_name=kind_names(page),
        )


def _by_clock(order: WorkOrder) -> tuple[int, int]:
    clock = order.next_due()
    return (clock.due if clock else 2**62, int(order.severity))


def kind_names(page: Page) -> Callable[[str], str]:
    """What a class of work is called: by its file, or by the word that we have for it."""
    classes = page.context.book().classes

    def name(kind: str) -> str:
        return page.look.say(classes[kind].title) if kind in classes else page.look.word("order-kind", kind)

    return name


@router.get("/new")
def show_new(
    *, request: Request, visitor: WorkActor, kind: str = "", zone: str = "", asset: str = "", title: str = ""
) -> Response:
    """The form by which people open an order."""
    with reading(request, visitor) as page:
        return page.render(
            "work_order_new.html",
            classes=page.context.book().classes,
            given={"kind": kind, "zone": zone, "asset": asset, "title": title},
            zones=[(zone.id, page.place_text(zone.id)) for zone in page.register.zones.values()],
            assets=[(one.id, page.place_text(one.zone, one.id)) for one in page.register.assets.values()],
            now=page.context.clock(),
        )


@router.post("")
def open_new(
    *,
    visitor: WorkActor,
    context: Given,
    kind: Annotated[str, Form(max_length=60)] = "",
    title: Annotated[str, Form(max_length=LONGEST_TITLE)] = "",
    place: Annotated[str, Form(max_length=200)] = "",
    description: Annotated[str, Form(max_length=LONGEST_TEXT)] = "",
    severity: Annotated[str, Form(max_length=1)] = "",
    ago: Annotated[str, Form(max_length=5)] = "0",
    emergency: Annotated[bool, Form()] = False,
) -> Response:
    """Opened, and given to whom its class says."""
    now, where = context.clock(), place.partition(":")

    def do(unit: Unit) -> WorkOrder:
        room = order_room(context, unit)
        draft = WorkOrder(
            kind=kind,
            title=Text(title.strip(), title.strip()),
            severity=severity_of(severity, room, kind),
            zone=where[2] if where[0] == "zone" else "",
            asset=where[2] if where[0] == "asset" else "",
            limit=Text("", ""),
            description=description.strip(),
            emergency=emergency,
            opened=now,
            event_at=now - (_number(ago) or 0) * MINUTE,
        )
        return open_by_hand(unit, room, visitor.actor, draft, now)

    return RedirectResponse(f"/work-orders/{write(context, do).id}", 303)


@router.get("/{number}")
def show_one(request: Request, visitor: Reader, number: int) -> Response:
    """One work order."""
    return _show(request, visitor, number, "work_order.html")


@router.get("/{number}/paper")
def show_paper(request: Request, visitor: Reader, number: int) -> Response:
    """The same for paper: everything on it, nothing to press."""
    return _show(request, visitor, number, "work_order_paper.html")


def _show(request: Request, visitor: Visitor, number: int, template: str) -> Response:
    with reading(request, visitor) as page:
        order = page.unit.work_orders.get(number)
        steps = [step for step in steps_from(order) if page.look.may(step.right)]
        following = next_step(steps, order, visitor.actor.id)
        facts = page.unit.facts.of("work-order", str(number))
        normal = point_normal(page.unit, order)
        return page.render(
            template,
            order=order,
            barred=lambda step: barred(order, step, visitor.actor.id, point_normal=normal),
            clause=CLAUSES.get(order.clause),
            rule=page.context.book().rules.get(order.rule) or LINK_RULE.get(order.rule),
            following=following,
            others=[s for s in steps if s is not following and s.action is not Action.COMMENT],
            may_comment=any(s.action is Action.COMMENT for s in steps),
            may_record=page.look.may(Right.ACT_ON_WORK)
            and (order.open or (order.emergency and order.state is State.CLOSED)),
            normal=normal,
            measured=_measured(page, order),
            assignable=assignable(page),
            approvers=[one for one in assignable(page, Right.DISPATCH) if one[0] != visitor.actor.id],
            teams=[(team.id, page.look.say(team.name)) for team in rota_of(page.context, page.unit).teams.values()],
            alerts=page.unit.alerts.find(AlertFilter(work_order=number), limit=100).rows or _alert(page, order),
            duplicates=page.unit.work_orders.find(WorkOrderFilter(duplicate_of=number), limit=100).rows,
            alike=_alike(page, order),
            work=page.context.book().classes.get(order.kind),
            log=read_log(facts),
            quantities=_quantities(page, order),
            shown=_shown(page, order),
            kind_name=kind_names(page),
            facts=facts,
            watched=[order.point] if order.point else [],
        )


def _alike(page: Page, order: WorkOrder) -> list[WorkOrder]:
    """Other open orders that may be about the same: whoever dispatches decides."""
    if not order.open:
        return []
    room = order_room(page.context, page.unit)
    return [one for one in similar(page.unit, room, order) if one.id != order.id]


def _quantities(page: Page, order: WorkOrder) -> list[tuple[str, str]]:
    """(quantity, its name with units) that may be measured here, the order's own first."""
    point = page.register.points.get(order.point)
    work = page.context.book().classes.get(order.kind)
    wanted = [point.quantity] if point else []
    wanted += [check.quantity for check in (work.checklist if work else ()) if check.quantity]
    wanted += [name for name in ("voltage", "current", "temperature") if name in QUANTITIES] if not wanted else []
    found = [name for name in dict.fromkeys(wanted) if name in QUANTITIES and not QUANTITIES[name].is_state]
    return [(name, f"{page.look.say(QUANTITIES[name].name)} · {' / '.join(allowed_units(name))}") for name in found]


def _shown(page: Page, order: WorkOrder) -> Callable[[Measurement], str]:
    """A measurement as people read it: value with unit, its limit, and whether it is inside."""

    def text(one: Measurement) -> str:
        point = page.register.points.get(one.point)
        value = amount(one.value, one.unit, point, page.look.language)
        if one.inside is None:
            return value
        ends = [amount(end, one.unit, point, page.look.language) for end in (one.low, one.high) if end is not None]
        judged = page.look._("within") if one.inside else page.look._("outside")
        return page.look._("%(value)s · limit %(limit)s · %(judged)s", value=value, limit="–".join(ends), judged=judged)

    del order
    return text


def next_step(steps: list[Step], order: WorkOrder, who: str) -> Step | None:
    """The one big step. For a dispatcher it is to dispatch, while nobody is named."""
    possible = {step.action: step for step in steps}
    if not order.assignee and Action.DISPATCH in possible:
        return possible[Action.DISPATCH]
    if order.state is State.DISPATCHED and order.assignee not in ("", who) and Action.DISPATCH in possible:
        return None
    return next((possible[action] for action in FORWARD if action in possible), None)


def assignable(page: Page, right: Right = Right.ACT_ON_WORK) -> list[tuple[str, str]]:
    """(account, name) of everybody who may work on orders, or holds another right."""
    return [(account.id, account.name) for account in page.enabled if right in RIGHTS[account.role]]


def _measured(page: Page, order: WorkOrder) -> str:
    if order.value is None:
        return ""
    return amount(order.value, order.unit, page.register.points.get(order.point), page.look.language)


def _alert(page: Page, order: WorkOrder) -> list[Alert]:
    try:
        return [page.unit.alerts.get(order.alert)] if order.alert is not None else []
    except NotFound:
        return []


@router.post("/{number}/{action}")
def act(
    *,
    visitor: Reader,
    context: Given,
    number: int,
    action: Action,
    reason: Annotated[str, Form(max_length=LONGEST_TEXT)] = "",
    assignee: Annotated[str, Form(max_length=100)] = "",
    other: Annotated[str, Form(max_length=20)] = "",
    approver: Annotated[str, Form(max_length=100)] = "",
    code: Annotated[str, Form(max_length=300)] = "",
    version: Annotated[str, Form(max_length=20)] = "",
) -> Response:
    """One step of the table. A whole team is named as ``team:ID`` (in turn) or ``first:ID`` (to the first to take it)."""
    how, _, team = assignee.strip().rpartition(":")
    order = Order(
        action=action,
        who=visitor.actor.id,
        at=context.clock(),
        reason=reason.strip(),
        assignee="" if how in ("team", "first") else assignee.strip(),
        team=team if how in ("team", "first") else "",
        other=_number(other),
        approver=approver.strip(),
    )
    wanted, seen = Wanted(code=code, turn=how != "first"), _number(version)
    write(
        context,
        lambda unit: take_order(
            unit, order_room(context, unit), number, visitor.actor, order, wanted=wanted, seen=seen
        ),
    )
    return RedirectResponse(f"/work-orders/{number}", 303)


def _number(text: str) -> int | None:
    plain = text.strip().lstrip("#")
    if not plain:
        return None
    if not plain.isdecimal():
        raise Problem(422, "invalid", "Not a number", f"other: {text!r}; allowed: the number of a work order")
    return int(plain)
