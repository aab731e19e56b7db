"""A leak sensor on the floor: dry or wet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from facility.instant import DAY
from facility.point import Point
from simulators.devices.model import Kinds, Model, at_rest
from simulators.spoken import Spoken, Value

BATTERY_LIFE = 4 * 365 * DAY


@dataclass(slots=True, kw_only=True)
class LeakSensor(Model):
    """Tells a change at once, and otherwise its state at its interval."""

    kinds: ClassVar[tuple[str, ...]] = ("leak-sensor", "water-leak-sensor")
    can: ClassVar[Mapping[str, Kinds]] = {"wet": {}, "dry": {}}
    is_wet: bool = False
    charge: float = -1.0

    def advance(self, span: int) -> None:
        """The battery empties."""
        self.charge = self.rng.uniform(70, 100) if self.charge < 0 else self.charge - 100 * span / BATTERY_LIFE

    def value(self, point: Point) -> Value:
        """Wet or dry, and the battery."""
        match point.quantity:
            case "leak":
                return self.is_wet
            case "battery":
                return max(0.0, self.charge) if point.unit == "%" else 3.0
            case "temperature":
                return 19 + self.rng.gauss(0, 0.3)
            case "humidity":
                return 61 + self.rng.gauss(0, 0.8)
            case _:
                return at_rest(point)

    def wet(self) -> list[Spoken]:
        """Water reaches the sensor."""
        self.is_wet = True
        return [self.report(urgent=True)]

    def dry(self) -> list[Spoken]:
        """The floor is dry again."""
        self.is_wet = False
        return [self.report(urgent=True)]
