"""Stopped fire facilities: what stands still, since when, what stands in for it; the notice that hangs there."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from api.access import Reader, WorkActor
from api.acting import LONGEST_TEXT, write
from api.context import Context, context_of
from api.impairments import begin_stop, end_stop, prolong_stop, report_stop
from api.web.look import local_zone
from api.web.page import Page, reading
from api.web.times import entered
from facility.impairment import FIRE_KINDS
from facility.instant import to_datetime
from facility.person import Right
from inspections.impairing import Stop, without_record

router = APIRouter(prefix="/impairments")
Given = Annotated[Context, Depends(context_of)]
Said = Annotated[str, Form(max_length=LONGEST_TEXT)]


@router.get("")
def show_list(request: Request, visitor: Reader, cursor: str | None = None, asset: str = "") -> Response:
    """What stands still now, and the records of before; with the form. ``asset`` is chosen in it already."""
    with reading(request, visitor) as page:
        try:
            found = page.unit.impairments.find(cursor, 50)
        except ValueError:
            return RedirectResponse("/impairments", 303)
        return page.render(
            "impairments.html",
            rows=found.rows,
            cursor=found.cursor,
            assets=_facilities(page),
            asked=asset if asset in page.register.assets else "",
            unrecorded=without_record(page.unit, page.register, page.look.now),
            may_stop=page.look.may(Right.ACT_ON_WORK),
        )


def _facilities(page: Page) -> list[tuple[str, str]]:
    """(id, name with its place) of every fire facility."""
    assets = page.register.assets.values()
    return [(one.id, page.place_text(one.zone, one.id)) for one in assets if one.kind in FIRE_KINDS]


@router.post("")
def begin(
    *,
    visitor: WorkActor,
    context: Given,
    asset: Annotated[str, Form(max_length=200)] = "",
    begins: Annotated[str, Form(max_length=40)] = "",
    until: Annotated[str, Form(max_length=40)] = "",
    why: Said = "",
    measures: Said = "",
) -> Response:
    """Local times as a browser's form gives them; it begins now when that is empty."""
    zone = local_zone(context)
    stop = Stop(asset=asset, why=why, measures=measures, until=entered(until, zone) or 0, since=entered(begins, zone))
    kept = write(context, lambda unit: begin_stop(unit, context, visitor, stop))
    return RedirectResponse(f"/impairments/{kept.id}", 303)


@router.get("/{number}")
def show_one(request: Request, visitor: Reader, number: int) -> Response:
    """One record with its clock, its facts, and what may be done now."""
    with reading(request, visitor) as page:
        one = page.unit.impairments.get(number)
        return page.render(
            "impairment.html",
            one=one,
            facts=page.unit.facts.of("impairment", str(number)),
            may_act=one.open and page.look.may(Right.ACT_ON_WORK),
            local=lambda at: f"{to_datetime(at, page.look.zone):%Y-%m-%dT%H:%M}",
        )


@router.get("/{number}/notice")
def show_notice(request: Request, visitor: Reader, number: int) -> Response:
    """A page to print, in both languages, for the door of the place."""
    with reading(request, visitor) as page:
        one = page.unit.impairments.get(number)
        asset = page.register.assets.get(one.asset)
        zones = page.register.zone_path(one.zone)
        return page.render(
            "impairment_notice.html",
            one=one,
            places={language: " › ".join(zone.name.say(language) for zone in zones) for language in ("zh", "en")},
            names={language: asset.name.say(language) if asset else one.asset for language in ("zh", "en")},
            at=lambda instant: f"{to_datetime(instant, page.look.zone):%Y-%m-%d %H:%M}",
        )


@router.post("/{number}/report")
def report(visitor: WorkActor, context: Given, number: int, how: Said = "") -> Response:
    """The fire brigade was told."""
    write(context, lambda unit: report_stop(unit, visitor, number, how, context.clock()))
    return RedirectResponse(f"/impairments/{number}", 303)


@router.post("/{number}/prolong")
def prolong(
    visitor: WorkActor,
    context: Given,
    number: int,
    until: Annotated[str, Form(max_length=40)] = "",
    why: Said = "",
) -> Response:
    """It takes longer."""
    at = entered(until, local_zone(context)) or 0
    write(context, lambda unit: prolong_stop(unit, visitor, number, (at, why), context.clock()))
    return RedirectResponse(f"/impairments/{number}", 303)


@router.post("/{number}/end")
def end(visitor: WorkActor, context: Given, number: int, result: Said = "") -> Response:
    """It works again."""
    write(context, lambda unit: end_stop(unit, visitor, number, result, context.clock()))
    return RedirectResponse(f"/impairments/{number}", 303)
