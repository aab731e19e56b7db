"""``[state]``: a point says one of the words that mean trouble, such as smoke's ``alarm``."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import Field

from facility.definition_files.values import Filled
from facility.point import Point
from facility.quality import TRUE_BUT_UNTIMELY
from facility.text import Text
from facility.units import UnitError, quantity_named, state_number, state_word
from rules.kind import Spec as CommonSpec
from rules.kind import SpecError
from rules.limits import Bools, Index, Limits, LimitTable, Samples, among, by_quality
from rules.tables import KindTable

NAME = "state"
SUMMARY = Text("处于不正常的状态", "in a state that means trouble")
BREACHES: frozenset[int] = TRUE_BUT_UNTIMELY
NEEDS_QUANTITY = True
SHOWS_VALUE = True
JUDGES_LATE = True
COUNTS_EACH = False
EVIDENCE = TRUE_BUT_UNTIMELY
"""Smoke is smoke, whatever the detector's clock or calibration says."""


class Table(KindTable):
    """The keys of ``[state]``."""

    bad: list[Filled] = Field(min_length=1, description="the words of the quantity that mean trouble")


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec(CommonSpec):
    """``[state]`` parsed."""

    quantity: str
    bad: frozenset[int]


def spec(table: Table, quantity: str) -> Spec:
    if not quantity_named(quantity).is_state:
        raise SpecError("bad", f"{quantity} is measured, it has no words; use minimum, maximum or band")
    return Spec(
        hold_for=table.hold_for,
        clear_for=table.clear_for,
        quantity=quantity,
        bad=frozenset(_number(quantity, word) for word in table.bad),
    )


def _number(quantity: str, word: str) -> int:
    try:
        return int(state_number(quantity, word))
    except UnitError as error:
        raise SpecError("bad", str(error)) from None


def limits(spec: Spec, point: Point, setting: float | None) -> Limits:
    del point, setting
    return Limits(bad=sum(1 << number for number in spec.bad))


def breached(samples: Samples, limits: LimitTable, row: Index) -> Bools:
    return among(samples.steps, limits, row)


def not_clear(samples: Samples, limits: LimitTable, row: Index) -> Bools:
    return breached(samples, limits, row)


def evidence(samples: Samples, limits: LimitTable, row: Index) -> Bools:
    del limits, row
    return by_quality(EVIDENCE, samples)


def watches(spec: Spec) -> Text:
    return Text(f"显示“{_words(spec, 'zh')}”", f"says {_words(spec, 'en')}")


def limit_text(spec: Spec, point: Point, limits: Limits) -> Text:
    del point, limits
    return Text(f"不得为：{_words(spec, 'zh')}", f"must not be: {_words(spec, 'en')}")


def _words(spec: Spec, language: str) -> str:
    words = [state_word(spec.quantity, number, language) for number in sorted(spec.bad)]
    return ("、" if language == "zh" else " or ").join(words)
