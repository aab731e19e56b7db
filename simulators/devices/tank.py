"""A water tank: people draw, a float valve refills."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from facility.instant import HOUR, MINUTE
from facility.point import Point
from simulators.devices.model import NUMBER, Kinds, Model, at_rest
from simulators.people import local_hour
from simulators.spoken import Spoken, Value

REFILL_BELOW = 0.82
FULL = 0.92
"""Shares of the tank's height between which the float valve works."""
DRAW = 0.05 / HOUR
FILL = 0.30 / HOUR
"""Shares per ms."""


@dataclass(slots=True, kw_only=True)
class Tank(Model):
    """``share`` of the instrument's range."""

    kinds: ClassVar[tuple[str, ...]] = ("tank", "water-tank", "fire-water-tank", "sump")
    can: ClassVar[Mapping[str, Kinds]] = {"drain": {"hours": NUMBER}, "stop-draining": {}}
    share: float = 0.0
    filling: bool = False
    drain_rate: float = 0.0

    def advance(self, span: int) -> None:
        """Draw, refill, drain."""
        if self.share == 0.0:
            self.share = self.rng.uniform(REFILL_BELOW, FULL)
        for _ in range(math.ceil(span / MINUTE)):
            self._stride(min(span, MINUTE))

    def _stride(self, span: int) -> None:
        hour = local_hour(self.now, self.fitting.utc_offset)
        drawn = DRAW * (1.6 if 6 <= hour < 9 or 18 <= hour < 22 else 0.6) + self.drain_rate
        self.share += ((FILL if self.filling and not self.drain_rate else 0.0) - drawn) * span
        self.share = min(1.0, max(0.0, self.share))
        self.filling = self.share < (FULL if self.filling else REFILL_BELOW)

    def value(self, point: Point) -> Value:
        """Level by the instrument's range, and what drinking water is watched for."""
        match point.quantity:
            case "level":
                return self._level(point)
            case "chlorine":
                return max(0.0, 0.45 + self.rng.gauss(0, 0.02))
            case "turbidity":
                return max(0.0, 0.30 + self.rng.gauss(0, 0.02))
            case "running":
                return self.filling
            case _:
                return at_rest(point)

    def _level(self, point: Point) -> float:
        low, high = point.low or 0.0, point.high or (100.0 if point.unit == "%" else 3.0)
        return max(low, low + (high - low) * (self.share + self.rng.gauss(0, 0.001)))

    def drain(self, hours: float) -> list[Spoken]:
        """The drain stands open and the valve is shut: empty after ``hours``."""
        self.drain_rate = 1 / (hours * HOUR)
        return []

    def stop_draining(self) -> list[Spoken]:
        """The drain is shut and the valve open again."""
        self.drain_rate = 0.0
        return []
