"""A smoke detector: density that drifts with dust, a battery, a heartbeat, a test button."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from facility.instant import DAY, SECOND
from facility.point import Point
from facility.units import convert
from simulators.devices.model import DURATION, NUMBER, Kinds, Model, at_rest, interval_of
from simulators.spoken import Spoken, Value

ALARM_AT = 0.15
"""dB/m of obscuration at which this detector calls smoke: chosen for the simulation."""
DUST = 0.04 / (365 * DAY)
"""dB/m per ms: dust takes a quarter of the way to a false alarm in a year."""
LOW_BATTERY = 15.0
"""% at which a detector asks for a new battery."""
BATTERY_LIFE = 5 * 365 * DAY
EVERY = SECOND
"""While smoke rises it looks, and reports, this often; once in alarm, at ``REPEAT``."""
REPEAT = 10 * SECOND


@dataclass(slots=True, kw_only=True)
class SmokeDetector(Model):
    """Density in dB/m above clean air; smoke from ``ALARM_AT`` on."""

    kinds: ClassVar[tuple[str, ...]] = ("smoke-detector",)
    can: ClassVar[Mapping[str, Kinds]] = {
        "fill-with-smoke": {"density": NUMBER, "within": DURATION},
        "air": {},
        "test": {"lasts": DURATION},
        "battery": {"percent": NUMBER},
        "blow-out": {},
    }
    density: float = -1.0
    charge: float = 100.0
    rising_to: float = 0.0
    rise: float = 0.0
    """dB/m per ms."""
    test_until: int = 0
    alarmed: bool = False

    def advance(self, span: int) -> None:
        """Dust settles, the battery empties, smoke rises."""
        if self.density < 0:
            self.density = self.rng.uniform(0.0, 0.02)
            self.charge = self.rng.uniform(60, 100)
        self.density += DUST * span
        self.charge = max(0.0, self.charge - 100 * span / BATTERY_LIFE)
        if self.rising_to:
            self.density = min(self.rising_to, self.density + self.rise * span)

    def step(self, now: int) -> list[Spoken]:
        """A heartbeat, and while something is going on a report at the moment it changes."""
        self.catch_up(now)
        ended = bool(self.test_until) and now >= self.test_until
        if ended:
            self.test_until = 0
        changed = self.smoke != self.alarmed
        self.alarmed = self.smoke
        self.due = now + self._pause()
        news = changed or ended or bool(self.rising_to)
        points = self.fitting.points if news else self.points_due()
        return [self.report(points, test=bool(self.test_until) or ended, urgent=news)]

    def _pause(self) -> int:
        if self.test_until:
            return self.test_until - self.now
        if self.rising_to:
            return EVERY if not self.alarmed else REPEAT
        return interval_of(self.fitting)

    @property
    def smoke(self) -> bool:
        """Whether it calls smoke now, for whatever reason."""
        return self.density >= ALARM_AT or bool(self.test_until)

    def value(self, point: Point) -> Value:
        """Smoke, its density, battery, temperature."""
        match point.quantity:
            case "smoke" | "fire":
                return self.smoke
            case "smoke_density":
                return self._density(point.unit)
            case "battery":
                return self.charge if point.unit == "%" else 2.4 + 0.7 * self.charge / 100
            case "battery_low":
                return self.charge < LOW_BATTERY
            case "temperature":
                return 22 + self.rng.gauss(0, 0.3)
            case "signal":
                return 118.0
            case _:
                return at_rest(point)

    def _density(self, unit: str) -> float:
        measured = max(0.0, self.density + self.rng.gauss(0, 0.001))
        # "%" is a share of the alarm threshold, of the maker's own; it converts from nothing.
        return 100 * measured / ALARM_AT if unit == "%" else convert(measured, "dB/m", unit, "smoke_density")

    def fill_with_smoke(self, density: float, within: float) -> list[Spoken]:
        """Smoke rises to ``density`` dB/m within ``within``."""
        self.rising_to, self.rise, self.due = density, density / within, self.now
        return []

    def air(self) -> list[Spoken]:
        """The smoke is gone."""
        self.rising_to, self.density, self.due = 0.0, 0.01, self.now
        return []

    def test(self, lasts: float) -> list[Spoken]:
        """Somebody presses the test button: it calls smoke, marked as a test, for ``lasts``."""
        self.test_until, self.due = self.now + round(lasts), self.now
        return []

    def battery(self, percent: float) -> list[Spoken]:
        """The battery is at ``percent``."""
        self.charge, self.due = percent, self.now
        return []

    def blow_out(self) -> list[Spoken]:
        """Cleaned: the dust is gone."""
        self.density = 0.0
        return []
