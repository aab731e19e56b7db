"""``/api/v1/permissions``, one by one: entered, changed, taken back, each as a new version."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field

from api.access import READING, Visitor, needs
from api.acting import LONGEST_TEXT
from api.context import Context, context_of
from api.idempotency import Key, once, write_once
from api.paging import CONFLICT, PROBLEMS, Out
from api.problems import Problem
from api.routes import API
from facility.permission_wish import PermissionRefused, Wish, wish_of
from facility.person import Right
from inspections.permission_writing import TABLE, Signed, change, enter, stood_before, take_back
from storage.records.port import NotFound, Unit

router = APIRouter(prefix=f"{API}/permissions", tags=["permissions"], responses=PROBLEMS, dependencies=[READING])
Given = Annotated[Context, Depends(context_of)]
Keeper = Annotated[Visitor, Depends(needs(Right.MANAGE_PERMISSIONS))]
Short = Annotated[str, Field(default="", max_length=LONGEST_TEXT)]


class PermissionFields(BaseModel):
    """What a permission says; the words are those of `permissions.csv`. Either `group` or `holder`, either `access` or `zone`."""

    group: Short
    holder: Short
    access: Short
    zone: Short
    days: str = Field(default="every-day", max_length=LONGEST_TEXT, examples=["workdays sat"])
    starts: Short
    ends: Short
    since: Short
    until: Short
    approver: Short
    reason: Short

    def wish(self) -> Wish:
        """As the form has it."""
        return Wish(**{name: getattr(self, name) for name in PermissionFields.model_fields})


class PermissionChangeIn(PermissionFields):
    """What stands there becomes this."""

    why: Short
    seen: int = Field(description="`changed` of the permission as it was read.")


class TakeBackIn(BaseModel):
    """The permission becomes what it was before its last change."""

    seen: int = Field(description="`changed` of the permission as it was read.")


class EntryOut(PermissionFields, Out):
    """A permission as it stands, or as it last stood."""

    id: str = Field(examples=["night-crew"])
    in_force: bool = Field(description="False: it was ended, and the fields say what it was.")
    changed: int = Field(description="The version of the permissions in which it was last changed.")


@router.get("/{permission}", summary="One permission, also one that was ended")
def read_one(context: Given, permission: str) -> EntryOut:
    """404 when there never was one of this id."""
    with context.records.read() as unit:
        return _out(unit, permission)


def _out(unit: Unit, id: str) -> EntryOut:
    history = unit.permissions.history(TABLE, id)
    if not history:
        raise NotFound(f"there is no permission {id!r}")
    changed = int(history[-1]["version"])
    stands = unit.permissions.load().permissions.get(id)
    shown = stands or stood_before(unit, id, changed)
    if shown is None:
        raise NotFound(f"there is no permission {id!r}")
    wish = wish_of(shown)
    plain = {name: getattr(wish, name) for name in PermissionFields.model_fields}
    return EntryOut(id=id, in_force=stands is not None, changed=changed, **plain)


@router.post("", summary="Enter a permission", status_code=201, response_model=EntryOut)
def enter_one(*, request: Request, visitor: Keeper, context: Given, body: PermissionFields, key: Key = None) -> Any:
    """Its id is given by us."""
    signed = Signed(who=visitor.actor.id, at=context.clock())

    def do(unit: Unit) -> Any:
        return _out(unit, enter(unit, context.register(unit), body.wish(), signed).id).model_dump()

    return _written(context, once(request, visitor.actor, key), do)


@router.put("/{permission}", summary="Change one", response_model=EntryOut, responses=CONFLICT)
def change_one(
    *, request: Request, visitor: Keeper, context: Given, permission: str, body: PermissionChangeIn, key: Key = None
) -> Any:
    """409 when it was changed since it was read. Whoever confirmed it confirmed what stood there: it is to be confirmed anew."""
    signed = Signed(who=visitor.actor.id, at=context.clock(), why=body.why, seen=body.seen)

    def do(unit: Unit) -> Any:
        change(unit, context.register(unit), permission, body.wish(), signed)
        return _out(unit, permission).model_dump()

    return _written(context, once(request, visitor.actor, key), do)


@router.post("/{permission}/take-back", summary="Undo its last change", response_model=EntryOut, responses=CONFLICT)
def take_one_back(
    *, request: Request, visitor: Keeper, context: Given, permission: str, body: TakeBackIn, key: Key = None
) -> Any:
    """What was entered is ended, what was ended stands again; as a new version."""
    signed = Signed(who=visitor.actor.id, at=context.clock(), seen=body.seen)

    def do(unit: Unit) -> Any:
        take_back(unit, permission, signed)
        return _out(unit, permission).model_dump()

    return _written(context, once(request, visitor.actor, key), do)


def _written(context: Context, asked: Any, do: Any) -> Any:
    try:
        return write_once(context, asked, do)
    except PermissionRefused as refused:
        errors = [{"field": field, "wrong": text.en, "allowed": None} for field, text in refused.wrong]
        raise Problem(422, "invalid", "Nothing was kept", str(refused), errors=errors) from None
