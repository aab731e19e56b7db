"""``[minimum]``: not below a limit."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import Field

from facility.definition_files.values import Filled
from facility.point import Point
from facility.text import Text
from rules.amounts import Amount, amount, shown, span, span_at, value_at, written
from rules.kind import Spec as CommonSpec
from rules.limits import Limits, between
from rules.measured import BREACHES, EVIDENCE, breached, evidence, not_clear
from rules.tables import KindTable

__all__ = ["BREACHES", "EVIDENCE", "breached", "evidence", "not_clear"]

NAME = "minimum"
SUMMARY = Text("低于下限", "below a limit")
NEEDS_QUANTITY = True
SHOWS_VALUE = True
JUDGES_LATE = True
COUNTS_EACH = False


class Table(KindTable):
    """The keys of ``[minimum]``."""

    limit: Filled = Field(description="the lowest value that is still good, with a unit")
    deadband: str | None = Field(
        default=None, description="how far above the limit it must come before it counts as good again, with a unit"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec(CommonSpec):
    """``[minimum]`` parsed."""

    limit: Amount
    deadband: Amount


def spec(table: Table, quantity: str) -> Spec:
    limit = amount("limit", table.limit, quantity)
    deadband = span("deadband", table.deadband, quantity) if table.deadband else Amount(0.0, limit.unit)
    return Spec(hold_for=table.hold_for, clear_for=table.clear_for, limit=limit, deadband=deadband)


def limits(spec: Spec, point: Point, setting: float | None) -> Limits:
    del setting
    return between(value_at(point, spec.limit), None, span_at(point, spec.deadband), point.resolution)


def watches(spec: Spec) -> Text:
    return Text(f"低于 {written(spec.limit)}", f"is below {written(spec.limit)}")


def limit_text(spec: Spec, point: Point, limits: Limits) -> Text:
    del spec
    return Text(f"不低于 {shown(point, limits.low)}", f"at least {shown(point, limits.low)}")
