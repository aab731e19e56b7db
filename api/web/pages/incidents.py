"""Incidents: what goes on, one with its next step, opening one by hand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, File, Form, Request, Response, UploadFile
from fastapi.responses import RedirectResponse

from api.access import AlertActor, Reader, WorkActor
from api.acting import LONGEST_TEXT, write
from api.context import Context, context_of
from api.incidents import (
    StepWish,
    act_on_step,
    announcements,
    building_of,
    open_incident,
    photo_of,
    possible,
    zones_by_path,
)
from api.incidents import end as end_incident
from api.kept_files import file_answer
from api.rota_reading import rota_of
from api.web.look import local_zone
from api.web.page import Page, reading
from api.web.times import entered
from facility.incident import Incident, choices_for, due, next_step, owed, owed_since
from facility.incident_step import Deed, Row, Step, StepState
from facility.instant import to_datetime
from facility.person import Right
from facility.playbook import Lever, Phase
from facility.reading import Reading
from facility.rota import Person
from response.attachments import LARGEST
from response.bulletins import read_board
from response.incident_alerts import order_of
from response.incidents import Opening, reach
from response.review_case import causes_of, gather
from storage.readings.port import ReadingsUnavailable
from storage.records.incidents import IncidentFilter

router = APIRouter(prefix="/incidents")
Given = Annotated[Context, Depends(context_of)]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownStep:
    """A step as the page shows it."""

    step: Step
    owed: bool
    due: int | None
    rows: tuple[Row, ...]
    levers: tuple[Lever, ...]
    choices: tuple[str, ...]
    readings: dict[str, Reading]

    def may(self, deed: str) -> bool:
        """Whether this person may do that now."""
        return any(row.deed.value == deed for row in self.rows)


@router.get("")
def show_list(request: Request, visitor: Reader, cursor: str | None = None) -> Response:
    """What goes on, what is over, and the measures that are owed."""
    with reading(request, visitor) as page:
        try:
            found = page.unit.incidents.find(IncidentFilter(), cursor, 50)
        except ValueError:
            return RedirectResponse("/incidents", 303)
        return page.render(
            "incidents.html",
            going=[(one, next_step(one)) for one in page.frame.incidents] if cursor is None else [],
            over=[one for one in found.rows if not one.open],
            cursor=found.cursor,
            measures=page.unit.reviews.open_measures() if cursor is None else [],
            due=due,
            may_open=page.look.may(Right.ACT_ON_ALERTS),
        )


@router.get("/new")
def show_new(request: Request, visitor: Reader, playbook: str = "", zone: str = "", drill: str = "") -> Response:
    """The form to open one by hand; with a playbook chosen, or to choose one."""
    with reading(request, visitor) as page:
        books = [book for book in page.context.playbooks().values() if book.by_hand]
        return page.render(
            "incident_new.html",
            books=sorted(books, key=lambda book: (book.severity, book.id)),
            chosen=next((book for book in books if book.id == playbook), None),
            zones=zones_by_path(page.register),
            zone=zone,
            drill=bool(drill),
            may_open=page.look.may(Right.ACT_ON_ALERTS),
        )


@router.post("")
def open_one(
    *,
    visitor: AlertActor,
    context: Given,
    playbook: Annotated[str, Form(max_length=100)] = "",
    zone: Annotated[str, Form(max_length=200)] = "",
    reason: Annotated[str, Form(max_length=LONGEST_TEXT)] = "",
    happened: Annotated[str, Form(max_length=40)] = "",
    drill: Annotated[str, Form(max_length=5)] = "",
) -> Response:
    """``happened`` is local time as a browser's form gives it; now when it is empty."""
    event_at = entered(happened, local_zone(context))
    wish = Opening(zone=zone, why=reason, drill=bool(drill), event_at=event_at)
    incident = write(context, lambda unit: open_incident(unit, context, visitor, playbook, wish))
    return RedirectResponse(f"/incidents/{incident.id}", 303)


@router.get("/{number}")
def show_one(request: Request, visitor: Reader, number: int) -> Response:
    """One incident: the next step, all steps, people, bulletins, everything that happened."""
    with reading(request, visitor) as page:
        incident = page.unit.incidents.get(number)
        case = gather(page.unit, "incident", number)
        steps = [shown_step(page, incident, step) for step in incident.steps]
        following = next_step(incident)
        return page.render(
            "incident.html",
            incident=incident,
            case=case,
            causes=causes_of(incident, case.order, incident.alerts),
            steps=steps,
            next=next((one for one in steps if following is not None and one.step is following), None),
            phases=[(phase, [one for one in steps if one.step.script.phase is phase]) for phase in Phase],
            left=len(owed(incident)),
            people=people_on(page, incident),
            bulletins=case.bulletins[::-1],
            announcements=announcements(page.context, page.register, incident),
            building=building_of(page.register, incident),
            board=read_board(page.unit),
            zones=zones_by_path(page.register),
            titles={step.script.id: step.script.title for step in incident.steps},
            may_tell=page.look.may(Right.DISPATCH),
            may_end=incident.open and page.look.may(Right.ACT_ON_WORK),
            local_now=f"{to_datetime(page.look.now, page.look.zone):%Y-%m-%dT%H:%M:%S}",
            watched=[point for step in incident.steps for point in step.points],
        )


