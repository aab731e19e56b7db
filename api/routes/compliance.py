"""``/api/v1/compliance`` and ``/api/v1/clauses``: what was owed, what became of it, and what carries each clause out."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import Field

from api.access import READING, Reader
from api.clauses import ClauseState, states
from api.compliance import Asked, Compliance, read, usual_months
from api.context import Context, context_of, zone_of
from api.paging import PROBLEMS, Listing, Out, Words, moment, words
from api.routes import API
from inspections.compliance import Item, Mark, Tally
from storage.records.port import Unit

router = APIRouter(prefix=API, tags=["compliance"], responses=PROBLEMS, dependencies=[READING])
Given = Annotated[Context, Depends(context_of)]
First = Annotated[
    str, Query(alias="from", max_length=7, description="The first month, as 2026-01; default: a year ago.")
]
Last = Annotated[str, Query(alias="to", max_length=7, description="The last month, included; default: this one.")]
Word = Annotated[str, Query(max_length=200)]


class TallyOut(Out):
    """How many of what fell due became what. ``owed`` is the denominator: what was suspended is left out."""

    due: int
    owed: int
    done: int = Field(description="In its window.")
    late: int
    missed: int
    open: int
    suspended: int
    attainment: float | None = Field(description="done / owed; null where nothing was owed.")


class ClauseTally(Out):
    """One clause: in all, and by month."""

    total: TallyOut
    months: dict[str, TallyOut]


class ComplianceOut(Out):
    """The matrix, with the fact up to which it knows."""

    months: list[str]
    total: TallyOut
    clauses: dict[str, ClauseTally]
    anchor: int = Field(description="The `seq` of the last fact that it rests on.")
    anchor_hash: str


class ItemOut(Out):
    """One occurrence that fell due, with what became of it."""

    id: int
    duty: str
    duty_version: str
    clause: str
    target: str
    asset: str
    zone: str
    team: str
    assignee: str
    due: str
    opens: str
    closes: str
    mark: Mark
    done: str | None
    who: str
    result: int | None
    made_up: int | None = Field(description="A result after it was missed.")
    postponed: int
    late_upload: bool
    fact: int = Field(description="The `seq` of the fact that froze it.")
    last_fact: int = Field(description="The `seq` of the last fact about what became of it; 0: none.")


class CarrierOut(Out):
    """One thing that carries a clause out."""

    kind: str = Field(examples=["duty"])
    id: str
    title: Words
    says: Words
    source: str = Field(examples=["manual + law"])
    address: str


class ClauseOut(Out):
    """One clause of the manual, what carries it out, and how it stands now."""

    id: str = Field(examples=["FI-1"])
    text: Words
    limit: Words
    carried_out_by: list[CarrierOut]
    open_alerts: list[int]
    open_work_orders: list[int]
    limits_passed: int
    late: int
    missed: int = Field(description="In the last 30 days.")
    wrong: bool


def _read(unit: Unit, context: Context, visitor: Reader, asked: Asked) -> Compliance:
    register = context.register(unit)
    zone = zone_of(context.site(register))
    usual = usual_months(context.clock(), zone)
    given = Asked(
        first=asked.first or usual[0],
        last=asked.last or usual[1],
        zone=asked.zone,
        clause=asked.clause,
        duty=asked.duty,
        target=asked.target,
        mark=asked.mark,
    )
    return read(unit, context, register, given, visitor.scope)


@router.get("/compliance", summary="What was due and done, by clause and month")
def read_matrix(
    *, context: Given, visitor: Reader, first: First = "", last: Last = "", zone: Word = "", clause: Word = ""
) -> ComplianceOut:
    """Read from the facts alone."""
    with context.records.read() as unit:
        found = _read(unit, context, visitor, Asked(first=first, last=last, zone=zone, clause=clause))
    return ComplianceOut(
        months=list(found.months),
        total=tally_out(found.total),
        clauses={
            clause: ClauseTally(
                total=tally_out(total),
                months={
                    month: tally_out(cell) for month, cell in zip(found.months, cells, strict=True) if cell is not None
                },
            )
            for clause, total, cells in found.rows()
        },
        anchor=found.anchor.seq,
        anchor_hash=found.anchor.hash,
    )


@router.get("/compliance/items", summary="The occurrences behind a figure")
def list_items(
    *,
    context: Given,
    visitor: Reader,
    first: First = "",
    last: Last = "",
    zone: Word = "",
    clause: Word = "",
    duty: Word = "",
    target: Word = "",
    mark: Word = "",
    cursor: Annotated[int, Query(ge=0, description="How many to pass over.")] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
) -> Listing[ItemOut]:
    """What fell due last first."""
    asked = Asked(first=first, last=last, zone=zone, clause=clause, duty=duty, target=target, mark=mark)
    with context.records.read() as unit:
        rows = _read(unit, context, visitor, asked).behind()
    shown = rows[cursor : cursor + limit]
    more = str(cursor + limit) if len(rows) > cursor + limit else None
    return Listing(rows=[item_out(one) for one in shown], cursor=more)


@router.get("/clauses", summary="The manual, clause by clause")
def list_clauses(context: Given, visitor: Reader) -> list[ClauseOut]:
    """None is left out, also one that nothing carries out."""
    with context.records.read() as unit:
        found = states(unit, context, context.clock())
    return [clause_out(one) for one in found if visitor.may_see_clause(one.clause.id)]


def tally_out(told: Tally) -> TallyOut:
    """A count as the API gives it."""
    return TallyOut(
        due=told.due,
        owed=told.owed,
        done=told.done,
        late=told.of(Mark.LATE),
        missed=told.of(Mark.MISSED),
        open=told.of(Mark.DUE),
        suspended=told.of(Mark.SUSPENDED),
        attainment=told.attainment,
    )


def item_out(one: Item) -> ItemOut:
    """An occurrence as the API gives it."""
    return ItemOut(
        id=one.id,
        duty=one.duty,
        duty_version=one.version,
        clause=one.clause,
        target=one.target,
        asset=one.asset,
        zone=one.zone,
        team=one.team,
        assignee=one.assignee,
        due=moment(one.due) or "",
        opens=moment(one.opens) or "",
        closes=moment(one.closes) or "",
        mark=one.mark,
        done=moment(one.done),
        who=one.who,
        result=one.result,
        made_up=one.made_up,
        postponed=one.postponed,
        late_upload=one.late_upload,
        fact=one.seq,
        last_fact=one.told,
    )


def clause_out(one: ClauseState) -> ClauseOut:
    """A clause as the API gives it."""
    return ClauseOut(
        id=one.clause.id,
        text=words(one.clause.text),
        limit=words(one.clause.limit),
        carried_out_by=[
            CarrierOut(
                kind=each.kind,
                id=each.id,
                title=words(each.title),
                says=words(each.says),
                source=each.source,
                address=each.address,
            )
            for each in one.carriers
        ],
        open_alerts=[alert.id for alert in one.alerts],
        open_work_orders=[order.id for order in one.orders],
        limits_passed=one.overdue,
        late=one.late,
        missed=one.missed,
        wrong=one.wrong,
    )
