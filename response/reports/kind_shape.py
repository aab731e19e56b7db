"""The shape of a kind's file. The JSON schema beside it is made from here."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

SCHEMA = Path(__file__).parent / "kind.schema.json"

Word = Annotated[str, StringConstraints(min_length=1, max_length=60, strip_whitespace=True)]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,39}$")]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, populate_by_name=True)


class BothTexts(_Table):
    """A text in both languages."""

    zh: Word | Annotated[str, StringConstraints(min_length=1, max_length=400)]
    en: Word | Annotated[str, StringConstraints(min_length=1, max_length=400)]


class WordLists(_Table):
    """Words in each language. An English word that ends in * also takes its endings: leak* is leaks and leaking."""

    zh: list[Word] = []
    en: list[Word] = []


class StoryTable(_Table):
    """A sentence that this file must understand."""

    say: Annotated[str, StringConstraints(min_length=1, max_length=500)]
    is_: Name = Field(alias="is", description="the kind that it is told to be")


class KindFile(_Table):
    """One kind of residents' report."""

    id: Name = Field(description="its name; a site's file with the same id replaces the shipped one")
    title: BothTexts = Field(description="as residents read it, in few plain words")
    place: int = Field(100, ge=0, le=1000, description="the lower, the earlier on the page; 0: not offered there")
    work: Name = Field(description="the class of work that such a report becomes")
    clause: str = Field("RS-1", description="the manual's clause")
    emergency: bool = Field(False, description="true: an order at once, and at the head of every page until looked at")
    life_safety: bool = Field(False, description="true: such an emergency is about people, and goes before all else")
    advice: BothTexts | None = Field(None, description="what to do until somebody comes")
    assets: list[str] = Field([], description="kinds of asset at which it stands first; lift* for all that begin so")
    words: WordLists = WordLists()
    not_: WordLists = Field(
        WordLists(), alias="not", description="phrases in which the words mean something else, as in 'fire door'"
    )
    story: list[StoryTable] = []


def schema() -> dict[str, Any]:
    """The JSON schema, for editors."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **KindFile.model_json_schema(by_alias=True)}


def schema_text() -> str:
    """As it stands in the file."""
    return json.dumps(schema(), ensure_ascii=False, indent=2) + "\n"
