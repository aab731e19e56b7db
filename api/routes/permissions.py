"""``/api/v1/permissions``: who may enter where and when, their review, and the door system's list beside them."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Request
from pydantic import BaseModel, Field

from api.access import READING, Visitor, needs
from api.acting import LONGEST_TEXT, write
from api.context import Context, context_of
from api.doors import review_every
from api.idempotency import Key, once, write_once
from api.paging import CONFLICT, PROBLEMS, Listing, Out, Words, moment, words
from api.permission_acting import compared, refused_review
from api.problems import Problem
from api.result_room import refusal, result_room
from api.routes import API
from facility.door_list import NAMES, TO_DO, Comparison
from facility.permission_entries import CredentialState
from facility.permission_review import Decision, Line, ReviewRefused, Said, lines
from facility.permission_telling import hours_text
from facility.person import Right
from inspections.draft import DraftRefused
from inspections.permission_deeds import finish_review, review_one, set_state
from storage.records.comparisons import last_comparison
from storage.records.port import NotFound, Unit

router = APIRouter(prefix=f"{API}/permissions", tags=["permissions"], responses=PROBLEMS, dependencies=[READING])
Given = Annotated[Context, Depends(context_of)]
Keeper = Annotated[Visitor, Depends(needs(Right.MANAGE_PERMISSIONS))]
Why = Annotated[str, Field(max_length=LONGEST_TEXT, examples=["The contract ended"])]
LARGEST = 5_000_000
"""Bytes of a door list: fifty thousand rows."""


class PermissionOut(Out):
    """One permission. Who is behind a holder's id stands on no answer: ids are no names."""

    id: str = Field(examples=["night-crew"])
    holder: str
    group: str
    access: str = Field(examples=["sensitive"])
    zone: str
    hours: Words
    since: str | None
    until: str | None
    approver: str
    reason: str
    people: int = Field(description="How many it is for, now.")
    confirmed: str | None
    confirmed_by: str
    unreviewed: bool
    over: bool


class DifferenceOut(Out):
    """One thing to mend, and how."""

    kind: str = Field(examples=["more"])
    name: Words
    to_do: Words
    row: int = Field(description="The list's row; 0 where something is missing from it.")
    credential: str
    holder: str
    door: str
    called: str
    reason: str
    permission: str


class ComparisonOut(Out):
    """What the last comparison with the door system's list came to."""

    at: str
    who: str
    version: int
    rows: int
    figures: dict[str, int] = Field(examples=[{"more": 1, "less": 0}])
    differences: list[DifferenceOut]


class ReviewIn(BaseModel):
    """What somebody says of one permission."""

    decision: Decision
    until: date | None = Field(default=None, description="Of `shorten`: the new last day.")
    why: Why = Field(default="", description="Needed to shorten or end.")


class FinishIn(BaseModel):
    """The review is handed in."""

    why: Why = ""


class StateIn(BaseModel):
    """What has become of a card."""

    state: CredentialState
    why: Why = ""


class ChangedOut(Out):
    """A change was made."""

    version: int


class FinishedOut(Out):
    """The review as it was handed in."""

    fact: int = Field(description="`seq` of the fact.")
    figures: dict[str, int]
    result: int | None = Field(description="The evidence of the duty; null where none was owed.")


@router.get("", summary="Permissions, the most guarded and the longest unseen first")
def list_permissions(context: Given) -> Listing[PermissionOut]:
    """As they are in force."""
    with context.records.read() as unit:
        register, permissions = context.register(unit), unit.permissions.load()
    found = lines(permissions, register, context.clock(), review_every(context))
    return Listing(rows=[_line_out(line) for line in found])


