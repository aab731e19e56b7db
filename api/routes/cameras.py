"""``/api/v1/cameras``: every camera with its state and how far back its video goes; the figures of days."""

from __future__ import annotations

import csv
from io import StringIO
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, Field

from api.access import READING, Visitor, needs
from api.context import Context, context_of
from api.coverage_reading import CameraView, camera_views, standing, whole
from api.idempotency import Key, once, write_once
from api.paging import PROBLEMS, Out, When, Words, moment, words
from api.routes import API
from api.routes.plans import SumOut, sum_out
from facility.instant import DAY, MINUTE
from facility.person import Right
from inspections.coverage.daily import enter_by_hand
from storage.records.port import NotFound, Unit

router = APIRouter(prefix=f"{API}/cameras", tags=["cameras"], responses=PROBLEMS, dependencies=[READING])
coverage = APIRouter(prefix=f"{API}/coverage", tags=["cameras"], responses=PROBLEMS, dependencies=[READING])
Given = Annotated[Context, Depends(context_of)]
DutyDoer = Annotated[Visitor, Depends(needs(Right.DO_DUTIES))]
MOST_DAYS = 3_650.0
LONGEST = 400 * DAY


class CameraOut(Out):
    """One camera."""

    id: str = Field(examples=["cam-b1-east"])
    zone: str
    name: Words
    state: str = Field(
        description="working, offline, no-picture, covered, moved, silent, out-of-service or unwatched",
        examples=["working"],
    )
    since: str | None
    alone: float | None = Field(description="Square metres that no other camera sees; null without a plan.")
    alone_share: float | None
    misplaced: str
    video: str = Field(description="good, short, long, filling or unknown")
    video_days: float | None
    video_least: float
    video_most: float
    video_said: str | None
    video_by: str = Field(description="Who looked it up; empty: the camera's own word.")


class CamerasOut(Out):
    """All cameras."""

    at: str | None = Field(description="When their states were last looked at.")
    fresh: bool
    rows: list[CameraOut]


class SiteOut(Out):
    """The whole site's blind share."""

    design: SumOut
    now: SumOut | None


class DayOut(Out):
    """One day, as it was figured once and for all."""

    day: str = Field(examples=["2026-11-29"])
    within: bool
    figured: str | None
    data: dict[str, Any] = Field(
        description="design, mean, worst hour, hours, zones, groups, areas, cameras down, versions, settings"
    )


class LookedUp(BaseModel):
    """What somebody found on the recorder."""

    days: float = Field(ge=0, le=MOST_DAYS, description="Age of the oldest frame.")


class LookedUpOut(Out):
    """It is kept."""

    camera: str
    days: float


@router.get("")
def listing(context: Given) -> CamerasOut:
    """Every camera of the register."""
    with context.records.read() as unit:
        found = standing(context, unit)
        rows = [_camera(one) for one in camera_views(context, unit, found)]
        return CamerasOut(at=moment(found.seen.at or None), fresh=found.fresh, rows=rows)


@router.get("/export.csv", response_class=Response)
def export(context: Given) -> Response:
    """The same as CSV."""
    with context.records.read() as unit:
        rows = [_camera(one) for one in camera_views(context, unit, standing(context, unit))]
    return Response(
        csv_of(rows),
        media_type="text/csv; charset=utf-8",
        headers={"content-disposition": 'attachment; filename="cameras.csv"'},
    )


@router.post("/{camera}/oldest-frame")
def look_up(
    *, context: Given, request: Request, visitor: DutyDoer, camera: str, body: LookedUp, key: Key = None
) -> LookedUpOut:
    """How far back one camera's video goes, looked up by a person."""

    def save(unit: Unit) -> dict[str, Any]:
        if camera not in context.register(unit).cameras:
            raise NotFound(f"the register has no camera {camera}")
        enter_by_hand(unit, camera, body.days, visitor.actor.id, context.clock())
        return {"camera": camera, "days": body.days}

    return LookedUpOut(**write_once(context, once(request, visitor.actor, key), save))


@coverage.get("")
def now(context: Given) -> SiteOut:
    """The whole site, area-weighted."""
    with context.records.read() as unit:
        design, effective = whole(standing(context, unit))
        return SiteOut(design=sum_out(design), now=sum_out(effective) if effective else None)


@coverage.get("/days")
def days(
    context: Given, since: Annotated[When | None, Query()] = None, until: Annotated[When | None, Query()] = None
) -> list[DayOut]:
    """The figures of days, by when they were figured; the last 31 days unless told otherwise."""
    end = context.clock() + MINUTE if until is None else until
    start = end - 31 * DAY if since is None else max(since, end - LONGEST)
    with context.records.read() as unit:
        facts = unit.facts.between("coverage", ("within", "over"), start, end)
    return [
        DayOut(day=fact.subject, within=fact.what == "within", figured=moment(fact.at), data=dict(fact.data))
        for fact in facts
    ]


def _camera(one: CameraView) -> CameraOut:
    camera, video = one.camera, one.video
    return CameraOut(
        id=camera.id,
        zone=camera.zone,
        name=words(camera.name),
        state=one.state.value,
        since=moment(one.since),
        alone=None if one.alone is None else round(one.alone, 2),
        alone_share=None if one.share is None else round(one.share, 6),
        misplaced=one.misplaced,
        video=video.kept.value,
        video_days=None if video.days is None else round(video.days, 2),
        video_least=video.least,
        video_most=video.most,
        video_said=moment(video.said),
        video_by=video.by,
    )


def csv_of(rows: list[CameraOut]) -> bytes:
    """With a byte-order mark, for spreadsheets; no cell can be a formula."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    names = [name for name in CameraOut.model_fields if name != "name"]
    writer.writerow([*names, "name_zh", "name_en"])
    for row in rows:
        writer.writerow([_safe(getattr(row, name)) for name in names] + [_safe(row.name.zh), _safe(row.name.en)])
    return out.getvalue().encode("utf-8-sig")


def _safe(value: object) -> object:
    return (
        f"'{value}"
        if isinstance(value, str) and value.startswith(("=", "+", "-", "@"))
        else ""
        if value is None
        else value
    )
