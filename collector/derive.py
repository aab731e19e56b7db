"""Readings of virtual points: computed as soon as one of their inputs speaks, at that reading's own time."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from contextlib import suppress

from facility.expression import ExpressionError
from facility.reading import Reading
from facility.register import Register
from facility.virtual import Virtual, bind
from storage.readings.port import Readings, ReadingsUnavailable

KEPT = 100
"""So many readings of each input are remembered, for news that comes late."""


class Deriver:
    """What the inputs said lately. One thread only."""

    def __init__(self, register: Register) -> None:
        self._by_input: dict[str, list[Virtual]] = {}
        self._past: dict[str, list[Reading]] = {}
        self.use(register)

    def use(self, register: Register) -> None:
        """Go on with another register. An expression that no longer fits is left out: the import refuses new ones."""
        by_input: dict[str, list[Virtual]] = {}
        for point in register.points.values():
            if not point.expression:
                continue
            with suppress(ExpressionError):
                virtual = bind(point, register.points)
                for id in virtual.inputs:
                    by_input.setdefault(id, []).append(virtual)
        self._by_input = by_input
        self._past = {id: past for id, past in self._past.items() if id in by_input}

    @property
    def listens(self) -> bool:
        """Whether any virtual point has inputs."""
        return bool(self._by_input)

    def warm(self, readings: Readings) -> None:
        """After a start: what the inputs said last. Where the store cannot say, it begins with nothing."""
        missing = [id for id in self._by_input if id not in self._past]
        with suppress(ReadingsUnavailable):
            for reading in readings.last(missing).values() if missing else ():
                self._note(reading)

    def derive(self, readings: Sequence[Reading]) -> list[Reading]:
        """What follows from ``readings``, oldest first: one reading of each virtual point for each time of its inputs."""
        taken = [reading for reading in readings if reading.point in self._by_input] if self._by_input else []
        if not taken:
            return []
        for reading in taken:
            self._note(reading)
        wanted = {
            (reading.at, virtual.point.id): virtual for reading in taken for virtual in self._by_input[reading.point]
        }
        found = (self._at(at, virtual) for (at, _), virtual in sorted(wanted.items(), key=lambda pair: pair[0]))
        received = max((reading.received for reading in taken), default=0)
        return [reading._replace(received=received) for reading in found if reading is not None]

    def _at(self, at: int, virtual: Virtual) -> Reading | None:
        return virtual.at(at, dict(self._newest(at, virtual.inputs)))

    def _newest(self, at: int, inputs: Iterable[str]) -> Iterable[tuple[str, Reading]]:
        for id in inputs:
            past = self._past.get(id, [])
            place = bisect_right(past, at, key=_at)
            if place:
                yield id, past[place - 1]

    def _note(self, reading: Reading) -> None:
        past = self._past.setdefault(reading.point, [])
        place = bisect_left(past, reading.at, key=_at)
        if place == len(past) or past[place].at != reading.at:
            past.insert(place, reading)
        del past[:-KEPT]


def _at(reading: Reading) -> int:
    return reading.at
