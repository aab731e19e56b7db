"""Results at the edge: what there is to judge by, how a submission looks in JSON, and how a refused one is told."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field, FiniteFloat

from api.acting import LONGEST_TEXT
from api.context import Context
from api.problems import Problem
from facility.inspection import Result
from facility.text import Text
from facility.work_order import Source
from inspections.draft import Answer, Draft, DraftRefused, KeyTaken
from inspections.result_room import ResultRoom
from response.orders import opener
from storage.records.port import Unit

Short = Annotated[str, Field(max_length=100)]
Long = Annotated[str, Field(max_length=LONGEST_TEXT)]
_LATEST = 2**52


def result_room(context: Context, unit: Unit) -> ResultRoom:
    """Failed items open work of the class that the duty names."""
    return ResultRoom(
        duties=context.duties(),
        register=context.register(unit),
        opener=opener(lambda: context.book().classes, Source.INSPECTION),
    )


class AnswerIn(BaseModel):
    """One line of the checklist. Which fields count depends on the kind of the line."""

    check: Short = Field(examples=["resistance"])
    item: Short = Field(
        default="", description="Of a line that is answered for several things, which one.", examples=["N1"]
    )
    value: FiniteFloat | None = Field(default=None, examples=[2.35])
    unit: Annotated[str, Field(max_length=20)] = Field(
        default="", description="The check's by default.", examples=["MΩ"]
    )
    over_range: bool = Field(default=False, description="More than the instrument shows; instead of a value.")
    choice: Short = Field(
        default="", description="pass, flag, fail; one of a choice's ids; `signed` where whoever submits signs."
    )
    text: Long = ""
    files: list[Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]] = Field(
        default_factory=list, max_length=20, description="SHA-256 of files that were uploaded before."
    )
    signed: list[Short] = Field(
        default_factory=list, max_length=20, description="Whose drawn signatures the files are."
    )
    code: Annotated[str, Field(max_length=300)] = Field(default="", description="What was scanned.")
    instrument: Short = Field(default="", description="Its id in the register.", examples=["MEG-07"])
    conditions: dict[Short, FiniteFloat | Short] = Field(
        default_factory=dict, examples=[{"volts": 500, "phase": "L1-PE"}]
    )
    order: bool = Field(default=False, description="Should it fail, open a work order.")

    def answer(self) -> Answer:
        """As the room of results takes it."""
        told = self.model_dump()
        conditions = tuple((name, value) for name, value in self.conditions.items())
        return Answer(**(told | {"files": tuple(self.files), "signed": tuple(self.signed), "conditions": conditions}))


class ResultIn(BaseModel):
    """What was found."""

    occurrence: int | None = Field(
        default=None, ge=1, description="Left out: it was done without being owed.", examples=[12]
    )
    duty: Short = Field(default="", description="Needed where no occurrence is named.", examples=["box-insulation"])
    duty_version: Short = Field(
        default="", description="Of the checklist that was filled in; the occurrence's by default."
    )
    target: Short = Field(default="", examples=["t1-db-07"])
    with_whom: list[Short] = Field(default_factory=list, max_length=20, description="Further accounts that did it too.")
    device_at: int | None = Field(
        default=None,
        gt=0,
        le=_LATEST,
        description="When, by the device's clock: milliseconds since 1970; now by default.",
    )
    offset: int = Field(
        default=0, ge=-_LATEST, le=_LATEST, description="The device's clock less the server's, milliseconds."
    )
    answers: list[AnswerIn] = Field(default_factory=list, max_length=400)
    corrects: int | None = Field(default=None, ge=1, description="The result that this one corrects; it stays.")
    why: Long = Field(default="", description="Why it corrects.")
    retest_of: int | None = Field(default=None, ge=1, description="The failed result that this one measures again.")

    def draft(self, key: str) -> Draft:
        """As the room of results takes it."""
        return Draft(
            key=key,
            duty=self.duty,
            duty_version=self.duty_version,
            occurrence=self.occurrence,
            target=self.target,
            with_whom=tuple(self.with_whom),
            device_at=self.device_at,
            offset=self.offset,
            answers=tuple(one.answer() for one in self.answers),
            corrects=self.corrects,
            why=self.why,
            retest_of=self.retest_of,
        )


def refusal(error: DraftRefused | KeyTaken, language: str, title: str) -> Problem:
    """422 with every field that was wrong, or a key that was used for something else."""
    if isinstance(error, KeyTaken):
        said = KEY_TAKEN.say(language).format(number=error.result)
        return Problem(422, "idempotency-key-reused", title, said, result=error.result)
    errors = [{"field": one.field, "wrong": one.text.say(language), "allowed": None} for one in error.wrong]
    return Problem(422, "invalid", title, "; ".join(f"{one['field']}: {one['wrong']}" for one in errors), errors=errors)


KEY_TAKEN = Text(
    "这个提交编号已用于结果 {number}，内容不同；请用新的编号。",
    "This key was used for result {number}, which says something else; use a new key.",
)


def done_before(unit: Unit, result: Result) -> Result | None:
    """Who did the same occurrence first: two were sent, both are kept, and the first one counts."""
    if result.occurrence is None or result.corrects is not None:
        return None
    before = [
        one for one in unit.results.of_occurrence(result.occurrence) if one.corrects is None and one.id < result.id
    ]
    return before[0] if before else None


def deciding(unit: Unit, result: Result) -> Result:
    """The newest correction of a result, which says how it came out; the result itself where it was never corrected."""
    while newer := unit.results.corrections(result.id):
        result = newer[-1]
    return result
