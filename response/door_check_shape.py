"""The shape of a door check's file. The JSON schema beside the files is made from here."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from facility.definition_files import values
from facility.definition_files.values import Clause, Duration, Filled, Name, Words
from facility.door_finding import DoorRule

SCHEMA = Path(__file__).parent / "door_checks" / "door-check.schema.json"
Access = Literal["public", "staff", "sensitive", "high-risk"]
Severity = Literal["critical", "high", "medium", "low"]
What = Literal[
    "not-permitted",
    "out-of-hours",
    "dead-credential",
    "unknown-credential",
    "passback",
    "duress",
    "tailgating",
    "clock",
]


class StoryTable(values.Table):
    """What happens at one door on one day, line by line."""

    name: Filled = Field(description="a sentence")
    access: Access = Field("sensitive", description="the class of the zone behind the door")
    happens: list[Filled] = Field(
        min_length=1,
        description="'23:10 lost in', '23:10 day out', '23:10 lost denied', '08:00:05 counted 2', '08:00 heard +12s'; "
        "cards: day, other, ended, lost, blocked, expired, gone, forced, unknown",
    )
    expect: list[Literal["ok", "found"]] = Field(min_length=1, description="one word for each line")


class DoorCheckFile(values.Table):
    """One thing that is looked for at doors."""

    id: What = Field(description="what is looked for; a site's file with the same id replaces the shipped one")
    clause: Clause = Field("AP-1", description="the manual's clause")
    title: Words = Field(description="as the alert is called; of a silent one it gives nothing away")
    do_first: Words = Field(description="what to do first")
    severity: Severity = Field(description="how urgent it is")
    access: list[Access] = Field(
        ["public", "staff", "sensitive", "high-risk"], description="the classes of zones at whose doors it looks"
    )
    silent: bool = Field(False, description="told to those alone who may see silent alerts, and nothing sounds")
    soft: bool = Field(False, description="true: kept and shown on the door's page, and raises nothing")
    work: Name | Literal[""] = Field("", description="the class of work that an alert opens; empty: none")
    within: Duration = Field(0, description="how far back it looks")
    settle: Duration = Field(0, description="how long it waits for what may still be on its way")
    limit: Duration = Field(0, description="of clocks: so far off")
    least: int = Field(1, ge=1, le=1000, description="of clocks: so many readings at least")
    story: list[StoryTable] = Field(min_length=1, description="stories that must come out as they say")


def schema() -> dict[str, Any]:
    """The JSON schema, for editors."""
    assert set(What.__args__) == {rule.value for rule in DoorRule}  # type: ignore[attr-defined]
    return values.schema(DoorCheckFile, "Door check", "One thing that is looked for at doors.")


def schema_text() -> str:
    """As it stands in the file."""
    return values.schema_text(schema())
