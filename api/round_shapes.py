"""Rounds as the API gives them."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field, FiniteFloat

from api.access import Visitor
from api.acting import LONGEST_TEXT
from api.paging import Out, When, Words, moment, words
from facility.person import Right
from facility.round import Round, RoundState, RoundStop
from facility.round_figures import Tally


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
