"""The rules judged the slow and obvious way: one reading, one rule, decimal numbers. Shares nothing with the engine."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from facility.quality import Quality
from facility.reading import Reading


@dataclass
class Watch:
    """One limit on one point, with its life."""

    low: Decimal
    high: Decimal
    deadband: Decimal
    hold: int
    clear: int
    gap: int
    state: str = "normal"
    start: int = 0
    good: int = 0
    last: int = 0

    def see(self, reading: Reading, found: list[list[int | None]]) -> None:
        if reading.test or reading.quality not in (Quality.GOOD, Quality.STAMPED):
            return
        value = Decimal(repr(reading.value)).quantize(Decimal("0.001"))
        slack = self.deadband if self.state in ("active", "clearing") else Decimal(0)
        bad = not self.low + slack <= value <= self.high - slack
        fresh = reading.at - self.last > self.gap
        self.last = reading.at
        if bad:
            self._bad(reading.at, fresh, found)
        elif self.state in ("active", "clearing"):
            self._good(reading.at, fresh, found)
        else:
            self.state = "normal"

    def _bad(self, at: int, fresh: bool, found: list[list[int | None]]) -> None:
        if self.state in ("active", "clearing"):
            self.state = "active"
            return
        if self.state == "normal" or fresh:
            self.state, self.start = "pending", at
        if at - self.start >= self.hold:
            self.state = "active"
            found.append([self.start, at, None])

    def _good(self, at: int, fresh: bool, found: list[list[int | None]]) -> None:
        if self.state == "active" or fresh:
            self.state, self.good = "clearing", at
        if at - self.good >= self.clear:
            self.state = "normal"
            found[-1][2] = self.good


def lives(watch: Watch, readings: Iterable[Reading]) -> list[tuple[int | None, ...]]:
    """(started, raised, ended) of each time it fired."""
    found: list[list[int | None]] = []
    for reading in readings:
        watch.see(reading, found)
    return [tuple(life) for life in found]
