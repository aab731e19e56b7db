"""``/api/v1/figures``: how good the alarm system is, held to ISA-18.2 and EEMUA-191."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from api.access import READING, Keeper, Reader
from api.context import Context, context_of, zone_of
from api.discreet import as_seen_by
from api.figures import Told, diagnose_point, limits_now, set_limits, tell
from api.idempotency import Key, once, write_once
from api.paging import PROBLEMS, Out, When, moment
from api.routes import API
from api.routes.rules import find_rule
from facility.instant import DAY

router = APIRouter(prefix=f"{API}/figures", tags=["figures"], responses=PROBLEMS, dependencies=[READING])
Given = Annotated[Context, Depends(context_of)]


class LimitsOut(Out):
    """What figures are held to; spans in milliseconds. Defaults after ISA-18.2 and EEMUA-191."""

    day_good: int = Field(examples=[150], description="alarms a day that are acceptable")
    day_most: int = Field(examples=[300], description="alarms a day that can still be managed")
    ten_good: int = Field(examples=[1])
    ten_most: int = Field(examples=[2])
    peak_most: int = Field(examples=[10], description="the most alarms in any ten minutes")
    flood_opens: int = Field(examples=[10], description="a flood begins with more than so many in ten minutes")
    flood_closes: int = Field(examples=[5], description="and ends with fewer than so many")
    flood_share: float = Field(examples=[0.01])
    worst_share: float = Field(examples=[0.05])
    chatter_raises: int = Field(examples=[3])
    chatter_within: int = Field(examples=[60000])
    stale_after: int = Field(examples=[86400000])
    stale_most: int = Field(examples=[5])
    share_critical: float = Field(examples=[0.01])
    share_high: float = Field(examples=[0.05])
    share_medium: float = Field(examples=[0.15])


class LimitsIn(BaseModel):
    """The limits that are to change, by their names in the answer."""

    model_config = ConfigDict(extra="allow")

    __pydantic_extra__: dict[str, float]


class HeldOut(Out):
    """A figure held to its limit."""

    name: str = Field(examples=["day"])
    value: float = Field(examples=[42.0])
    good: float = Field(examples=[150.0], description="up to here it is good")
    most: float = Field(examples=[300.0], description="up to here it is bearable")
    verdict: str = Field(examples=["good"], description="good, bearable or bad")


class AlarmFiguresOut(Out):
    """Alarm figures. An alarm is one announcement: raised, or bad again while still on the list. Tests are none."""

    start: str
    end: str
    total: int
    a_day: float
    a_ten: float = Field(description="average in ten minutes")
    peak: int = Field(description="the most in any ten minutes")
    peak_at: str | None
    days: list[dict[str, Any]] = Field(description="start of the day, and alarms in it")
    floods: list[dict[str, Any]] = Field(description="start, end, alarms, and peak in ten minutes")
    flood_share: float = Field(description="part of the time in flood")
    chattering: list[dict[str, Any]] = Field(description="rule, point, the most within the chatter time, and count")
    stale: list[dict[str, Any]] = Field(description="alert, rule, point, since, and until (null while it goes on)")
    priorities: dict[str, int] = Field(examples=[{"1": 0, "2": 3, "3": 12, "4": 80}])
    worst: list[dict[str, Any]] = Field(description="the ten points with the most alarms: point, count, share")
    worst_share: float
    acknowledged: int
    waiting: int = Field(description="alarms that nobody acknowledged in the period")
    acknowledge_median: int | None = Field(description="milliseconds from the announcement")
    acknowledge_p90: int | None
    held: list[HeldOut]
    limits: LimitsOut


@router.get("/alarms", summary="Alarm figures over a period")
def read_figures(
    *,
    visitor: Reader,
    context: Given,
    start: Annotated[When | None, Query(alias="from", description="A week before `to` when left out.")] = None,
    end: Annotated[When | None, Query(alias="to", description="Now when left out.")] = None,
) -> AlarmFiguresOut:
    """Computed from the stored facts each time: the same period gives the same figures."""
    now = context.clock()
    until = now if end is None else end
    with context.records.read() as unit:
        zone = zone_of(context.site(context.register(unit)))
        return _out(
            tell(as_seen_by(visitor.actor, unit), until - 7 * DAY if start is None else start, until, now, zone)
        )


class CureOut(Out):
    """One change of the rule that would have stopped it."""

    key: str = Field(examples=["hold_for"], description="hold_for, clear_for or deadband")
    value: float = Field(examples=[30000.0], description="milliseconds; for a deadband an amount in `unit`")
    unit: str
    raises: int = Field(description="how often it would have gone off")


class DiagnosisOut(Out):
    """What the rule as it is makes of the stored history, and the least change of each kind that would have stopped it."""

    rule: str
    point: str
    raises: int
    most: int = Field(description="the most within the chatter time")
    longest: int = Field(description="how long it went on at most, milliseconds")
    cures: list[CureOut]


@router.get("/cures", summary="What would have stopped a chattering or stale alarm")
def read_cures(
    *,
    context: Given,
    rule: Annotated[str, Query(max_length=200)],
    point: Annotated[str, Query(max_length=200)],
    start: Annotated[When, Query(alias="from")],
    end: Annotated[When, Query(alias="to", description="At most 31 days after `from`.")],
) -> DiagnosisOut:
    """Found by judging the stored readings again with longer holds, slower returns and other deadbands."""
    told = diagnose_point(context, find_rule(context, rule), point, start, end)
    cures = [CureOut(key=cure.key, value=cure.value, unit=cure.unit, raises=cure.raises) for cure in told.cures]
    return DiagnosisOut(rule=rule, point=point, raises=told.raises, most=told.most, longest=told.longest, cures=cures)


@router.get("/alarm-limits", summary="What alarm figures are held to")
def read_limits(context: Given) -> LimitsOut:
    """The site's own, or the standards'."""
    with context.records.read() as unit:
        return LimitsOut(**asdict(limits_now(unit)))


@router.post("/alarm-limits", summary="Change what alarm figures are held to", response_model=LimitsOut)
def change_limits(*, request: Request, visitor: Keeper, context: Given, body: LimitsIn, key: Key = None) -> Any:
    """Those that are given; with a fact. Flood mode of the board opens and closes by them too."""
    given = dict(body.__pydantic_extra__ or {})
    now = context.clock()
    return write_once(
        context,
        once(request, visitor.actor, key),
        lambda unit: LimitsOut(**asdict(set_limits(unit, given, visitor.actor, now))).model_dump(),
    )


def _out(told: Told) -> AlarmFiguresOut:
    found = told.figures
    return AlarmFiguresOut(
        start=moment(found.start) or "",
        end=moment(found.end) or "",
        total=found.total,
        a_day=found.a_day,
        a_ten=found.a_ten,
        peak=found.peak,
        peak_at=moment(found.peak_at),
        days=[{"start": moment(day), "count": count} for day, count in found.days],
        floods=[flood._asdict() | {"start": moment(flood.start), "end": moment(flood.end)} for flood in found.floods],
        flood_share=found.flood_share,
        chattering=[asdict(one) for one in found.chattering],
        stale=[asdict(one) | {"since": moment(one.since), "until": moment(one.until)} for one in found.stale],
        priorities={str(priority): count for priority, count in found.priorities},
        worst=[asdict(one) for one in found.worst],
        worst_share=found.worst_share,
        acknowledged=found.acknowledged,
        waiting=found.waiting,
        acknowledge_median=found.acknowledge_median,
        acknowledge_p90=found.acknowledge_p90,
        held=[HeldOut(name=h.name, value=h.value, good=h.good, most=h.most, verdict=h.verdict) for h in told.held],
        limits=LimitsOut(**asdict(told.limits)),
    )
