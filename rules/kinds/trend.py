"""``[trend]``: heads for a limit that it will pass before long, such as an insulation that ages over months."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from pydantic import Field

from facility.definition_files.values import Duration, Filled
from facility.instant import duration_text, duration_words
from facility.point import Point
from facility.text import Text
from rules.amounts import Amount, amount, shown, value_at, written
from rules.kind import Spec as CommonSpec
from rules.kind import SpecError
from rules.limits import Bools, Index, Limits, LimitTable, Samples, exact
from rules.measured import BREACHES, EVIDENCE, evidence
from rules.slope import level_at, median_slope
from rules.tables import KindTable
from rules.timeline import BREACHED, CLEAR, UNKNOWN
from rules.windows import Past, Reach

__all__ = ["BREACHES", "EVIDENCE", "evidence"]

NAME = "trend"
SUMMARY = Text("趋势将越过限值", "heads for a limit")
NEEDS_QUANTITY = True
SHOWS_VALUE = True
JUDGES_LATE = True
COUNTS_EACH = False
FINEST = 180
"""A window is looked at in so many slots at most: one a day for half a year."""


class Table(KindTable):
    """The keys of ``[trend]``."""

    toward: Filled = Field(description="the limit that it must not reach, with a unit")
    side: Literal["above", "below"] = Field(
        alias="from", description="where good values lie: above the limit, or below it"
    )
    within: Duration = Field(gt=0, description="how far ahead: passing the limit later than that is no matter yet")
    over: Duration = Field(gt=0, description="the readings that count: so far back from each reading, by event time")
    at_least: int = Field(
        default=6, ge=5, le=FINEST, description="with fewer readings nothing can be said; 6 by default"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec(CommonSpec):
    """``[trend]`` parsed."""

    toward: Amount
    above: bool
    within: int
    over: int
    at_least: int


def spec(table: Table, quantity: str) -> Spec:
    if table.over // FINEST == 0:
        raise SpecError("over", f"{duration_text(table.over)} is no time for a trend; allowed: 1s and more")
    return Spec(
        hold_for=table.hold_for,
        clear_for=table.clear_for,
        toward=amount("toward", table.toward, quantity),
        above=table.side == "above",
        within=table.within,
        over=table.over,
        at_least=table.at_least,
    )


def reach(spec: Spec) -> Reach:
    return Reach(spec.over, spec.over // FINEST)


def verdict(spec: Spec, limits: Limits, window: Sequence[Past]) -> int:
    """The line through the window (``rules.slope``), carried on for ``within``, against the limit.

    Exactly on it is still good. A value that is past the limit already and comes back is not this rule's matter.
    """
    if len(window) < spec.at_least:
        return UNKNOWN
    slope = median_slope(window)
    then = round(level_at(window, slope, window[-1].at + spec.within), 9)
    bad = slope < 0 and then < limits.low_step if spec.above else slope > 0 and then > limits.high_step
    return BREACHED if bad else CLEAR


def limits(spec: Spec, point: Point, setting: float | None) -> Limits:
    del setting
    limit = value_at(point, spec.toward)
    step, value = float(limit / exact(point.resolution)), float(limit)
    return Limits(low=value, low_step=step) if spec.above else Limits(high=value, high_step=step)


def breached(samples: Samples, limits: LimitTable, row: Index) -> Bools:
    """No reading is a trend by itself."""
    del limits, row
    return np.zeros(len(samples.steps), np.bool_)


def not_clear(samples: Samples, limits: LimitTable, row: Index) -> Bools:
    return breached(samples, limits, row)


def watches(spec: Spec) -> Text:
    limit, within = written(spec.toward), duration_words(spec.within)
    chinese, english = ("跌破", "below") if spec.above else ("超过", "above")
    return Text(f"按趋势将在 {within.zh}内{chinese} {limit}", f"is heading {english} {limit} within {within.en}")


def limit_text(spec: Spec, point: Point, limits: Limits) -> Text:
    limit, within = shown(point, limits.low if spec.above else limits.high), duration_words(spec.within)
    chinese, english = ("不低于", "at least") if spec.above else ("不高于", "at most")
    return Text(f"{within.zh}后仍{chinese} {limit}", f"{english} {limit} in {within.en} still")
