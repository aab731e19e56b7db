"""``/api/v1/rota``: who is on duty, at any time and as it was known then; shifts, leave and swaps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, Field

from api.access import READING, AlertActor, Dispatcher, Reader, Visitor
from api.acting import LONGEST_TEXT
from api.context import Context, context_of
from api.idempotency import Key, once, write_once
from api.paging import CONFLICT, PROBLEMS, Out, When, Words, moment, words
from api.problems import Problem
from api.rota_acting import own_or_keeper, taking_back
from api.rota_reading import rota_of
from api.routes import API
from facility.instant import DAY
from facility.person import Right
from facility.rota import Duty, Gap, Leave, Person, Rota, Shift, Swap
from facility.rota_asking import Answer
from facility.rota_telling import gap_text
from response.rota_deeds import (
    By,
    add_shift,
    answer_leave,
    answer_swap,
    ask_leave,
    ask_swap,
    cancel_shift,
)
from storage.records.port import Unit

router = APIRouter(prefix=f"{API}/rota", tags=["rota"], responses=PROBLEMS, dependencies=[READING])
Given = Annotated[Context, Depends(context_of)]
LONGEST = 366 * DAY
Why = Annotated[str, Field(max_length=LONGEST_TEXT, examples=["Stands in for Han, who is ill"])]
Id = Annotated[str, Field(max_length=200)]


class PersonOut(Out):
    """Somebody who can be called. Private numbers are shown to whoever may act on alerts."""

    id: str = Field(examples=["wang"])
    name: str = Field(examples=["王工 Wang"])
    account: str
    phone: str
    skills: list[str] = Field(examples=[["electrical", "lift-rescue"]])
    teams: list[str]
    company: str


class TeamOut(Out):
    """A team, a desk with a telephone, or a contractor."""

    id: str = Field(examples=["fire-control"])
    name: Words
    least: int = Field(description="So many must be there together.")
    skills: list[str]
    phone: str
    radio: str
    company: str
    source: str = Field(description="Where the number comes from.")


class DutyOut(Out):
    """Somebody is on duty from `start` until before `end`."""

    key: str = Field(examples=["wang/engineering/2026-11-25/day"])
    person: str
    team: str
    kind: str
    start: str
    end: str
    on_call: bool = Field(description="At home by the telephone.")
    planned_for: str = Field(description="Whose it was before a swap.")
    absent: bool = Field(description="On leave: nobody comes.")


class GapOut(Out):
    """The team lacks people."""

    team: str
    start: str
    end: str
    cause: str = Field(examples=["too-few"], description="nobody, too-few, skill or uncovered")
    have: int
    need: int
    skill: str
    absent: list[str]
    said: Words


class OnDutyOut(Out):
    """Who is on duty, whom to call first first; and who comes next."""

    at: str
    version: int = Field(description="The rota's version by which this was answered.")
    people: list[PersonOut]
    next_at: str | None
    next: list[PersonOut]


class ChangedOut(Out):
    """A change was made."""

    version: int = Field(description="The rota's version now; give it to `undo` to take the change back.")


class AskedOut(Out):
    """Leave or a swap, as far as it has come."""

    id: str
    state: str = Field(examples=["asked"], description="asked, agreed, approved, refused or withdrawn")


class ShiftIn(BaseModel):
    """A single shift."""

    person: Id
    team: Id
    day: date
    kind: Id = Field(examples=["night"])
    why: Why = ""


class CancelIn(BaseModel):
    """A duty that does not take place."""

    duty: Id = Field(examples=["wang/engineering/2026-11-25/day"])
    why: Why


class UndoIn(BaseModel):
    """A version whose changes are taken back."""

    version: int
    why: Why = ""


class LeaveIn(BaseModel):
    """From `since` until before `until`."""

    person: Id
    since: When
    until: When
    why: Why


class SwapIn(BaseModel):
    """`other` takes `duty`; where `back` is given its owner takes that one in return."""

    duty: Id
    other: Id
    back: Id = ""
    why: Why = ""


class AnswerIn(BaseModel):
    """A word about it; a refusal needs one."""

    why: Why = ""


@router.get("/on-duty", summary="Who is on duty, and who comes next")
def on_duty(
    *,
    visitor: Reader,
    context: Given,
    at: Annotated[When | None, Query(description="Now when left out.")] = None,
    team: str = "",
    skill: str = "",
    known_then: Annotated[bool, Query(description="By the rota as it was known at that time.")] = False,
) -> OnDutyOut:
    """At any time, by team and skill."""
    when = context.clock() if at is None else at
    with context.records.read() as unit:
        rota = unit.rota.load(when) if known_then else rota_of(context, unit)
    coming = rota.next_duties(when, team=team, skill=skill)
    return OnDutyOut(
        at=moment(when) or "",
        version=rota.version,
        people=[person_out(person, visitor) for person in rota.on_duty(when, team=team, skill=skill)],
        next_at=moment(coming[0].start) if coming else None,
        next=[person_out(person, visitor) for person in rota.next_duty(when, team=team, skill=skill)],
    )


@router.get("/people", summary="Everybody who can be called")
def people(visitor: Reader, context: Given, team: str = "", skill: str = "") -> list[PersonOut]:
    """By team and skill, on duty or not."""
    return [person_out(person, visitor) for person in _rota(context).people_of(team=team, skill=skill)]


@router.get("/teams", summary="Teams, desks and contractors with their telephones")
def teams(context: Given) -> list[TeamOut]:
    """In the order of the rota."""
    return [
        TeamOut(
            id=team.id,
            name=words(team.name),
            least=team.least,
            skills=list(team.skills),
            phone=team.phone,
            radio=team.radio,
            company=team.company,
            source=team.source,
        )
        for team in _rota(context).teams.values()
    ]


@router.get("/duties", summary="Shifts between two times")
def duties(context: Given, start: When, end: When, person: str = "", team: str = "") -> list[DutyOut]:
    """All that touch [start, end), by their start; up to a year."""
    _span(start, end)
    found = _rota(context).duties(start, end, person=person)
    return [duty_out(duty) for duty in found if not team or duty.team == team]


@router.get("/gaps", summary="Where people are missing")
def gaps(context: Given, start: When, end: When) -> list[GapOut]:
    """In [start, end); up to a year."""
    _span(start, end)
    rota = _rota(context)
    return [gap_out(gap, rota) for gap in rota.gaps(start, end)]


@router.post("/shifts", summary="Add a single shift", response_model=ChangedOut, status_code=201)
def shifts(*, request: Request, visitor: Dispatcher, context: Given, body: ShiftIn, key: Key = None) -> Any:
    """Somebody stands in, or comes as well. The past needs a reason."""
    wanted = Shift(person=body.person, team=body.team, day=body.day, kind=body.kind, note=body.why.strip())
    return Written(request, context, visitor, key).change(body.why, lambda unit, by: add_shift(unit, by, wanted))


@router.post("/cancel", summary="A shift does not take place", response_model=ChangedOut)
def cancel(*, request: Request, visitor: Dispatcher, context: Given, body: CancelIn, key: Key = None) -> Any:
    """Of a pattern, or a single one."""
    return Written(request, context, visitor, key).change(body.why, lambda unit, by: cancel_shift(unit, by, body.duty))


@router.post("/undo", summary="Take a change back", response_model=ChangedOut, responses=CONFLICT)
def take_back(*, request: Request, visitor: Dispatcher, context: Given, body: UndoIn, key: Key = None) -> Any:
    """Everything that the version changed, unless somebody changed it since. Others' changes need the rota's keeper."""
    return Written(request, context, visitor, key).change(body.why, taking_back(visitor, body.version))


@router.post("/leave", summary="Ask for leave", response_model=AskedOut, status_code=201)
def leave(*, request: Request, visitor: AlertActor, context: Given, body: LeaveIn, key: Key = None) -> Any:
    """One's own; of others for whoever looks after the rota."""
    span = (body.since, body.until)
    return Written(request, context, visitor, key).ask(
        body.why, lambda unit, by: ask_leave(unit, by, body.person, span)
    )


