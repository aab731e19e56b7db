"""Simulated time against real time.

An event time ahead of the duty room's clock is a bad clock there, so a simulated building may run fast, but never in
the future. With speed N a span of simulated time D therefore begins (D − D/N) before now and catches up with now after
D/N of real time: a history is filled quickly, and from then on the building lives in real time. At speed 1 it does so
from the start.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """``began`` is the real instant at which the run began; ``span`` the simulated time that is played at ``speed``."""

    began: int
    span: int
    speed: float = 1.0

    def __post_init__(self) -> None:
        if not self.speed >= 1:
            raise ValueError(f"speed is {self.speed:g}; it must be 1 or more")

    @property
    def start(self) -> int:
        """The simulated instant at which the building begins."""
        return self.began - round(self.span - self.span / self.speed)

    def simulated(self, now: int) -> int:
        """Simulated time at the real instant ``now``; never ahead of it."""
        return min(self.start + round((now - self.began) * self.speed), now)
