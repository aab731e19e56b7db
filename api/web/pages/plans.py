"""Floor plans: what cameras see of them, what they would see otherwise, and drawing on them."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, File, Form, Request, Response, UploadFile
from fastapi.responses import RedirectResponse

from api.access import Keeper, Reader
from api.acting import LONGEST_TEXT, write
from api.camera_trying import LIMITS, hung, propose
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
def show(request: Request, visitor: Reader, zone: str, saved: int = 0) -> Response:
    """One zone: picture, numbers, what-if."""
    with reading(request, visitor) as page:
        found = _found(page, zone)
        return _plan_page(page, found, zone, saved=saved)


@router.post("/{zone}/what-if")
def what_if(request: Request, visitor: Reader, zone: str, sent: Sent) -> Response:
    """The same page with cameras that hang otherwise; nothing is kept."""
    with reading(request, visitor) as page:
        found = _found(page, zone)
        return _plan_page(page, found, zone, cameras=_cameras(found, zone, sent))


@router.post("/{zone}/propose")
def to_register(visitor: Keeper, context: Given, zone: str, sent: Sent) -> Response:
    """Let the register say that cameras hang so."""

    def save(unit: Unit) -> int:
        found = standing(context, unit)
        if zone not in found.site.surveys:
            raise NotFound(f"zone {zone} has no plan")
        cameras = _cameras(found, zone, sent)
        who, at = visitor.actor.id, context.clock()
        return propose(unit, found.site.register, cameras, who=who, why=sent.get("why", ""), at=at)

    write(context, save)
    return RedirectResponse(f"/plans/{zone}", 303)


def _found(page: Page, zone: str) -> Standing:
    found = standing(page.context, page.unit)
    if zone not in found.site.surveys:
        raise NotFound(f"zone {zone} has no plan")
    return found


def _cameras(found: Standing, zone: str, sent: Fields) -> list[Camera]:
    """As the form says: fields are called ``camera:field``."""
    return [
        hung(camera, {name: sent.get(f"{camera.id}:{name}", "") for name in LIMITS})
        for camera in found.site.surveys[zone].cameras
    ]


def _plan_page(
    page: Page, found: Standing, zone: str, *, cameras: list[Camera] | None = None, saved: int = 0
) -> Response:
    survey = found.site.surveys[zone] if cameras is None else tried(found, zone, cameras)
    return page.render(
        "plan.html",
        view=zone_view(found, zone, survey),
        shown=picture(found, survey, live=cameras is None),
        trying=cameras is not None,
        fresh=found.fresh,
        limit=SETTINGS.limit,
        settings=SETTINGS.told(),
        cameras=survey.cameras,
        names={camera.id: camera.name for camera in survey.cameras},
        may_change=page.look.may(Right.MANAGE_REGISTER),
        versions=page.unit.plans.versions_of(zone),
        saved=saved,
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