def _line_out(line: Line) -> PermissionOut:
    one = line.permission
    return PermissionOut(
        id=one.id,
        holder=one.holder,
        group=one.group,
        access=line.access,
        zone=one.zone,
        hours=words(hours_text(one)),
        since=one.since.isoformat() if one.since else None,
        until=one.until.isoformat() if one.until else None,
        approver=one.approver,
        reason=one.reason,
        people=line.people,
        confirmed=moment(line.confirmed.at) if line.confirmed else None,
        confirmed_by=line.confirmed.who if line.confirmed else "",
        unreviewed=line.unreviewed,
        over=line.over,
    )


@router.get("/comparison", summary="The last comparison with the door system's list")
def read_comparison(context: Given) -> ComparisonOut:
    """404 before the first."""
    with context.records.read() as unit:
        kept = last_comparison(unit)
    if kept is None:
        raise NotFound("the door system's list was never compared")
    return _comparison_out(*kept)


@router.post("/comparison", summary="Compare the door system's list", status_code=201)
def compare(
    *, visitor: Keeper, context: Given, body: Annotated[bytes, Body(media_type="text/csv", max_length=LARGEST)]
) -> ComparisonOut:
    """The CSV as the door system exports it; `door-list.toml` names its columns. Its figures are a stored fact."""
    return _comparison_out(compared(context, visitor, body), visitor.actor.id)


def _comparison_out(found: Comparison, who: str) -> ComparisonOut:
    return ComparisonOut(
        at=moment(found.at) or "",
        who=who,
        version=found.version,
        rows=found.rows,
        figures=found.figures,
        differences=[
            DifferenceOut(
                kind=one.kind.value,
                name=words(NAMES[one.kind]),
                to_do=words(TO_DO[one.kind]),
                row=one.row,
                credential=one.credential,
                holder=one.holder,
                door=one.door,
                called=one.called,
                reason=one.reason,
                permission=one.permission,
            )
            for one in found.differences
        ],
    )


@router.post("/review/finish", summary="Hand the review in", response_model=FinishedOut, responses=CONFLICT)
def finish(*, request: Request, visitor: Keeper, context: Given, body: FinishIn, key: Key = None) -> Any:
    """What nobody has confirmed stays in its figures. It is the evidence of the duty, where one is owed."""

    def do(unit: Unit) -> Any:
        now, every = context.clock(), review_every(context)
        came = finish_review(unit, result_room(context, unit), who=visitor.actor.id, now=now, why=body.why, every=every)
        return FinishedOut(
            fact=came.fact.seq, figures=came.fact.data["figures"], result=came.result.id if came.result else None
        ).model_dump()

    try:
        return write_once(context, once(request, visitor.actor, key), do)
    except DraftRefused as refused:
        raise refusal(refused, "en", "The review cannot be handed in") from None


@router.post(
    "/{permission}/review", summary="Confirm, shorten or end one", response_model=ChangedOut, responses=CONFLICT
)
def review(
    *, request: Request, visitor: Keeper, context: Given, permission: str, body: ReviewIn, key: Key = None
) -> Any:
    """Shortening and ending need a reason."""

    def do(unit: Unit) -> Any:
        said = Said(
            permission=permission,
            decision=body.decision,
            until=body.until,
            why=body.why,
            who=visitor.actor.id,
            at=context.clock(),
        )
        return ChangedOut(version=review_one(unit, said)).model_dump()

    try:
        return write_once(context, once(request, visitor.actor, key), do)
    except ReviewRefused as refused:
        raise refused_review(refused, "en") from None


@router.post("/credentials/{pseudonym}/state", summary="Report a card lost, block it, or take that back")
def change_state(visitor: Keeper, context: Given, pseudonym: str, body: StateIn) -> ChangedOut:
    """From now on; what was let in before stays judged as it was known then."""
    if not body.why.strip():
        raise Problem(422, "missing-field", "A reason is needed", "why: is missing; say why", field="why")
    version = write(
        context,
        lambda unit: set_state(
            unit, pseudonym, body.state, who=visitor.actor.id, now=context.clock(), why=body.why.strip()
        ),
    )
    return ChangedOut(version=version)
