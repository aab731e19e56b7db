"""One point as one key of one device feeds it: how what was sent becomes a value with a quality."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from facility.point import Point
from facility.quality import Quality
from facility.units import QUANTITIES, UnitError, canonical_unit, convert, state_number

LOOP_BROKEN_BELOW = 3.6
LOOP_BROKEN_ABOVE = 21.0
"""mA. Outside these a 4–20 mA transmitter says that it has failed (NAMUR NE 43)."""
LOOP_LOW = 3.8
LOOP_HIGH = 20.5
"""mA. Between these it measures; up to the failure limits it is saturated (NAMUR NE 43)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Instrument:
    """What is known beforehand of every value that arrives by this key."""

    point: str
    quantity: str
    unit: str
    """In which the point keeps its values."""
    sent_unit: str
    """In which the number arrives when the payload does not say."""
    scale: float
    low: float
    high: float
    """The range in ``unit``; infinite where there is none."""
    due: float
    """Calibration is valid before this instant; infinite where none is due."""
    loop: str
    """The key of the loop current behind it, or empty."""
    state: bool
    direct: bool
    """A float without a unit of its own only needs its range checked."""
    words: Mapping[str, str] = field(default_factory=dict)
    """What the device says → the state's word, where the two differ."""

    def value(self, sent: float | bool | str, unit: str) -> tuple[float, Quality]:
        """The value in the point's unit, and its quality as far as the value alone tells. Raises ``UnitError``."""
        if self.state:
            return state_number(self.quantity, self.words.get(_said(sent), sent)), Quality.GOOD
        if isinstance(sent, bool | str):
            raise UnitError(
                f"{sent!r} is not a number; allowed: {self.quantity} in {unit or self.sent_unit or self.unit}"
            )
        number, unit = sent * self.scale, unit or self.sent_unit
        if self._is_loop(unit):
            return self._of_loop(convert(number, unit, "mA", "loop_current"))
        value = convert(number, unit, self.unit, self.quantity) if unit != self.unit else number
        if not math.isfinite(value):
            raise UnitError(f"{sent!r} is not finite in {self.unit}")
        return value, Quality.GOOD if self.low <= value <= self.high else Quality.OUT_OF_RANGE

    def _is_loop(self, unit: str) -> bool:
        """Whether the number is the loop's current rather than the thing itself."""
        return _is_unit("loop_current", unit) and not _is_unit(self.quantity, unit)

    def _of_loop(self, current: float) -> tuple[float, Quality]:
        """4–20 mA over the instrument's range. Raises ``UnitError`` when it has none."""
        if math.isinf(self.low) or math.isinf(self.high):
            raise UnitError(
                f"{current} mA cannot become {self.unit}: the point needs its range (low and high) for that"
            )
        value = self.low + (current - 4.0) / 16.0 * (self.high - self.low)
        if loop_is_broken(current):
            return value, Quality.SENSOR_FAULT
        return value, Quality.GOOD if LOOP_LOW <= current <= LOOP_HIGH else Quality.OUT_OF_RANGE


def loop_is_broken(current: float) -> bool:
    """Whether a loop current in mA says that the transmitter or its wire has failed."""
    return not LOOP_BROKEN_BELOW <= current <= LOOP_BROKEN_ABOVE


def _said(sent: float | bool | str) -> str:
    """A boolean, number or word as sources.toml writes it: ``true``, ``0``, ``shut``."""
    return f"{sent:g}" if type(sent) is float else str(sent).casefold()


def _is_unit(quantity: str, unit: str) -> bool:
    try:
        canonical_unit(quantity, unit)
    except UnitError:
        return False
    return True


def instrument(point: Point, unit: str = "", scale: float = 1.0, words: Mapping[str, str] | None = None) -> Instrument:
    """How ``point`` is fed by a key whose meaning says ``unit``, ``scale`` and ``words``.

    Raises ``UnitError`` for an unknown quantity.
    """
    if point.quantity not in QUANTITIES:
        raise UnitError(f"point {point.id}: {point.quantity!r} is not a quantity")
    sent_unit = unit or point.sent_unit or point.unit
    state = QUANTITIES[point.quantity].is_state
    factor = scale * point.scale
    return Instrument(
        point=point.id,
        quantity=point.quantity,
        unit=point.unit,
        sent_unit=sent_unit,
        scale=factor,
        low=-math.inf if point.low is None else point.low,
        high=math.inf if point.high is None else point.high,
        due=math.inf if point.calibration_due is None else point.calibration_due,
        loop=point.loop,
        state=state,
        direct=not state and not point.loop and sent_unit == point.unit and factor == 1.0,
        words=words or {},
    )
