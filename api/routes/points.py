"""``/api/v1/points``: points, their readings raw and down-sampled, and what a chart needs."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import Field

from api.access import READING
from api.charts import Chart, chart
from api.context import Context, context_of
from api.limits import Watch, watches
from api.paging import PROBLEMS, Cursor, Limit, Listing, Out, When, Words, moment, words
from api.problems import Problem
from api.routes import API
from facility.instant import HOUR
from facility.point import Point
from facility.quality import Quality
from facility.reading import Bucket, Reading
from facility.register import Register
from storage.records.port import NotFound

router = APIRouter(prefix=f"{API}/points", tags=["points"], responses=PROBLEMS, dependencies=[READING])
MOST_BUCKETS = 20_000
Given = Annotated[Context, Depends(context_of)]


class ReadingOut(Out):
    """One reading. ``quality`` says what it is worth as evidence."""

    at: str = Field(examples=["2026-11-24T00:00:10.250Z"])
    value: float = Field(examples=[0.612])
    quality: str = Field(examples=["good"], description="good, stamped, sensor-fault, out-of-range, …")
    test: bool
    received: str | None


class LimitOut(Out):
    """One rule on the point, with its limits now, in the point's unit."""

    rule: str = Field(examples=["pump-pressure-band"])
    clause: str = Field(examples=["EQ-4"])
    severity: int = Field(examples=[2])
    low: float | None
    high: float | None
    text: Words


class PointOut(Out):
    """A point of the register."""

    id: str = Field(examples=["pump-room-1.pressure"])
    name: Words
    asset: str
    zone: str
    quantity: str = Field(examples=["pressure"])
    unit: str = Field(examples=["MPa"])
    resolution: float
    low: float | None
    high: float | None
    interval: int = Field(description="Expected time between readings, ms; 0 where it speaks only at events.")
    device: str
    calibration_due: str | None
    last: ReadingOut | None


class PointDetail(PointOut):
    """A point with its limits."""

    limits: list[LimitOut]


class BucketOut(Out):
    """Evidence readings over [start, start + width), tests left out."""

    start: str
    low: float
    high: float
    mean: float
    count: int


