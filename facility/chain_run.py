"""A chain as it runs for one cause: whom it has reached, and when it goes on."""

from __future__ import annotations

from dataclasses import dataclass

from facility.alert import Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One level that has begun."""

    level: int
    """Counted from 0."""
    told: int
    """How often it has told its people."""
    next: int | None
    """When it tells them again; None: no more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainRun:
    """``id`` is 0 until the records store gives it one. It runs until somebody answers, or nobody need answer any more."""

    id: int = 0
    cause: str
    """As in ``Notice.cause``; one chain runs for a cause."""
    chain: str
    chain_version: str
    alert: int = 0
    work_order: int = 0
    """Further alerts that joined this order are told by this run."""
    severity: Severity
    life_safety: bool = False
    began: int
    """When it began, or began again."""
    round: int = 1
    """Counts how often it began: a rise in severity begins again."""
    level: int = -1
    """The last level that has begun; -1: none yet."""
    level_at: int | None
    """When the next level begins; None: there is no further one."""
    turns: tuple[Turn, ...] = ()
    ended: int | None = None
    why: str = ""
    """Why it ended: acknowledged, accepted, over, withdrawn, aside, replaced, test."""
    version: int = 0

    @property
    def attend_at(self) -> int | None:
        """When it must be looked at next; None once it has ended, or has nobody left to tell. Kept for looking it up."""
        if self.ended is not None:
            return None
        return min((at for at in (self.level_at, *(turn.next for turn in self.turns)) if at is not None), default=None)
