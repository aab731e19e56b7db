"""A camera as its recorder sees it: whether it is there, what its picture is like, how far back its video goes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from facility.instant import DAY
from facility.point import Point
from simulators.devices.model import NUMBER, Kinds, Model, at_rest
from simulators.spoken import Spoken, Value

KEPT = (42.0, 48.0)
"""Days of video, by camera."""


@dataclass(slots=True, kw_only=True)
class Camera(Model):
    """The recorder tells a change at once, and otherwise all of it at its interval."""

    kinds: ClassVar[tuple[str, ...]] = ("camera",)
    can: ClassVar[Mapping[str, Kinds]] = {
        "lose-network": {},
        "get-covered": {},
        "get-turned": {},
        "mend": {},
        "lose-video": {"days": NUMBER},
    }
    there: bool = True
    view: str = "clear"
    days: float = -1.0

    def advance(self, span: int) -> None:
        """The oldest file is deleted when it is due; after a loss the store fills again."""
        if self.days < 0:
            self.days = self.rng.uniform(*KEPT)
        elif self.days < KEPT[0]:
            self.days += span / DAY

    def value(self, point: Point) -> Value:
        """What the recorder says."""
        match point.quantity:
            case "online":
                return "online" if self.there else "offline"
            case "camera_view":
                return self.view if self.there else "no-picture"
            case "oldest_frame":
                return self.days
            case _:
                return at_rest(point)

    def lose_network(self) -> list[Spoken]:
        """Its cable is out."""
        self.there = False
        return [self.report(urgent=True)]

    def get_covered(self) -> list[Spoken]:
        """Somebody hangs something over it."""
        self.view = "covered"
        return [self.report(urgent=True)]

    def get_turned(self) -> list[Spoken]:
        """Somebody turns it away."""
        self.view = "moved"
        return [self.report(urgent=True)]

    def mend(self) -> list[Spoken]:
        """All as it was."""
        self.there, self.view = True, "clear"
        return [self.report(urgent=True)]

    def lose_video(self, days: float) -> list[Spoken]:
        """A disk fails: only so many days are left."""
        self.days = days
        return [self.report(urgent=True)]
