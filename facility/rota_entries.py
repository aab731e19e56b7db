"""What a rota is made of: people, teams, shifts, patterns, swaps, leave. Each is an entry with an id."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from facility.calendar import DAY_MINUTES, SpecialDay
from facility.text import Text

OFF = "-"
"""In a pattern: a day without a shift."""
DAYS = ("every-day", "workdays", "rest-days", "weekends", "holidays", "mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""Classes of days and days of the week. A holiday is a rest day; a weekend that is worked is a workday."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who can be called: one of ours, or a contractor's."""

    id: str
    name: str
    account: str = ""
    """The sign-in name; empty for a contractor, or whoever never signs in."""
    phone: str = ""
    email: str = ""
    addresses: Mapping[str, str] = field(default_factory=dict)
    """Channel → address, such as {"wecom": "…"}."""
    skills: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    language: str = ""
    """zh or en; empty: as the account has it."""
    quiet: tuple[int, ...] | None = None
    """Local hours (from, to), such as (22, 7), in which only what is urgent reaches them; None: never quiet."""
    company: str = ""
    """The contractor they work for; empty for our own people."""

    def is_quiet(self, hour: int) -> bool:
        """Whether the local ``hour`` (0 to 23) is one of theirs to be left alone."""
        if self.quiet is None:
            return False
        start, end = self.quiet
        return start <= hour < end if start <= end else hour >= start or hour < end


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """A team, a desk with a telephone, or a contractor."""

    id: str
    name: Text
    least: int = 0
    """So many must be there together during its hours; 0: it may be empty."""
    skills: tuple[str, ...] = ()
    """Somebody with each of these must be there during its hours."""
    days: tuple[str, ...] = ("every-day",)
    """The days on which that is asked: words of ``DAYS``."""
    starts: int = 0
    ends: int = DAY_MINUTES
    """Its hours, local minutes of the day; not after ``starts``: over midnight."""
    phone: str = ""
    """The telephone that always reaches it: the residents' hotline, a contractor's night line."""
    radio: str = ""
    """The intercom's channel."""
    company: str = ""
    """The contractor's name; empty for our own."""
    source: str = ""
    """Where ``least`` comes from, as people read it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftKind:
    """A kind of shift, by local time. One that does not end after it starts ends on the next day."""

    id: str
    name: Text
    starts: int
    """Local minutes of the day."""
    ends: int
    on_call: bool = False
    """At home by the telephone: to be called after those who are there, and not counted as being there."""

    @property
    def end_minutes(self) -> int:
        """Minutes from the midnight before it starts to its end."""
        return self.ends if self.ends > self.starts else self.ends + DAY_MINUTES


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """Shifts that come again: one word a day, from the day on which a turn begins. ``days`` says on which of them it holds."""

    id: str
    name: Text
    cycle: tuple[str, ...]
    """Kinds of shift, or ``OFF``."""
    days: tuple[str, ...] = ("every-day",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One person works a pattern, for a team."""

    person: str
    team: str
    pattern: str
    since: date
    """The day of the cycle's first word, and the first day on which it holds."""
    until: date | None = None
    """The last day; None: until further notice."""
    call: int = 1
    """Who is called first among those on duty: 1 before 2."""

    @property
    def id(self) -> str:
        """Nobody begins twice with one team on one day."""
        return f"{self.person}/{self.team}/{self.since.isoformat()}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """A single shift besides the patterns; or, ``cancelled``, one of a pattern that does not take place."""

    person: str
    team: str
    day: date
    kind: str
    cancelled: bool = False
    call: int = 1
    note: str = ""

    @property
    def id(self) -> str:
        """As the duty that it makes or cancels."""
        return f"{self.person}/{self.team}/{self.day.isoformat()}/{self.kind}"


class Asked(StrEnum):
    """How far something that was asked for has come."""

    ASKED = "asked"
    AGREED = "agreed"
    """The other person has said yes; a manager has not yet."""
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Leave:
    """Somebody is away: from ``since`` until before ``until``. Only an approved one changes who is on duty."""

    id: str
    person: str
    since: int
    until: int
    why: str = ""
    state: Asked = Asked.ASKED
    asked_by: str = ""
    asked_at: int = 0
    decided_by: str = ""
    decided_at: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Swap:
    """``other`` does ``duty`` of ``person``; in return, where ``back`` is given, ``person`` does that duty of ``other``."""

    id: str
    person: str
    other: str
    duty: str
    """A duty's key."""
    back: str = ""
    why: str = ""
    state: Asked = Asked.ASKED
    asked_by: str = ""
    asked_at: int = 0
    agreed_at: int | None = None
    agreed_by: str = ""
    decided_by: str = ""
    decided_at: int | None = None


Entry = Person | Team | ShiftKind | Pattern | Turn | Shift | SpecialDay | Leave | Swap

TABLES: dict[str, type] = {
    "teams": Team,
    "people": Person,
    "kinds": ShiftKind,
    "patterns": Pattern,
    "turns": Turn,
    "shifts": Shift,
    "holidays": SpecialDay,
    "leave": Leave,
    "swaps": Swap,
}
"""Entry per attribute of ``Rota``, in the order in which they refer to one another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RotaChange:
    """One entry that differs: added (no ``before``), changed, or removed (no ``after``)."""

    table: str
    key: str
    before: Entry | None
    after: Entry | None

    @property
    def what(self) -> str:
        """added · changed · removed"""
        return "added" if self.before is None else "removed" if self.after is None else "changed"
