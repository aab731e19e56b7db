"""What is done because its time has come: steps in a unit of work, and errands outside any."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from storage.records.port import Records, Unit


@dataclass(frozen=True, slots=True)
class Step:
    """Done every so often, in one unit of work with the proof that this process may act. ``now`` is the time of day."""

    name: str
    every_ms: int
    run: Callable[[Unit, int], bool]
    """Does a bounded portion. Returns whether there is more to do at once."""


@dataclass(frozen=True, slots=True)
class Errand:
    """What reaches outside: done in a thread of its own, so that a slow channel holds up nobody, in units that it begins itself.

    Whatever it sends was written as a row before, and is marked after: a process that dies in the middle sends again.
    """

    name: str
    every_ms: int
    run: Callable[[Records, int], bool]
    """Does a bounded portion. Returns whether there is more to do at once."""
    close: Callable[[], None] = field(default=lambda: None)
    """Called once at the end, when ``run`` runs no more."""
