"""Work orders: the list, and one with its clocks and the one big next step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from api.access import Reader
from api.acting import LONGEST_TEXT, point_normal, take_order, write
from api.context import Context, context_of
from api.problems import Problem
from api.web.page import Page, reading
from api.web.values import amount
from facility.clause import CLAUSES
from facility.person import RIGHTS, Right
from facility.work_order import Action, Order, State, Step, WorkOrder, steps_from
from storage.records.port import NotFound, WorkOrderFilter

router = APIRouter(prefix="/work-orders")
Given = Annotated[Context, Depends(context_of)]

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
        )


def _by_clock(order: WorkOrder) -> tuple[int, int]:
    clock = order.next_due()
    return (clock.due if clock else 2**62, int(order.severity))


@router.get("/{number}")
def show_one(request: Request, visitor: Reader, number: int) -> Response:
    """One work order."""
    with reading(request, visitor) as page:
        order = page.unit.work_orders.get(number)
        steps = [step for step in steps_from(order) if page.look.may(step.right)]
        following = next_step(steps, order, visitor.actor.id)
        return page.render(
            "work_order.html",
            order=order,
            clause=CLAUSES.get(order.clause),
            rule=page.context.book().rules.get(order.rule),
            following=following,
            others=[s for s in steps if s is not following and s.action is not Action.COMMENT],
            may_comment=any(s.action is Action.COMMENT for s in steps),
            normal=point_normal(page.unit, order),
            measured=_measured(page, order),
            assignable=assignable(page),
            alert=_alert(page, order),
            facts=page.unit.facts.of("work-order", str(number)),
            watched=[order.point] if order.point else [],
        )


def next_step(steps: list[Step], order: WorkOrder, who: str) -> Step | None:
    """The one big step. For a dispatcher it is to dispatch, while nobody is named."""
    possible = {step.action: step for step in steps}
    if not order.assignee and Action.DISPATCH in possible:
        return possible[Action.DISPATCH]
    if order.state is State.DISPATCHED and order.assignee not in ("", who) and Action.DISPATCH in possible:
        return None
    return next((possible[action] for action in FORWARD if action in possible), None)


def assignable(page: Page) -> list[tuple[str, str]]:
    """(account, name) of everybody who may work on orders."""
    return [
        (account.id, account.name)
        for account in page.unit.people.accounts()
        if account.disabled is None and Right.ACT_ON_WORK in RIGHTS[account.role]
    ]


def _measured(page: Page, order: WorkOrder) -> str:
    if order.value is None:
        return ""
    return amount(order.value, order.unit, page.register.points.get(order.point), page.look.language)


def _alert(page: Page, order: WorkOrder) -> object:
    try:
        return page.unit.alerts.get(order.alert) if order.alert is not None else None
    except NotFound:
        return None


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
) -> Response:
    """One step of the table."""
    order = Order(
        action=action,
        who=visitor.actor.id,
        at=context.clock(),
        reason=reason.strip(),
        assignee=assignee.strip(),
        other=_number(other),
    )
    write(context, lambda unit: take_order(unit, number, visitor.actor, order))
    return RedirectResponse(f"/work-orders/{number}", 303)


def _number(text: str) -> int | None:
    plain = text.strip().lstrip("#")
    if not plain:
        return None
    if not plain.isdecimal():
        raise Problem(422, "invalid", "Not a number", f"other: {text!r}; allowed: the number of a work order")
    return int(plain)
