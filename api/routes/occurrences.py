"""``/api/v1/occurrences``: each due date of each duty, how it stands, and who is to do it."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, Field

from api.access import READING, Dispatcher, Visitor, needs
from api.acting import LONGEST_TEXT
from api.context import Context, context_of
from api.duties import ask_to_postpone, assign_one, decide
from api.idempotency import Key, once, write_once
from api.paging import CONFLICT, PROBLEMS, Cursor, Limit, Listing, Out, When, moment
from api.routes import API
from api.routes.facts import FactOut, fact_out
from api.routes.points import bad_cursor
from facility.occurrence import Occurrence, Standing
from facility.person import Right
from storage.records.occurrences import OccurrenceFilter

router = APIRouter(prefix=f"{API}/occurrences", tags=["occurrences"], responses=PROBLEMS, dependencies=[READING])
Given = Annotated[Context, Depends(context_of)]
DutyDoer = Annotated[Visitor, Depends(needs(Right.DO_DUTIES))]
Names = Annotated[list[str], Query(max_length=200)]


class PostponementOut(Out):
    """A later end of the window, with who asked and who allowed it."""

    until: str
    why: str = Field(examples=["The spare part comes on Friday"])
    who: str
    approver: str
    at: str


class OccurrenceOut(Out):
    """One due date of one duty for one thing or place."""

    id: int = Field(examples=[812])
    key: str = Field(examples=["extinguishers/t1-ext-1/1796054400000"])
    duty: str = Field(examples=["extinguishers"])
    duty_version: str = Field(description="By which version of the duty's file it is owed.")
    clause: str = Field(examples=["FI-1"])
    target: str = Field(description="The asset, zone or site that it is owed for.", examples=["t1-ext-1"])
    asset: str
    zone: str
    opens: str
    due: str
    until: str = Field(description="The end of its window, postponements counted.")
    missed_at: str = Field(description="From then on it is missed.")
    standing: str = Field(
        examples=["open"],
        description="planned, open, late, done, done-late, missed or suspended; the last four are for ever",
    )
    team: str
    assignee: str
    frozen: bool = Field(description="Its due date has passed: it is counted, whatever becomes of it.")
    result: int | None = Field(description="The result that settled it.")
    made_up: int | None = Field(description="The result that came after it was missed.")
    postponed: list[PostponementOut]
    why: str = Field(description="Why it is suspended: `maintenance:12`, `impairment:3`, `retired`.")
    cause: str = Field(description="What asked for it, of a duty after an event.")
    version: int


class AssignIn(BaseModel):
    """Who is to do it."""

    assignee: str = Field(
        max_length=100, description="An account; empty: whoever of the team is on shift.", examples=["li"]
    )


class PostponeIn(BaseModel):
    """Until when, and why."""

    until: When
    why: str = Field(min_length=1, max_length=LONGEST_TEXT, examples=["The spare part comes on Friday"])


class DecideIn(BaseModel):
    """About a postponement that somebody else asked for."""

    allow: bool
    why: str = Field(default="", max_length=LONGEST_TEXT)


class CountsOut(Out):
    """How many, by standing."""

    counts: dict[str, int] = Field(examples=[{"open": 12, "late": 2}])


def _wanted(
    *,
    duty: Names = [],  # noqa: B006 - FastAPI copies it
    clause: Names = [],  # noqa: B006
    target: Names = [],  # noqa: B006
    asset: Names = [],  # noqa: B006
    zone: Names = [],  # noqa: B006
    team: Names = [],  # noqa: B006
    assignee: Names = [],  # noqa: B006
    standing: Annotated[list[Standing], Query()] = [],  # noqa: B006
    owed: Annotated[bool | None, Query(description="Not settled yet.")] = None,
    start: Annotated[When | None, Query(alias="from", description="due >= from")] = None,
    end: Annotated[When | None, Query(alias="to", description="due < to")] = None,
) -> OccurrenceFilter:
    return OccurrenceFilter(
        duties=tuple(duty),
        clauses=tuple(clause),
        targets=tuple(target),
        assets=tuple(asset),
        zones=tuple(zone),
        teams=tuple(team),
        assignees=tuple(assignee),
        standings=tuple(standing),
        open=owed,
        since=start,
        until=end,
    )


Wanted = Annotated[OccurrenceFilter, Depends(_wanted)]


@router.get("", summary="What is owed and was owed, by due date")
def list_occurrences(
    *,
    context: Given,
    wanted: Wanted,
    soonest: Annotated[bool, Query(description="The soonest due first; else the latest.")] = False,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Listing[OccurrenceOut]:
    """Planned ones too, up to 45 days ahead."""
    with context.records.read() as unit:
        try:
            page = unit.occurrences.find(wanted, cursor, limit, soonest=soonest)
        except ValueError:
            raise bad_cursor() from None
    return Listing(rows=[occurrence_out(one) for one in page.rows], cursor=page.cursor)


@router.get("/counts", summary="How many stand how")
def count_occurrences(context: Given, wanted: Wanted) -> CountsOut:
    """With the same filters as the list."""
    with context.records.read() as unit:
        return CountsOut(counts={one.value: many for one, many in unit.occurrences.counts(wanted).items()})


@router.get("/{number}", summary="One due date")
def read_occurrence(context: Given, number: int) -> OccurrenceOut:
    """How it stands."""
    with context.records.read() as unit:
        return occurrence_out(unit.occurrences.get(number))


@router.get("/{number}/facts", summary="What happened to it")
def read_facts(context: Given, number: int) -> list[FactOut]:
    """Oldest first. When its due date passed it was counted in a fact of its duty, `fell-due`."""
    with context.records.read() as unit:
        unit.occurrences.get(number)
        return [fact_out(fact) for fact in unit.facts.of("occurrence", str(number))]


@router.post("/{number}/assign", summary="Name who is to do it", response_model=OccurrenceOut, responses=CONFLICT)
def assign(
    *, request: Request, visitor: Dispatcher, context: Given, number: int, body: AssignIn, key: Key = None
) -> Any:
    """409 once it is settled."""
    now = context.clock()
    return write_once(
        context,
        once(request, visitor.actor, key),
        lambda unit: occurrence_out(assign_one(unit, visitor, number, body.assignee, now)).model_dump(),
    )


@router.post("/{number}/postpone", summary="Ask to postpone it", response_model=OccurrenceOut, responses=CONFLICT)
def postpone(
    *, request: Request, visitor: DutyDoer, context: Given, number: int, body: PostponeIn, key: Key = None
) -> Any:
    """Nothing moves before somebody else allows it. 409 once it is done or missed."""
    wish = (body.until, body.why)
    return write_once(
        context,
        once(request, visitor.actor, key),
        lambda unit: occurrence_out(ask_to_postpone(unit, context, visitor, number, wish)).model_dump(),
    )


@router.post("/{number}/postponement", summary="Allow or refuse it", response_model=OccurrenceOut, responses=CONFLICT)
def decide_postponement(
    *, request: Request, visitor: Dispatcher, context: Given, number: int, body: DecideIn, key: Key = None
) -> Any:
    """By somebody else than who asked. The date it was due stays what it was, and the postponement shows for ever."""
    now = context.clock()
    return write_once(
        context,
        once(request, visitor.actor, key),
        lambda unit: occurrence_out(decide(unit, visitor, number, now, allow=body.allow, why=body.why)).model_dump(),
    )


def occurrence_out(one: Occurrence) -> OccurrenceOut:
    """As the API gives it."""
    return OccurrenceOut(
        id=one.id,
        key=one.key,
        duty=one.duty,
        duty_version=one.duty_version,
        clause=one.clause,
        target=one.target,
        asset=one.asset,
        zone=one.zone,
        opens=moment(one.opens) or "",
        due=moment(one.due) or "",
        until=moment(one.until) or "",
        missed_at=moment(one.missed_at) or "",
        standing=one.standing.value,
        team=one.team,
        assignee=one.assignee,
        frozen=one.frozen is not None,
        result=one.result,
        made_up=one.made_up,
        postponed=[
            PostponementOut(
                until=moment(p.until) or "", why=p.why, who=p.who, approver=p.approver, at=moment(p.at) or ""
            )
            for p in one.postponed
        ],
        why=one.why,
        cause=one.cause,
        version=one.version,
    )
