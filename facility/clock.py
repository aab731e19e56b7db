"""A clock: a time limit on a work order."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """``name`` is respond, arrive, resolve, notice or review. It starts at the event's time, not at its arrival."""

    name: str
    started: int
    limit: int
    """Milliseconds."""
    stopped: int | None = None
    clause: str = ""

    @property
    def due(self) -> int:
        """The instant at which it breaches."""
        return self.started + self.limit

    def breached(self, now: int) -> bool:
        """Whether it ran, or had run when it was stopped, past its limit."""
        return (now if self.stopped is None else self.stopped) > self.due


STOPS = {"respond": "accepted", "arrive": "arrived", "resolve": "pending-verify"}
"""Which work-order state stops which clock."""
