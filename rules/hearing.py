"""When the collector listened, kept in the records, so that its own standstill never counts as a point's silence.

Two notes for each worker: ``hearing/<worker>``, the instant up to which silence has been judged, written by each tick in its own
unit; and ``deaf/<worker>``, the times in which nobody could hear: before a start, without a link, or at a standstill.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from rules.silent import KEPT_SPANS, Deaf
from storage.records.port import Unit

HEARING, DEAF = "hearing/", "deaf/"


class Heard(NamedTuple):
    """What the records say of it."""

    until: int | None
    """Silence has been judged up to here; None: never."""
    deaf: tuple[Deaf, ...]
    """In order."""


def read_hearing(unit: Unit) -> Heard:
    """Of all workers."""
    marks = [int(unit.notes.get(name)) for name in unit.notes.names(HEARING)]
    spans = {Deaf(*span) for name in unit.notes.names(DEAF) for span in unit.notes.get(name) or ()}
    return Heard(max(marks, default=None), tuple(sorted(spans, key=lambda span: span.until)))


class Hearing:
    """One worker's. ``mark`` writes through the unit; what it returns is called after the commit."""

    def __init__(self, worker: str, started: int) -> None:
        self._worker, self._started = worker, started
        self._until: int | None = None
        self._spans: list[Deaf] | None = None
        self._new: list[Deaf] = []

    def heard_again(self, now: int) -> None:
        """Nobody could hear since the last tick."""
        self._new.append(Deaf(self._started if self._until is None else self._until, now))

    def mark(self, unit: Unit, now: int) -> Callable[[], None]:
        """Silence has been judged up to ``now``."""
        known = self._known(unit)
        spans = [*known, *self._new][-KEPT_SPANS:]
        unit.notes.put(HEARING + self._worker, now)
        if self._new or self._spans is None:
            unit.notes.put(DEAF + self._worker, [list(span) for span in spans])

        def adopt() -> None:
            self._until, self._spans, self._new = now, spans, []

        return adopt

    def _known(self, unit: Unit) -> list[Deaf]:
        if self._spans is not None:
            return self._spans
        before = [Deaf(*span) for span in unit.notes.get(DEAF + self._worker) or ()]
        until = unit.notes.get(HEARING + self._worker)
        return [*before, Deaf(0 if until is None else int(until), self._started)]
