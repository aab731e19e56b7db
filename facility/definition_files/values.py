"""How values are written in definition files, as pydantic sees them, and the schema that editors complete by."""

from __future__ import annotations

import json
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    WithJsonSchema,
)

from facility.clause import CLAUSES
from facility.instant import duration
from facility.text import Text


def _duration(value: Any) -> int:
    if not isinstance(value, str):
        raise ValueError(  # noqa: TRY004 - pydantic reports a ValueError as the field's
            f"{value!r} is not a duration; write a number and one of ms, s, m, h, d, as in '30s' or '1h30m'"
        )
    return duration(value)


def _clause(value: str) -> str:
    return _of_manual(value) if value else value


def _of_manual(value: str) -> str:
    if value not in CLAUSES:
        raise ValueError(f"{value!r} is not a clause of the manual; allowed: {', '.join(CLAUSES)}")
    return value


Duration = Annotated[
    int,
    BeforeValidator(_duration),
    WithJsonSchema(
        {"type": "string", "pattern": r"^\s*(\d+(\.\d+)?\s*(ms|s|min|m|h|d)\s*)+$", "examples": ["30s", "5m"]}
    ),
]
"""``"30s"`` → milliseconds."""

Filled = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
"""A text that is not empty."""

Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
"""An id."""

Clause = Annotated[str, AfterValidator(_clause), WithJsonSchema({"enum": ["", *CLAUSES]})]
"""A clause of the manual, or empty."""

OfManual = Annotated[str, AfterValidator(_of_manual), WithJsonSchema({"enum": [*CLAUSES]})]
"""A clause of the manual."""


class Table(BaseModel):
    """Every table of a file: unknown keys are refused, and nothing is converted on the quiet."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Words(Table):
    """Text in both languages."""

    zh: Filled = Field(description="in Chinese")
    en: Filled = Field(description="in English")

    def text(self) -> Text:
        """As the inside knows it."""
        return Text(self.zh, self.en)


def schema(model: type[BaseModel], title: str, description: str) -> dict[str, Any]:
    """JSON Schema 2020-12, generated from what the reader itself checks by."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **model.model_json_schema(by_alias=True),
        "title": title,
        "description": description,
    }


def schema_text(schema: dict[str, Any]) -> str:
    """The same text each time."""
    return json.dumps(schema, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
