"""``/api/v1/rounds``: what was walked, point by point; figures with the lists behind them; checkpoints; scans by phone."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, Field, FiniteFloat

from api import rounds as reading
from api.access import READING, Visitor, needs
from api.acting import LONGEST_TEXT
from api.context import Context, context_of, zone_of
from api.failures import STATUS_TITLES
from api.idempotency import Key, once, write_once
from api.paging import PROBLEMS, Cursor, Limit, Listing, Out, When, Words, moment, words
from api.problems import Problem
from api.result_room import refusal
from api.routes.facts import FactOut, fact_out
from api.routes.points import bad_cursor
from api.web.languages import translations
from api.web.look import language_of
from facility.instant import DAY
from facility.person import Right
from facility.round import Round, RoundState, RoundStop
from facility.round_figures import Tally
from inspections.draft import DraftRefused
from inspections.rounds.cover import REACH
from inspections.rounds.taking import ScanDraft, ScanRoom, take_scan
from storage.records.port import Unit
from storage.records.rounds import RoundFilter


def patrol_reader(visitor: Annotated[Visitor, READING]) -> Visitor:
    """Whoever may look at patrols."""
    reading.seeing(visitor)
    return visitor


PatrolReader = Depends(patrol_reader)
router = APIRouter(prefix="/rounds", tags=["rounds"], responses=PROBLEMS, dependencies=[PatrolReader])
Given = Annotated[Context, Depends(context_of)]
Walker = Annotated[Visitor, Depends(needs(Right.DO_DUTIES))]
Several = Annotated[list[str] | None, Query(max_length=100)]
Start = Annotated[When | None, Query(alias="from", description="start >= from; 30 days ago when left out")]
End = Annotated[When | None, Query(alias="to", description="start < to; now when left out")]
By = Literal["route", "team", "day", "month"]
Which = Literal[
    "planned", "visited", "on-time", "effective", "early", "late", "missed", "uploaded-late", "out-of-order", "too-fast"
]


class StopOut(Out):
    """One point of a round."""

    order: int
    point: str = Field(examples=["cp-t1-lobby.scan"])
    asset: str
    zone: str
    opens: str = Field(description="Before it a visit is early.")
    due: str
    until: str = Field(description="After it a visit is late.")
    status: str = Field(examples=["on-time"], description="`on-time-uploaded-late` is a status of its own.")
    at: str | None
    received: str | None
    guard: str = Field(description="A keyed pseudonym.")
    flags: list[str] = Field(examples=[["too-fast"]])
    asks: list[str]
    effective: bool
    files: list[str]
    value: float | None


class StrayOut(Out):
    """A scan that counted for nothing."""

    why: str = Field(examples=["duplicate"])
    point: str
    at: str
    guard: str


class RoundOut(Out):
    """One walk of a route."""

    id: int
    route: str = Field(examples=["night-indoor"])
    name: Words
    team: str
    duty: str
    order: str = Field(examples=["fixed"])
    guards: int
    state: str = Field(examples=["done"])
    start: str | None = Field(
        description="Null while it may begin at any time of its window and has not: guards are not told."
    )
    window: list[str] = Field(description="Between these it begins.")
    due: str | None
    closes: str | None
    begun: str | None
    ended: str | None
    planned: int
    visited: int
    on_time: int
    effective: int
    uploaded_late: int
    duplicates: int
    wrong_guards: int
    ghosts: int
    points: list[StopOut]
    strays: list[StrayOut]
    version: int


class TallyOut(Out):
    """Counts and rates. A rate is null where nothing was planned."""

    key: str = Field(description="The route, team, day or month; empty for all together.")
    rounds: int
    done: int
    incomplete: int
    missed: int
    planned: int
    visited: int
    on_time: int
    effective: int
    early: int
    late: int
    lost: int
    uploaded_late: int
    out_of_order: int
    too_fast: int
    completion: float | None
    visit_rate: float | None
    on_time_rate: float | None
    effective_rate: float | None


class FiguresOut(Out):
    """Of rounds that start in the period and are over."""

    since: str
    until: str
    by: str
    whole: TallyOut
    parts: list[TallyOut]


class BehindOut(Out):
    """One point behind a figure."""

    round: int
    route: str
    start: str
    point: StopOut


class CheckpointOut(Out):
    """When somebody was last there."""

    point: str
    asset: str
    zone: str
    routes: list[str]
    last: str | None
    days: float | None = Field(description="Days since then.")
    none: str = Field(
        examples=["none-stored"], description="`never`, `none-stored` (not in the stored period), or empty."
    )


class OutsideOut(Out):
    """A scan that belongs to no round."""

    point: str
    at: str
    guard: str = Field(description="A keyed pseudonym.")


class AreaCoverOut(Out):
    """One area that must be patrolled; square metres."""

    id: str
    name: Words
    whole: float
    near: float
    share: float


class CoverOut(Out):
    """One plan."""

    zone: str
    whole: float
    near: float
    share: float
    areas: list[AreaCoverOut]


class ZoneShareOut(Out):
    """Checkpoints of one zone."""

    zone: str
    checkpoints: int
    visited: int
    share: float


class WalkedOut(Out):
    """How much of what must be patrolled was near a visited point or the straight way between two."""

    since: str
    until: str
    reach: float = Field(description="Metres.")
    share: float | None = Field(description="By area, over all plans; null where none says what must be patrolled.")
    plans: list[CoverOut]
    zones: list[ZoneShareOut]


class ScanIn(BaseModel):
    """A checkpoint, scanned with a phone."""

    code: str = Field(
        max_length=300, examples=["04A1B2C3"], description="The number of its tag, or the code that hangs there."
    )
    device_at: When | None = Field(default=None, description="What the phone's clock said; now when left out.")
    offset: int = Field(default=0, description="The phone's clock less the server's, milliseconds.")
    files: list[Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]] = Field(default_factory=list, max_length=20)
    value: FiniteFloat | None = None
    note: str = Field(default="", max_length=LONGEST_TEXT)


class ScanOut(Out):
    """What was kept."""

    point: str
    at: str
    guard: str
    rounds: list[int] = Field(description="Rounds that it may belong to; none: it was outside rounds.")


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


def told_start(one: Round, visitor: Visitor) -> bool:
    """Whether the visitor may know when it begins: of a round at random nobody does who walks it, until it has begun."""
    return not one.within or one.state is not RoundState.PLANNED or visitor.may(Right.DISPATCH)


def round_out(one: Round, visitor: Visitor) -> RoundOut:
    """A round as the API gives it."""
    told = told_start(one, visitor)
    return RoundOut(
        id=one.id,
        route=one.route,
        name=words(one.name),
        team=one.team,
        duty=one.duty,
        order=one.order,
        guards=one.guards,
        state=one.state.value,
        start=moment(one.start) if told else None,
        window=[moment(one.slot) or "", moment(one.slot + one.within) or ""],
        due=moment(one.due) if told else None,
        closes=moment(one.closes) if told else None,
        begun=moment(one.begun),
        ended=moment(one.ended),
        planned=len(one.stops),
        visited=one.visited,
        on_time=one.on_time,
        effective=one.effective,
        uploaded_late=one.uploaded_late,
        duplicates=one.duplicates,
        wrong_guards=one.wrong_guards,
        ghosts=one.ghosts,
        points=[stop_out(stop) for stop in one.stops] if told else [],
        strays=[
            StrayOut(why=str(stray.why), point=stray.point, at=moment(stray.at) or "", guard=stray.guard)
            for stray in one.strays
        ],
        version=one.version,
    )


def stop_out(stop: RoundStop) -> StopOut:
    """A point as the API gives it."""
    return StopOut(
        order=stop.order,
        point=stop.point,
        asset=stop.asset,
        zone=stop.zone,
        opens=moment(stop.opens) or "",
        due=moment(stop.due) or "",
        until=moment(stop.until) or "",
        status=stop.told,
        at=moment(stop.at),
        received=moment(stop.received),
        guard=stop.guard,
        flags=[str(flag) for flag in stop.flags],
        asks=list(stop.asks),
        effective=stop.effective,
        files=list(stop.files),
        value=stop.value,
    )


def tally_out(key: str, found: Tally) -> TallyOut:
    """Counts as the API gives them."""
    counts = {name: getattr(found, name) for name in Tally.__dataclass_fields__}
    rates = {name: getattr(found, name) for name in ("completion", "visit_rate", "on_time_rate", "effective_rate")}
    return TallyOut(key=key, **counts, **rates)


def _problem(request: Request, visitor: Visitor, refused: DraftRefused) -> Problem:
    language = language_of(request, visitor)
    return refusal(refused, language, translations(language).gettext(STATUS_TITLES[422]))
