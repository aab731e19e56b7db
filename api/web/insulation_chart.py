"""The chart of a circuit's tests: time along, megohms up by their logarithm, the limit, and where the line meets it. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass

from api.insulation import Circuit
from facility.inspection import Outcome
from facility.instant import DAY

WIDE, HIGH = 640, 220
_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 16, 14, 28
AHEAD = 5 * 365 * DAY
"""A forecast is drawn so far ahead; what is farther is told in words."""


@dataclass(frozen=True, slots=True)
class Dot:
    """One test."""

    x: float
    y: float
    at: int
    value: float | None
    """None: over range, drawn at the top."""
    kind: str
    """bad · over · empty"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """All in the picture's own units."""

    dots: tuple[Dot, ...]
    way: str
    """The points of the line through the tests with a number."""
    limit: float | None
    """How high the limit lies."""
    low: float | None
    ahead: tuple[float, float, float, float] | None
    """From the last test to where the line meets the limit."""
    ticks: tuple[tuple[float, str], ...]
    """(how high, megohms)"""
    first: int
    last: int
    """What the two ends of the time axis are."""


def chart(circuit: Circuit, now: int) -> Chart | None:
    """None where there is no number to draw."""
    known = [one for one in circuit.tests if one.told]
    if not known:
        return None
    low = next((one.low for one in reversed(circuit.tests) if one.low), None)
    meets = circuit.heading.reaches
    drawn = meets if meets is not None and meets - now <= AHEAD else None
    first, last = circuit.tests[0].at, max(now, drawn or 0)
    bottom, top = _range([one.told for one in known if one.told], low)

    def x(at: int) -> float:
        return round(_LEFT + (WIDE - _LEFT - _RIGHT) * (at - first) / max(1, last - first), 1)

    def y(value: float) -> float:
        share = (math.log10(value) - bottom) / (top - bottom)
        return round(HIGH - _BOTTOM - (HIGH - _TOP - _BOTTOM) * share, 1)

    dots = tuple(
        Dot(
            x(one.at),
            y(one.told) if one.told else float(_TOP),
            one.at,
            one.told,
            _kind(one.outcome, over=one.over_range),
        )
        for one in circuit.tests
        if one.told or one.over_range
    )
    end = known[-1]
    return Chart(
        dots=dots,
        way=" ".join(f"{x(one.at)},{y(one.told)}" for one in known if one.told),
        limit=y(low) if low else None,
        low=low,
        ahead=(x(end.at), y(end.told or 1), x(drawn), y(low)) if drawn is not None and low else None,
        ticks=tuple((y(10.0**power), f"{10.0**power:g}") for power in range(math.ceil(bottom), math.floor(top) + 1)),
        first=first,
        last=last,
    )


def _range(values: list[float], low: float | None) -> tuple[float, float]:
    """Whole decades around what is to be seen."""
    seen = [*values, *([low] if low else [])]
    bottom, top = math.floor(math.log10(min(seen)) - 0.05), math.ceil(math.log10(max(seen)) + 0.05)
    return float(bottom), float(max(top, bottom + 1))


def _kind(outcome: Outcome, *, over: bool) -> str:
    return "bad" if outcome is Outcome.FAIL else "over" if over else ""
