"""Maintenance windows: a part of the property is out of service for a while, and somebody answers for it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from facility.alert import NotAllowed
from facility.instant import DAY
from facility.register import Register
from facility.scope import Extent, Scope

LONGEST = 30 * DAY
"""A window that is longer is a change of the register."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Maintenance:
    """One window, planned or at once. ``id`` is 0 until the records store gives it one.

    While it is in force alerts of points in its scope are raised, kept and shown as out of service, and page nobody.
    Life safety goes on paging, except where a second person answers for the window too: the law wants somebody beside the
    detector who stands in for it, and two people who say so.
    """

    id: int = 0
    extent: Extent
    scope: str
    since: int
    until: int
    who: str
    why: str
    second: str = ""
    """The other person who answers for it; without one life safety is left alone."""
    created: int
    begun: int | None = None
    """When it came into force."""
    ended: int | None = None
    """When it ended: by itself at ``until``, or earlier by a person."""
    ended_by: str = ""
    version: int = 0

    def in_force(self, at: int) -> bool:
        """Whether it holds at ``at``."""
        return self.since <= at < (self.until if self.ended is None else min(self.ended, self.until))

    def covers(self, point: str, register: Register, *, life_safety: bool) -> bool:
        """Whether an alert of the point is out of service while it is in force."""
        if life_safety and not self.second:
            return False
        return Scope(self.extent, self.scope).covers(point, register)

    @property
    def state(self) -> str:
        """planned · in-force · ended"""
        if self.ended is not None:
            return "ended"
        return "planned" if self.begun is None else "in-force"


def end_window(window: Maintenance, who: str, at: int) -> Maintenance:
    """Ended early, or called off before it began. Raises ``NotAllowed``."""
    if window.ended is not None or window.until <= at:
        raise NotAllowed("end", "ended", [])
    return replace(window, ended=at, ended_by=who)
