"""``/api/v1/plans``: floor plans, what cameras see of them, and what they would see otherwise."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field

from api.access import READING, Keeper, Reader
from api.acting import LONGEST_TEXT
from api.camera_trying import LONGEST_NAME, Wish, hung, propose, take_back
from api.context import Context, context_of
from api.coverage_reading import SETTINGS, Standing, ZoneView, standing, tried, zone_view
from api.idempotency import Key, once, write_once
from api.paging import CONFLICT, PROBLEMS, Out, Words, moment, words
from api.problems import Problem
from api.routes import API
from facility.camera import Camera
from facility.floor_plan import FloorPlan, PlanChange
from facility.text import Text
from inspections.coverage.plan_files import BrokenPlans, document_of, plan_from
from inspections.coverage.shares import AreaShare, Sum
from inspections.coverage.survey import ZoneSurvey
from storage.records.port import NotFound, Unit

router = APIRouter(prefix=f"{API}/plans", tags=["plans"], responses=PROBLEMS, dependencies=[READING])
Given = Annotated[Context, Depends(context_of)]
MOST = 200


class SumOut(Out):
    """Square metres, and the share of them that nobody sees; null where nothing must be seen."""

    required: float = Field(examples=[2040.0])
    seen: float = Field(examples=[1998.2])
    blind: float | None = Field(examples=[0.0205])


class AreaOut(SumOut):
    """One required area."""

    zone: str
    area: str = Field(examples=["lanes"])
    name: Words
    group: str = Field(examples=["garage"])
    density: float = Field(description="Pixels per metre that it asks for.", examples=[25.0])


class ViolationOut(Out):
    """A camera that looks where none may."""

    camera: str
    area: str
    name: Words
    seen: float = Field(description="Square metres in view.")


class CoverageOut(Out):
    """What cameras see of a zone, with all parameters by which that was worked out."""

    zone: str
    design: SumOut = Field(description="With every camera working.")
    now: SumOut | None = Field(description="With those that work now; null when nobody looks at them.")
    over: bool = Field(description="Above the limit, now or else by design.")
    areas: list[AreaOut]
    areas_now: list[AreaOut]
    violations: list[ViolationOut]
    misplaced: dict[str, str] = Field(description="Cameras that cannot be computed: they count as seeing nothing.")
    settings: dict[str, float | bool]


class PlanRow(Out):
    """A zone that has a plan."""

    zone: str
    name: Words
    version: int
    at: str | None
    who: str
    why: str
    coverage: CoverageOut | None = Field(description="null while the register does not have the zone")


class PlanOut(PlanRow):
    """One plan."""

    plan: dict[str, Any] = Field(
        description="In the shape of a plan's file: zone, width, height, walls, column, area, marks."
    )
    image: str = Field(description="SHA-256 of the picture under it; empty: none.")
    versions: list[dict[str, Any]]


class PlanIn(BaseModel):
    """A plan as it should be."""

    model_config = ConfigDict(extra="forbid")
    plan: dict[str, Any] = Field(description="In the shape of a plan's file.")
    why: str = Field(min_length=1, max_length=LONGEST_TEXT)
    version: int = Field(default=0, description="The version that was drawn on; 0 for a zone that had none.")


class CameraIn(BaseModel):
    """A camera as it might hang. Fields that are left out stay as the register has them."""

    model_config = ConfigDict(extra="forbid")
    id: str = Field(max_length=128, pattern=r"^[A-Za-z0-9._-]+$", examples=["cam-b1-east"])
    zh: str = Field(default="", max_length=LONGEST_NAME, description="Of one that there is not yet: its name.")
    en: str = Field(default="", max_length=LONGEST_NAME)
    x: float | None = None
    y: float | None = None
    height: float | None = None
    yaw: float | None = None
    tilt: float | None = None
    hfov: float | None = None
    width_px: int | None = None
    height_px: int | None = None


class WhatIfIn(BaseModel):
    """Cameras that hang otherwise, or that there are not yet."""

    model_config = ConfigDict(extra="forbid")
    cameras: list[CameraIn] = Field(default_factory=list, max_length=MOST)
    gone: list[str] = Field(default_factory=list, max_length=MOST, description="Cameras that would be taken down.")


class ProposeIn(WhatIfIn):
    """The same, to stand in the register."""

    why: str = Field(min_length=1, max_length=LONGEST_TEXT)


class VersionOut(Out):
    """A change was made."""

    version: int


@router.get("")
def listing(context: Given) -> list[PlanRow]:
    """Every zone that has a plan, with its shares."""
    with context.records.read() as unit:
        found = standing(context, unit)
        newest = unit.plans.newest()
        return [_row(found, zone, newest[zone]) for zone in newest]


@router.get("/{zone}")
def one(context: Given, zone: str) -> PlanOut:
    """A zone's plan with its shares and its versions."""
    with context.records.read() as unit:
        found, version, plan = standing(context, unit), unit.plans.newest().get(zone), unit.plans.of(zone)
        if version is None or plan is None:
            raise NotFound(f"zone {zone} has no plan")
        versions = unit.plans.versions_of(zone)
        return PlanOut(
            **dict(_row(found, zone, version)),
            plan=document_of(plan),
            image=plan.image,
            versions=[
                {"version": v.version, "at": moment(v.at), "who": v.who, "why": v.why, "what": v.what} for v in versions
            ],
        )


