"""The port of breaches, and of the stretches of history that late readings leave to be judged again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from facility.breach import Breach


class Stretch(NamedTuple):
    """What of one point's history must be judged again: from the oldest to the newest late reading, both included."""

    first: int
    last: int

    def with_(self, other: Stretch | None) -> Stretch:
        """Both in one."""
        return self if other is None else Stretch(min(self.first, other.first), max(self.last, other.last))


@dataclass(frozen=True, slots=True, kw_only=True)
class BreachFilter:
    """Empty fields do not filter."""

    rules: tuple[str, ...] = ()
    points: tuple[str, ...] = ()
    since: int | None = None
    """It was in force at this instant or later: not cleared before."""
    until: int | None = None
    """started < until"""
    withdrawn: bool | None = False
    """None: also those that were withdrawn."""


class Breaches(Protocol):
    """Breaches as found. An episode that goes on has no ``cleared``; there is at most one of a (rule, point)."""

    def add(self, breaches: Iterable[Breach]) -> None:
        """Insert them; the store gives them their ids."""

    def end(self, rule: str, point: str, ended: int, cleared: int) -> None:
        """The one that goes on is over; nothing happens when there is none."""

    def update(self, breach: Breach) -> None:
        """Write all of it. Raises ``NotFound``."""

    def about(self, rule: str, point: str, start: int, end: int) -> list[Breach]:
        """Those in force at some time in [start, end], oldest first, none that was withdrawn."""

    def of_alert(self, alert: int) -> list[Breach]:
        """Those around which the alert is, oldest first, none that was withdrawn."""

    def find(self, wanted: BreachFilter, limit: int = 1000) -> list[Breach]:
        """Oldest first by start."""


class LateWork(Protocol):
    """What is still to be judged again, by point: remembered with the acknowledgement, forgotten when it is done."""

    def waiting(self) -> dict[str, Stretch]:
        """All of it, what has waited longest first."""

    def add(self, stretches: Mapping[str, Stretch]) -> None:
        """More to do; a point's stretches become one."""

    def done(self, stretches: Mapping[str, Stretch]) -> None:
        """Forget these, unless more was added to them meanwhile."""
