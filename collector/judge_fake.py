"""A judge that judges nothing and remembers everything. Ships for tests, trials and measurements of the collector alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from facility.reading import Reading
from storage.readings.port import Readings
from storage.records.port import Unit


class NotingJudge:
    """``judged`` grows only by what was committed, as a real judge's state does."""

    def __init__(self) -> None:
        self.judged: list[Reading] = []
        self.reloads = 0
        self.counted: set[str] = set()
        """Points of which every reading counts."""

    def judge(self, unit: Unit, readings: Sequence[Reading], now: int) -> Callable[[], None]:
        """Note the readings once they are committed."""
        del unit, now
        return lambda: self.judged.extend(readings)

    def counts_each(self, point: str) -> bool:
        """As the test has it."""
        return point in self.counted

    def reload(self, unit: Unit) -> None:
        """Count it."""
        del unit
        self.reloads += 1

    def restore(self, unit: Unit, readings: Readings) -> None:
        """Count it: what was judged is what was committed."""
        del readings
        self.reload(unit)
