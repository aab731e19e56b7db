"""Shapes and parameters that several nouns of the API share."""

from __future__ import annotations

from typing import Annotated, Any, Generic, TypeVar

from fastapi import Query
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from api.problems import MEDIA_TYPE
from facility.instant import iso, parse
from facility.text import Text

T = TypeVar("T")


class Out(BaseModel):
    """Base of every answer's shape."""

    model_config = ConfigDict(extra="forbid")


class Words(Out):
    """A text in both languages."""

    zh: str = Field(examples=["一号水泵房压力表"])
    en: str = Field(examples=["Pump room 1 gauge"])


class Listing(Out, Generic[T]):
    """A page of a list. ``cursor`` leads to the next page; null at the end."""

    rows: list[T]
    cursor: str | None = Field(default=None, examples=["MTIz"])


class ProblemOut(BaseModel):
    """RFC 9457 problem details. ``allowed``, ``errors`` and ``last`` stand where they help."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(examples=["urn:dutyroom:problem:not-allowed"])
    title: str = Field(examples=["Somebody was faster"])
    status: int = Field(examples=[409])
    detail: str = Field(examples=["“acknowledge” is not possible while “acknowledged”. Possible now: comment."])
    instance: str = Field(examples=["/api/v1/alerts/7/acknowledge"])


def words(text: Text) -> Words:
    """A text as the API gives it."""
    return Words(zh=text.say("zh"), en=text.say("en"))


def moment(instant: int | None) -> str | None:
    """An instant as ISO 8601 in UTC."""
    return None if instant is None else iso(instant)


def _instant(value: Any) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    text = str(value).strip()
    if text.lstrip("-").isdigit():
        return int(text)
    try:
        # A "+" of the offset arrives as a space when nobody escaped it.
        return parse(text.replace(" ", "+") if "T" in text else text)
    except ValueError as error:
        raise ValueError(f"{error}; epoch milliseconds are allowed as well") from None


When = Annotated[
    int,
    BeforeValidator(_instant, json_schema_input_type=str),
    Field(ge=-(2**52), le=2**52, examples=["2026-11-24T08:00:00+08:00"]),
]
"""ISO 8601 with an offset, or epoch milliseconds."""

Cursor = Annotated[str | None, Query(description="Where the page before ended.", max_length=200)]
Limit = Annotated[int, Query(ge=1, le=500, description="Rows on a page.")]

PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"description": text, "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemOut"}}}}
    for status, text in {
        401: "Nobody is signed in",
        403: "The role may not do this",
        404: "No such thing",
        422: "A field is missing or wrong",
        503: "A store does not answer",
    }.items()
}
CONFLICT: dict[int | str, dict[str, Any]] = {
    409: {
        "description": "Not possible in this state; `allowed` says what is",
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemOut"}}},
    }
}
