"""Floor plans: what cameras see of them, what they would see otherwise, and drawing on them."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, File, Form, Request, Response, UploadFile
from fastapi.responses import RedirectResponse

from api.access import Keeper, Reader
from api.acting import LONGEST_TEXT, write
from api.camera_trying import Wish, Wrong, propose, take_back, wished
from api.context import Context, context_of
from api.coverage_reading import SETTINGS, Standing, standing, tried, whole, zone_view
from api.kept_files import file_answer
from api.problems import Problem
from api.routes.plans import save_plan
from api.web.page import Page, reading
from api.web.plan_drawing import Drawn, drawn_of, form_of
from api.web.plan_picture import picture
from facility.alert_life import FieldRefused
from facility.camera import Camera
from facility.floor_plan import FloorPlan
from facility.person import Right
from facility.text import Text
from response.attachments import LARGEST, take_in
from storage.records.port import NotFound, Unit

router = APIRouter(prefix="/plans")
Given = Annotated[Context, Depends(context_of)]
Why = Annotated[str, Form(max_length=LONGEST_TEXT)]
Fields = dict[str, str]
MOST_FIELDS = 20_000
NUMBERS = (("x", "0.1"), ("y", "0.1"), ("height", "0.1"), ("yaw", "1"), ("tilt", "1"), ("hfov", "1"), ("width_px", "1"))
"""A camera's fields, and the steps of their arrows."""


async def fields(request: Request) -> Fields:
    """Every text field of the form."""
    found = await request.form(max_fields=MOST_FIELDS)
    return {name: value for name, value in found.items() if isinstance(value, str)}


Sent = Annotated[Fields, Depends(fields)]


@router.get("")
def listing(request: Request, visitor: Reader, draw: str = "") -> Response:
    """``draw``: a zone chosen in the form, whose drawing page follows."""
    if draw:
        return RedirectResponse(f"/plans/{draw}/edit", 303)
    with reading(request, visitor) as page:
        found = standing(page.context, page.unit)
        versions = page.unit.plans.newest()
        design, now = whole(found)
        return page.render(
            "plans.html",
            rows=[(zone_view(found, zone), versions[zone]) for zone in found.site.surveys],
            design=design,
            now=now,
            fresh=found.fresh,
            limit=SETTINGS.limit,
            may_draw=page.look.may(Right.MANAGE_REGISTER),
            without=[zone for zone in page.register.zones.values() if zone.id not in versions],
        )


@router.get("/{zone}")
def show(request: Request, visitor: Reader, zone: str, saved: int = 0, hung: int = 0) -> Response:
    """One zone: picture, numbers, what-if."""
    with reading(request, visitor) as page:
        found = _found(page, zone)
        return _plan_page(page, found, zone, saved=saved, hung=hung)


@router.post("/{zone}/what-if")
def what_if(request: Request, visitor: Reader, zone: str, sent: Sent) -> Response:
    """The same page with cameras that hang otherwise, more of them or fewer; nothing is kept."""
    with reading(request, visitor) as page:
        found = _found(page, zone)
        wish, wrong = wished(found.site.register, zone, sent)
        return _plan_page(page, found, zone, wish=None if wrong else wish, sent=sent, wrong=wrong)


@router.post("/{zone}/propose")
def to_register(request: Request, visitor: Keeper, context: Given, zone: str, sent: Sent) -> Response:
    """Let the register say that cameras hang so; or the form again with what is wrong."""

    def save(unit: Unit) -> int:
        found = standing(context, unit)
        if zone not in found.site.surveys:
            raise NotFound(f"zone {zone} has no plan")
        wish, wrong = wished(found.site.register, zone, sent)
        if not sent.get("why", "").strip():
            wrong.append(("why", Text("请写明理由", "is missing; say why the register is changed")))
        if wrong:
            raise _Refused(wrong)
        who, at = visitor.actor.id, context.clock()
        return propose(unit, found.site.register, wish, who=who, why=sent["why"], at=at)

    try:
        version = write(context, save)
    except _Refused as refused:
        with reading(request, visitor) as page:
            return _plan_page(page, _found(page, zone), zone, sent=sent, wrong=refused.wrong)
    return RedirectResponse(f"/plans/{zone}?hung={version}", 303)


class _Refused(ValueError):
    def __init__(self, wrong: Wrong) -> None:
        self.wrong = wrong
        super().__init__("; ".join(f"{field}: {told.en}" for field, told in wrong))


@router.post("/{zone}/cameras/{version}/take-back")
def take_cameras_back(visitor: Keeper, context: Given, zone: str, version: int) -> Response:
    """They hang as before, by a new version of the register."""
    now = write(context, lambda unit: take_back(unit, version, who=visitor.actor.id, at=context.clock()))
    return RedirectResponse(f"/plans/{zone}?hung={now}", 303)