def shown_step(page: Page, incident: Incident, step: Step) -> ShownStep:
    """With what this person may do to it."""
    return ShownStep(
        step=step,
        owed=owed_since(incident, step) is not None,
        due=due(incident, step),
        rows=tuple(possible(incident, step, page.look.visitor)),
        levers=tuple(reach(incident, step, page.register)),
        choices=tuple(choices_for(step)),
        readings=_readings(page, step),
    )


def _readings(page: Page, step: Step) -> dict[str, Reading]:
    """What the points of a command say now."""
    if not step.points or step.state not in (StepState.SENT, StepState.FAILED):
        return {}
    try:
        return dict(page.context.readings.last(list(step.points)))
    except ReadingsUnavailable:
        return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Somebody:
    """A person and what they have to do with it."""

    name: str
    phone: str
    on_duty: bool
    has: tuple[str, ...]
    """Ids of steps that they are on or did."""
    order: bool = False


def people_on(page: Page, incident: Incident) -> list[Somebody]:
    """Who has what: those on a step, the one with the work order, and who is on duty for the playbook's teams."""
    rota = rota_of(page.context, page.unit)
    busy: dict[str, list[str]] = {}
    for step in incident.steps:
        for who in dict.fromkeys(one for one in (step.begun_by, step.armed_by, step.done_by) if one):
            if not who.startswith("system:"):
                busy.setdefault(who, []).append(step.script.id)
    order = gathered_order(page, incident)
    teams = {step.script.team for step in incident.steps if step.script.team}
    duty: dict[str, Person] = {p.id: p for team in sorted(teams) for p in rota.on_duty(page.look.now, team=team)}
    named = [*busy, *([order] if order and order not in busy else [])]
    free = [p.account or p.id for p in duty.values() if not {p.id, p.account} & set(named)]
    return [
        _somebody(page, rota.person(who), who, on_duty=set(duty), has=tuple(busy.get(who, ())), order=who == order)
        for who in [*named, *free]
    ]


def gathered_order(page: Page, incident: Incident) -> str:
    """Who has the work order."""
    order = order_of(page.unit, incident)
    return order.assignee if order else ""


def _somebody(
    page: Page, person: Person | None, who: str, *, on_duty: set[str], has: tuple[str, ...], order: bool
) -> Somebody:
    return Somebody(
        name=person.name if person else page.person(who),
        phone=person.phone if person else "",
        on_duty=person is not None and person.id in on_duty,
        has=has,
        order=order,
    )


@router.post("/{number}/steps/{step}/{deed}")
def act(
    *,
    visitor: AlertActor,
    context: Given,
    number: int,
    step: str,
    deed: Deed,
    choice: Annotated[str, Form(max_length=100)] = "",
    value: Annotated[str, Form(max_length=LONGEST_TEXT)] = "",
    when: Annotated[str, Form(max_length=40)] = "",
    cause: Annotated[str, Form(max_length=LONGEST_TEXT)] = "",
    reason: Annotated[str, Form(max_length=LONGEST_TEXT)] = "",
    photo: Annotated[UploadFile | None, File()] = None,
) -> Response:
    """``when`` is a local time for evidence that is one; ``cause`` one of the usual causes of a false alarm."""
    said = " · ".join(part.strip() for part in (cause, reason) if part.strip())
    given = value
    if when:
        at = entered(when, local_zone(context))
        given = "" if at is None else str(at)
    body = photo.file.read(LARGEST + 1) if photo is not None else b""
    wish = StepWish(deed=deed, choice=choice, value=given, reason=said, photo=body)
    write(context, lambda unit: act_on_step(unit, context, visitor, (number, step), wish))
    return RedirectResponse(f"/incidents/{number}", 303)


@router.get("/{number}/photos/{sha256}")
def show_photo(visitor: Reader, context: Given, number: int, sha256: str, small: str = "") -> Response:
    """A photo that is evidence for a step; ``small`` for pages. Shown only where that is harmless."""
    del visitor
    with context.records.read() as unit:
        return file_answer(photo_of(unit, number, sha256), small=bool(small))


@router.post("/{number}/end")
def end(
    visitor: WorkActor, context: Given, number: int, reason: Annotated[str, Form(max_length=LONGEST_TEXT)] = ""
) -> Response:
    """It is over; the review comes next."""
    incident = write(context, lambda unit: end_incident(unit, visitor, number, context.clock(), reason))
    return RedirectResponse(f"/reviews/incident/{incident.id}", 303)
