"""What a resident sees, without a login: the form behind a QR code, and what became of the report."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from typing import Annotated, Any

from fastapi import APIRouter, Depends, File, Form, Request, Response, UploadFile
from fastapi.responses import RedirectResponse
from fastapi.routing import APIRoute

from api.access import same_origin
from api.context import Context, context_of
from api.problems import Forged, Problem
from api.reporting import Sent, TooMany, answer_by_link, forget_number, has_photo, receive
from api.sessions import caller_of
from api.web.look import Look, look_at
from facility.alert import NotAllowed
from facility.place_code import PlaceCode
from facility.register import Register
from facility.residents_report import DEEDS, Deed, ReportState, ResidentsReport
from facility.work_order import State, WorkOrder
from response.reports.intake import LARGEST_PHOTO, LONGEST_PHONE, LONGEST_WORDS
from response.reports.links import digest, hand_out, recognise, site_key
from storage.records.port import NotFound, Unit

LARGEST = 16_384
"""Bytes of a form without a photo. Its fields together are far below."""
LARGEST_FORM = LARGEST + 16 * 1024 * 1024
"""Bytes of the form of a report. A photo above ``LARGEST_PHOTO`` is left out and the report taken; beyond this it is refused."""


class SmallRoute(APIRoute):
    """Refuses a large body before any of it is read: nobody has signed in here."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler behind the check."""
        inner = super().get_route_handler()

        async def checked(request: Request) -> Response:
            length = request.headers.get("content-length", "")
            most = LARGEST_FORM if request.url.path.count("/") == 2 and _has_file(request) else LARGEST
            if request.method == "POST" and not (length.isdigit() and int(length) <= most):
                raise Problem(413, "too-large", "Too large", f"At most {most} bytes, with their length given.")
            return await inner(request)

        return checked


def _has_file(request: Request) -> bool:
    return request.headers.get("content-type", "").startswith("multipart/form-data")


router = APIRouter(prefix="/report", route_class=SmallRoute)
Given = Annotated[Context, Depends(context_of)]

ON_THE_WAY = {
    State.ACCEPTED: "on-the-way",
    State.ARRIVED: "there",
    State.IN_PROGRESS: "there",
    State.ON_HOLD: "waiting",
}
"""What an order's state means to who reported it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What stands on the form."""

    choice: str = ""
    words: str = ""
    phone: str = ""
    consent: bool = False
    photo: bool = False
    """One was chosen: no browser sends it a second time by itself."""
    form: str = ""
    """What it carried when it was sent, where it may be sent again; else a new one is handed out."""
    trouble: str = ""
    """again · empty · many · consent"""


@router.get("/{code}")
def show_form(request: Request, context: Given, code: str) -> Response:
    """The form, for the place where the code hangs."""
    return _form(request, context, code, Shown())


@router.post("/{code}")
def send(
    *,
    request: Request,
    context: Given,
    code: str,
    form: Annotated[str, Form(max_length=200)] = "",
    choice: Annotated[str, Form(max_length=40)] = "",
    words: Annotated[str, Form(max_length=4 * LONGEST_WORDS)] = "",
    phone: Annotated[str, Form(max_length=4 * LONGEST_PHONE)] = "",
    consent: Annotated[str, Form(max_length=10)] = "",
    website: Annotated[str, Form(max_length=200)] = "",
    photo: Annotated[UploadFile | str | None, File()] = None,
) -> Response:
    """To the report's status; back to the form, with all that was written, where something is missing.

    ``website`` is a field that no person sees: a program that fills it in is asked again, as is one that is too quick.
    """
    if not same_origin(request):
        raise Forged
    body = b"" if photo is None or isinstance(photo, str) else photo.file.read(LARGEST_PHOTO + 1)
    shown = Shown(choice=choice, words=words[:LONGEST_WORDS], phone=phone, consent=bool(consent), photo=bool(body))
    with context.records.read() as unit:
        key, place = site_key(unit, make=False), _code(unit, code)
    if place is None:
        return _form(request, context, code, shown)
    found = recognise(key, code, form, context.clock()) if key else None
    if found is not None and found.young:
        shown = replace(shown, form=form)
    if found is None or not found.good or website:
        return _form(request, context, code, _with(shown, "again"), 422)
    if not choice and not words.strip():
        return _form(request, context, code, _with(shown, "empty"), 422)
    if phone.strip() and not consent:
        return _form(request, context, code, _with(shown, "consent"), 422)
    return _take(request, context, place, shown, Secret(found.token, body))


@dataclass(frozen=True, slots=True)
class Secret:
    """What is not shown again: the status link's token, and the photo."""

    token: str
    photo: bytes


def _take(request: Request, context: Context, place: PlaceCode, shown: Shown, secret: Secret) -> Response:
    look = _look(request, context)
    sent = Sent(
        choice=shown.choice,
        words=shown.words,
        phone=shown.phone,
        consent=shown.consent,
        language=look.language,
        photo=secret.photo,
    )
    try:
        report = receive(context, place, sent, secret.token, caller_of(request).address)
    except TooMany:
        return _form(request, context, place.code, _with(shown, "many"), 429)
    lost = "?said=no-photo" if secret.photo and not has_photo(context, report) else ""
    return RedirectResponse(f"/report/status/{secret.token}{lost}", 303)


