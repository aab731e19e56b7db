"""A distribution box: insulation that ages over months, residual current, temperature of the terminals."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from facility.instant import DAY, MINUTE
from facility.point import Point
from facility.units import convert
from simulators.devices.model import NUMBER, Kinds, Model, at_rest
from simulators.spoken import Spoken, Value

HALF_LIFE = 400 * DAY
"""Insulation halves in about a year here: a slope that shows over months and not over a day."""
DAMP = 0.04
"""Share by which a damp night lowers it."""


@dataclass(slots=True, kw_only=True)
class DistributionBox(Model):
    """Insulation in MΩ, residual current in mA, temperature in °C."""

    kinds: ClassVar[tuple[str, ...]] = ("distribution-box",)
    can: ClassVar[Mapping[str, Kinds]] = {
        "get-wet": {"insulation": NUMBER},
        "dry-out": {},
        "leak-current": {"current": NUMBER},
        "cut-current": {},
        "heat-up": {"temperature": NUMBER},
        "cool-down": {},
    }
    insulation: float = 0.0
    residual: float = 0.0
    wet: float = 0.0
    extra_current: float = 0.0
    hot: float = 0.0

    def advance(self, span: int) -> None:
        """Age by ``span``."""
        if self.insulation == 0.0:
            self.insulation = math.exp(self.rng.uniform(math.log(8), math.log(60)))
            self.residual = self.rng.uniform(30, 120)
        self.insulation *= 0.5 ** (span / HALF_LIFE)

    def value(self, point: Point) -> Value:
        """By the point's quantity."""
        match point.quantity:
            case "insulation_resistance":
                return convert(self._insulation(), "MΩ", point.unit, "insulation_resistance")
            case "residual_current":
                return convert(self._residual(), "mA", point.unit, "residual_current")
            case "temperature":
                return self.hot or 27 + 4 * self._afternoon() + self.rng.gauss(0, 0.3)
            case _:
                return at_rest(point)

    def _residual(self) -> float:
        return self.extra_current or max(0.0, self.residual + self.rng.gauss(0, 3))

    def _insulation(self) -> float:
        if self.wet:
            return max(0.0, self.wet * (1 + self.rng.gauss(0, 0.01)))
        return self.insulation * (1 - DAMP * (1 - self._afternoon()) / 2) * (1 + self.rng.gauss(0, 0.005))

    def _afternoon(self) -> float:
        """+1 in the warmest hour of the day, −1 in the coldest."""
        minute = (self.now + self.fitting.utc_offset) % DAY / MINUTE
        return math.cos((minute - 15 * 60) / (24 * 60) * 2 * math.pi)

    def get_wet(self, insulation: float) -> list[Spoken]:
        """Water came in: insulation falls to ``insulation`` MΩ."""
        self.wet = insulation
        return [self.report(urgent=True)]

    def dry_out(self) -> list[Spoken]:
        """Dry again."""
        self.wet = 0.0
        return [self.report(urgent=True)]

    def leak_current(self, current: float) -> list[Spoken]:
        """Residual current rises to ``current`` mA."""
        self.extra_current = current
        return []

    def cut_current(self) -> list[Spoken]:
        """The faulty circuit is off."""
        self.extra_current = 0.0
        return []

    def heat_up(self, temperature: float) -> list[Spoken]:
        """A loose terminal heats up to ``temperature`` °C."""
        self.hot = temperature
        return []

    def cool_down(self) -> list[Spoken]:
        """The terminal is tight again."""
        self.hot = 0.0
        return []
