"""``[maximum]``: not above a limit."""

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

NAME = "maximum"
SUMMARY = Text("高于上限", "above a limit")
NEEDS_QUANTITY = True
SHOWS_VALUE = True
JUDGES_LATE = True
COUNTS_EACH = False


class Table(KindTable):
    """The keys of ``[maximum]``."""

    limit: Filled = Field(description="the highest value that is still good, with a unit")
    deadband: str | None = Field(
        default=None, description="how far below the limit it must come before it counts as good again, with a unit"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec(CommonSpec):
    """``[maximum]`` parsed."""

    limit: Amount
    deadband: Amount


def spec(table: Table, quantity: str) -> Spec:
    limit = amount("limit", table.limit, quantity)
    deadband = span("deadband", table.deadband, quantity) if table.deadband else Amount(0.0, limit.unit)
    return Spec(hold_for=table.hold_for, clear_for=table.clear_for, limit=limit, deadband=deadband)


def limits(spec: Spec, point: Point, setting: float | None) -> Limits:
    del setting
    return between(None, value_at(point, spec.limit), span_at(point, spec.deadband), point.resolution)


def watches(spec: Spec) -> Text:
    return Text(f"高于 {written(spec.limit)}", f"is above {written(spec.limit)}")


def limit_text(spec: Spec, point: Point, limits: Limits) -> Text:
    del spec
    return Text(f"不高于 {shown(point, limits.high)}", f"at most {shown(point, limits.high)}")
