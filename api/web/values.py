"""A value as it is shown: never a number alone, never a stale one as if it were new, never a blank."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from facility.instant import MINUTE
from facility.point import Point
from facility.quality import TRUE_BUT_UNTIMELY
from facility.reading import Reading
from facility.units import QUANTITIES, UnitError, format_value, state_word

PATIENCE = 3
"""A point is stale after so many of its intervals without a reading."""
LEAST_PATIENCE = 2 * MINUTE


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """``text`` without ``unit`` (a state's word has none); empty where there never was a reading."""

    text: str = ""
    unit: str = ""
    at: int | None = None
    stale: bool = False
    """Too old to be called the value now."""
    quality: int = 0
    test: bool = False

    @property
    def known(self) -> bool:
        """Whether the point ever spoke, and what it last said was a value."""
        return self.at is not None and self.quality in TRUE_BUT_UNTIMELY


def show(point: Point, reading: Reading | None, now: int, language: str) -> Shown:
    """What to show of the newest reading."""
    if reading is None:
        return Shown(unit=unit_of(point))
    return Shown(
        text=number(point, reading.value, language),
        unit=unit_of(point),
        at=reading.at,
        stale=is_stale(point, reading.at, now),
        quality=int(reading.quality),
        test=reading.test,
    )


def is_stale(point: Point, at: int, now: int) -> bool:
    """Whether the newest reading is too old for the point's interval; points that speak only at events never are."""
    return point.interval > 0 and now - at > max(PATIENCE * point.interval, LEAST_PATIENCE)


def is_state(point: Point) -> bool:
    """Whether the point's values are words rather than measured."""
    quantity = QUANTITIES.get(point.quantity)
    return quantity is not None and quantity.is_state


def unit_of(point: Point) -> str:
    """The unit as it is written beside a number: nothing for a state, nor for "1"."""
    return "" if point.unit == "1" or is_state(point) else point.unit


def number(point: Point, value: float, language: str) -> str:
    """The value without its unit, at the point's resolution, or the state's word."""
    if is_state(point):
        try:
            return state_word(point.quantity, value, language)
        except UnitError:
            return f"{value:g}"
    return format_value(value, point.resolution)


def amount(value: float, unit: str, point: Point | None, language: str) -> str:
    """A value with its unit, as an alert keeps it; the point may have left the register since."""
    if point is not None and (is_state(point) or point.unit == unit):
        text = number(point, value, language)
        return f"{text} {unit_of(point)}".strip()
    return f"{value:g} {'' if unit == '1' else unit}".strip()


RISING, FALLING, STEADY = "↗", "↘", "→"


def trend(point: Point, newest_first: Sequence[Reading]) -> str:
    """Whether the value rose or fell over the given readings by at least two steps; empty when nothing can be said."""
    usable = [r.value for r in newest_first if r.quality in TRUE_BUT_UNTIMELY and not r.test]
    if len(usable) < 3 or is_state(point):
        return ""
    third = max(1, len(usable) // 3)
    change = sum(usable[:third]) / third - sum(usable[-third:]) / third
    if abs(change) < 2 * point.resolution:
        return STEADY
    return RISING if change > 0 else FALLING
