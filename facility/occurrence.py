"""An occurrence: one due date of one duty for one target, from its planning to what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Standing(StrEnum):
    """How an occurrence stands. Only the last four are for ever; they are what compliance counts."""

    PLANNED = "planned"
    """Its window is not open yet."""
    OPEN = "open"
    """It can be done now."""
    LATE = "late"
    """Its window is over; it can still be done late."""
    SUSPENDED = "suspended"
    """The asset was out of service for its whole window, or left the register in it: nothing was owed, and it shows."""
    DONE = "done"
    """In its window."""
    DONE_LATE = "done-late"
    MISSED = "missed"
    """For ever, also when it was made up for later (``made_up``)."""


SETTLED = frozenset({Standing.SUSPENDED, Standing.DONE, Standing.DONE_LATE, Standing.MISSED})
"""Nothing is owed any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Postponement:
    """A later due date, with who asked, who allowed it and why. It shows for ever; the frozen due date stays what it was."""

    until: int
    """The new end of the window."""
    why: str
    who: str
    approver: str
    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """``id`` is 0 until the records store gives it one; ``key`` is unique. Instants are frozen once ``due`` has passed."""

    id: int = 0
    key: str
    duty: str
    duty_version: str
    clause: str
    target: str
    asset: str = ""
    zone: str = ""
    opens: int
    due: int
    closes: int
    missed: int
    standing: Standing = Standing.PLANNED
    team: str = ""
    assignee: str = ""
    """An account; empty: whoever of the team is on shift. Nobody is no excuse: it is missed like any other."""
    frozen: int | None = None
    """When its due date passed and its denominator was written into a fact."""
    result: int | None = None
    """The result that settled it."""
    made_up: int | None = None
    """A result after it was missed."""
    postponed: tuple[Postponement, ...] = ()
    why: str = ""
    """Why it is suspended: ``maintenance:12``, ``impairment:3``, ``retired``."""
    cause: str = ""
    """What asked for it, of a duty after an event: ``work-order:7``."""
    attend_at: int | None = None
    """When the clock next owes it something; None: never again."""
    version: int = 1

    @property
    def until(self) -> int:
        """The end of its window, postponements counted."""
        return max([self.closes, *(one.until for one in self.postponed)])

    @property
    def missed_at(self) -> int:
        """From then on it is missed."""
        return self.until + (self.missed - self.closes)
