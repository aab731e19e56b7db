"""``/api/v1/maintenance``: what is out of service, for how long, and who answers for it."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field

from api.access import READING, WorkActor
from api.acting import LONGEST_TEXT
from api.context import Context, context_of
from api.idempotency import Key, once, write_once
from api.paging import CONFLICT, PROBLEMS, Cursor, Limit, Listing, Out, When, moment
from api.routes import API
from api.routes.points import bad_cursor
from api.setting_aside import WindowWish, plan_window, stop_window
from facility.maintenance import Maintenance
from facility.scope import Extent

router = APIRouter(prefix=f"{API}/maintenance", tags=["maintenance"], responses=PROBLEMS, dependencies=[READING])
Given = Annotated[Context, Depends(context_of)]


class MaintenanceOut(Out):
    """One window."""

    id: int = Field(examples=[3])
    extent: str = Field(examples=["asset"], description="point, asset, zone or system")
    scope: str = Field(examples=["t1-pump-1"], description="its id; empty for the whole property")
    since: str
    until: str
    who: str
    why: str = Field(examples=["Pump overhaul"])
    second: str = Field(description="The other person who answers for it; without one life safety goes on paging.")
    state: str = Field(examples=["in-force"], description="planned, in-force or ended")
    ended: str | None
    ended_by: str
    version: int


class MaintenanceIn(BaseModel):
    """What a window needs."""

    extent: Extent = Field(examples=["asset"])
    scope: str = Field(default="", max_length=200, examples=["t1-pump-1"])
    since: When | None = Field(default=None, description="Now when left out.")
    until: When
    why: str = Field(min_length=1, max_length=LONGEST_TEXT, examples=["Pump overhaul"])
    second: str = Field(
        default="", max_length=40, description="Needed for life safety: the account of another person.", examples=["li"]
    )


@router.get("", summary="Maintenance windows, newest first")
def list_maintenance(context: Given, cursor: Cursor = None, limit: Limit = 50) -> Listing[MaintenanceOut]:
    """Planned, in force and ended ones."""
    with context.records.read() as unit:
        try:
            page = unit.maintenance.find(cursor, limit)
        except ValueError:
            raise bad_cursor() from None
    return Listing(rows=[window_out(window) for window in page.rows], cursor=page.cursor)


@router.get("/{number}", summary="One maintenance window")
def read_maintenance(context: Given, number: int) -> MaintenanceOut:
    """What is out of service, and who answers for it."""
    with context.records.read() as unit:
        return window_out(unit.maintenance.get(number))


@router.post("", summary="Take something out of service", response_model=MaintenanceOut, status_code=201)
def plan(*, request: Request, visitor: WorkActor, context: Given, body: MaintenanceIn, key: Key = None) -> Any:
    """At once or planned. Life safety stays in service unless `second` names another person who answers for it."""
    wish = WindowWish(
        extent=body.extent, scope=body.scope, since=body.since, until=body.until, why=body.why, second=body.second
    )
    now = context.clock()
    return write_once(
        context,
        once(request, visitor.actor, key),
        lambda unit: window_out(plan_window(unit, context.register(unit), visitor.actor, now, wish)).model_dump(),
    )


@router.post("/{number}/end", summary="Back in service early", response_model=MaintenanceOut, responses=CONFLICT)
def end(*, request: Request, visitor: WorkActor, context: Given, number: int, key: Key = None) -> Any:
    """What still goes on in its scope counts from now on. 409 when it is over already."""
    now = context.clock()
    return write_once(
        context,
        once(request, visitor.actor, key),
        lambda unit: window_out(stop_window(unit, number, visitor.actor, now)).model_dump(),
    )


def window_out(window: Maintenance) -> MaintenanceOut:
    """A window as the API gives it."""
    return MaintenanceOut(
        id=window.id,
        extent=window.extent.value,
        scope=window.scope,
        since=moment(window.since) or "",
        until=moment(window.until) or "",
        who=window.who,
        why=window.why,
        second=window.second,
        state=window.state,
        ended=moment(window.ended),
        ended_by=window.ended_by,
        version=window.version,
    )
