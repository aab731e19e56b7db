"""A lift: it runs when people call it, and now and then somebody is trapped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from facility.instant import SECOND
from facility.point import Point
from simulators.devices.model import Kinds, Model, at_rest
from simulators.people import local_hour, traffic
from simulators.spoken import Spoken, Value


@dataclass(slots=True, kw_only=True)
class Lift(Model):
    """Running, speed, floor level, door, trapped."""

    kinds: ClassVar[tuple[str, ...]] = ("lift", "elevator")
    can: ClassVar[Mapping[str, Kinds]] = {"trap": {}, "free": {}, "fail": {}, "mend": {}}
    moving: bool = False
    trips: int = 0
    trapped: bool = False
    broken: bool = False

    def advance(self, span: int) -> None:
        """Called about as often as the building's front door is used."""
        hour = local_hour(self.now, self.fitting.utc_offset)
        busy = min(0.7, traffic("public", hour) / 60)
        self.moving = not (self.trapped or self.broken) and self.rng.random() < busy
        self.trips += self.moving and span >= SECOND

    def value(self, point: Point) -> Value:
        """By the point's quantity."""
        match point.quantity:
            case "lift_trapped":
                return "trapped" if self.trapped else "normal"
            case "running" | "motion":
                return self.moving
            case "speed":
                return 1.75 if self.moving else 0.0
            case "fault":
                return "fault" if self.broken else "ok"
            case "count":
                return float(self.trips)
            case "temperature":
                return 31 + 3 * self.moving + self.rng.gauss(0, 0.4)
            case _:
                return at_rest(point)

    def _changed(self) -> list[Spoken]:
        return [self.report(urgent=True)]

    def trap(self) -> list[Spoken]:
        """It stops between floors with somebody inside, who presses the alarm button."""
        self.trapped, self.moving = True, False
        return self._changed()

    def free(self) -> list[Spoken]:
        """They are out."""
        self.trapped = False
        return self._changed()

    def fail(self) -> list[Spoken]:
        """The controller reports a fault."""
        self.broken, self.moving = True, False
        return self._changed()

    def mend(self) -> list[Spoken]:
        """Repaired."""
        self.broken = False
        return self._changed()
