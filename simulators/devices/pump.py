"""A pump with its controller: supply pumps run all day, jockey pumps now and then, fire pumps when they must."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from facility.instant import MINUTE
from facility.point import Point
from simulators.devices.model import Kinds, Model, at_rest
from simulators.spoken import Spoken, Value

RUNNING_AMPERES = {"supply-pump": 14.0, "jockey-pump": 4.0, "fire-pump": 82.0}
JOCKEY_CYCLE = 12 * MINUTE
JOCKEY_RUNS = MINUTE


@dataclass(slots=True, kw_only=True)
class Pump(Model):
    """``started``: somebody or something has switched it on for good; ``age`` is the time since it was set up."""

    kinds: ClassVar[tuple[str, ...]] = ("supply-pump", "jockey-pump", "fire-pump", "drain-pump")
    can: ClassVar[Mapping[str, Kinds]] = {"start": {}, "stop": {}, "switch-to-manual": {}, "switch-to-automatic": {}}
    started: bool = False
    manual: bool = False
    age: int = -1

    def advance(self, span: int) -> None:
        """Time passes; each pump is somewhere else in its cycle."""
        self.age = self.rng.randrange(JOCKEY_CYCLE) if self.age < 0 else self.age + span

    @property
    def running(self) -> bool:
        """Whether it turns now."""
        match self.fitting.asset.kind:
            case "supply-pump":
                return True
            case "jockey-pump":
                return self.started or self.age % JOCKEY_CYCLE < JOCKEY_RUNS
            case _:
                return self.started

    def value(self, point: Point) -> Value:
        """By the point's quantity."""
        match point.quantity:
            case "running":
                return "running" if self.running else "stopped"
            case "current":
                amperes = RUNNING_AMPERES.get(self.fitting.asset.kind, 6.0)
                return max(0.0, amperes * (1 + self.rng.gauss(0, 0.02))) if self.running else 0.0
            case "control_mode":
                return "manual" if self.manual else "automatic"
            case _:
                return at_rest(point)

    def start(self) -> list[Spoken]:
        """It starts."""
        self.started = True
        return [self.report(urgent=True)]

    def stop(self) -> list[Spoken]:
        """It stops."""
        self.started = False
        return [self.report(urgent=True)]

    def switch_to_manual(self) -> list[Spoken]:
        """Somebody turns the switch to manual and forgets it."""
        self.manual = True
        return [self.report(urgent=True)]

    def switch_to_automatic(self) -> list[Spoken]:
        """Back to automatic."""
        self.manual = False
        return [self.report(urgent=True)]
