"""``[band]``: stays within so much of a value set on the point, such as its approved set pressure."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import Field

from facility.definition_files.values import Filled
from facility.point import Point
from facility.text import Text
from rules.amounts import Amount, shown, span, span_at, written
from rules.kind import CannotJudge, SpecError
from rules.kind import Spec as CommonSpec
from rules.limits import Limits, between, exact
from rules.measured import BREACHES, EVIDENCE, breached, evidence, not_clear
from rules.tables import KindTable

__all__ = ["BREACHES", "EVIDENCE", "breached", "evidence", "not_clear"]

NAME = "band"
SUMMARY = Text("偏离设定值过多", "too far from a value set on the point")
NEEDS_QUANTITY = True
SHOWS_VALUE = True
JUDGES_LATE = True
COUNTS_EACH = False

SETTINGS: dict[str, Text] = {"set_pressure": Text("设定压力", "set pressure")}
"""What people call the settings that we know; others are called by their own name."""


class Table(KindTable):
    """The keys of ``[band]``."""

    around: Filled = Field(description="the name of the setting on the point, such as set_pressure")
    within: Filled = Field(description="how far it may be from it, with a unit; exactly so far is still inside")
    deadband: str | None = Field(
        default=None,
        description="how much closer than the limit it must come before it counts as good again, with a unit",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec(CommonSpec):
    """``[band]`` parsed."""

    within: Amount
    deadband: Amount


def spec(table: Table, quantity: str) -> Spec:
    within = span("within", table.within, quantity)
    deadband = span("deadband", table.deadband, quantity) if table.deadband else Amount(0.0, within.unit)
    if deadband.unit == within.unit and deadband.value >= within.value > 0:
        raise SpecError(
            "deadband", f"{table.deadband!r} leaves nothing of within = {table.within!r}; allowed: less than it"
        )
    return Spec(
        hold_for=table.hold_for, clear_for=table.clear_for, setting=table.around, within=within, deadband=deadband
    )


def limits(spec: Spec, point: Point, setting: float | None) -> Limits:
    if setting is None:
        raise CannotJudge(f"no {spec.setting}")
    middle, within = exact(setting), span_at(point, spec.within)
    return between(middle - within, middle + within, span_at(point, spec.deadband), point.resolution)


def watches(spec: Spec) -> Text:
    within = written(spec.within)
    name = SETTINGS.get(spec.setting, Text(spec.setting, spec.setting.replace("_", " ")))
    return Text(f"偏离{name.zh}超过 {within}", f"is more than {within} away from its {name.en}")


def limit_text(spec: Spec, point: Point, limits: Limits) -> Text:
    within = written(spec.within)
    low, high = shown(point, limits.low).removesuffix(f" {point.unit}"), shown(point, limits.high)
    return Text(f"{low}–{high}（设定值 ±{within}）", f"{low}–{high} (set value ±{within})")
