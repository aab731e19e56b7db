"""``/api/v1/incidents``: what goes on, step by step; what the residents were told; how it was reviewed."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, Field

from api.access import READING, AlertActor, Visitor, WorkActor
from api.acting import LONGEST_TEXT
from api.context import Context, context_of
from api.idempotency import Key, once, write_once
from api.incidents import StepWish, act_on_step, open_incident, possible
from api.incidents import end as end_incident
from api.paging import CONFLICT, PROBLEMS, Cursor, Limit, Listing, Out, When, Words, moment, words
from api.routes import API
from api.routes.facts import FactOut, fact_out
from api.routes.points import bad_cursor
from facility.incident import Incident, State, choices_for, due, next_step, owed_since
from facility.incident_step import Deed, Step
from response.incidents import Opening
from storage.records.incidents import IncidentFilter

router = APIRouter(prefix=f"{API}/incidents", tags=["incidents"], responses=PROBLEMS, dependencies=[READING])
Given = Annotated[Context, Depends(context_of)]


class StepOut(Out):
    """One step: as it was written down, and what became of it."""

    id: str = Field(examples=["confirm"])
    title: Words
    how: Words
    who: Words
    phase: str = Field(examples=["during"], description="before, during or after")
    kind: str = Field(examples=["choice"], description="plain, choice or command")
    state: str = Field(examples=["open"])
    owed: str | None = Field(description="Since when it is owed; null while what was confirmed does not ask for it.")
    due: str | None
    late: bool
    evidence: str = Field(examples=["none"])
    done: str | None
    done_by: str
    begun: str | None
    begun_by: str
    armed_by: str = Field(description="Who confirmed first what acts on the building.")
    sent: str | None
    choice: str
    choices: list[str] = Field(description="Answers that are possible now.", examples=[["small", "large", "false"]])
    value: str
    reason: str
    deeds: list[str] = Field(description="What you may do to it now.", examples=[["begin", "choose", "skip"]])


class IncidentOut(Out):
    """A playbook that is being carried out."""

    id: int = Field(examples=[3])
    playbook: str = Field(examples=["fire"])
    playbook_version: str
    title: Words
    clause: str = Field(examples=["FI-3"])
    severity: int
    life_safety: bool
    drill: bool
    place: str = Field(examples=["t1"])
    zone: str
    asset: str
    state: str = Field(examples=["open"], description="open, false-alarm or over")
    event_at: str
    opened: str
    opened_by: str
    why: str
    ended: str | None
    ended_by: str
    ended_why: str
    work_order: int | None
    alerts: list[int]
    next: str = Field(description="The step that comes next; empty when nothing is owed.", examples=["confirm"])
    steps: list[StepOut]
    version: int


class OpenIn(BaseModel):
    """What opening an incident by hand needs."""

    playbook: str = Field(max_length=100, examples=["storm"])
    zone: str = Field(default="", max_length=200, examples=["t1"])
    asset: str = Field(default="", max_length=200)
    why: str = Field(max_length=LONGEST_TEXT, examples=["Orange warning since 14:00"])
    drill: bool = Field(default=False, description="Practised: nobody is paged, nothing moves, nothing is published.")
    event_at: When | None = Field(default=None, description="When it happened; now when left out.")


class DeedIn(BaseModel):
    """What a deed needs; an answer, the evidence, a reason."""

    choice: str = Field(default="", max_length=100, examples=["small"])
    value: str = Field(
        default="", max_length=LONGEST_TEXT, description="A number, words, or epoch milliseconds.", examples=["12"]
    )
    reason: str = Field(default="", max_length=LONGEST_TEXT, examples=["Kitchen smoke"])


class EndIn(BaseModel):
    """Why what is still owed is left."""

    reason: str = Field(default="", max_length=LONGEST_TEXT, examples=["Handed to the fire brigade"])


@router.get("", summary="Incidents, newest first")
def list_incidents(
    *,
    visitor: Annotated[Visitor, READING],
    context: Given,
    state: Annotated[list[State] | None, Query()] = None,
    playbook: Annotated[list[str] | None, Query()] = None,
    drill: bool | None = None,
    start: Annotated[When | None, Query(alias="from", description="event_at >= from")] = None,
    end: Annotated[When | None, Query(alias="to", description="event_at < to")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Listing[IncidentOut]:
    """Those that go on, and those that are over."""
    wanted = IncidentFilter(
        states=tuple(state or ()), playbooks=tuple(playbook or ()), drill=drill, since=start, until=end
    )
    with context.records.read() as unit:
        try:
            page = unit.incidents.find(wanted, cursor, limit)
        except ValueError:
            raise bad_cursor() from None
    return Listing(rows=[incident_out(one, visitor) for one in page.rows], cursor=page.cursor)


@router.get("/{number}", summary="One incident")
def read_incident(visitor: Annotated[Visitor, READING], context: Given, number: int) -> IncidentOut:
    """With its steps, and what may be done to each now."""
    with context.records.read() as unit:
        return incident_out(unit.incidents.get(number), visitor)


@router.get("/{number}/facts", summary="What happened in it, oldest first")
def read_facts(context: Given, number: int) -> list[FactOut]:
    """Every step, with who and why."""
    with context.records.read() as unit:
        unit.incidents.get(number)
        return [fact_out(fact) for fact in unit.facts.of("incident", str(number))]


@router.post("", summary="Open an incident by hand", response_model=IncidentOut, status_code=201, responses=CONFLICT)
def open_one(*, request: Request, visitor: AlertActor, context: Given, body: OpenIn, key: Key = None) -> Any:
    """A storm, a theft, or a drill. 409 when one of its kind goes on at the place already."""
    wish = Opening(zone=body.zone, asset=body.asset, why=body.why, drill=body.drill, event_at=body.event_at)
    return write_once(
        context,
        once(request, visitor.actor, key),
        lambda unit: incident_out(open_incident(unit, context, visitor, body.playbook, wish), visitor).model_dump(),
    )


@router.post(
    "/{number}/steps/{step}/{deed}", summary="Do something to a step", response_model=IncidentOut, responses=CONFLICT
)
def act(
    *,
    request: Request,
    visitor: AlertActor,
    context: Given,
    number: int,
    step: str,
    deed: Deed,
    body: DeedIn | None = None,
    key: Key = None,
) -> Any:
    """What acts on the building is confirmed twice: `arm`, then `fire`. 409 with `allowed` where the table has no such row."""
    given = body or DeedIn()
    wish = StepWish(deed=deed, choice=given.choice, value=given.value, reason=given.reason)
    return write_once(
        context,
        once(request, visitor.actor, key),
        lambda unit: incident_out(act_on_step(unit, context, visitor, (number, step), wish), visitor).model_dump(),
    )


@router.post("/{number}/end", summary="It is over", response_model=IncidentOut, responses=CONFLICT)
def end(
    *,
    request: Request,
    visitor: WorkActor,
    context: Given,
    number: int,
    body: EndIn | None = None,
    key: Key = None,
) -> Any:
    """What is still owed needs a reason why it is left."""
    reason = body.reason if body else ""
    return write_once(
        context,
        once(request, visitor.actor, key),
        lambda unit: incident_out(end_incident(unit, visitor, number, context.clock(), reason), visitor).model_dump(),
    )


def incident_out(incident: Incident, visitor: Visitor) -> IncidentOut:
    """An incident as the API gives it."""
    following = next_step(incident)
    return IncidentOut(
        id=incident.id,
        playbook=incident.playbook,
        playbook_version=incident.playbook_version,
        title=words(incident.title),
        clause=incident.clause,
        severity=int(incident.severity),
        life_safety=incident.life_safety,
        drill=incident.drill,
        place=incident.place,
        zone=incident.zone,
        asset=incident.asset,
        state=incident.state.value,
        event_at=moment(incident.event_at) or "",
        opened=moment(incident.opened) or "",
        opened_by=incident.opened_by,
        why=incident.why,
        ended=moment(incident.ended),
        ended_by=incident.ended_by,
        ended_why=incident.ended_why,
        work_order=incident.work_order,
        alerts=list(incident.alerts),
        next=following.script.id if following else "",
        steps=[_step(incident, step, visitor) for step in incident.steps],
        version=incident.version,
    )


def _step(incident: Incident, step: Step, visitor: Visitor) -> StepOut:
    script = step.script
    return StepOut(
        id=script.id,
        title=words(script.title),
        how=words(script.how),
        who=words(script.who),
        phase=script.phase.value,
        kind=step.kind.value,
        state=step.state.value,
        owed=moment(owed_since(incident, step)),
        due=moment(due(incident, step)),
        late=step.late,
        evidence=script.evidence.value,
        done=moment(step.done),
        done_by=step.done_by,
        begun=moment(step.begun),
        begun_by=step.begun_by,
        armed_by=step.armed_by,
        sent=moment(step.sent),
        choice=step.choice,
        choices=choices_for(step),
        value=step.value,
        reason=step.reason,
        deeds=[row.deed.value for row in possible(incident, step, visitor)],
    )
