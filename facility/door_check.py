"""What is looked for at doors, as a file says it."""

from __future__ import annotations

from dataclasses import dataclass

from facility.alert import Severity
from facility.door_finding import DoorRule
from facility.instant import MINUTE
from facility.site import ACCESS_CLASSES
from facility.text import Text

SILENT = "door-check"
"""The rule of silent alerts."""
LATE_AFTER = 5 * MINUTE
"""A passage that is heard of later than this is late news: found and shown, and it pages nobody."""


@dataclass(frozen=True, slots=True)
class DoorStory:
    """What happens at one door, line by line, and which lines are found."""

    name: str
    access: str
    happens: tuple[str, ...]
    expect: tuple[bool, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorCheck:
    """One file."""

    rule: DoorRule
    version: str = ""
    clause: str = "AP-1"
    title: Text
    do_first: Text
    severity: Severity
    access: tuple[str, ...] = ACCESS_CLASSES
    """The classes of zones at whose doors it looks."""
    silent: bool = False
    """Nothing tells those at the door; only who may see silent alerts finds it in lists."""
    soft: bool = False
    """Kept and shown, and raises nothing."""
    work: str = ""
    """The class of work that an alert opens; empty: none."""
    within: int = 0
    """How far back a check looks that looks at more than one passage."""
    settle: int = 0
    """How long it waits for what may still be on its way, or lets the same card try again."""
    limit: int = 0
    """Of clocks: so far off."""
    least: int = 1
    """Of clocks: so many readings at least."""
    stories: tuple[DoorStory, ...] = ()
    path: str = ""
    text: str = ""

    @property
    def id(self) -> str:
        """The rule's word."""
        return self.rule.value

    @property
    def alert_rule(self) -> str:
        """As alerts name it: ``door-out-of-hours``. Of silent ones the name says nothing: facts and programs repeat it."""
        return SILENT if self.silent else f"door-{self.rule.value}"
