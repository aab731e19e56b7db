"""Residents' reports in the duty room: the list and the archive, one report, and what comes by telephone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from api.access import AlertActor, Reader
from api.acting import LONGEST_TEXT, write
from api.context import Context, context_of
from api.kept_files import SEALED
from api.problems import Problem
from api.reporting import OPEN_NOW, PURPOSES, enter, look_at_number, take
from api.web.look import local_zone
from api.web.page import Page, reading
from api.web.times import entered
from facility.person import Right
from facility.residents_report import Deed, DeedStep, Done, ReportState, ResidentsReport, Way, deeds_from
from facility.work_order import WorkOrder
from response.reports.deeds import workers
from response.reports.intake import LONGEST_PHONE, LONGEST_WORDS, Told
from response.reports.similar import similar
from storage.records.port import NotFound
from storage.records.reports import ReportFilter

router = APIRouter(prefix="/residents")
Given = Annotated[Context, Depends(context_of)]
BY_STATE = {
    "open": OPEN_NOW,
    "received": (ReportState.RECEIVED,),
    "assigned": (ReportState.ASSIGNED,),
    "solved": (ReportState.SOLVED,),
}
SHOWN = (*BY_STATE, "escalated", "all")
WAYS = (Way.HOTLINE, Way.INTERCOM, Way.IN_PERSON)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The list's filters as they stand in the address."""

    show: str = "open"
    kind: str = ""
    zone: str = ""
    words: str = ""

    def query(self, **changed: str) -> str:
        """An address with some of them changed."""
        values = {name: getattr(self, name) for name in self.__slots__} | changed
        kept = {name: value for name, value in values.items() if value and (name, value) != ("show", "open")}
        return f"/residents?{urlencode(kept)}" if kept else "/residents"

    def filter(self, page: Page) -> ReportFilter:
        """What the store is asked for."""
        below = page.register.zones_below(self.zone) if self.zone in page.register.zones else set()
        return ReportFilter(
            states=BY_STATE.get(self.show, ()),
            escalated=self.show == "escalated",
            kinds=(self.kind,) if self.kind else (),
            zones=tuple(sorted(below)),
            words=self.words.strip(),
        )


@router.get("")
def show_list(
    *,
    request: Request,
    visitor: Reader,
    show: str = "open",
    kind: str = "",
    zone: str = "",
    words: str = "",
    cursor: str | None = None,
) -> Response:
    """Emergencies first, then newest first."""
    asked = Asked(show=show if show in SHOWN else "open", kind=kind, zone=zone, words=words[:100])
    with reading(request, visitor) as page:
        wanted = asked.filter(page)
        try:
            found = page.unit.reports.find(wanted, cursor, 50)
        except ValueError:
            return RedirectResponse(asked.query(), 303)
        counts = {name: page.unit.reports.count(Asked(show=name).filter(page)) for name in SHOWN}
        return page.render(
            "residents.html",
            reports=sorted(found.rows, key=lambda report: not report.urgent),
            numbered=page.unit.reports.numbered([report.id for report in found.rows]),
            cursor=found.cursor,
            total=page.unit.reports.count(wanted),
            counts=counts,
            asked=asked,
            kinds=page.context.report_book().kinds,
            zones=page.register.zones.values(),
            codes=len(page.unit.place_codes.all()),
        )


@router.get("/new")
def show_new(request: Request, visitor: AlertActor, zone: str = "", asset: str = "") -> Response:
    """What somebody says on the telephone is written down here."""
    with reading(request, visitor) as page:
        book = page.context.report_book()
        return page.render(
            "resident_new.html",
            kinds=book.kinds.offered(),
            ways=WAYS,
            places=places(page),
            asked=f"asset:{asset}" if asset else f"zone:{zone}" if zone else "",
            settings=book.settings,
            longest=LONGEST_WORDS,
        )


def places(page: Page) -> list[tuple[str, str]]:
    """(value, name) of every zone and every asset, for a list with a search."""
    zones = [(f"zone:{id}", page.place_text(id)) for id in page.register.zones]
    return zones + [(f"asset:{id}", page.place_text(one.zone, id)) for id, one in page.register.assets.items()]


@router.post("")
def take_down(
    *,
    visitor: AlertActor,
    context: Given,
    place: Annotated[str, Form(max_length=220)] = "",
    way: Annotated[Way, Form()] = Way.HOTLINE,
    choice: Annotated[str, Form(max_length=40)] = "",
    words: Annotated[str, Form(max_length=4 * LONGEST_WORDS)] = "",
    phone: Annotated[str, Form(max_length=LONGEST_PHONE)] = "",
    consent: Annotated[str, Form(max_length=10)] = "",
    language: Annotated[str, Form(max_length=5)] = "zh",
) -> Response:
    """To the report, where what is similar is offered and it is given out."""
    extent, _, id = place.partition(":")
    with context.records.read() as reader:
        asset = context.register(reader).assets.get(id) if extent == "asset" else None
    told = Told(
        way=way,
        zone=asset.zone if asset else id,
        asset=asset.id if asset else "",
        choice=choice,
        words=words,
        language="en" if language == "en" else "zh",
        phone=phone,
        consent=bool(consent),
    )
    report = write(context, lambda unit: enter(unit, context, visitor.actor, told))
    return RedirectResponse(f"/residents/{report.id}", 303)


