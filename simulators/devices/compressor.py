"""An air compressor with a receiver: it loads at one pressure and unloads at another, all day long."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from facility.instant import DAY, HOUR, MINUTE, SECOND
from facility.point import Point
from simulators.devices.model import Kinds, Model
from simulators.spoken import Spoken, Value

SET = 0.90
"""MPa, where no set pressure is registered."""
CUT_IN, CUT_OUT = -0.09, 0.11
"""MPa from the set pressure: from 0.81 to 1.01 at 0.90. Its top is outside ±0.1, and it is healthy."""
GAIN = 0.2 / (75 * SECOND)
"""MPa/ms while it loads and nobody draws air."""
DRAWN = 0.2 / (5 * MINUTE)
"""MPa/ms that is drawn from 7 to 22 o'clock; by night it is the leakage of the pipes alone."""
NIGHT_SHARE = 0.125
SWAY = 0.25
"""Share by which the draw differs from one cycle to the next."""
NOISE = 0.002
STRIDE = SECOND


@dataclass(slots=True, kw_only=True)
class Compressor(Model):
    """Pressure of the receiver in MPa."""

    kinds: ClassVar[tuple[str, ...]] = ("air-compressor",)
    can: ClassVar[Mapping[str, Kinds]] = {"fail": {}, "mend": {}}
    pressure: float = 0.0
    loading: bool = False
    broken: bool = False
    sway: float = 1.0

    def advance(self, span: int) -> None:
        """Saw-tooth between cut-in and cut-out."""
        if self.pressure == 0.0 and not self.broken:
            self.pressure = self.set_pressure() + self.rng.uniform(CUT_IN, CUT_OUT) * 0.9
        for begun in range(self.now, self.now + span, STRIDE):
            self._stride(begun, min(STRIDE, self.now + span - begun))

    def _stride(self, at: int, span: int) -> None:
        change = (GAIN if self.loading and not self.broken else 0.0) - self._draw(at)
        self.pressure = max(0.0, self.pressure + change * span)
        middle = self.set_pressure()
        if self.loading and self.pressure >= middle + CUT_OUT:
            self.loading, self.sway = False, self.rng.uniform(1 - SWAY, 1 + SWAY)
        elif self.pressure <= middle + CUT_IN:
            self.loading = True

    def _draw(self, at: int) -> float:
        hour = (at + self.fitting.utc_offset) % DAY // HOUR
        return DRAWN * self.sway * (1.0 if 7 <= hour < 22 else NIGHT_SHARE)

    def set_pressure(self) -> float:
        """The approved set pressure in force, MPa."""
        found = (self.fitting.register.setting(p.id, "set_pressure", self.now) for p in self.fitting.points)
        return next((setting.value for setting in found if setting), SET)

    def value(self, point: Point) -> Value:
        """Pressure with noise; whether it loads."""
        if point.quantity == "pressure":
            return max(0.0, self.pressure + self.rng.gauss(0, NOISE))
        if point.quantity == "running":
            return "running" if self.loading and not self.broken else "stopped"
        return Model.value(self, point)

    def fail(self) -> list[Spoken]:
        """It does not load any more; the air that is there is used up."""
        self.broken = True
        return []

    def mend(self) -> list[Spoken]:
        """It loads again."""
        self.broken = False
        return []
