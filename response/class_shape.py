"""The shape of a file of a class of work, as pydantic sees it. The JSON schema that editors complete by comes from this."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from facility.definition_files import values
from facility.definition_files.values import Clause, Duration, Name, Table, Words
from facility.units import QUANTITIES

_BY = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


def _quantity(value: str) -> str:
    if value and value not in QUANTITIES:
        raise ValueError(f"{value!r} is not a quantity; allowed: {', '.join(QUANTITIES)}")
    return value


def _time(value: str) -> str:
    if value and not _BY.fullmatch(value):
        raise ValueError(f"{value!r} is not a time of day; allowed: hours and minutes, as '18:00'")
    return value


class ClockTable(Table):
    """``[clocks.NAME]``: a time limit, from the event's own time."""

    within: Duration = Field(default=0, description="the limit, as '1h'")
    by: Annotated[str, AfterValidator(_time)] = Field(
        default="", description="instead: the next time of day, as '18:00'"
    )
    clause: Clause = Field(default="", description="the manual's clause that asks for it")
    source: Literal["manual", "law", "contract", "site"] = Field(description="who asks for it")
    warn: Duration = Field(
        default=0, description="so long before it is due people are warned; a quarter of it by default"
    )
    every: Duration | None = Field(default=None, description="asks again after so long; notice does by default")
    pausable: bool | None = Field(default=None, description="stands still while on hold; only resolve does by default")

    @model_validator(mode="after")
    def _one_limit(self) -> ClockTable:
        if bool(self.within) == bool(self.by):
            raise ValueError("a clock has one limit; allowed: within = '1h', or by = '18:00'")
        return self


ClockName = Literal["respond", "arrive", "resolve", "notice", "review"]
Clocks = dict[ClockName, ClockTable]


class EmergencyTable(Table):
    """``[emergency]``: what differs when it is one."""

    clocks: Clocks = Field(default_factory=dict)


class CheckTable(Table):
    """``[[check]]``: one line of the checklist."""

    id: Name
    title: Words
    must: bool = Field(default=False, description="the work is not finished without it")
    quantity: Annotated[str, AfterValidator(_quantity)] = Field(
        default="", description="it asks for a measurement of this quantity"
    )
    photo: bool = Field(
        default=False, description="it asks for a photo; with must the work is not finished without one"
    )


class ClassFile(Table):
    """A whole file."""

    id: Name = Field(description="the word that rules, playbooks and kinds of reports name; a site's own replaces ours")
    title: Words = Field(description="what the work is called")
    about: Words = Field(description="what belongs to it, in a sentence")
    severity: Literal["critical", "high", "medium", "low"] = Field(
        default="medium", description="of an order that is opened by hand"
    )
    dispatch: Literal["hand", "team", "first"] = Field(
        default="hand",
        description="to whom a new order goes: nobody, in turn to those on duty, or to the first of the team to take it",
    )
    team: str = Field(default="", description="the rota's team that does it")
    skills: list[Annotated[str, StringConstraints(min_length=1)]] = Field(
        default_factory=list, description="what it takes, as the rota names it; somebody must have all of them"
    )
    reach: Literal["point", "asset", "zone"] = Field(
        default="zone", description="how far one cause reaches: alerts from inside it are one work order"
    )
    together: Duration = Field(default=3_600_000, description="how far apart these may have begun")
    playbook: str = Field(default="", description="opened when it is an emergency and the rule names none")
    chain: str = Field(default="", description="the escalation chain")
    clocks: Clocks = Field(default_factory=dict)
    emergency: EmergencyTable = Field(default_factory=EmergencyTable)
    check: list[CheckTable] = Field(default_factory=list)


def schema_text() -> str:
    """JSON Schema 2020-12, the same bytes each time."""
    about = "What every work order of a class promises, whom it needs and what is looked at."
    return values.schema_text(values.schema(ClassFile, "Dutyroom class of work", about))