@router.get("/{number}")
def show_one(request: Request, visitor: Reader, number: int) -> Response:
    """One report."""
    return _one(request, visitor, number)


def _one(request: Request, visitor: Reader, number: int, phone: str = "", purpose: str = "") -> Response:
    with reading(request, visitor) as page:
        report = page.unit.reports.get(number)
        waiting = report.state is ReportState.RECEIVED
        steps = {step.deed.value: step for step in deeds_from(report) if _may(page, step)}
        return page.render(
            "resident.html",
            report=report,
            kind=page.context.report_book().kinds.get(report.kind),
            kinds=page.context.report_book().kinds,
            order=_order(page, report),
            steps=steps,
            likely=similar(page.unit, page.register, report, page.look.now) if waiting else [],
            voices=page.unit.reports.all(ReportFilter(orders=(report.work_order,))) if report.work_order else [],
            number=_number(page, report.id),
            photo=report.id in page.unit.reports.photographed([report.id]),
            phone=phone,
            purpose=purpose,
            purposes=PURPOSES,
            may_see_number=page.look.may(Right.ACT_ON_WORK),
            own_work=visitor.actor.id in workers(page.unit, report),
            facts=page.unit.facts.of("report", str(number)),
            longest=LONGEST_WORDS,
        )


def _may(page: Page, step: DeedStep) -> bool:
    return step.right is not None and page.look.may(step.right)


def _order(page: Page, report: ResidentsReport) -> WorkOrder | None:
    try:
        return page.unit.work_orders.get(report.work_order) if report.work_order is not None else None
    except NotFound:
        return None


def _number(page: Page, report: int) -> object:
    try:
        return page.unit.reports.number(report)
    except NotFound:
        return None


@router.get("/{number}/photo")
def show_photo(*, visitor: Reader, context: Given, number: int, small: bool = False) -> Response:
    """The photo that came with it, or its thumbnail; no browser keeps it, because it ends."""
    del visitor
    with context.records.read() as unit:
        found = unit.reports.photo(number)
    body, media = (found.thumb, "image/jpeg") if small else (found.body, found.media)
    return Response(body, media_type=media, headers=SEALED | {"cache-control": "no-store"})


@router.post("/{number}/number")
def see_number(
    request: Request, visitor: Reader, context: Given, number: int, purpose: Annotated[str, Form(max_length=20)] = ""
) -> Response:
    """Shown once, on this answer only; that it was looked at, and why, stays."""
    found = write(context, lambda unit: look_at_number(unit, visitor.actor, number, purpose, context.clock()))
    return _one(request, visitor, number, found.phone, purpose)


@router.post("/{number}/{deed}")
def act(
    *,
    visitor: Reader,
    context: Given,
    number: int,
    deed: Deed,
    kind: Annotated[str, Form(max_length=40)] = "",
    order: Annotated[str, Form(max_length=20)] = "",
    same_as: Annotated[str, Form(max_length=20)] = "",
    by: Annotated[str, Form(max_length=40)] = "",
    reason: Annotated[str, Form(max_length=LONGEST_TEXT)] = "",
    mark: Annotated[str, Form(max_length=2)] = "",
) -> Response:
    """One deed of the table."""
    done = Done(
        deed=deed,
        who=visitor.actor.id,
        at=context.clock(),
        kind=kind,
        order=_whole("order", order),
        same_as=_whole("same_as", same_as),
        by=_local(context, by),
        reason=reason.strip(),
        satisfaction=_whole("mark", mark),
    )
    write(context, lambda unit: take(unit, context, visitor.actor, number, done))
    return RedirectResponse(f"/residents/{number}", 303)


def _whole(field: str, text: str) -> int | None:
    plain = text.strip().lstrip("#")
    if not plain:
        return None
    if not plain.isascii() or not plain.isdigit():
        raise Problem(422, "invalid", "Not a number", f"{field}: {text!r}; allowed: a number")
    return int(plain)


def _local(context: Context, text: str) -> int | None:
    """``2026-11-24T08:00`` in the property's time."""
    found = entered(text, local_zone(context)) if text else None
    if text and found is None:
        raise Problem(422, "invalid", "Not a time", f"by: {text!r}; allowed: 2026-11-24T08:00")
    return found
