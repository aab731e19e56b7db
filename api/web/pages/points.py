"""A point: its value now, its history, its limits as they were, and everything raw."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import StreamingResponse

from api.access import Reader
from api.charts import Span, alerts_over, blemishes, ended_in, gaps
from api.context import Context, context_of
from api.limits import numeric, watches
from api.paging import When
from api.routes.points import find_point
from api.web.page import Page, reading
from api.web.values import LEAST_PATIENCE, PATIENCE, number, trend, unit_of
from facility.instant import DAY, HOUR, iso, to_datetime
from facility.point import Point, Setting
from facility.quality import Quality
from facility.reading import Reading
from storage.records.port import NotFound

router = APIRouter(prefix="/points")
Given = Annotated[Context, Depends(context_of)]
RANGES = {"hour": HOUR, "day": DAY, "month": 30 * DAY, "year": 365 * DAY}
TABLE_ROWS = 100
CSV_PAGE = 5000
LONGEST_CSV = 400 * DAY


@router.get("/{id}")
def show(
    request: Request,
    visitor: Reader,
    id: str,
    range: Annotated[str, Query()] = "hour",
    to: When | None = None,
) -> Response:
    """Value now, history, alerts, quality, raw table."""
    with reading(request, visitor) as page:
        point = page.register.points.get(id)
        if point is None:
            raise NotFound(id)
        length = RANGES.get(range, HOUR)
        end = to if to is not None else page.look.now
        start = end - length
        ended = ended_in(page.context, start)
        newest = page.context.readings.before(id, page.look.now + DAY, 60)
        found = watches(page.context.book(), point, page.register, page.look.now)
        raw = page.context.readings.before(id, end, TABLE_ROWS)
        return page.render(
            "point.html",
            point=point,
            asset=page.register.assets.get(point.asset),
            zone=page.register.zone_of(point),
            device=page.register.devices.get(point.device),
            shown=page.look.value(point, newest[0] if newest else None),
            trend=trend(point, newest[:12]),
            watches=found,
            limit=numeric(found),
            settings=_settings(page, point),
            range=range if range in RANGES else "hour",
            ranges=list(RANGES),
            start=start,
            end=end,
            live=to is None,
            alerts=alerts_over(page.unit, id, start, end)[:20],
            troubles=_troubles(page, point, start, end) if ended is None else [],
            ended=ended,
            table=[_row(page, point, r) for r in raw],
            watched=[id],
        )


def _settings(page: Page, point: Point) -> list[Setting]:
    """Values that people set on it, newest first."""
    return sorted((s for s in page.register.settings.values() if s.point == point.id), key=lambda s: -s.since)


def _troubles(page: Page, point: Point, start: int, end: int) -> list[Span]:
    """Gaps, tests and readings that are no evidence; for stretches that are short enough to be read one by one."""
    if end - start > DAY:
        return []
    found = page.context.readings.range(point.id, start, end, 20_000)
    patience = max(PATIENCE * point.interval, LEAST_PATIENCE) if point.interval else 0
    spans = [*gaps([r.at for r in found], patience, start, min(end, page.look.now)), *blemishes(found)]
    return sorted(spans, key=lambda span: -span.start)[:30]


def _row(page: Page, point: Point, reading: Reading) -> dict[str, object]:
    return {
        "at": reading.at,
        "value": number(point, reading.value, page.look.language),
        "quality": int(reading.quality),
        "test": reading.test,
        "received": reading.received,
    }


@router.get("/{id}/readings.csv")
def download(
    *,
    visitor: Reader,  # noqa: ARG001 - reading needs a right
    context: Given,
    id: str,
    start: Annotated[When | None, Query(alias="from")] = None,
    end: Annotated[When | None, Query(alias="to")] = None,
) -> Response:
    """Raw readings as CSV, streamed page by page."""
    register, point = find_point(context, id)
    last = end if end is not None else context.clock() + 1
    first = max(start if start is not None else last - DAY, last - LONGEST_CSV)
    timezone = context.site(register).timezone
    headers = {"content-disposition": f'attachment; filename="{_file_name(id)}.csv"'}
    return StreamingResponse(
        _lines(context, point, first, last, timezone), media_type="text/csv; charset=utf-8", headers=headers
    )


def _file_name(id: str) -> str:
    return "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "_" for c in id)


def _lines(context: Context, point: Point, start: int, end: int, timezone: str) -> Iterator[str]:
    from zoneinfo import ZoneInfo

    zone = ZoneInfo(timezone)
    yield "\ufeff"
    yield _csv(["point", "utc", f"local ({timezone})", "value", "unit", "quality", "test", "received"])
    while rows := context.readings.range(point.id, start, end, CSV_PAGE):
        yield "".join(
            _csv(
                [
                    point.id,
                    iso(r.at),
                    f"{to_datetime(r.at, zone):%Y-%m-%d %H:%M:%S}",
                    repr(r.value),
                    unit_of(point),
                    Quality(r.quality).name.lower(),
                    str(int(r.test)),
                    iso(r.received) if r.received else "",
                ]
            )
            for r in rows
        )
        start = rows[-1].at + 1


def _csv(cells: list[str]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(cells)
    return line.getvalue()
