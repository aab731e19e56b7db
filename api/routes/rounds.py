"""``/api/v1/rounds``: what was walked, point by point; figures with the lists behind them; checkpoints; scans by phone."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request, Response

from api import rounds as reading
from api.access import READING, Visitor, needs
from api.context import Context, context_of, zone_of
from api.failures import STATUS_TITLES
from api.idempotency import Key, once, write_once
from api.paging import PROBLEMS, Cursor, Limit, Listing, When, moment, words
from api.problems import Problem
from api.result_room import refusal
from api.round_shapes import (
    AreaCoverOut,
    BehindOut,
    CheckpointOut,
    CoverOut,
    FiguresOut,
    OutsideOut,
    RoundOut,
    ScanIn,
    ScanOut,
    WalkedOut,
    ZoneShareOut,
    round_out,
    stop_out,
    tally_out,
)
from api.routes import API
from api.routes.facts import FactOut, fact_out
from api.routes.points import bad_cursor
from api.web.languages import translations
from api.web.look import language_of
from facility.instant import DAY
from facility.person import Right
from facility.round import RoundState
from inspections.draft import DraftRefused
from inspections.rounds.cover import REACH
from inspections.rounds.taking import ScanDraft, ScanRoom, take_scan
from storage.records.port import Unit
from storage.records.rounds import RoundFilter

router = APIRouter(prefix=f"{API}/rounds", tags=["rounds"], responses=PROBLEMS, dependencies=[READING])
Given = Annotated[Context, Depends(context_of)]
Walker = Annotated[Visitor, Depends(needs(Right.DO_DUTIES))]
Several = Annotated[list[str] | None, Query(max_length=100)]
Start = Annotated[When | None, Query(alias="from", description="start >= from; 30 days ago when left out")]
End = Annotated[When | None, Query(alias="to", description="start < to; now when left out")]
By = Literal["route", "team", "day", "month"]
Which = Literal[
    "planned", "visited", "on-time", "effective", "early", "late", "missed", "uploaded-late", "out-of-order", "too-fast"
]


def _filter(
    route: Several = None,
    team: Several = None,
    state: Annotated[list[RoundState] | None, Query()] = None,
    start: Annotated[When | None, Query(alias="from", description="start >= from")] = None,
    end: Annotated[When | None, Query(alias="to", description="start < to")] = None,
) -> RoundFilter:
    return RoundFilter(
        routes=tuple(route or ()), teams=tuple(team or ()), states=tuple(state or ()), since=start, until=end
    )


Wanted = Annotated[RoundFilter, Depends(_filter)]


@router.get("", summary="Rounds, newest first")
def list_rounds(
    visitor: Annotated[Visitor, READING], context: Given, wanted: Wanted, cursor: Cursor = None, limit: Limit = 50
) -> Listing[RoundOut]:
    """Planned ones too."""
    with context.records.read() as unit:
        try:
            page = unit.rounds.find(wanted, cursor, limit)
        except ValueError:
            raise bad_cursor() from None
    return Listing(rows=[round_out(one, visitor) for one in page.rows], cursor=page.cursor)


@router.get("/points", summary="The points behind a figure", response_model=None)
def list_points(
    *,
    context: Given,
    which: Which = "planned",
    by: By | None = None,
    key: Annotated[str, Query(max_length=200)] = "",
    start: Start = None,
    end: End = None,
    format: Literal["json", "csv"] = "json",
) -> list[BehindOut] | Response:
    """Of rounds that are over, the newest first; as CSV too."""
    with context.records.read() as unit:
        span, part = period(context, start, end), (by or "", key)
        found = reading.points_behind(unit, RoundFilter(since=span[0], until=span[1]), which, part, zone(context, unit))
    if format == "csv":
        headers = {"content-disposition": 'attachment; filename="rounds.csv"'}
        return Response(reading.as_csv(found), media_type="text/csv; charset=utf-8", headers=headers)
    return [
        BehindOut(round=one.id, route=one.route, start=moment(one.start) or "", point=stop_out(stop))
        for one, stop in found
    ]


@router.get("/figures", summary="How much was walked, on time, with what was asked")
def read_figures(context: Given, by: By = "route", start: Start = None, end: End = None) -> FiguresOut:
    """Each count is the list that `/rounds/points` gives for the same period, `by` and key."""
    with context.records.read() as unit:
        found = reading.figures(unit, period(context, start, end), by, zone(context, unit))
    return FiguresOut(
        since=moment(found.since) or "",
        until=moment(found.until) or "",
        by=found.by,
        whole=tally_out("", found.whole),
        parts=[tally_out(key, part) for key, part in found.parts.items()],
    )


@router.get("/checkpoints", summary="When somebody was last at each checkpoint")
def read_checkpoints(context: Given) -> list[CheckpointOut]:
    """Those that nobody visited for longest first."""
    now = context.clock()
    with context.records.read() as unit:
        found = reading.checkpoints(context, unit, now)
    return [
        CheckpointOut(
            point=one.point,
            asset=one.asset,
            zone=one.zone,
            routes=list(one.routes),
            last=moment(one.last),
            days=None if one.last is None else round((now - one.last) / DAY, 3),
            none="" if one.last is not None else "never" if one.never else "none-stored",
        )
        for one in found
    ]


@router.get("/outside", summary="Scans outside rounds")
def read_outside(context: Given, start: Start = None, end: End = None) -> list[OutsideOut]:
    """Of known tags, the newest first; at most 200."""
    with context.records.read() as unit:
        found = reading.outside(context, unit, period(context, start, end))
    return [OutsideOut(point=one.point, at=moment(one.at) or "", guard=one.guard) for one in found]


@router.get("/coverage", summary="How much of what must be patrolled was walked")
def read_coverage(
    context: Given, start: Start = None, end: End = None, reach: Annotated[float, Query(gt=0, le=100)] = REACH
) -> WalkedOut:
    """By area on the plans, by checkpoints in the zones."""
    with context.records.read() as unit:
        found = reading.walked(unit, context.register(unit), period(context, start, end), reach)
    return WalkedOut(
        since=moment(found.since) or "",
        until=moment(found.until) or "",
        reach=found.reach,
        share=found.share,
        plans=[
            CoverOut(
                zone=one.zone,
                whole=round(one.whole, 2),
                near=round(one.near, 2),
                share=one.share,
                areas=[
                    AreaCoverOut(
                        id=a.id, name=words(a.name), whole=round(a.whole, 2), near=round(a.near, 2), share=a.share
                    )
                    for a in one.areas
                ],
            )
            for one in found.plans
        ],
        zones=[ZoneShareOut(zone=z.zone, checkpoints=z.all, visited=z.visited, share=z.share) for z in found.zones],
    )


@router.post("/scans", summary="A checkpoint, scanned with a phone", response_model=ScanOut, status_code=201)
def take(*, request: Request, visitor: Walker, context: Given, body: ScanIn, key: Key = None) -> Any:
    """Kept like any reader's scan, also outside rounds. 422 where the code hangs at no checkpoint."""

    def do(unit: Unit) -> dict[str, Any]:
        now = context.clock()
        draft = ScanDraft(
            code=body.code,
            device_at=now if body.device_at is None else body.device_at,
            offset=body.offset,
            files=tuple(body.files),
            value=body.value,
            note=body.note,
        )
        room = ScanRoom(readings=context.readings, register=context.register(unit), hide=context.hide)
        try:
            taken = take_scan(unit, room, draft, visitor.actor.id, now)
        except DraftRefused as refused:
            raise _problem(request, visitor, refused) from None
        at = moment(taken.at) or ""
        return ScanOut(point=taken.point, at=at, guard=taken.guard, rounds=list(taken.rounds)).model_dump()

    return write_once(context, once(request, visitor.actor, key), do)


