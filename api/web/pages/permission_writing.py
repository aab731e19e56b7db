"""The form by which a permission is entered, changed, ended and taken back; wide and on a phone."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from api.access import Visitor, needs
from api.acting import LONGEST_TEXT, write
from api.context import Context, context_of
from api.web.page import Page, reading
from facility.permission import Permissions
from facility.permission_entries import Permission
from facility.permission_telling import CLASSES, DAYS, hours_text, where_text, whom_text
from facility.permission_wish import FIELDS, PermissionRefused, Wish, Wrong, wish_of
from facility.person import Right
from inspections.permission_writing import TABLE, Signed, change, end, enter, stood_before, take_back
from storage.records.port import NotFound

router = APIRouter(prefix="/permissions/entries")
Given = Annotated[Context, Depends(context_of)]
Keeper = Annotated[Visitor, Depends(needs(Right.MANAGE_PERMISSIONS))]
Why = Annotated[str, Form(max_length=LONGEST_TEXT)]
Seen = Annotated[int, Form(ge=0, lt=2**31)]
MOST_OFFERED = 500
"""Card holders whom the form offers by name; of more, an id is typed."""
MOST_FIELDS = 100


async def written(request: Request) -> Wish:
    """As the form has it; several days are one text."""
    form = await request.form(max_fields=MOST_FIELDS)
    texts = {name: str(form.get(name) or "") for name in FIELDS if name != "days"}
    return Wish(**texts, days=" ".join(str(day) for day in form.getlist("days")))


Written = Annotated[Wish, Depends(written)]


@router.get("/new")
def show_new(request: Request, visitor: Keeper, holder: str = "", group: str = "") -> Response:
    """``holder``, ``group``: whom it is for, where the way here began at one of them."""
    with reading(request, visitor) as page:
        return _form(page, Wish(holder=holder, group=group, approver=visitor.actor.id))


@router.post("/new")
def enter_one(*, request: Request, visitor: Keeper, context: Given, wish: Written) -> Response:
    """A new version of the permissions, or the form again with what is wrong."""
    signed = Signed(who=visitor.actor.id, at=context.clock())
    try:
        made = write(context, lambda unit: enter(unit, context.register(unit), wish, signed))
    except PermissionRefused as refused:
        with reading(request, visitor) as page:
            return _form(page, wish, wrong=refused.wrong)
    return RedirectResponse(f"/permissions/entries/{made.id}?done=entered", 303)


@router.get("/{permission}")
def show_one(request: Request, visitor: Keeper, permission: str, done: str = "") -> Response:
    """As it stands, or as it last stood."""
    with reading(request, visitor) as page:
        return _form(page, None, permission, done=done)


@router.post("/{permission}")
def change_one(
    *, request: Request, visitor: Keeper, context: Given, permission: str, wish: Written, seen: Seen = 0, why: Why = ""
) -> Response:
    """What stands there becomes what is written."""
    signed = Signed(who=visitor.actor.id, at=context.clock(), why=why, seen=seen)
    try:
        write(context, lambda unit: change(unit, context.register(unit), permission, wish, signed))
    except PermissionRefused as refused:
        with reading(request, visitor) as page:
            return _form(page, wish, permission, wrong=refused.wrong, why=why)
    return RedirectResponse(f"/permissions/entries/{permission}?done=changed", 303)


@router.post("/{permission}/end")
def end_one(
    *, request: Request, visitor: Keeper, context: Given, permission: str, seen: Seen = 0, why: Why = ""
) -> Response:
    """From now on it opens nothing."""
    signed = Signed(who=visitor.actor.id, at=context.clock(), why=why, seen=seen)
    return _done(
        request, visitor, permission, "ended", lambda: write(context, lambda unit: end(unit, permission, signed))
    )


@router.post("/{permission}/take-back")
def take_one_back(*, request: Request, visitor: Keeper, context: Given, permission: str, seen: Seen = 0) -> Response:
    """The last change of this one is undone, by a new version."""
    signed = Signed(who=visitor.actor.id, at=context.clock(), seen=seen)
    return _done(
        request,
        visitor,
        permission,
        "taken-back",
        lambda: write(context, lambda unit: take_back(unit, permission, signed)),
    )


def _done(request: Request, visitor: Visitor, permission: str, done: str, do: Any) -> Response:
    try:
        do()
    except PermissionRefused as refused:
        with reading(request, visitor) as page:
            return _form(page, None, permission, wrong=refused.wrong)
    return RedirectResponse(f"/permissions/entries/{permission}?done={done}", 303)


def _form(page: Page, wish: Wish | None, id: str = "", *, wrong: Wrong = (), done: str = "", why: str = "") -> Response:
    permissions = page.unit.permissions.load()
    history = page.unit.permissions.history(TABLE, id) if id else []
    if id and not history:
        raise NotFound(f"there is no permission {id!r}")
    stands = permissions.permissions.get(id)
    shown = stands or (stood_before(page.unit, id, history[-1]["version"]) if id else None)
    holders = permissions.holders.values()
    return page.render(
        "permission_form.html",
        422 if wrong else 200,
        id=id,
        wish=asdict(wish or (wish_of(shown) if shown else Wish())),
        told=_told(page, permissions, shown) if shown else None,
        stands=stands,
        seen=history[-1]["version"] if history else 0,
        wrong=dict(wrong),
        why=why,
        done=done,
        groups=[(one.id, page.look.say(one.name)) for one in permissions.groups.values()],
        holders=[(one.id, one.name or one.id) for one in holders][:MOST_OFFERED],
        more=max(0, len(holders) - MOST_OFFERED),
        classes=[(access, page.look.say(name)) for access, name in CLASSES.items()],
        zones=[(zone.id, page.look.say(zone.name)) for zone in page.register.zones.values()],
        days=[(day, page.look.say(name)) for day, name in DAYS.items()],
        history=history[::-1],
    )


def _told(page: Page, permissions: Permissions, one: Permission) -> dict[str, str]:
    say = page.look.say
    return {
        "whom": say(whom_text(one, permissions)),
        "where": say(where_text(one, page.register)),
        "hours": say(hours_text(replace(one, since=None, until=None))),
    }
