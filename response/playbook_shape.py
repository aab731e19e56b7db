"""The shape of a playbook file, as pydantic sees it. The JSON schema that editors complete by is generated from this."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from facility.definition_files import values
from facility.definition_files.values import Clause, Duration, Filled, Name, Table, Words
from facility.units import QUANTITIES


def _quantity(value: str) -> str:
    with_states = [name for name, quantity in QUANTITIES.items() if quantity.states]
    if value not in with_states:
        raise ValueError(f"{value!r} is not a quantity with states; allowed: {', '.join(with_states)}")
    return value


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
    within: Duration = Field(description="how long the feedback may take")


class StepTable(Table):
    """``[[step]]``."""

    id: Name
    title: Words = Field(description="what to do, as a command")
    how: Words | None = Field(default=None, description="how, and what to look out for")
    who: Words = Field(description="who does it, as people call them")
    team: str = Field(default="", description="the rota's team whose person on duty it falls to")
    skill: str = Field(default="", description="the skill that it takes")
    within: Duration = Field(default=0, description="by when, counted from where it became owed; no limit by default")
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
    at: Duration | None = Field(default=None, description="when it is looked at; after the last act by default")
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
    about = "What people do about an incident: steps with who, by when and with what evidence."
    return values.schema_text(values.schema(PlaybookFile, "Dutyroom playbook", about))
