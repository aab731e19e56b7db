"""``/api/v1/visits`` and ``/api/v1/retrievals``: visitors, and the register of who looked at whose data."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, Field

from api import retrieving
from api.access import READING, Reader, Visitor, needs
from api.acting import LONGEST_TEXT
from api.context import Context, context_of
from api.idempotency import Key, once, write_once
from api.paging import CONFLICT, PROBLEMS, Cursor, Limit, Listing, Out, When, moment
from api.problems import NotPermitted
from api.routes import API
from api.routes.facts import FactOut, fact_out
from api.routes.points import bad_cursor
from api.visiting import as_seen, invite, let_in, part_of, take
from facility.guest import DOCUMENTS, Guest
from facility.person import Actor, Right
from facility.retrieval import Retrieval, RetrievalState
from facility.visit import Deed, Visit, VisitDeed, VisitState, steps_from
from inspections.visits.wish import LONGEST_NUMBER, Shown, Wish, badge_of
from inspections.visits.wish import LONGEST_TEXT as LONGEST_LINE
from storage.records.port import NotFound, Unit
from storage.records.retrievals import RetrievalFilter
from storage.records.visits import VisitFilter

router = APIRouter(prefix=API, tags=["visits"], responses=PROBLEMS, dependencies=[READING])
Given = Annotated[Context, Depends(context_of)]
Host = Annotated[Visitor, Depends(needs(Right.INVITE_VISITORS))]
Guard = Annotated[Visitor, Depends(needs(Right.REGISTER_VISITS))]
DOCUMENT = "|".join(DOCUMENTS)


class GuestOut(Out):
    """Who came: in full for those who let people in, else the first character of the name alone."""

    name: str = Field(examples=["王**"])
    phone: str
    vehicle: str
    company: str
    host_text: str
    reason: str
    document: str = Field(examples=["id-card"])
    document_tail: str = Field(
        examples=["4512"], description="the last four of its number; the number itself is never kept"
    )
    until: str
    erased: str | None


class CrossingOut(Out):
    """The visitor's badge at a door."""

    point: str = Field(examples=["t1-pump-room-door.entry"])
    zone: str
    at: str
    event: str
    direction: str
    late: bool
    judgement: str = Field(examples=["escorted"])
    confirmed: bool = Field(description="an officer has confirmed an escort")


class VisitOut(Out):
    """One visit."""

    id: int = Field(examples=[12])
    state: str = Field(examples=["in-house"])
    host: str
    zones: list[str]
    expected: str
    until: str
    persons: int
    badge_label: str = Field(examples=["0007"])
    arrived: str | None
    left: str | None
    overstayed: str | None
    version: int
    guest: GuestOut
    crossings: list[CrossingOut]
    deeds: list[str] = Field(examples=[["extend", "leave"]], description="possible now")


class VisitIn(BaseModel):
    """Somebody who comes. Either ``host``, one of our people, or ``host_text``, a resident in words."""

    name: str = Field(max_length=LONGEST_LINE)
    phone: str = Field(default="", max_length=LONGEST_NUMBER)
    vehicle: str = Field(default="", max_length=LONGEST_NUMBER)
    company: str = Field(default="", max_length=LONGEST_LINE)
    host: str = Field(default="", max_length=LONGEST_LINE, examples=["zhou"])
    host_text: str = Field(default="", max_length=LONGEST_LINE)
    reason: str = Field(default="", max_length=200)
    zones: list[str] = Field(max_length=50, examples=[["t1"]])
    expected: When | None = Field(default=None, description="absent: now")
    until: When
    persons: int = Field(default=1, ge=1, le=200)


class WalkInIn(VisitIn):
    """Somebody who stands at the desk: with the document that was looked at, and the badge that was given."""

    document: str = Field(pattern=f"^({DOCUMENT})$", examples=["id-card"])
    document_number: str = Field(max_length=LONGEST_NUMBER)
    badge: str = Field(max_length=LONGEST_NUMBER, examples=["04A1B2C3"])


class VisitDeedIn(BaseModel):
    """What a deed needs."""

    document: str = Field(default="", pattern=f"^({DOCUMENT})?$")
    document_number: str = Field(default="", max_length=LONGEST_NUMBER)
    badge: str = Field(default="", max_length=LONGEST_NUMBER)
    until: When | None = None
    reason: str = Field(default="", max_length=LONGEST_TEXT)