@router.get("", summary="Points of the register with their newest readings")
def list_points(
    *,
    context: Given,
    zone: Annotated[str, Query(description="Only points in this zone and the zones below it.")] = "",
    asset: str = "",
    quantity: str = "",
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Listing[PointOut]:
    """In the register's order; the cursor is the last point's id."""
    with context.records.read() as unit:
        register = context.register(unit)
    found = [p for p in register.points.values() if _wanted(register, p, zone, asset, quantity)]
    ids = [point.id for point in found]
    if cursor is not None and cursor not in ids:
        raise bad_cursor()
    start = ids.index(cursor) + 1 if cursor is not None else 0
    rows = found[start : start + limit]
    last = context.readings.last([point.id for point in rows])
    more = start + limit < len(found)
    return Listing(
        rows=[PointOut(**_fields(register, p, last.get(p.id))) for p in rows],
        cursor=rows[-1].id if more and rows else None,
    )


def _wanted(register: Register, point: Point, zone: str, asset: str, quantity: str) -> bool:
    if zone:
        where = register.zone_of(point)
        if where is None or where.id not in register.zones_below(zone):
            return False
    return point.asset == (asset or point.asset) and point.quantity == (quantity or point.quantity)


@router.get("/{id}", summary="One point: its newest reading and its limits")
def read_point(context: Given, id: str) -> PointDetail:
    """Limits are those in force now."""
    register, point = find_point(context, id)
    last = context.readings.last([id])
    limits = watches(context.book(), point, register, context.clock())
    return PointDetail(**_fields(register, point, last.get(id)), limits=[_limit(w) for w in limits])


@router.get("/{id}/readings", summary="Raw readings, oldest first")
def read_readings(
    *,
    context: Given,
    id: str,
    start: Annotated[When | None, Query(alias="from", description="Default: an hour before `to`.")] = None,
    end: Annotated[When | None, Query(alias="to", description="Default: now.")] = None,
    cursor: Cursor = None,
    limit: Annotated[int, Query(ge=1, le=10_000)] = 1000,
) -> Listing[ReadingOut]:
    """from <= at < to. The cursor is the time after which the next page begins."""
    find_point(context, id)
    last = end if end is not None else context.clock() + 1
    first = start if start is not None else last - HOUR
    if cursor is not None:
        first = max(first, _after(cursor))
    rows = context.readings.range(id, first, last, limit + 1)
    more = len(rows) > limit
    return Listing(rows=[reading_out(r) for r in rows[:limit]], cursor=str(rows[limit - 1].at) if more else None)


def _after(cursor: str) -> int:
    if not cursor.isdigit():
        raise bad_cursor()
    return int(cursor) + 1


@router.get("/{id}/buckets", summary="Down-sampled readings: min, max, mean, count")
def read_buckets(
    context: Given,
    id: str,
    start: Annotated[When, Query(alias="from")],
    end: Annotated[When, Query(alias="to")],
    width: Annotated[int, Query(ge=1000, description="Milliseconds.", examples=[60_000])],
) -> list[BucketOut]:
    """Bucket starts are multiples of ``width`` since the epoch; empty buckets are left out.

    Of readings that have ended only figures of whole hours are left: there a ``width`` of whole hours finds them.
    """
    find_point(context, id)
    if (end - start) / width > MOST_BUCKETS:
        raise Problem(
            422,
            "invalid",
            "Too many buckets",
            f"width: {width} ms gives more than {MOST_BUCKETS} buckets; allowed: {(end - start) // MOST_BUCKETS} or more",
            errors=[{"field": "width", "wrong": "too small", "allowed": (end - start) // MOST_BUCKETS}],
        )
    return [_bucket(b) for b in context.readings.buckets(id, start, end, width)]


@router.get("/{id}/chart", summary="Everything that a chart of the point draws")
def read_chart(
    context: Given,
    id: str,
    start: Annotated[When, Query(alias="from")],
    end: Annotated[When, Query(alias="to")],
    pixels: Annotated[int, Query(ge=50, le=4000)] = 800,
) -> Chart:
    """Values (or min, mean, max a bucket), limits as they were in force, alerts, tests, gaps and what was no evidence."""
    register, point = find_point(context, id)
    if not start < end:
        raise Problem(422, "invalid", "An empty stretch of time", "from: not before `to`; allowed: from < to")
    with context.records.read() as unit:
        return chart(context, unit, register, point, start=start, end=end, pixels=pixels)


def find_point(context: Context, id: str) -> tuple[Register, Point]:
    """The point and its register. Raises ``NotFound``."""
    with context.records.read() as unit:
        register = context.register(unit)
    if id not in register.points:
        raise NotFound(id)
    return register, register.points[id]


def bad_cursor() -> Problem:
    """422 for a cursor that is not ours."""
    return Problem(
        422,
        "invalid",
        "A wrong cursor",
        "cursor: not one that a page gave; leave it out to begin at the start",
        errors=[{"field": "cursor", "wrong": "unknown", "allowed": "the cursor of the page before"}],
    )


def reading_out(reading: Reading) -> ReadingOut:
    """A reading as the API gives it."""
    return ReadingOut(
        at=moment(reading.at) or "",
        value=reading.value,
        quality=Quality(reading.quality).word,
        test=reading.test,
        received=moment(reading.received) if reading.received else None,
    )


def _fields(register: Register, point: Point, last: Reading | None) -> dict[str, Any]:
    zone = register.zone_of(point)
    return {
        "id": point.id,
        "name": words(point.name),
        "asset": point.asset,
        "zone": zone.id if zone else "",
        "quantity": point.quantity,
        "unit": point.unit,
        "resolution": point.resolution,
        "low": point.low,
        "high": point.high,
        "interval": point.interval,
        "device": point.device,
        "calibration_due": moment(point.calibration_due),
        "last": reading_out(last) if last else None,
    }


def _limit(watch: Watch) -> LimitOut:
    return LimitOut(
        rule=watch.rule,
        clause=watch.clause,
        severity=int(watch.severity),
        low=watch.low,
        high=watch.high,
        text=words(watch.text),
    )


def _bucket(bucket: Bucket) -> BucketOut:
    return BucketOut(
        start=moment(bucket.start) or "", low=bucket.low, high=bucket.high, mean=bucket.mean, count=bucket.count
    )
