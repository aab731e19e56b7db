"""A breach: one time in which one rule found one point in breach for long enough. What alerts are raised for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class Spell(NamedTuple):
    """A breach as the readings alone tell it; all instants are event times."""

    started: int
    """The first bad sample."""
    raised: int
    """The sample at which the hold was fulfilled."""
    ended: int | None = None
    """The first good sample of the run that fulfilled the clear time; None while it goes on."""
    cleared: int | None = None
    """The sample at which the clear time was fulfilled."""
    value: float | None = None
    """The value at ``raised``; None where no value did it, or where it was raised before the samples that were looked at."""

    def fires_after(self, at: int) -> bool:
        """Whether it is in force once the sample at ``at`` has been judged."""
        return self.raised <= at and (self.cleared is None or self.cleared > at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Breach:
    """A stored breach. Never deleted: what turns out not to have been one is withdrawn, with a fact that says why.

    An alert is the human process around breaches; one that nobody has acknowledged yet may contain several.
    """

    id: int = 0
    rule: str
    point: str
    started: int
    raised: int
    ended: int | None = None
    cleared: int | None = None
    value: float | None = None
    late: bool = False
    """It was found when it was over, or more than five minutes after it was raised."""
    withdrawn: bool = False
    """Readings that came later show that it never was."""
    alert: int = 0

    @property
    def spell(self) -> Spell:
        """What the readings say of it."""
        return Spell(self.started, self.raised, self.ended, self.cleared, self.value)
