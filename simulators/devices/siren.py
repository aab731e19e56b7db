"""A siren or a light: it is what it was last told to be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from facility.point import Point
from simulators.devices.model import Kinds, Model, at_rest
from simulators.spoken import Spoken, Value


@dataclass(slots=True, kw_only=True)
class Siren(Model):
    """Says at once what it has become, also when that is what it was."""

    kinds: ClassVar[tuple[str, ...]] = ("siren", "warning-light", "warning-sign")
    can: ClassVar[Mapping[str, Kinds]] = {"turn-on": {}, "turn-off": {}, "fail": {}, "mend": {}}
    on: bool = False
    broken: bool = False
    """It hears and does nothing: what a test is to find out."""

    def advance(self, span: int) -> None:
        """Time changes nothing about it."""

    def value(self, point: Point) -> Value:
        """On or off."""
        return self.on if point.quantity == "switch" else at_rest(point)

    def obey(self, word: str) -> list[Spoken]:
        """``on`` and ``off``."""
        if self.broken or word not in ("on", "off"):
            return []
        return self.turn_on() if word == "on" else self.turn_off()

    def turn_on(self) -> list[Spoken]:
        """By hand, or as it was told."""
        self.on = True
        return [self.report(urgent=True)]

    def turn_off(self) -> list[Spoken]:
        """By hand, or as it was told."""
        self.on = False
        return [self.report(urgent=True)]

    def fail(self) -> list[Spoken]:
        """Its wire is cut."""
        self.broken, self.on = True, False
        return [self.report(urgent=True)]

    def mend(self) -> list[Spoken]:
        """Repaired."""
        self.broken = False
        return [self.report(urgent=True)]
