"""The shape of a chain file, as pydantic sees it. The JSON schema that editors complete by is generated from this."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from facility.chain import ALLOWED_WHOM, About, whom
from facility.definition_files import values
from facility.definition_files.values import Duration, Name, Table, Words

_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")


def _whom(value: str) -> str:
    whom(value)
    return value


def _minutes(value: Any) -> int:
    found = _CLOCK.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise ValueError(f"{value!r} is not a time of day; write it as in '08:30'")
    return int(found.group(1)) * 60 + int(found.group(2))


Whom = Annotated[str, AfterValidator(_whom), WithJsonSchema({"type": "string", "description": ALLOWED_WHOM})]
TimeOfDay = Annotated[
    int, BeforeValidator(_minutes), WithJsonSchema({"type": "string", "pattern": _CLOCK.pattern, "examples": ["08:30"]})
]
SeverityWord = Literal["critical", "high", "medium", "low"]


class LevelTable(Table):
    """``[[level]]``: one step of the chain."""

    whom: Annotated[list[Whom], Field(min_length=1)] = Field(description="who is told, all of them at once")
    by: Annotated[list[Name], Field(min_length=1)] = Field(description="channels, all of them that reach the person")
    after: Duration = Field(default=0, description="so long after the level before, when nobody has answered")
    every: Duration = Field(default=0, description="tells them again so often; nothing: once")
    times: int = Field(default=0, ge=0, le=1000, description="how often in all; 0: until somebody answers")
    most: int = Field(default=0, ge=0, description="so many people at most, those to call first first; 0: all")


class ChainFile(Table):
    """A whole file."""

    id: Name = Field(description="a site's chain with the id of a shipped one replaces it")
    title: Words = Field(description="what it is for, in a few words")
    about: Literal[tuple(About)] = Field(default="alarm", description="what starts it")  # type: ignore[valid-type]
    classes: list[Name] = Field(default_factory=list, description="classes of work it is for; empty: all")
    severities: list[SeverityWord] = Field(default_factory=list, description="severities it is for; empty: all")
    life_safety: bool | None = Field(
        default=None, description="true: life safety only; false: everything else; left out: both"
    )
    when_over: bool = Field(
        default=False, description="goes on when all is normal again and nobody has answered: somebody must look"
    )
    quiet: bool = Field(default=True, description="keeps the quiet hours of people who are not on duty")
    digest: list[TimeOfDay] = Field(
        default_factory=list, description="local times at which what came together goes out as one notice"
    )
    level: Annotated[list[LevelTable], Field(min_length=1)]


def schema_text() -> str:
    """JSON Schema 2020-12, the same bytes each time."""
    about = "Whom to tell, by which channels, after how long without an answer, how often."
    return values.schema_text(values.schema(ChainFile, "Dutyroom escalation chain", about))
