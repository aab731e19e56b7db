"""``[together]``: several alerts at one place are more than each of them, such as smoke in two detectors of one room.

Judged by what the other rules find (``rules.together``), never by a reading. It has an alert of its own, or it makes the alert of
one of its parts more urgent (``raises``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from pydantic import Field

from facility.definition_files.values import Duration, Filled
from facility.definition_files.values import Table as BareTable
from facility.instant import duration_words
from facility.point import Point
from facility.quality import Quality
from facility.text import Text
from rules.kind import Spec as CommonSpec
from rules.kind import SpecError
from rules.limits import Bools, Index, Limits, LimitTable, Samples

NAME = "together"
SUMMARY = Text("同一处几条报警同时发生", "several alerts at one place at once")
BREACHES: frozenset[int] = frozenset()
NEEDS_QUANTITY = False
SHOWS_VALUE = False
JUDGES_LATE = False
COUNTS_EACH = False
EVIDENCE = frozenset(Quality)


class Table(BareTable):
    """The keys of ``[together]``."""

    rules: list[Filled] = Field(min_length=1, description="the ids of the rules whose alerts count; each must have one")
    at_least: int = Field(default=2, ge=2, le=100, description="on so many points in all; 2 by default")
    same: Literal["zone"] = Field(default="zone", description="what the points share")
    within: Duration | None = Field(default=None, description="how far apart they may have begun; no matter by default")
    raises: Filled | None = Field(
        default=None,
        description="one of these rules: its first alert becomes as urgent as this rule, instead of an alert of its own",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec(CommonSpec):
    """``[together]`` parsed."""

    rules: tuple[str, ...]
    at_least: int
    within: int | None
    titles: tuple[Text, ...] = ()
    """Of the rules, as people know them; empty where these are not at hand."""


def spec(table: Table, quantity: str) -> Spec:
    del quantity
    if len(set(table.rules)) != len(table.rules):
        raise SpecError("rules", "a rule is named twice; allowed: each once, and at_least for how many points")
    if table.within == 0:
        raise SpecError("within", "'0s' is no time at all; allowed: more than 0")
    if table.raises is not None and table.raises not in table.rules:
        raise SpecError("raises", f"{table.raises!r} is none of its parts; allowed: {', '.join(table.rules)}")
    return Spec(
        rules=tuple(table.rules),
        at_least=max(table.at_least, len(table.rules)),
        within=table.within,
        raises=table.raises or "",
    )


def limits(spec: Spec, point: Point, setting: float | None) -> Limits:
    del spec, point, setting
    return Limits()


def breached(samples: Samples, limits: LimitTable, row: Index) -> Bools:
    """A reading by itself says nothing to this kind."""
    del limits, row
    return np.zeros(len(samples.quality), np.bool_)


def not_clear(samples: Samples, limits: LimitTable, row: Index) -> Bools:
    return breached(samples, limits, row)


def evidence(samples: Samples, limits: LimitTable, row: Index) -> Bools:
    return breached(samples, limits, row)


def watches(spec: Spec) -> Text:
    names, apart = _names(spec), _apart(spec)
    return Text(
        f"所在区域{apart.zh}至少 {spec.at_least} 个测点同时有报警（{names.zh}）",
        f"is one of {spec.at_least} or more of its zone with alerts at once ({names.en}){apart.en}",
    )


def limit_text(spec: Spec, point: Point, limits: Limits) -> Text:
    del point, limits
    names, apart = _names(spec), _apart(spec)
    return Text(
        f"同一区域{apart.zh}不得有 {spec.at_least} 个测点同时报警：{names.zh}",
        f"fewer than {spec.at_least} points of one zone with alerts at once: {names.en}{apart.en}",
    )


def _names(spec: Spec) -> Text:
    """By their titles: what an alert says must not need a list of ids."""
    titles = spec.titles or tuple(Text(rule, rule) for rule in spec.rules)
    return Text(" + ".join(title.zh for title in titles), " + ".join(title.en for title in titles))


def _apart(spec: Spec) -> Text:
    if spec.within is None:
        return Text("", "")
    within = duration_words(spec.within)
    return Text(f" {within.zh}内", f", begun within {within.en}")


def complete(spec: Spec, parts: Sequence[tuple[int, str, str]]) -> list[tuple[int, str, str]]:
    """The first of ``parts`` (since when, rule, point) that are enough together, oldest first; empty where they are not."""
    if not _enough(spec, parts):
        return []
    ordered = sorted(parts)
    for number, (start, *_) in enumerate(ordered):
        near = [part for part in ordered[number:] if spec.within is None or part[0] - start <= spec.within]
        if _enough(spec, near):
            return near
    return []


def _enough(spec: Spec, parts: Sequence[tuple[int, str, str]]) -> bool:
    points = {point for _, _, point in parts}
    return len(points) >= spec.at_least and {rule for _, rule, _ in parts} >= set(spec.rules)