def _with(shown: Shown, trouble: str) -> Shown:
    return replace(shown, trouble=trouble)


def _code(unit: Unit, code: str) -> PlaceCode | None:
    try:
        found = unit.place_codes.by_code(code)
    except NotFound:
        return None
    return found if found.good else None


def _look(request: Request, context: Context) -> Look:
    with context.records.read() as unit:
        return look_at(request, context.register(unit))


def _form(request: Request, context: Context, code: str, shown: Shown, status: int = 200) -> Response:
    with context.records.read() as unit:
        register, place, key = context.register(unit), _code(unit, code), site_key(unit, make=False)
    look, book = look_at(request, register), context.report_book()
    if place is None:
        return look.render("report_gone.html", 404, settings=book.settings, what="code")
    if key is None:
        with context.records.begin() as unit:
            key = site_key(unit, make=True)
    assert key is not None
    asset = register.assets.get(place.asset)
    kinds = book.kinds.offered(asset.kind if asset else "")
    return look.render(
        "report.html",
        status,
        code=code,
        form=shown.form or hand_out(key, code, context.clock()),
        where=where(look, register, place.zone, place.asset),
        urgent=[kind for kind in kinds if kind.emergency],
        ordinary=[kind for kind in kinds if not kind.emergency],
        shown=shown,
        settings=book.settings,
        longest=LONGEST_WORDS,
    )


def where(look: Look, register: Register, zone: str, asset: str) -> str:
    """The place in plain words, the thing itself last."""
    names = [look.say(one.name) for one in register.zone_path(zone)]
    found = register.assets.get(asset)
    return " › ".join([*names, *([look.say(found.name)] if found else [])]) or zone


@router.get("/status/{token}")
def show_status(request: Request, context: Given, token: str, said: str = "") -> Response:
    """What became of it: no number, no name, no word of anybody."""
    with context.records.read() as unit:
        register, report = context.register(unit), _report(unit, token)
        order = _order(unit, report)
        number = report is not None and report.id in unit.reports.numbered([report.id])
        photo = report is not None and report.id in unit.reports.photographed([report.id])
    look, book = look_at(request, register), context.report_book()
    if report is None:
        return look.render("report_gone.html", 404, settings=book.settings, what="link")
    return look.render(
        "report_status.html",
        token=token,
        report=report,
        kind=book.kinds.get(report.kind),
        where=where(look, register, report.zone, report.asset),
        steps=way_so_far(report, order),
        may_answer=may_answer(report),
        number=number,
        photo=photo,
        said=said,
        settings=book.settings,
        waits=order is not None and order.state is State.ON_HOLD,
    )


def _report(unit: Unit, token: str) -> ResidentsReport | None:
    try:
        return unit.reports.by_link(digest(token))
    except NotFound:
        return None


def _order(unit: Unit, report: ResidentsReport | None) -> WorkOrder | None:
    try:
        return unit.work_orders.get(report.work_order) if report and report.work_order is not None else None
    except NotFound:
        return None


def may_answer(report: ResidentsReport) -> bool:
    """Whether the resident can say now if it is solved."""
    return any(step.deed is Deed.REFUTE and report.state in step.sources for step in DEEDS)


def way_so_far(report: ResidentsReport, order: WorkOrder | None) -> list[tuple[str, int | None, str]]:
    """(step, when, done · now · ahead) from the first to the last."""
    if report.state is ReportState.DISMISSED:
        return [("received", report.received, "done"), ("dismissed", report.closed, "done")]
    under_way = ON_THE_WAY.get(order.state, "given-out") if order is not None else "given-out"
    given_out = None if report.work_order is None else order.opened if order is not None else report.received
    steps = [
        ("received", report.received),
        (under_way if report.state is ReportState.ASSIGNED else "given-out", given_out),
        ("visited", report.visited),
        ("solved", report.solved),
        ("closed", report.closed),
    ]
    now = {ReportState.RECEIVED: 0, ReportState.ASSIGNED: 1, ReportState.SOLVED: 3}.get(report.state, 4)
    return [
        (name, at, "now" if place == now else "done" if at is not None else "ahead")
        for place, (name, at) in enumerate(steps)
    ]


@router.post("/status/{token}/answer")
def answer(
    *,
    request: Request,
    context: Given,
    token: str,
    solved: Annotated[str, Form(max_length=5)] = "",
    mark: Annotated[str, Form(max_length=2)] = "",
    words: Annotated[str, Form(max_length=4 * LONGEST_WORDS)] = "",
) -> Response:
    """Solved or not, and how content the resident is."""
    if not same_origin(request):
        raise Forged
    if solved not in ("yes", "no"):
        return RedirectResponse(f"/report/status/{token}?said=choose", 303)
    number = int(mark) if mark in ("1", "2", "3", "4", "5") else None
    try:
        answer_by_link(context, token, solved=solved == "yes", mark=number, words=words)
    except NotAllowed:
        return RedirectResponse(f"/report/status/{token}?said=late", 303)
    return RedirectResponse(f"/report/status/{token}?said={solved}", 303)


@router.post("/status/{token}/forget")
def forget(request: Request, context: Given, token: str) -> Response:
    """Take the number back."""
    if not same_origin(request):
        raise Forged
    forget_number(context, token)
    return RedirectResponse(f"/report/status/{token}?said=forgotten", 303)