class RetrievalOut(Out):
    """One entry of the register of retrievals."""

    id: int
    at: str
    who: str
    about: str = Field(examples=["video"])
    subject: str
    purpose: str
    basis: str = Field(examples=["authority"])
    state: str = Field(examples=["handed-over"])
    for_whom: str
    recipient: str
    request: str
    given: str
    start: str | None
    end: str | None
    medium: str
    sha256: str
    approver: str
    approved: str | None
    handed_by: str
    handed: str | None
    why_not: str
    erased: str | None


@router.get("/visits", summary="Visits, newest first")
def list_visits(
    *,
    visitor: Reader,
    context: Given,
    state: Annotated[list[VisitState] | None, Query()] = None,
    host: Annotated[list[str] | None, Query()] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Listing[VisitOut]:
    """There is no search by name: a person is looked for by a whole number, on a page that writes it down."""
    with context.records.read() as unit:
        try:
            page = unit.visits.find(VisitFilter(states=tuple(state or ()), hosts=tuple(host or ())), cursor, limit)
        except ValueError:
            raise bad_cursor() from None
        guests = unit.visits.guests([visit.id for visit in page.rows])
        rows = [_visit_out(visitor.actor, visit, guests.get(visit.id), []) for visit in page.rows]
    return Listing(rows=rows, cursor=page.cursor)


@router.get("/visits/{number}", summary="One visit")
def read_visit(visitor: Reader, context: Given, number: int) -> VisitOut:
    """With the doors at which its badge was seen."""
    with context.records.read() as unit:
        return _read(unit, visitor.actor, unit.visits.get(number))


@router.get("/visits/{number}/facts", summary="What happened to a visit, oldest first")
def read_facts(context: Given, number: int) -> list[FactOut]:
    """They name nobody."""
    with context.records.read() as unit:
        unit.visits.get(number)
        return [fact_out(fact) for fact in unit.facts.of("visit", str(number))]


@router.post("/visits", summary="Announce a visit", response_model=VisitOut, status_code=201)
def announce(*, request: Request, visitor: Host, context: Given, body: VisitIn, key: Key = None) -> Any:
    """As a host does; the document is looked at when the visitor comes."""
    return _written(
        request, visitor, context, key, lambda unit: invite(unit, context, visitor.actor, _wish(body, context.clock()))
    )


@router.post("/visits/walk-in", summary="Let somebody in", response_model=VisitOut, status_code=201)
def walk_in(*, request: Request, visitor: Guard, context: Given, body: WalkInIn, key: Key = None) -> Any:
    """Whom nobody announced: announced and arrived at once. A badge is with one visit at a time."""
    now = context.clock()
    badge, label = badge_of(context.hide, body.badge)
    deed = Deed(deed=VisitDeed.ARRIVE, who=visitor.actor.id, at=now, badge=badge, badge_label=label)
    shown = Shown(document=body.document, number=body.document_number)
    return _written(
        request,
        visitor,
        context,
        key,
        lambda unit: let_in(unit, context, visitor.actor, _wish(body, now), shown=shown, deed=deed),
    )


@router.post("/visits/{number}/{deed}", summary="Do one deed", response_model=VisitOut, responses=CONFLICT)
def act(
    *,
    request: Request,
    visitor: Reader,
    context: Given,
    number: int,
    deed: VisitDeed,
    body: VisitDeedIn | None = None,
    key: Key = None,
) -> Any:
    """The right is the deed's own. `arrive` needs a document and a badge."""
    wish = body or VisitDeedIn()
    badge, label = badge_of(context.hide, wish.badge)
    done = Deed(
        deed=deed,
        who=visitor.actor.id,
        at=context.clock(),
        badge=badge,
        badge_label=label,
        until=wish.until,
        reason=wish.reason,
    )
    shown = Shown(document=wish.document, number=wish.document_number)
    return _written(
        request,
        visitor,
        context,
        key,
        lambda unit: take(unit, context, visitor.actor, number, done, shown=shown),
    )


@router.get("/retrievals", summary="The register of retrievals, newest first")
def list_retrievals(
    *,
    visitor: Reader,
    context: Given,
    state: Annotated[list[RetrievalState] | None, Query()] = None,
    start: Annotated[When | None, Query(alias="from", description="at >= from")] = None,
    end: Annotated[When | None, Query(alias="to", description="at < to")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Listing[RetrievalOut]:
    """Who reads the register sees all of it; an officer sees his own entries."""
    everybody = visitor.may(Right.READ_RETRIEVALS)
    if not everybody and not visitor.may(Right.LOOK_BEHIND):
        raise NotPermitted.to(visitor.actor, Right.READ_RETRIEVALS.value)
    wanted = RetrievalFilter(
        who="" if everybody else visitor.actor.id, states=tuple(state or ()), since=start, until=end
    )
    with context.records.read() as unit:
        try:
            page = unit.retrievals.find(wanted, cursor, limit)
        except ValueError:
            raise bad_cursor() from None
    return Listing(rows=[_retrieval_out(entry) for entry in page.rows], cursor=page.cursor)


@router.get("/retrievals/{number}", summary="One entry of the register of retrievals")
def read_retrieval(visitor: Reader, context: Given, number: int) -> RetrievalOut:
    """With who took it, until that is erased."""
    with context.records.read() as unit:
        entry = unit.retrievals.get(number)
    if not retrieving.may_read(visitor.actor, entry):
        raise NotPermitted.to(visitor.actor, Right.READ_RETRIEVALS.value)
    return _retrieval_out(entry)


def _written(request: Request, visitor: Visitor, context: Context, key: str | None, do: Any) -> Any:
    """The answer is kept for a day under the key: in it the guest is masked, as for those who need not know."""

    def once_done(unit: Unit) -> dict[str, Any]:
        return _read(unit, visitor.actor, do(unit), masked=True).model_dump()

    return write_once(context, once(request, visitor.actor, key), once_done)


def _wish(body: VisitIn, now: int) -> Wish:
    return Wish(
        name=body.name,
        phone=body.phone,
        vehicle=body.vehicle,
        company=body.company,
        host=body.host,
        host_text=body.host_text,
        reason=body.reason,
        zones=tuple(body.zones),
        expected=now if body.expected is None else body.expected,
        until=body.until,
        persons=body.persons,
    )


def _read(unit: Unit, actor: Actor, visit: Visit, *, masked: bool = False) -> VisitOut:
    try:
        guest = unit.visits.guest(visit.id)
    except NotFound:
        guest = None
    crossings = [
        CrossingOut(
            point=one.point,
            zone=one.zone,
            at=moment(one.at) or "",
            event=one.event,
            direction=one.direction,
            late=one.late,
            judgement=one.judgement.value,
            confirmed=bool(one.confirmed_by),
        )
        for one in unit.visits.crossings(visit.id)
    ]
    return _visit_out(actor, visit, guest, crossings, masked=masked)


def _visit_out(
    actor: Actor, visit: Visit, guest: Guest | None, crossings: list[CrossingOut], *, masked: bool = False
) -> VisitOut:
    known = guest or Guest(visit=visit.id, name="", given=visit.registered, until=visit.until)
    seen = part_of(known) if masked else as_seen(actor, known, visit)
    return VisitOut(
        id=visit.id,
        state=visit.state.value,
        host=visit.host,
        zones=list(visit.zones),
        expected=moment(visit.expected) or "",
        until=moment(visit.until) or "",
        persons=visit.persons,
        badge_label=visit.badge_label,
        arrived=moment(visit.arrived),
        left=moment(visit.left),
        overstayed=moment(visit.overstayed),
        version=visit.version,
        guest=GuestOut(
            name=seen.name,
            phone=seen.phone,
            vehicle=seen.vehicle,
            company=seen.company,
            host_text=seen.host_text,
            reason=seen.reason,
            document=seen.document,
            document_tail=seen.document_tail,
            until=moment(seen.until) or "",
            erased=moment(seen.erased),
        ),
        crossings=crossings,
        deeds=[step.deed.value for step in steps_from(visit) if step.right is not None and actor.may(step.right)],
    )


def _retrieval_out(entry: Retrieval) -> RetrievalOut:
    return RetrievalOut(
        id=entry.id,
        at=moment(entry.at) or "",
        who=entry.who,
        about=entry.about.value,
        subject=entry.subject,
        purpose=entry.purpose,
        basis=entry.basis.value,
        state=entry.state.value,
        for_whom=entry.for_whom,
        recipient=entry.recipient,
        request=entry.request,
        given=entry.given,
        start=moment(entry.start),
        end=moment(entry.end),
        medium=entry.medium,
        sha256=entry.sha256,
        approver=entry.approver,
        approved=moment(entry.approved),
        handed_by=entry.handed_by,
        handed=moment(entry.handed),
        why_not=entry.why_not,
        erased=moment(entry.erased),
    )
