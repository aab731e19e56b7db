"""``/api/v1/figures/response``: how fast and how reliably work was done, who was told, who carried how much."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from pydantic import Field

from api.access import READING
from api.context import Context, context_of
from api.paging import PROBLEMS, Out, When, moment
from api.routes import API
from api.work_figures import VERDICTS, as_csv, period_of, tell, verdict
from facility.instant import DAY
from facility.work_figures import InTime, Load, Owed, Telling

router = APIRouter(prefix=f"{API}/figures/response", tags=["figures"], responses=PROBLEMS, dependencies=[READING])
Given = Annotated[Context, Depends(context_of)]
Start = Annotated[When | None, Query(alias="from", description="30 days before `to` when left out")]
End = Annotated[When | None, Query(alias="to", description="now when left out")]


class InTimeOut(Out):
    """How time limits of one name were kept that fell due in the period."""

    due: int = Field(description="the denominator: frozen when due")
    in_time: int
    late: int = Field(description="done after the limit")
    open: int = Field(description="past the limit and not done")
    without: int = Field(description="promised by the class, and never set")
    share: float | None = Field(examples=[0.93])
    median: int | None = Field(description="milliseconds from start to done; null where half and more are not done")
    p90: int | None


class ToldOut(Out):
    """How notices went that were written in the period."""

    written: int
    sent: int
    dead: int
    acknowledged: int
    median: int | None = Field(description="milliseconds from sending to acknowledging")
    p90: int | None


class LoadOut(Out):
    """What one person carried, as numbers of work orders."""

    person: str
    accepted: list[int]
    finished: list[int]
    handed_on: list[int]
    open: list[int]
    overdue: list[int]


class WorkFiguresOut(Out):
    """Figures about work."""

    start: str
    end: str
    clocks: dict[str, InTimeOut]
    by_class: dict[str, dict[str, InTimeOut]] = Field(description="class → clock → figures; so the others")
    by_team: dict[str, dict[str, InTimeOut]]
    by_building: dict[str, dict[str, InTimeOut]]
    notices: ToldOut
    by_channel: dict[str, ToldOut]
    load: list[LoadOut]
    reports_ended: int
    marks: list[int] = Field(description="how often 1, 2, 3, 4, 5", examples=[[0, 1, 2, 9, 14]])
    satisfaction: float | None = Field(examples=[4.2])
    unsolved: int


class OwedOut(Out):
    """One time limit of one order."""

    order: int
    clock: str
    kind: str
    team: str
    building: str
    person: str
    started: str
    due: str
    done: str | None
    verdict: str = Field(examples=["in-time"], description="in-time, late, open or without")


@router.get("", summary="Work figures of a period")
def read_figures(context: Given, start: Start = None, end: End = None) -> WorkFiguresOut:
    """Each figure's list is behind `/behind`, with the same period."""
    now = context.clock()
    until = now if end is None else end
    with context.records.read() as unit:
        found = tell(unit, context, period_of(until - 30 * DAY if start is None else start, until, now))
    clocks = found.by_clock()

    def grouped(group: str) -> dict[str, dict[str, InTimeOut]]:
        made: dict[str, dict[str, InTimeOut]] = {}
        for clock in clocks:
            for name, told in found.by(group, clock).items():
                made.setdefault(name, {})[clock] = _in_time(told)
        return made

    return WorkFiguresOut(
        start=moment(found.period.start) or "",
        end=moment(found.period.end) or "",
        clocks={name: _in_time(told) for name, told in clocks.items()},
        by_class=grouped("kind"),
        by_team=grouped("team"),
        by_building=grouped("building"),
        notices=_told(found.told),
        by_channel={name: _told(told) for name, told in found.by_channel().items()},
        load=[_load(one) for one in found.loads],
        reports_ended=len(found.content.ended),
        marks=list(found.content.marks),
        satisfaction=found.content.average,
        unsolved=len(found.content.unsolved),
    )


@router.get("/behind", summary="The time limits behind a figure", response_model=list[OwedOut])
def read_behind(
    *,
    context: Given,
    start: Annotated[When, Query(alias="from")],
    end: Annotated[When, Query(alias="to")],
    clock: str = "",
    group: Annotated[str, Query(description="kind, team, building or person")] = "",
    name: str = "",
    verdict_: Annotated[str, Query(alias="verdict", description=", ".join(VERDICTS))] = "due",
    as_: Annotated[str, Query(alias="as", description="csv for a spreadsheet")] = "",
) -> list[OwedOut] | Response:
    """What fell due last first."""
    with context.records.read() as unit:
        found = tell(unit, context, period_of(start, end, context.clock()))
    rows = found.behind(clock=clock, group=group, name=name, verdict=verdict_)
    if as_ == "csv":
        return Response(as_csv(rows), media_type="text/csv; charset=utf-8")
    return [_owed(one) for one in rows]


def _in_time(told: InTime) -> InTimeOut:
    return InTimeOut(
        due=len(told.due),
        in_time=len(told.in_time),
        late=len(told.late),
        open=len(told.open),
        without=len(told.without),
        share=told.share,
        median=told.median,
        p90=told.p90,
    )


def _told(told: Telling) -> ToldOut:
    return ToldOut(
        written=len(told.written),
        sent=len(told.sent),
        dead=len(told.dead),
        acknowledged=len(told.acknowledged),
        median=told.median,
        p90=told.p90,
    )


def _load(one: Load) -> LoadOut:
    return LoadOut(
        person=one.person,
        accepted=list(one.accepted),
        finished=list(one.finished),
        handed_on=list(one.handed_on),
        open=list(one.open),
        overdue=list(one.overdue),
    )


def _owed(one: Owed) -> OwedOut:
    return OwedOut(
        order=one.order,
        clock=one.clock,
        kind=one.kind,
        team=one.team,
        building=one.building,
        person=one.person,
        started=moment(one.started) or "",
        due=moment(one.due) or "",
        done=moment(one.done),
        verdict=verdict(one),
    )
