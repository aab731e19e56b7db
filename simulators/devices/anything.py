"""Whatever has no family of its own: it rests, and its measurements wander a little."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from facility.instant import HOUR
from facility.point import Point
from facility.units import QUANTITIES, state_word
from simulators.devices.model import NUMBER, CannotHappen, Kinds, Model, at_rest
from simulators.spoken import Spoken, Value

COUNTERS = ("energy", "count", "volume")
COUNTED = 380 / HOUR
"""What a meter adds: kWh at the power below, from where it stood when the simulation began."""
WANDER = 0.004
"""Share by which a measurement wanders between reports; pulled back to where it started."""
ORDINARY = {
    "battery": 88.0,
    "chlorine": 0.45,
    "co2": 620.0,
    "current": 12.0,
    "gas_concentration": 2.0,
    "humidity": 52.0,
    "power": 380.0,
    "ratio": 1.5,
    "slip_coefficient": 0.62,
    "temperature": 23.0,
    "turbidity": 0.3,
    "voltage": 228.0,
}
"""Where a measurement of a quantity starts when its range does not say better, in the usual unit."""


@dataclass(slots=True, kw_only=True)
class Anything(Model):
    """Values by point id."""

    can: ClassVar[Mapping[str, Kinds]] = {"set": {"value": NUMBER}, "rest": {}}
    drift: dict[str, float] = field(default_factory=dict)
    counted: float = 0.0
    forced: float | None = None
    """What its first point is made to say."""

    def advance(self, span: int) -> None:
        """A bounded random walk for everything that is measured."""
        self.counted += COUNTED * span
        for point in self.fitting.points:
            if span and not QUANTITIES[point.quantity].is_state:
                before = self.drift.get(point.id, 0.0)
                self.drift[point.id] = 0.95 * before + self.rng.gauss(0, WANDER)

    def value(self, point: Point) -> Value:
        """At rest, wandering, or what a scenario says."""
        state = QUANTITIES[point.quantity].is_state
        if self.forced is not None and point is self.fitting.points[0]:
            return state_word(point.quantity, self.forced) if state else self.forced
        if state:
            return at_rest(point)
        if point.quantity in COUNTERS:
            return self.counted
        middle = ORDINARY.get(point.quantity, float(at_rest(point)))
        return middle + abs(middle) * self.drift.get(point.id, 0.0)

    def set(self, value: float) -> list[Spoken]:
        """Its first point says ``value`` from now on. Raises ``CannotHappen`` where the state has no such number."""
        quantity = QUANTITIES[self.fitting.points[0].quantity]
        if quantity.is_state and value not in quantity.state_names:
            allowed = ", ".join(f"{number} ({word})" for word, number in quantity.states.items())
            raise CannotHappen(f"'set': value is {value:g}; {quantity.id} has {allowed}")
        self.forced = value
        return [self.report(urgent=True)]

    def rest(self) -> list[Spoken]:
        """Back to rest."""
        self.forced = None
        return [self.report(urgent=True)]
