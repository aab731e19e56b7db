"""``[silence]``: nothing has been heard for too long. Judged by the clock, not by a reading that cannot come."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from pydantic import Field

from facility.definition_files.values import Filled
from facility.definition_files.values import Table as BareTable
from facility.instant import duration, duration_words
from facility.point import Point
from facility.quality import Quality
from facility.text import Text
from rules.kind import CannotJudge, SpecError
from rules.kind import Spec as CommonSpec
from rules.limits import Bools, Index, Limits, LimitTable, Samples

NAME = "silence"
SUMMARY = Text("太久没有消息", "nothing heard for too long")
NEEDS_QUANTITY = False
SHOWS_VALUE = False
BREACHES: frozenset[int] = frozenset({Quality.STALE})
JUDGES_LATE = False
COUNTS_EACH = False
EVIDENCE = frozenset(Quality)
"""Any reading shows that the point speaks, a faulty one and a test too, except one that says it is gone."""

_TIMES = re.compile(r"(\d+(?:\.\d+)?)\s*[x×]\s*interval")


class Table(BareTable):
    """The keys of ``[silence]``."""

    after: Filled = Field(
        description="how long is too long: '3 x interval' (of the point's own interval) or a duration such as '2h'"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec(CommonSpec):
    """``[silence]`` parsed: one of the two is 0."""

    intervals: float = 0.0
    after: int = 0


def spec(table: Table, quantity: str) -> Spec:
    del quantity
    times = _TIMES.fullmatch(table.after)
    try:
        found = Spec(intervals=float(times.group(1))) if times else Spec(after=duration(table.after))
    except ValueError:
        text = f"{table.after!r} is neither '3 x interval' nor a duration such as '2h'"
        raise SpecError("after", text) from None
    if not (found.intervals or found.after):
        raise SpecError("after", f"{table.after!r} is no time at all; allowed: more than 0")
    return found


def limits(spec: Spec, point: Point, setting: float | None) -> Limits:
    """A point that speaks only when something happens (interval 0) is never silent too long."""
    del setting
    if point.interval < 0:
        raise CannotJudge(f"an interval of {point.interval} ms")
    return Limits(
        after=round(spec.intervals * point.interval) if spec.intervals else spec.after if point.interval else 0
    )


def breached(samples: Samples, limits: LimitTable, row: Index) -> Bools:
    """The device or its gateway said that it is gone: no need to wait."""
    return np.asarray((samples.quality == Quality.STALE) & (limits.after[row] > 0), np.bool_)


def not_clear(samples: Samples, limits: LimitTable, row: Index) -> Bools:
    return breached(samples, limits, row)


def evidence(samples: Samples, limits: LimitTable, row: Index) -> Bools:
    """A backlog does not end a silence: only news that is current by the same limit does."""
    current = (samples.age <= limits.after[row]) | (samples.quality == Quality.STALE)
    return np.asarray(current, np.bool_)


def watches(spec: Spec) -> Text:
    after = duration_words(spec.after)
    if spec.intervals:
        after = Text(f"{spec.intervals:g} 个间隔", f"{spec.intervals:g} of its intervals")
    return Text(f"超过 {after.zh}没有消息", f"has not been heard for {after.en}")


def limit_text(spec: Spec, point: Point, limits: Limits) -> Text:
    after = duration_words(limits.after)
    if not spec.intervals:
        return Text(f"{after.zh}内应有消息", f"news within {after.en}")
    each = duration_words(point.interval)
    return Text(f"{after.zh}内应有消息（每 {each.zh}一次）", f"news within {after.en} (one every {each.en})")
