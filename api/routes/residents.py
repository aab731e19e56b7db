"""``/api/v1/residents-reports`` and ``/api/v1/place-codes``: what residents report, and the codes by which they do."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, Field

from api.access import READING, AlertActor, Keeper, Reader
from api.acting import LONGEST_TEXT
from api.context import Context, context_of
from api.idempotency import Key, once, write_once
from api.paging import CONFLICT, PROBLEMS, Cursor, Limit, Listing, Out, When, moment
from api.reporting import enter, make_codes, revoke_code, take
from api.routes import API
from api.routes.facts import FactOut, fact_out
from api.routes.points import bad_cursor
from facility.place_code import PlaceCode
from facility.residents_report import Deed, Done, ReportState, ResidentsReport, Way, deeds_from
from response.reports.intake import LONGEST_PHONE, LONGEST_WORDS, Told
from storage.records.reports import ReportFilter

router = APIRouter(prefix=API, tags=["residents' reports"], responses=PROBLEMS, dependencies=[READING])
Given = Annotated[Context, Depends(context_of)]


class ReportOut(Out):
    """One report. Nobody's number is in it: it is shown on the page only, with a purpose."""

    id: int = Field(examples=[12])
    way: str = Field(examples=["web"], description="web, hotline, intercom or in-person")
    zone: str = Field(examples=["t1-f9"])
    asset: str
    words: str = Field(examples=["No light in the corridor"])
    language: str
    guess: str = Field(examples=["power"], description="what choice and words say that it is")
    kind: str = Field(examples=["power"], description="what it is, by a person's last word")
    kind_by: str
    emergency: bool
    state: str = Field(examples=["assigned"])
    received: str
    taken_by: str
    looked_at: str | None
    work_order: int | None
    earlier_orders: list[int] = Field(description="orders that did not solve it")
    same_as: int | None
    visit_by: str | None
    visited: str | None
    solved: str | None
    calls: int
    closed: str | None
    outcome: str
    satisfaction: int | None = Field(examples=[4])
    escalated: str | None = Field(description="since when it waits for management")
    times_unsolved: int
    version: int
    deeds: list[str] = Field(examples=[["assign", "dismiss"]], description="possible now")


class ReportIn(BaseModel):
    """What somebody said on the telephone, or to your face."""

    zone: str = Field(max_length=200, examples=["t1-f9"])
    asset: str = Field(default="", max_length=200)
    way: Way = Way.HOTLINE
    choice: str = Field(default="", max_length=40, examples=["power"], description="empty: by the words")
    words: str = Field(default="", max_length=LONGEST_WORDS)
    language: str = Field(default="zh", pattern="^(zh|en)$")
    phone: str = Field(default="", max_length=LONGEST_PHONE, description="kept only with consent")
    consent: bool = False


class DeedIn(BaseModel):
    """What a deed needs."""

    kind: str = Field(default="", max_length=40)
    order: int | None = Field(default=None, ge=1, description="an order that is about the same")
    same_as: int | None = Field(default=None, ge=1, description="a report that is about the same")
    by: When | None = Field(default=None, description="until when somebody comes, as agreed")
    reason: str = Field(default="", max_length=LONGEST_TEXT)
    satisfaction: int | None = Field(default=None, ge=1, le=5)


class CodeOut(Out):
    """A code on a wall."""

    id: int
    code: str = Field(examples=["kX9_vT2-qLmA"])
    path: str = Field(examples=["/report/kX9_vT2-qLmA"])
    zone: str
    asset: str
    created: str
    created_by: str
    revoked: str | None
    revoked_by: str
    why: str


class CodesIn(BaseModel):
    """Places that get a code; one that has a good one keeps it."""

    scopes: list[str] = Field(max_length=200, examples=[["asset:t1-lift-1", "zone:t1-f1"]])


class RevokeIn(BaseModel):
    """Why it is no longer good."""

    reason: str = Field(max_length=LONGEST_TEXT)


