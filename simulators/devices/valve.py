"""A valve with a drive: told to close, it is closed some seconds later."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from facility.instant import SECOND
from facility.point import Point
from simulators.devices.model import Kinds, Model, at_rest
from simulators.spoken import Spoken, Value

TRAVEL = 8 * SECOND
"""From one end to the other."""


@dataclass(slots=True, kw_only=True)
class Valve(Model):
    """Reports where it is, and at once when it has arrived."""

    kinds: ClassVar[tuple[str, ...]] = ("gas-valve", "water-valve")
    can: ClassVar[Mapping[str, Kinds]] = {"stick": {}, "mend": {}}
    position: str = "open"
    wanted: str = "open"
    arrives: int | None = None
    stuck: bool = False

    def advance(self, span: int) -> None:
        """It moves for as long as it takes; ``now`` is still where the span began."""
        if self.arrives is not None and self.now + span >= self.arrives:
            self.position, self.arrives = self.wanted, None

    def value(self, point: Point) -> Value:
        """Open until it is wholly closed."""
        return self.position if point.quantity == "valve" else at_rest(point)

    def obey(self, word: str) -> list[Spoken]:
        """``open`` and ``close``. It answers when it has arrived."""
        wanted = {"open": "open", "close": "closed"}.get(word)
        if wanted is None or self.stuck:
            return []
        self.wanted = wanted
        if wanted == self.position:
            self.arrives = None
            return [self.report(urgent=True)]
        self.arrives = self.now + TRAVEL
        self.due = min(self.due, self.arrives)
        return []

    def step(self, now: int) -> list[Spoken]:
        """At its interval, and when it arrives."""
        said = Model.step(self, now)
        if self.arrives is not None:
            self.due = min(self.due, self.arrives)
        return said

    def stick(self) -> list[Spoken]:
        """It stays where it is, whatever it is told."""
        self.stuck, self.arrives = True, None
        return []

    def mend(self) -> list[Spoken]:
        """Repaired."""
        self.stuck = False
        return []
