"""Amounts with units in rule files: ``"0.1 MPa"``, checked against the rule's quantity and turned into a point's unit."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from facility.point import Point
from facility.units import (
    UnitError,
    canonical_unit,
    convert,
    convert_span,
    format_value,
    parse_quantity_text,
    quantity_named,
)
from rules.kind import CannotJudge, SpecError
from rules.limits import exact


@dataclass(frozen=True, slots=True)
class Amount:
    """A value as a rule's author wrote it."""

    value: float
    unit: str


def amount(key: str, text: str, quantity: str) -> Amount:
    """``text`` as an amount of ``quantity``. Raises ``SpecError`` for ``key``: no unit, or one of another dimension."""
    if quantity_named(quantity).is_state:
        raise SpecError(key, f"{quantity} is not measured, it has words; use [state]")
    try:
        value, unit = parse_quantity_text(text)
        return Amount(value, canonical_unit(quantity, unit))
    except UnitError as error:
        raise SpecError(key, str(error)) from None


def span(key: str, text: str, quantity: str) -> Amount:
    """A width: an amount that is not negative."""
    found = amount(key, text, quantity)
    if found.value < 0:
        raise SpecError(key, f"{text!r} is negative; allowed: 0 or more")
    return found


def value_at(point: Point, found: Amount) -> Fraction:
    """The amount in the point's unit. Raises ``CannotJudge`` where its unit has no conversion (a battery's V and %)."""
    try:
        return exact(convert(found.value, found.unit, point.unit, point.quantity))
    except UnitError as error:
        raise CannotJudge(str(error)) from None


def span_at(point: Point, found: Amount) -> Fraction:
    """The width in the point's unit. Raises ``CannotJudge``."""
    try:
        return exact(convert_span(found.value, found.unit, point.unit, point.quantity))
    except UnitError as error:
        raise CannotJudge(str(error)) from None


def written(found: Amount) -> str:
    """As a person reads it: ``0.1 MPa``."""
    return f"{found.value:g} {found.unit}" if found.unit not in ("", "1") else f"{found.value:g}"


def shown(point: Point, value: float | None) -> str:
    """A limit at the point's own resolution and unit, or all its digits where it lies between two steps."""
    if value is None:
        return ""
    text = format_value(value, point.resolution, point.unit)
    return text if exact(float(text.split(" ")[0])) == exact(value) else f"{value:g} {point.unit}".strip()