def _found(page: Page, zone: str) -> Standing:
    found = standing(page.context, page.unit)
    if zone not in found.site.surveys:
        raise NotFound(f"zone {zone} has no plan")
    return found


def _plan_page(
    page: Page,
    found: Standing,
    zone: str,
    *,
    wish: Wish | None = None,
    sent: Fields | None = None,
    wrong: Wrong | None = None,
    saved: int = 0,
    hung: int = 0,
) -> Response:
    survey = found.site.surveys[zone] if wish is None else tried(found, zone, wish.cameras, wish.gone)
    return page.render(
        "plan.html",
        422 if wrong else 200,
        view=zone_view(found, zone, survey),
        shown=picture(found, survey, live=wish is None),
        trying=wish is not None,
        before=zone_view(found, zone).design if wish is not None else None,
        fresh=found.fresh,
        limit=SETTINGS.limit,
        settings=SETTINGS.told(),
        cameras=found.site.surveys[zone].cameras,
        sent=sent or {},
        wrong=wrong or [],
        numbers=NUMBERS,
        new=Camera(id="", zone=zone, name=Text("", "")),
        names={camera.id: camera.name for camera in survey.cameras},
        may_change=page.look.may(Right.MANAGE_REGISTER),
        versions=page.unit.plans.versions_of(zone),
        saved=saved,
        hung=hung,
    )


@router.get("/{zone}/edit")
def edit(request: Request, visitor: Keeper, zone: str) -> Response:
    """Draw, or write the points into the table: both fill the same form."""
    with reading(request, visitor) as page:
        if zone not in page.register.zones:
            raise NotFound(f"the register has no zone {zone}")
        newest = page.unit.plans.newest().get(zone)
        plan = newest.plan if newest and newest.plan else FloorPlan(zone=zone, width=20.0, height=15.0)
        return _edit_page(page, plan, form_of(plan), newest.version if newest else 0)


def _edit_page(
    page: Page,
    plan: FloorPlan,
    drawn: Drawn,
    version: int,
    wrong: list[tuple[str, Text]] | None = None,
) -> Response:
    zone = page.register.zones[plan.zone]
    return page.render(
        "plan_edit.html",
        422 if wrong else 200,
        plan=plan,
        drawn=drawn,
        name=zone.name,
        version=version,
        wrong=wrong or [],
        cameras=[camera for camera in page.register.cameras.values() if camera.zone == plan.zone],
    )


@router.post("/{zone}")
def save(request: Request, visitor: Keeper, context: Given, zone: str, sent: Sent) -> Response:
    """A new version, or the form again with what is wrong."""
    drawn, plan, wrong = drawn_of(zone, sent)
    if not sent.get("why", "").strip():
        wrong = [*wrong, ("why", Text("请写明理由", "is missing; say why it was drawn anew"))]
    if wrong or plan is None:
        with reading(request, visitor) as page:
            if zone not in page.register.zones:
                raise NotFound(f"the register has no zone {zone}")
            stands = page.unit.plans.of(zone) or FloorPlan(zone=zone, width=20.0, height=15.0)
            return _edit_page(page, stands, drawn, _number(sent), wrong)

    def keep(unit: Unit) -> int:
        before = unit.plans.of(zone)
        image = "" if before is None or sent.get("drop_image") else before.image
        wish = replace(plan, image=image)
        return save_plan(unit, wish, _number(sent), who=visitor.actor.id, why=sent["why"], at=context.clock())

    return RedirectResponse(f"/plans/{zone}?saved={write(context, keep)}", 303)


def _number(sent: Fields) -> int:
    text = sent.get("version", "")
    return int(text) if text.isdecimal() and len(text) < 12 else 0


@router.post("/{zone}/image")
def upload(visitor: Keeper, context: Given, zone: str, file: Annotated[UploadFile, File()]) -> Response:
    """A picture under the plan: it covers the whole of it."""
    taken = take_in(file.file.read(LARGEST + 1), context.clock()).file
    if not taken.media.startswith("image/"):
        raise FieldRefused(
            "image", "file", Text("不是图片；可用：JPEG、PNG、WebP", "is no picture; allowed: JPEG, PNG, WebP")
        )

    def keep(unit: Unit) -> None:
        plan = unit.plans.of(zone)
        if plan is None:
            raise Problem(422, "invalid", "No plan yet", f"zone: {zone} has no plan; save one first, then its picture")
        unit.files.keep(taken)
        unit.plans.put(replace(plan, image=taken.sha256), visitor.actor.id, context.clock(), file.filename or "")

    write(context, keep)
    return RedirectResponse(f"/plans/{zone}/edit", 303)


@router.get("/{zone}/image")
def image(visitor: Reader, context: Given, zone: str) -> Response:
    """The picture under the plan."""
    del visitor
    with context.records.read() as unit:
        plan = unit.plans.of(zone)
        if plan is None or not plan.image:
            raise NotFound(f"the plan of {zone} has no picture")
        return file_answer(unit.files.get(plan.image), small=False)
