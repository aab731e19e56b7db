"""``[count]``: so many bad words within so long, such as three refused cards in five minutes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from pydantic import Field

from facility.definition_files.values import Duration, Filled
from facility.instant import duration_words
from facility.point import Point
from facility.quality import TRUE_BUT_UNTIMELY
from facility.text import Text
from facility.units import UnitError, quantity_named, state_number, state_word
from rules.kind import Spec as CommonSpec
from rules.kind import SpecError
from rules.limits import Bools, Index, Limits, LimitTable, Samples, among, by_quality
from rules.tables import KindTable
from rules.timeline import BREACHED, CLEAR
from rules.windows import Past, Reach

NAME = "count"
SUMMARY = Text("一段时间内出现次数过多", "too often within a time")
BREACHES: frozenset[int] = TRUE_BUT_UNTIMELY
NEEDS_QUANTITY = True
SHOWS_VALUE = True
JUDGES_LATE = True
COUNTS_EACH = True
EVIDENCE = TRUE_BUT_UNTIMELY


class Table(KindTable):
    """The keys of ``[count]``."""

    bad: list[Filled] = Field(min_length=1, description="the words of the quantity that are counted")
    at_least: int = Field(ge=2, le=1000, description="so many of them raise the alert")
    within: Duration = Field(gt=0, description="counted back from each reading, by event time")


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec(CommonSpec):
    """``[count]`` parsed."""

    quantity: str
    bad: frozenset[int]
    at_least: int
    within: int


def spec(table: Table, quantity: str) -> Spec:
    if not quantity_named(quantity).is_state:
        raise SpecError("bad", f"{quantity} is measured, it has no words to count; use minimum, maximum or band")
    return Spec(
        hold_for=table.hold_for,
        clear_for=table.clear_for,
        quantity=quantity,
        bad=frozenset(_number(quantity, word) for word in table.bad),
        at_least=table.at_least,
        within=table.within,
    )


def _number(quantity: str, word: str) -> int:
    try:
        return int(state_number(quantity, word))
    except UnitError as error:
        raise SpecError("bad", str(error)) from None


def reach(spec: Spec) -> Reach:
    return Reach(spec.within)


def verdict(spec: Spec, limits: Limits, window: Sequence[Past]) -> int:
    del limits
    return BREACHED if sum(past.steps in spec.bad for past in window) >= spec.at_least else CLEAR


def limits(spec: Spec, point: Point, setting: float | None) -> Limits:
    del point, setting
    return Limits(bad=sum(1 << number for number in spec.bad))


def breached(samples: Samples, limits: LimitTable, row: Index) -> Bools:
    """A reading that counts: which of them are too many, the window says."""
    return among(samples.steps, limits, row)


def not_clear(samples: Samples, limits: LimitTable, row: Index) -> Bools:
    return np.zeros_like(breached(samples, limits, row))


def evidence(samples: Samples, limits: LimitTable, row: Index) -> Bools:
    del limits, row
    return by_quality(EVIDENCE, samples)


def watches(spec: Spec) -> Text:
    within = duration_words(spec.within)
    return Text(
        f"在 {within.zh}内 {spec.at_least} 次显示“{_words(spec, 'zh')}”",
        f"says {_words(spec, 'en')} {spec.at_least} times within {within.en}",
    )


def limit_text(spec: Spec, point: Point, limits: Limits) -> Text:
    del point, limits
    within = duration_words(spec.within)
    return Text(
        f"{within.zh}内“{_words(spec, 'zh')}”少于 {spec.at_least} 次",
        f"fewer than {spec.at_least} times {_words(spec, 'en')} within {within.en}",
    )


def _words(spec: Spec, language: str) -> str:
    words = [state_word(spec.quantity, number, language) for number in sorted(spec.bad)]
    return ("、" if language == "zh" else " or ").join(words)