@router.get("/residents-reports", summary="Residents' reports, newest first")
def list_reports(
    *,
    context: Given,
    state: Annotated[list[ReportState] | None, Query()] = None,
    kind: Annotated[list[str] | None, Query()] = None,
    zone: Annotated[list[str] | None, Query()] = None,
    asset: Annotated[list[str] | None, Query()] = None,
    words: Annotated[str, Query(max_length=100, description="A part of what was written")] = "",
    escalated: bool = False,
    start: Annotated[When | None, Query(alias="from", description="received >= from")] = None,
    end: Annotated[When | None, Query(alias="to", description="received < to")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Listing[ReportOut]:
    """Filters of one kind are alternatives; different kinds must all fit."""
    wanted = ReportFilter(
        states=tuple(state or ()),
        kinds=tuple(kind or ()),
        zones=tuple(zone or ()),
        assets=tuple(asset or ()),
        words=words,
        escalated=escalated,
        since=start,
        until=end,
    )
    with context.records.read() as unit:
        try:
            page = unit.reports.find(wanted, cursor, limit)
        except ValueError:
            raise bad_cursor() from None
    return Listing(rows=[report_out(report) for report in page.rows], cursor=page.cursor)


@router.get("/residents-reports/{number}", summary="One residents' report")
def read_report(context: Given, number: int) -> ReportOut:
    """With what can be done now."""
    with context.records.read() as unit:
        return report_out(unit.reports.get(number))


@router.get("/residents-reports/{number}/facts", summary="What happened to it, oldest first")
def read_report_facts(context: Given, number: int) -> list[FactOut]:
    """Every transition, with who and why; each look at the number too."""
    with context.records.read() as unit:
        unit.reports.get(number)
        return [fact_out(fact) for fact in unit.facts.of("report", str(number))]


@router.post("/residents-reports", summary="Write a report down", response_model=ReportOut, status_code=201)
def write_down(*, request: Request, visitor: AlertActor, context: Given, body: ReportIn, key: Key = None) -> Any:
    """An emergency gets its work order at once."""
    told = Told(
        way=body.way,
        zone=body.zone,
        asset=body.asset,
        choice=body.choice,
        words=body.words,
        language=body.language,
        phone=body.phone,
        consent=body.consent,
    )
    return write_once(
        context,
        once(request, visitor.actor, key),
        lambda unit: report_out(enter(unit, context, visitor.actor, told)).model_dump(),
    )


@router.post("/residents-reports/{number}/{deed}", summary="Do one deed", response_model=ReportOut, responses=CONFLICT)
def act(
    *,
    request: Request,
    visitor: Reader,
    context: Given,
    number: int,
    deed: Deed,
    body: DeedIn | None = None,
    key: Key = None,
) -> Any:
    """The right is the deed's own. `assign` without `order` and `same_as` opens a new work order."""
    wish = body or DeedIn()
    done = Done(
        deed=deed,
        who=visitor.actor.id,
        at=context.clock(),
        kind=wish.kind,
        order=wish.order,
        same_as=wish.same_as,
        by=wish.by,
        reason=wish.reason.strip(),
        satisfaction=wish.satisfaction,
    )
    return write_once(
        context,
        once(request, visitor.actor, key),
        lambda unit: report_out(take(unit, context, visitor.actor, number, done)).model_dump(),
    )


@router.get("/place-codes", summary="The codes on the walls, oldest first")
def list_codes(context: Given) -> list[CodeOut]:
    """Revoked ones too."""
    with context.records.read() as unit:
        return [code_out(code) for code in unit.place_codes.all()]


@router.post("/place-codes", summary="Make codes", response_model=list[CodeOut], status_code=201)
def make(*, request: Request, visitor: Keeper, context: Given, body: CodesIn, key: Key = None) -> Any:
    """One for each place. Print them from `/place-codes/sheet`."""
    now = context.clock()
    return write_once(
        context,
        once(request, visitor.actor, key),
        lambda unit: [
            code_out(code).model_dump()
            for code in make_codes(unit, context.register(unit), visitor.actor, body.scopes, now)
        ],
    )


@router.post("/place-codes/{number}/revoke", summary="Revoke a code", response_model=CodeOut, responses=CONFLICT)
def revoke(*, request: Request, visitor: Keeper, context: Given, number: int, body: RevokeIn, key: Key = None) -> Any:
    """The printed label leads nowhere any more."""
    now = context.clock()
    return write_once(
        context,
        once(request, visitor.actor, key),
        lambda unit: code_out(revoke_code(unit, visitor.actor, number, now, body.reason)).model_dump(),
    )


def report_out(report: ResidentsReport) -> ReportOut:
    """A report as the API gives it."""
    return ReportOut(
        id=report.id,
        way=report.way.value,
        zone=report.zone,
        asset=report.asset,
        words=report.words,
        language=report.language,
        guess=report.guess,
        kind=report.kind,
        kind_by=report.kind_by,
        emergency=report.emergency,
        state=report.state.value,
        received=moment(report.received) or "",
        taken_by=report.taken_by,
        looked_at=moment(report.looked_at),
        work_order=report.work_order,
        earlier_orders=list(report.earlier_orders),
        same_as=report.same_as,
        visit_by=moment(report.visit_by),
        visited=moment(report.visited),
        solved=moment(report.solved),
        calls=report.calls,
        closed=moment(report.closed),
        outcome=report.outcome.value,
        satisfaction=report.satisfaction,
        escalated=moment(report.escalated),
        times_unsolved=report.times_unsolved,
        version=report.version,
        deeds=[step.deed.value for step in deeds_from(report) if step.right is not None],
    )


def code_out(code: PlaceCode) -> CodeOut:
    """A code as the API gives it."""
    return CodeOut(
        id=code.id,
        code=code.code,
        path=f"/report/{code.code}",
        zone=code.zone,
        asset=code.asset,
        created=moment(code.created) or "",
        created_by=code.created_by,
        revoked=moment(code.revoked),
        revoked_by=code.revoked_by,
        why=code.why,
    )
