"""What residents report again and again, month by month; each figure opens its cases."""

from __future__ import annotations

from datetime import datetime, tzinfo

from fastapi import APIRouter, Request, Response

from api.access import Reader
from api.web.page import Page, reading
from facility.instant import DAY, from_datetime, to_datetime
from facility.report_analysis import COMES_BACK, OFTEN, OFTEN_WITHIN, Spot, analyse
from facility.work_figures import Period
from storage.records.reports import ReportFilter

router = APIRouter(prefix="/residents/analysis")
MOST = 20


@router.get("")
def show(request: Request, visitor: Reader, month: str = "") -> Response:
    """``month`` is 2026-11; the present one where it is left out."""
    with reading(request, visitor) as page:
        first = month_of(month, page.look.now, page.look.zone)
        start, end = from_datetime(first), from_datetime(next_month(first))
        period = Period(start, end, page.look.now)
        within = page.context.report_book().settings.repeat_within
        since = start - max(within, OFTEN_WITHIN)
        told = analyse(page.unit.reports.all(ReportFilter(since=since, until=end)), period, within)
        return page.render(
            "residents_analysis.html",
            told=told,
            start=start,
            end=end,
            month=f"{first:%Y-%m}",
            before=f"{to_datetime(start - DAY, page.look.zone):%Y-%m}",
            after=f"{next_month(first):%Y-%m}" if end <= page.look.now else "",
            within=within,
            often=OFTEN,
            often_within=OFTEN_WITHIN,
            comes_back=COMES_BACK,
            kinds=page.context.report_book().kinds,
            spot_text=lambda spot: spot_text(page, spot),
            most=MOST,
        )


def month_of(text: str, now: int, zone: tzinfo) -> datetime:
    """Its first instant in the property's time."""
    try:
        found = datetime.strptime(text, "%Y-%m").replace(tzinfo=zone)
    except ValueError:
        found = to_datetime(now, zone)
    return found.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def next_month(first: datetime) -> datetime:
    """The first instant of the next one."""
    return first.replace(year=first.year + first.month // 12, month=first.month % 12 + 1)


def spot_text(page: Page, spot: Spot) -> str:
    """Where it is, in one line."""
    asset = page.register.assets.get(spot.asset)
    return (page.place_text(asset.zone, spot.asset) if asset else page.place_text(spot.zone)) or spot.asset or spot.zone
