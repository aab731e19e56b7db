"""How values are written in rule files, as pydantic sees them."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, WithJsonSchema

from facility.instant import duration
from facility.text import Text


def _duration(value: Any) -> int:
    if not isinstance(value, str):
        raise ValueError(  # noqa: TRY004 - pydantic reports a ValueError as the field's
            f"{value!r} is not a duration; write a number and one of ms, s, m, h, d, as in '30s' or '1h30m'"
        )
    return duration(value)


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


class Table(BaseModel):
    """Every table of a rule file: unknown keys are refused, and nothing is converted on the quiet."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Words(Table):
    """Text in both languages."""

    zh: Filled = Field(description="in Chinese")
    en: Filled = Field(description="in English")

    def text(self) -> Text:
        """As the inside knows it."""
        return Text(self.zh, self.en)


class KindTable(Table):
    """What the tables of all kinds have."""

    hold_for: Duration = Field(
        default=0, description="how long it must be bad before the alert is raised; none by default"
    )
    clear_for: Duration = Field(
        default=0, description="how long it must be good before the alert returns; none by default"
    )
