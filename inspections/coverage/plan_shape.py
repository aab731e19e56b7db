"""The shape of a plan's file, as pydantic sees it. The JSON schema that editors complete by comes from this."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, WithJsonSchema

from facility.definition_files import values
from facility.definition_files.values import Table, Words
from inspections.coverage.settings import DENSITIES

LARGEST = 2_000.0
"""Metres: a plan is of one zone."""
Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]+$", max_length=128)]


def _metres(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ValueError(f"{value!r} is not a length; allowed: metres, as 4.2")  # noqa: TRY004 - pydantic wants a ValueError
    return float(value)


def _pair(value: Any) -> tuple[float, float]:
    if not isinstance(value, (list, tuple)) or len(value) != 2:
        raise ValueError(f"{value!r} is no point; allowed: x and y in metres, as [4.2, 0]")
    return _metres(value[0]), _metres(value[1])


def _density(value: Any) -> float:
    if isinstance(value, str) and value in DENSITIES:
        return DENSITIES[value]
    if isinstance(value, (int, float)) and not isinstance(value, bool) and 0 < value <= 2_000:
        return float(value)
    words = ", ".join(f"{word!r} ({number:g})" for word, number in DENSITIES.items())
    raise ValueError(f"{value!r} is no density; allowed: {words}, or pixels per metre above 0")


def _counted(value: int) -> int:
    if not 1 <= value <= 200:
        raise ValueError(f"{value} is not possible; allowed: 1 to 200")
    return value


_POINT = WithJsonSchema({"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2})
Metres = Annotated[float, BeforeValidator(_metres), WithJsonSchema({"type": "number"})]
Point = Annotated[tuple[float, float], BeforeValidator(_pair), _POINT]
Density = Annotated[
    float,
    BeforeValidator(_density),
    WithJsonSchema({"anyOf": [{"enum": [*DENSITIES]}, {"type": "number", "exclusiveMinimum": 0}]}),
]
Count = Annotated[int, AfterValidator(_counted), WithJsonSchema({"type": "integer", "minimum": 1, "maximum": 200})]


class ColumnTable(Table):
    """``[[column]]``: one, or a field of them."""

    at: Point | None = Field(default=None, description="its lower left corner")
    size: Point | None = Field(default=None, description="width and depth")
    outline: list[Point] = Field(default_factory=list, description="instead of at and size")
    across: Count = Field(default=1, description="so many along x")
    along: Count = Field(default=1, description="so many along y")
    step: Point | None = Field(default=None, description="from one to the next, along x and along y")


class AreaTable(Table):
    """``[[area]]``: what must be seen, must not be seen, is left out, or is walked."""

    id: Id
    kind: Literal["required", "forbidden", "excluded", "patrol"]
    name: Words
    box: list[Metres] = Field(default_factory=list, description="x and y of two opposite corners")
    outline: list[Point] = Field(default_factory=list, description="instead of box")
    density: Density = Field(default=DENSITIES["detect"], description="of a required area, by EN 62676-4")
    group: str = Field(default="", description="the class it is counted under, as corridor, entrance")


class PlanFileTable(Table):
    """A whole file."""

    zone: Id = Field(description="of the register")
    width: Metres = Field(description="metres along x")
    height: Metres = Field(description="metres along y")
    image: str = Field(default="", description="a picture under it, beside this file; it covers the whole plan")
    walls: list[list[Point]] = Field(default_factory=list, description="lines of points that stop the eye")
    column: list[ColumnTable] = Field(default_factory=list)
    area: list[AreaTable] = Field(default_factory=list)
    marks: dict[str, Point] = Field(default_factory=dict, description="asset → where it stands")


def schema_text() -> str:
    """JSON Schema 2020-12, the same bytes each time."""
    about = "What a zone looks like from above: walls, columns, what cameras must see and must not."
    return values.schema_text(values.schema(PlanFileTable, "Dutyroom floor plan", about))
