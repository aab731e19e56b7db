"""What was found wrong with a passage through a door: one row each, kept for ever, whatever the alert about it becomes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class DoorRule(StrEnum):
    """What is looked for. The alerts' rule is ``door-`` and the word."""

    NOT_PERMITTED = "not-permitted"
    """The door let somebody in who has no permission for the place, or none any more."""
    OUT_OF_HOURS = "out-of-hours"
    DEAD_CREDENTIAL = "dead-credential"
    """A lost, blocked or expired card was used, or one whose holder has left."""
    UNKNOWN_CREDENTIAL = "unknown-credential"
    """The door let in a card that nobody has."""
    PASSBACK = "passback"
    """In twice without having gone out."""
    DURESS = "duress"
    TAILGATING = "tailgating"
    """More people were counted than cards were shown."""
    CLOCK = "clock"
    """The reader's clock is off by more than its limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorFinding:
    """Told apart by ``key``, which is made of the rule and the passage: judging again finds the same and adds nothing."""

    id: int = 0
    key: str
    rule: DoorRule
    door: str
    """The asset."""
    point: str
    zone: str
    at: int
    """The passage's own time."""
    credential: str = ""
    """A pseudonym."""
    holder: str = ""
    """By the permissions as they were known at ``at``; empty where nobody is."""
    reason: str = ""
    """A word of ``facility.permission.Reason``; of counts and clocks, figures."""
    permissions: int = 0
    """The version by which it was judged; 0 where none was needed."""
    found: int
    """When it was found."""
    late: bool = False
    """The news came late: it pages nobody."""
    test: bool = False
    alert: int | None = None
    withdrawn: int | None = None
    """When passages that came later showed that nothing was wrong; None while it stands."""
    version: int = 0
    """Counts changes, for compare-and-set."""
