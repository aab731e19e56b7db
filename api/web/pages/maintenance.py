"""Maintenance windows: what is out of service, and who answers for it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from api.access import Reader, WorkActor
from api.acting import LONGEST_TEXT, write
from api.context import Context, context_of, zone_of
from api.setting_aside import WindowWish, plan_window, stop_window
from api.web.page import Page, reading
from api.web.pages.test_modes import chosen, scopes
from api.web.times import entered
from facility.instant import HOUR
from facility.person import Right
from facility.register import Register
from facility.scope import Extent
from inspections.impairing import without_record

router = APIRouter(prefix="/maintenance")
Given = Annotated[Context, Depends(context_of)]
LENGTHS = (HOUR, 2 * HOUR, 4 * HOUR, 8 * HOUR, 24 * HOUR, 72 * HOUR, 168 * HOUR)


@router.get("")
def show_list(request: Request, visitor: Reader, cursor: str | None = None, scope: str = "") -> Response:
    """Newest first, with the form; ``scope`` is chosen in it already, such as the point of an alert."""
    with reading(request, visitor) as page:
        try:
            found = page.unit.maintenance.find(cursor, 50)
        except ValueError:
            return RedirectResponse("/maintenance", 303)
        return page.render(
            "maintenance.html",
            windows=found.rows,
            cursor=found.cursor,
            lengths=LENGTHS,
            scopes=[*_point(page, scope), *scopes(page.register)],
            asked=scope,
            people=[account for account in page.enabled if account.id != visitor.actor.id],
            may_plan=page.look.may(Right.ACT_ON_WORK),
            unrecorded=without_record(page.unit, page.register, page.look.now),
        )


def _point(page: Page, scope: str) -> list[tuple[str, str, str]]:
    """The one point that is asked about: all of them would make the list too long."""
    extent, id = chosen(scope)
    if extent is not Extent.POINT or id not in page.register.points:
        return []
    name = page.scope_text("point", id)
    return [(scope, name, name)]


@router.post("")
def plan(
    *,
    visitor: WorkActor,
    context: Given,
    scope: Annotated[str, Form(max_length=220)] = "",
    begins: Annotated[str, Form(max_length=40)] = "",
    length: Annotated[int, Form(alias="for", ge=0)] = 0,
    second: Annotated[str, Form(max_length=40)] = "",
    reason: Annotated[str, Form(max_length=LONGEST_TEXT)] = "",
) -> Response:
    """``begins`` is local time as a browser's form gives it; now when it is empty."""
    now = context.clock()
    extent, id = chosen(scope)

    def do(register: Register) -> WindowWish:
        since = entered(begins, zone_of(context.site(register)))
        until = (now if since is None else since) + length
        return WindowWish(extent=extent, scope=id, since=since, until=until, why=reason, second=second)

    write(
        context,
        lambda unit: plan_window(unit, context.register(unit), visitor.actor, now, do(context.register(unit))),
    )
    return RedirectResponse("/maintenance", 303)


@router.post("/{number}/end")
def end(visitor: WorkActor, context: Given, number: int) -> Response:
    """Back in service early."""
    write(context, lambda unit: stop_window(unit, number, visitor.actor, context.clock()))
    return RedirectResponse("/maintenance", 303)