@router.get("/{number}", summary="One round")
def read_round(visitor: Annotated[Visitor, READING], context: Given, number: int) -> RoundOut:
    """With its points."""
    with context.records.read() as unit:
        return round_out(unit.rounds.get(number), visitor)


@router.get("/{number}/facts", summary="What happened on it, oldest first")
def read_facts(context: Given, number: int) -> list[FactOut]:
    """Begun, each point, ended; what was uploaded late."""
    with context.records.read() as unit:
        unit.rounds.get(number)
        return [fact_out(fact) for fact in unit.facts.of("round", str(number))]


def zone(context: Context, unit: Unit) -> Any:
    """The property's time zone."""
    return zone_of(context.site(context.register(unit)))


def period(context: Context, start: int | None, end: int | None) -> tuple[int, int]:
    """The last 30 days where nothing is asked for. Raises ``Problem``."""
    now = context.clock()
    until = now if end is None else end
    since = until - 30 * DAY if start is None else start
    if not since < until <= since + reading.LONGEST:
        raise Problem(422, "invalid", "", f"from: {since} to {until}; allowed: up to {reading.LONGEST // DAY} days")
    return since, until


def _problem(request: Request, visitor: Visitor, refused: DraftRefused) -> Problem:
    language = language_of(request, visitor)
    return refusal(refused, language, translations(language).gettext(STATUS_TITLES[422]))
