"""``/api/v1/reports``: reports to take away, asked for, fetched and proved by programs."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, ConfigDict, Field

from api.access import READING, Dispatcher, Reader
from api.acting import write
from api.context import Context, context_of
from api.paging import PROBLEMS, Listing, Out, moment
from api.problems import Problem
from api.reports.issuing import ask
from api.reports.snapshot import Unusable
from api.reports.verifying import verify
from api.routes import API
from api.web.pages.issued_reports import file_of, report_of, room_of, wanted, within
from facility.issued_report import IssuedReport

router = APIRouter(prefix=f"{API}/reports", tags=["reports"], responses=PROBLEMS, dependencies=[READING])
Given = Annotated[Context, Depends(context_of)]


class ReportIn(BaseModel):
    """What is wanted: what fell due from the first day to the last, both included."""

    model_config = ConfigDict(extra="forbid")

    first: str = Field(examples=["2026-01-01"], max_length=10)
    last: str = Field(examples=["2026-12-31"], max_length=10)
    zones: list[str] = []
    clauses: list[str] = []
    language: str = Field(default="zh", examples=["zh"])


class ReportOut(Out):
    """One report. ``pdf`` and ``xlsx`` are the SHA-256 of its files; empty until it is made."""

    id: int
    making: str = Field(examples=["made"], description="asked, made or failed")
    stage: str
    progress: float = Field(description="0 to 1")
    since: str
    until: str
    zones: list[str]
    clauses: list[str]
    language: str
    asked: str
    asked_by: str
    schedule: str
    made: str | None
    pdf: str
    xlsx: str
    figures: str
    anchor: int = Field(description="The `seq` of the last fact that it rests on.")
    anchor_hash: str
    error: str


class CheckedOut(Out):
    """One figure that differs: what the file says, what the facts say up to its anchor, and what they say by now."""

    id: str
    said: Any
    then: Any
    now: Any
    facts: list[int] = Field(description="Facts after the anchor that changed it.")


class VerdictOut(Out):
    """Whether a report holds. ``good`` only when nothing differs anywhere."""

    good: bool
    proved: bool = Field(description="As of its anchor all of it is true, and the file is the one that was made.")
    sealed: bool
    chain_broken_at: int | None
    anchored: bool
    same_file: bool | None
    figures: int
    differing: list[CheckedOut]
    changed: list[CheckedOut]
    head: int


@router.get("", summary="Reports")
def list_reports(context: Given, visitor: Reader, cursor: str | None = None) -> Listing[ReportOut]:
    """The newest first."""
    with context.records.read() as unit:
        found = unit.issued_reports.find(cursor, 100)
    return Listing(rows=[report_out(one) for one in found.rows if within(one, visitor)], cursor=found.cursor)


@router.post("", summary="Ask for a report", status_code=202)
def ask_for(context: Given, visitor: Dispatcher, body: ReportIn) -> ReportOut:
    """The responder makes it: look at it again until `making` is no longer `asked`."""
    try:
        report = wanted(context, visitor, **body.model_dump())
    except Unusable as error:
        field, _, wrong = str(error).partition(": ")
        errors = [{"field": field, "wrong": wrong, "allowed": wrong.partition("allowed: ")[2]}]
        raise Problem(422, "invalid", "Invalid", str(error), errors=errors) from None
    return report_out(write(context, lambda unit: ask(unit, report)))


@router.get("/{number}", summary="One report")
def read_report(context: Given, visitor: Reader, number: int) -> ReportOut:
    """How far it is, and the sums of its files."""
    return report_out(report_of(context, visitor, number))


@router.get("/{number}/report.{form}", summary="A report's file", response_class=Response)
def read_file(context: Given, visitor: Reader, number: int, form: str) -> Response:
    """`pdf` or `xlsx`, as it was made."""
    return file_of(context, report_of(context, visitor, number), form)


@router.get("/{number}/proof/{form}", summary="Check a report")
def prove(context: Given, visitor: Reader, number: int, form: str) -> VerdictOut:
    """Every figure of the kept file worked out again."""
    verdict = verify(room_of(context), bytes(file_of(context, report_of(context, visitor, number), form).body))
    return VerdictOut(
        good=verdict.good,
        proved=verdict.proved,
        sealed=verdict.sealed,
        chain_broken_at=verdict.broken,
        anchored=verdict.anchored,
        same_file=verdict.same_file,
        figures=len(verdict.figures),
        differing=[_checked(one) for one in verdict.figures if not one.holds],
        changed=[_checked(one) for one in verdict.changed],
        head=verdict.head,
    )


def _checked(one: Any) -> CheckedOut:
    return CheckedOut(id=one.id, said=one.said, then=one.then, now=one.now, facts=list(one.facts))


def report_out(one: IssuedReport) -> ReportOut:
    """A report as the API gives it."""
    return ReportOut(
        id=one.id,
        making=one.making.value,
        stage=one.stage,
        progress=one.progress / 1_000,
        since=moment(one.since) or "",
        until=moment(one.until) or "",
        zones=list(one.zones),
        clauses=list(one.clauses),
        language=one.language,
        asked=moment(one.asked) or "",
        asked_by=one.asked_by,
        schedule=one.schedule,
        made=moment(one.made),
        pdf=one.pdf,
        xlsx=one.xlsx,
        figures=one.figures,
        anchor=one.anchor,
        anchor_hash=one.anchor_hash,
        error=one.error,
    )
