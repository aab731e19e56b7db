"""All cameras: do they see, since when, what nobody else sees, and how far back their video goes."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from api.access import Reader
from api.acting import write
from api.context import Context, context_of
from api.coverage_reading import CameraView, Standing, camera_views, standing
from api.routes.cameras import MOST_DAYS, DutyDoer
from api.web.page import Page, reading
from facility.alert_life import FieldRefused
from facility.fact import Fact
from facility.instant import DAY
from facility.person import Right
from facility.text import Text
from inspections.coverage.daily import enter_by_hand
from storage.records.port import NotFound, Unit

router = APIRouter(prefix="/cameras")
Given = Annotated[Context, Depends(context_of)]
DAYS_SHOWN = 31


@dataclass(frozen=True, kw_only=True)
class Row(CameraView):
    """A camera with when its points were last heard of."""

    heard: int | None


@router.get("")
def listing(request: Request, visitor: Reader) -> Response:
    """Those that do not see first."""
    with reading(request, visitor) as page:
        found = standing(page.context, page.unit)
        heard = _heard(page, found)
        views = camera_views(page.context, page.unit, found)
        rows = [_row(one, heard.get(one.camera.id)) for one in views]
        return page.render(
            "cameras.html",
            rows=sorted(rows, key=lambda row: (row.state.value == "working", row.state.value == "unwatched")),
            seeing=sum(row.state.value == "working" for row in rows),
            fresh=found.fresh,
            seen_at=found.seen.at,
            planned=frozenset(found.site.surveys),
            days=_days(page),
            may_look_up=page.look.may(Right.DO_DUTIES),
        )


def _row(view: CameraView, heard: int | None) -> Row:
    return Row(**{one.name: getattr(view, one.name) for one in fields(view)}, heard=heard)


def _heard(page: Page, found: Standing) -> dict[str, int]:
    """Camera → the newest word of any of its points."""
    points = [point.id for points in found.site.points.values() for point in points]
    last = page.context.readings.last(points) if points else {}
    return {
        camera: max(last[point.id].at for point in points if point.id in last)
        for camera, points in found.site.points.items()
        if any(point.id in last for point in points)
    }


def _days(page: Page) -> list[Fact]:
    """The newest first."""
    now = page.look.now
    return page.unit.facts.between("coverage", ("within", "over"), now - (DAYS_SHOWN + 1) * DAY, now + 1)[::-1]


@router.post("/{camera}/oldest-frame")
def look_up(visitor: DutyDoer, context: Given, camera: str, days: Annotated[str, Form(max_length=20)] = "") -> Response:
    """Somebody looked at the recorder."""
    found = _number(days)

    def save(unit: Unit) -> None:
        if camera not in context.register(unit).cameras:
            raise NotFound(f"the register has no camera {camera}")
        enter_by_hand(unit, camera, found, visitor.actor.id, context.clock())

    write(context, save)
    return RedirectResponse(f"/cameras#camera-{camera}", 303)


def _number(text: str) -> float:
    try:
        days = float(text.strip().replace(",", "."))
    except ValueError:
        days = -1.0
    if not 0 <= days <= MOST_DAYS:
        told = Text(
            f"{text!r} 不行；可用：0 到 {MOST_DAYS:g} 天", f"{text!r} is not possible; allowed: 0 to {MOST_DAYS:g} days"
        )
        raise FieldRefused("video", "days", told)
    return days