@router.put("/{zone}", responses=CONFLICT)
def put(*, context: Given, request: Request, visitor: Keeper, zone: str, body: PlanIn, key: Key = None) -> VersionOut:
    """A new version of a zone's plan; its picture stays. 409 when somebody drew on it meanwhile."""
    try:
        plan = plan_from(body.plan | {"zone": zone})
    except BrokenPlans as broken:
        errors = [{"field": f"plan.{one.key}", "detail": one.text} for one in broken.problems]
        raise Problem(422, "invalid", "This is no plan", str(broken), errors=errors) from None

    def save(unit: Unit) -> dict[str, int]:
        wish = replace(plan, image=before.image) if (before := unit.plans.of(zone)) else plan
        version = save_plan(unit, wish, body.version, who=visitor.actor.id, why=body.why, at=context.clock())
        return {"version": version}

    return VersionOut(**write_once(context, once(request, visitor.actor, key), save))


@router.post("/{zone}/what-if")
def what_if(context: Given, visitor: Reader, zone: str, body: WhatIfIn) -> CoverageOut:
    """What the zone's cameras would see. Nothing is kept; a camera that is in no register hangs as its defaults say."""
    del visitor
    with context.records.read() as unit:
        found = standing(context, unit)
        if zone not in found.site.surveys:
            raise NotFound(f"zone {zone} has no plan")
        return coverage_out(found, zone_view(found, zone, _tried(found, zone, body)))


@router.post("/{zone}/propose", responses=CONFLICT)
def to_register(
    *, context: Given, request: Request, visitor: Keeper, zone: str, body: ProposeIn, key: Key = None
) -> VersionOut:
    """Let the register say that cameras hang so, that there are further ones, or that some were taken down."""

    def save(unit: Unit) -> dict[str, int]:
        found = standing(context, unit)
        if zone not in found.site.register.zones:
            raise NotFound(f"the register has no zone {zone}")
        wish = Wish(cameras=tuple(_cameras(found, zone, body)), gone=_gone(found, zone, body))
        who, at = visitor.actor.id, context.clock()
        return {"version": propose(unit, found.site.register, wish, who=who, why=body.why, at=at)}

    return VersionOut(**write_once(context, once(request, visitor.actor, key), save))


@router.post("/cameras/{version}/take-back", responses=CONFLICT)
def take_cameras_back(
    *, context: Given, request: Request, visitor: Keeper, version: int, key: Key = None
) -> VersionOut:
    """What a proposal changed hangs as before, as a new version of the register."""

    def save(unit: Unit) -> dict[str, int]:
        return {"version": take_back(unit, version, who=visitor.actor.id, at=context.clock())}

    return VersionOut(**write_once(context, once(request, visitor.actor, key), save))