@router.post("/leave/{id}/{answer}", summary="Answer leave", response_model=AskedOut, responses=CONFLICT)
def reply_to_leave(
    *, request: Request, visitor: AlertActor, context: Given, id: str, answer: Answer, body: AnswerIn, key: Key = None
) -> Any:
    """Approve, refuse (with a reason), withdraw."""
    return Written(request, context, visitor, key).ask(body.why, lambda unit, by: answer_leave(unit, by, id, answer))


@router.post("/swaps", summary="Ask for a swap", response_model=AskedOut, status_code=201)
def swaps(*, request: Request, visitor: AlertActor, context: Given, body: SwapIn, key: Key = None) -> Any:
    """Of one's own shift. The other person agrees first, then whoever looks after the rota approves."""
    wanted = Swap(id="", person="", other=body.other, duty=body.duty, back=body.back)
    return Written(request, context, visitor, key).ask(body.why, lambda unit, by: ask_swap(unit, by, wanted))


@router.post("/swaps/{id}/{answer}", summary="Answer a swap", response_model=AskedOut, responses=CONFLICT)
def reply_to_swap(
    *, request: Request, visitor: AlertActor, context: Given, id: str, answer: Answer, body: AnswerIn, key: Key = None
) -> Any:
    """Agree, approve, refuse (with a reason), withdraw."""
    return Written(request, context, visitor, key).ask(body.why, lambda unit, by: answer_swap(unit, by, id, answer))


