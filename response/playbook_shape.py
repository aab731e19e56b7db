"""The shape of a playbook file, as pydantic sees it. The JSON schema that editors complete by is generated from this."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, WithJsonSchema

from facility.clause import CLAUSES
from facility.instant import duration
from facility.text import Text
from facility.units import QUANTITIES

NAME = r"^[a-z0-9]+(-[a-z0-9]+)*$"


def _duration(value: Any) -> int:
    if not isinstance(value, str):
        raise ValueError(  # noqa: TRY004 - pydantic reports a ValueError as the field's
            f"{value!r} is not a duration; write a number and one of ms, s, m, h, d, as in '30s' or '1h30m'"
        )
    return duration(value)


def _clause(value: str) -> str:
    if value and value not in CLAUSES:
        raise ValueError(f"{value!r} is not a clause of the manual; allowed: {', '.join(CLAUSES)}")
    return value


def _quantity(value: str) -> str:
    with_states = [name for name, quantity in QUANTITIES.items() if quantity.states]
    if value not in with_states:
        raise ValueError(f"{value!r} is not a quantity with states; allowed: {', '.join(with_states)}")
    return value


Span = Annotated[
    int,
    BeforeValidator(_duration),
    WithJsonSchema(
        {"type": "string", "pattern": r"^\s*(\d+(\.\d+)?\s*(ms|s|min|m|h|d)\s*)+$", "examples": ["30s", "5m"]}
    ),
]
Filled = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Name = Annotated[str, StringConstraints(pattern=NAME)]
Clause = Annotated[str, AfterValidator(_clause), WithJsonSchema({"enum": ["", *CLAUSES]})]


class Table(BaseModel):
    """Unknown keys are refused, and nothing is converted on the quiet."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Words(Table):
    """Text in both languages."""

    zh: Filled = Field(description="in Chinese")
    en: Filled = Field(description="in English")

    def text(self) -> Text:
        """As the inside knows it."""
        return Text(self.zh, self.en)


class ChoiceTable(Table):
    """``[[step.choice]]``: one answer."""

    id: Name
    title: Words = Field(description="what the button says")
    false_alarm: bool = Field(default=False, description="there was nothing: it ends the incident, with its cause")
    also_after: list[Name] = Field(
        default_factory=list, description="answers after which this one is still possible: a small fire that grows"
    )


class CommandTable(Table):
    """``[step.command]``: what the step does to the building by itself."""

    assets: Annotated[list[Filled], Field(min_length=1)] = Field(description="kinds of assets that are told")
    quantity: Annotated[str, AfterValidator(_quantity)] = Field(description="the quantity of the points where it shows")
    state: Filled = Field(description="the state, in the quantity's words, that says it has happened")
    send: Filled = Field(description="what the devices are told")
    around: Literal["site", "building", "zone", "asset"] = Field(default="building", description="how far it reaches")
    twice: Literal["two-taps", "two-people"] = Field(
        default="two-taps",
        description="how it is confirmed a second time: by anybody some seconds later, or by another person",
    )
    within: Span = Field(description="how long the feedback may take")


class StepTable(Table):
    """``[[step]]``."""

    id: Name
    title: Words = Field(description="what to do, as a command")
    how: Words | None = Field(default=None, description="how, and what to look out for")
    who: Words = Field(description="who does it, as people call them")
    team: str = Field(default="", description="the rota's team whose person on duty it falls to")
    skill: str = Field(default="", description="the skill that it takes")
    within: Span = Field(default=0, description="by when, counted from where it became owed; no limit by default")
    phase: Literal["before", "during", "after"] = "during"
    when: list[Filled] = Field(
        default_factory=list,
        description="it is owed after one of these answers, as step=choice; from the start by default",
    )
    evidence: Literal["none", "photo", "number", "text", "time"] = "none"
    asks: Words | None = Field(default=None, description="what the evidence is: which number, which time")
    unit: str = Field(default="", description="the number's unit")
    clause: Clause = ""
    must: bool = Field(default=False, description="it cannot be left out as not applicable")
    choice: list[ChoiceTable] = Field(default_factory=list, description="answers: the step confirms something")
    command: CommandTable | None = Field(default=None, description="it acts on the building, and is confirmed twice")
    link: str = Field(default="", description="a page of the product where it is done")


class AnnouncementTable(Table):
    """``[[announcement]]``: a text for the residents; {place} and {time} are filled in."""

    id: Name
    title: Words
    body: Words


class StoryTable(Table):
    """``[[story]]``: what people do, and how it must stand then."""

    name: Filled = Field(description="what it proves, as a sentence")
    acts: list[Filled] = Field(
        description="TIME WHO DEED STEP …, as in '2m officer choose confirm large'; ! must be refused"
    )
    state: Literal["open", "false-alarm", "over"] = "open"
    at: Span | None = Field(default=None, description="when it is looked at; after the last act by default")
    done: list[Name] | None = Field(default=None, description="exactly these steps are done")
    owed: list[Name] | None = Field(default=None, description="exactly these are owed, in order")
    late: list[Name] | None = Field(default=None, description="exactly these are late")


class PlaybookFile(Table):
    """A whole file."""

    id: Name = Field(description="a site's playbook with the id of a shipped one replaces it")
    clause: Clause = ""
    title: Words = Field(description="what happened, as the incident says it")
    about: Words = Field(description="when to use it, in a sentence")
    severity: Literal["critical", "high", "medium", "low"]
    life_safety: bool = False
    rules: list[Name] = Field(default_factory=list, description="rules whose alerts open it")
    by_hand: bool = Field(default=True, description="people may open it")
    joins: Literal["site", "building", "zone", "asset"] = Field(
        default="building", description="how far one incident reaches: what else happens there joins it"
    )
    work_order: str = Field(default="", description="the class of the work order that opening it by hand opens too")
    step: Annotated[list[StepTable], Field(min_length=1)]
    announcement: list[AnnouncementTable] = Field(default_factory=list)
    story: list[StoryTable] = Field(default_factory=list, description="proofs: run by `dutyroom playbooks check`")


def schema_text() -> str:
    """JSON Schema 2020-12, the same bytes each time."""
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **PlaybookFile.model_json_schema(by_alias=True),
        "title": "Dutyroom playbook",
        "description": "What people do about an incident: steps with who, by when and with what evidence.",
    }
    return json.dumps(schema, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
