"""``[rate]``: rises or falls too fast, such as a pipe's pressure after a burst. One wrong value is no rate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from pydantic import Field

from facility.definition_files.values import Duration
from facility.instant import duration_words
from facility.point import Point
from facility.text import Text
from rules.amounts import Amount, span, span_at, written
from rules.kind import Spec as CommonSpec
from rules.kind import SpecError
from rules.limits import Bools, Index, Limits, LimitTable, Samples, exact
from rules.measured import BREACHES, EVIDENCE, evidence
from rules.slope import median_slope
from rules.tables import KindTable
from rules.timeline import BREACHED, CLEAR, UNKNOWN
from rules.windows import Past, Reach

__all__ = ["BREACHES", "EVIDENCE", "evidence"]

NAME = "rate"
SUMMARY = Text("变化过快", "rises or falls too fast")
NEEDS_QUANTITY = True
SHOWS_VALUE = True
JUDGES_LATE = True
COUNTS_EACH = False
FEWEST = 5
"""Of five readings one may be anything at all, see ``rules.slope``."""
FINEST = 60
"""A window is looked at in so many slots at most: the work stays the same for a point that speaks ten times a second."""


class Table(KindTable):
    """The keys of ``[rate]``."""

    rise: str | None = Field(default=None, description="how much it may rise in the time of per, with a unit")
    fall: str | None = Field(default=None, description="how much it may fall in the time of per, with a unit")
    per: Duration = Field(gt=0, description="the time that rise and fall are stated for")
    over: Duration = Field(gt=0, description="the readings that count: so far back from each reading, by event time")


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec(CommonSpec):
    """``[rate]`` parsed."""

    rise: Amount | None
    fall: Amount | None
    per: int
    over: int


def spec(table: Table, quantity: str) -> Spec:
    if table.rise is None and table.fall is None:
        raise SpecError("per", "nothing is too fast; allowed: rise, fall or both")
    return Spec(
        hold_for=table.hold_for,
        clear_for=table.clear_for,
        rise=None if table.rise is None else span("rise", table.rise, quantity),
        fall=None if table.fall is None else span("fall", table.fall, quantity),
        per=table.per,
        over=table.over,
    )


def reach(spec: Spec) -> Reach:
    return Reach(spec.over, spec.over // FINEST)


def verdict(spec: Spec, limits: Limits, window: Sequence[Past]) -> int:
    """The median slope over the window, per ``per``, against the limits; exactly so fast is still good."""
    if len(window) < FEWEST:
        return UNKNOWN
    change = round(median_slope(window) * spec.per, 9)
    return BREACHED if not limits.low_step <= change <= limits.high_step else CLEAR


def limits(spec: Spec, point: Point, setting: float | None) -> Limits:
    """Steps of change in the time of ``per``: not whole ones, and nothing that could be drawn beside the values."""
    del setting
    step = exact(point.resolution)
    fall = None if spec.fall is None else float(-span_at(point, spec.fall) / step)
    rise = None if spec.rise is None else float(span_at(point, spec.rise) / step)
    return Limits(low_step=-np.inf if fall is None else fall, high_step=np.inf if rise is None else rise)


def breached(samples: Samples, limits: LimitTable, row: Index) -> Bools:
    """No reading is too fast by itself."""
    del limits, row
    return np.zeros(len(samples.steps), np.bool_)


def not_clear(samples: Samples, limits: LimitTable, row: Index) -> Bools:
    return breached(samples, limits, row)


def watches(spec: Spec) -> Text:
    ways = _ways(spec)
    return Text("或".join(way.zh for way in ways), " or ".join(way.en for way in ways))


def _ways(spec: Spec) -> list[Text]:
    per, found = duration_words(spec.per), []
    if spec.fall is not None:
        fall = written(spec.fall)
        found.append(Text(f"每 {per.zh}下降超过 {fall}", f"falls by more than {fall} in {per.en}"))
    if spec.rise is not None:
        rise = written(spec.rise)
        found.append(Text(f"每 {per.zh}上升超过 {rise}", f"rises by more than {rise} in {per.en}"))
    return found


def limit_text(spec: Spec, point: Point, limits: Limits) -> Text:
    del point, limits
    per = duration_words(spec.per)
    fall = [] if spec.fall is None else [Text(f"下降 {written(spec.fall)}", f"a fall of {written(spec.fall)}")]
    rise = [] if spec.rise is None else [Text(f"上升 {written(spec.rise)}", f"a rise of {written(spec.rise)}")]
    ways = fall + rise
    return Text(
        f"每 {per.zh}至多" + "、".join(way.zh for way in ways),
        "at most " + " or ".join(way.en for way in ways) + f" in {per.en}",
    )