def _rota(context: Context) -> Rota:
    with context.records.read() as unit:
        return rota_of(context, unit)


def _span(start: int, end: int) -> None:
    if not start <= end <= start + LONGEST:
        raise Problem(422, "invalid", "Not a span of time", "end: allowed is start or later, up to a year after it")


@dataclass(frozen=True, slots=True)
class Written:
    """One write of this visitor, which may arrive twice."""

    request: Request
    context: Context
    visitor: Visitor
    key: str | None

    def change(self, why: str, deed: Callable[[Unit, By], int]) -> Any:
        """Done in one unit; the answer is the rota's version."""
        return self._do(why, lambda unit, by: {"version": deed(unit, by)})

    def ask(self, why: str, deed: Callable[[Unit, By], Leave | Swap]) -> Any:
        """Done in one unit; the answer is how far it has come."""

        def said(unit: Unit, by: By) -> dict[str, str]:
            one = deed(unit, by)
            return {"id": one.id, "state": one.state.value}

        return self._do(why, said)

    def _do(self, why: str, deed: Callable[[Unit, By], Any]) -> Any:
        by = By(self.visitor.actor, self.context.clock(), why.strip())
        wish = once(self.request, self.visitor.actor, self.key)
        with own_or_keeper(self.visitor.actor):
            return write_once(self.context, wish, lambda unit: deed(unit, by))


def person_out(person: Person, visitor: Visitor) -> PersonOut:
    """A person as the API gives them."""
    return PersonOut(
        id=person.id,
        name=person.name,
        account=person.account,
        phone=person.phone if visitor.may(Right.ACT_ON_ALERTS) else "",
        skills=list(person.skills),
        teams=list(person.teams),
        company=person.company,
    )


def duty_out(duty: Duty) -> DutyOut:
    """A duty as the API gives it."""
    return DutyOut(
        key=duty.key,
        person=duty.person,
        team=duty.team,
        kind=duty.kind,
        start=moment(duty.start) or "",
        end=moment(duty.end) or "",
        on_call=duty.on_call,
        planned_for=duty.planned_for,
        absent=bool(duty.absent),
    )


def gap_out(gap: Gap, rota: Rota) -> GapOut:
    """A gap as the API gives it."""
    return GapOut(
        team=gap.team,
        start=moment(gap.start) or "",
        end=moment(gap.end) or "",
        cause=gap.cause.value,
        have=gap.have,
        need=gap.need,
        skill=gap.skill,
        absent=list(gap.absent),
        said=words(gap_text(gap, rota)),
    )