def save_plan(unit: Unit, plan: FloorPlan, drawn_on: int, *, who: str, why: str, at: int) -> int:
    """A new version. Raises ``NotFound`` for a zone that is in no register, ``Problem`` when it moved on, ``Conflict``."""
    if plan.zone not in unit.registers.load().zones:
        raise NotFound(f"the register has no zone {plan.zone}")
    newest = unit.plans.newest().get(plan.zone)
    if (newest.version if newest else 0) != drawn_on:
        by = f"{newest.who} ({newest.why})" if newest else "somebody, who removed it"
        raise Problem(
            409, "conflict", "Somebody was faster", f"version: drawn on {drawn_on}; since then changed by {by}"
        )
    before = newest.plan if newest else None
    if before == plan:
        return drawn_on
    return unit.plans.apply([PlanChange(key=plan.zone, before=before, after=plan)], who, at, why.strip())


def _cameras(found: Standing, zone: str, body: WhatIfIn) -> list[Camera]:
    known = found.site.register.cameras
    return [
        hung(known.get(one.id) or _new(one, zone), one.model_dump(exclude={"id", "zh", "en"})) for one in body.cameras
    ]


def _new(one: CameraIn, zone: str) -> Camera:
    return Camera(id=one.id, zone=zone, name=Text(one.zh or one.en or one.id, one.en or one.zh or one.id))


def _gone(found: Standing, zone: str, body: WhatIfIn) -> frozenset[str]:
    here = {one.id for one in found.site.register.cameras.values() if one.zone == zone}
    if strange := sorted(set(body.gone) - here):
        errors = [{"field": "gone", "wrong": strange[0], "allowed": ", ".join(sorted(here))}]
        raise Problem(422, "invalid", "Invalid", f"gone: {strange[0]!r} does not hang in {zone}", errors=errors)
    return frozenset(body.gone)


def _tried(found: Standing, zone: str, body: WhatIfIn) -> ZoneSurvey:
    return tried(found, zone, _cameras(found, zone, body), _gone(found, zone, body))


def _row(found: Standing, zone: str, version: Any) -> PlanRow:
    known = zone in found.site.surveys
    return PlanRow(
        zone=zone,
        name=words(found.site.zone_name(zone)),
        version=version.version,
        at=moment(version.at),
        who=version.who,
        why=version.why,
        coverage=coverage_out(found, zone_view(found, zone)) if known else None,
    )


def coverage_out(found: Standing, view: ZoneView) -> CoverageOut:
    """As the API gives it."""
    del found
    survey = view.survey
    return CoverageOut(
        zone=view.zone,
        design=sum_out(view.design),
        now=sum_out(view.now) if view.now else None,
        over=view.over(view.now or view.design),
        areas=[_area(design) for design, _ in view.areas],
        areas_now=[_area(now) for _, now in view.areas if now is not None],
        violations=[
            ViolationOut(camera=one.camera, area=one.area, name=words(one.name), seen=round(one.seen, 3))
            for one in survey.violations
        ],
        misplaced=dict(survey.misplaced),
        settings={name: getattr(SETTINGS, name) for name in SETTINGS.__slots__},
    )


def sum_out(found: Sum) -> SumOut:
    """Rounded to what a drawing can tell."""
    share = found.share
    return SumOut(
        required=round(found.required, 3), seen=round(found.seen, 3), blind=None if share is None else round(share, 6)
    )


def _area(share: AreaShare) -> AreaOut:
    return AreaOut(
        zone=share.zone,
        area=share.area,
        name=words(share.name),
        group=share.group,
        density=share.density,
        required=round(share.required, 3),
        seen=round(share.seen, 3),
        blind=round(share.blind, 6),
    )
