"""What was found when a duty was done: judged by the server again, and kept beside what others found."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, FiniteFloat

from api.acting import LONGEST_TEXT
from api.context import Context
from api.failures import translator
from api.phone.kind import Arrival, Body, Earlier, Kind, Said, Sha256
from api.problems import Problem
from facility.inspection import Result
from facility.person import Right
from facility.work_order import Source
from inspections.draft import Answer, Draft, DraftRefused, KeyTaken
from inspections.result_room import ResultRoom
from inspections.submitting import submit
from response.orders import opener
from storage.records.port import Unit

Short = Annotated[str, Field(max_length=100)]


class AnswerIn(Body):
    """One line of the checklist. Which fields count depends on the kind of the line."""

    check: Short
    item: Short = ""
    value: FiniteFloat | None = None
    unit: Annotated[str, Field(max_length=20)] = ""
    over_range: bool = False
    choice: Short = ""
    text: Annotated[str, Field(max_length=LONGEST_TEXT)] = ""
    files: list[Annotated[str, Sha256]] = Field(default_factory=list, max_length=20)
    signed: list[Short] = Field(default_factory=list, max_length=20)
    code: Annotated[str, Field(max_length=300)] = ""
    instrument: Short = ""
    order: bool = Field(default=False, description="Should it fail, open a work order.")


class ResultIn(Body):
    """A filled-in checklist."""

    occurrence: int | None = Field(default=None, ge=1)
    duty: Short = ""
    duty_version: Short = ""
    target: Short = ""
    with_whom: list[Short] = Field(default_factory=list, max_length=20)
    answers: list[AnswerIn] = Field(default_factory=list, max_length=400)
    corrects: int | None = Field(default=None, ge=1)
    why: Annotated[str, Field(max_length=LONGEST_TEXT)] = ""
    retest_of: int | None = Field(default=None, ge=1)


def take(arrival: Arrival) -> Said:
    """A result, whoever was first; the other's is told and stays as it is."""
    body: ResultIn = arrival.body
    earlier = _earlier(arrival.unit, body)
    try:
        result = submit(
            arrival.unit, room(arrival.context, arrival.unit), _draft(arrival, body), arrival.actor.id, arrival.received
        )
    except DraftRefused as refused:
        raise _problem(arrival, refused) from None
    except KeyTaken as taken:
        raise Problem(422, "invalid", "", str(taken)) from None
    made = {"result": result.id, "outcome": result.outcome.value, "orders": list(result.orders)}
    return Said(made=made, earlier=earlier)


def room(context: Context, unit: Unit) -> ResultRoom:
    """What there is to judge by; failed items open work of the class that the duty names."""
    return ResultRoom(
        duties=context.duties(),
        register=context.register(unit),
        opener=opener(lambda: context.book().classes, Source.INSPECTION),
    )


def _draft(arrival: Arrival, body: ResultIn) -> Draft:
    return Draft(
        key=f"phone:{arrival.actor.id}:{arrival.key}",
        duty=body.duty,
        duty_version=body.duty_version,
        occurrence=body.occurrence,
        target=body.target,
        with_whom=tuple(body.with_whom),
        device_at=arrival.device_at,
        offset=arrival.offset,
        answers=tuple(_answer(one) for one in body.answers),
        corrects=body.corrects,
        why=body.why,
        retest_of=body.retest_of,
    )


def _answer(one: AnswerIn) -> Answer:
    return Answer(**(one.model_dump() | {"files": tuple(one.files), "signed": tuple(one.signed)}))


def _earlier(unit: Unit, body: ResultIn) -> Earlier | None:
    """Who did it before; a correction names what it corrects and is no conflict."""
    if body.occurrence is None or body.corrects is not None:
        return None
    before: list[Result] = [one for one in unit.results.of_occurrence(body.occurrence) if one.corrects is None]
    return Earlier(who=before[0].who, at=before[0].done, what="submitted") if before else None


def _problem(arrival: Arrival, refused: DraftRefused) -> Problem:
    _ = translator(arrival.language)
    wrong = [(one.field, one.text.say(arrival.language)) for one in refused.wrong]
    errors = [{"field": field, "wrong": said, "allowed": None} for field, said in wrong]
    detail = "; ".join(f"{field}: {said}" for field, said in wrong)
    return Problem(422, "invalid", _("Something is missing or wrong"), detail, errors=errors)


def about(body: ResultIn) -> str:
    """The occurrence; of what was done without being owed, its duty and place."""
    return f"occurrence:{body.occurrence}" if body.occurrence is not None else f"duty:{body.duty}/{body.target}"


KIND = Kind(name="result", right=Right.DO_DUTIES, shape=ResultIn, take=take, about=about)
