"""Patrols: routes with their checkpoints as the register has them, and rounds: one walk of a route, planned and judged."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from facility.calendar import DAY_MINUTES
from facility.instant import MINUTE
from facility.text import Text

FIXED = "fixed"
ANY = "any"
ORDERS = (FIXED, ANY)
"""Whether the checkpoints of a route are visited in their order."""
PHOTO = "photo"
READING = "reading"
ASKS = (PHOTO, READING)
"""What can be asked at a checkpoint besides the scan."""
NAMELESS = Text("", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """One checkpoint on a route. ``point`` is what is read there: a scan point, or the entries of a door whose reader serves
    as a checkpoint. ``walk`` is the least time to walk there from the stop before, ms."""

    route: str
    order: int
    point: str
    walk: int = 0
    most: int | None = None
    """The most time from the stop before; None: as ``most_walk`` says."""
    tags: tuple[str, ...] = ()
    """The numbers of the tags that hang there; empty: whatever that reader reads is a visit."""
    asks: tuple[str, ...] = ()
    """Words of ``ASKS``: without them a visit is none that had an effect."""

    @property
    def most_walk(self) -> int:
        """Twice the least time, and three minutes at least; nothing where there is nothing to walk."""
        if self.most is not None:
            return max(self.most, self.walk)
        return max(2 * self.walk, self.walk + 3 * MINUTE) if self.walk else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A patrol route with its timetable; ``every`` is the time between the starts of two rounds, milliseconds."""

    id: str
    site: str
    name: Text
    every: int
    days: tuple[str, ...] = ("every-day",)
    """Words of ``facility.rota_entries.DAYS``."""
    starts: int = 0
    """Local minutes of the day at which the first round begins."""
    ends: int = DAY_MINUTES
    """Before which the last one begins; not after ``starts``: on the next day."""
    within: int = 0
    """So long after its time a round may begin, at random; 0: on time."""
    order: str = FIXED
    team: str = ""
    """The team of the rota that walks it; empty: whoever has a card."""
    guards: int = 1
    """So many different people at least walk a round, together or each a part of it."""
    tolerance: int = 5 * MINUTE
    """So long before and after its time a visit is on time."""
    grace: int = 15 * MINUTE
    """So long after a round should be over a point can still be visited late; then it is missed."""
    duty: str = ""
    """The duty that is carried out by walking it."""


class RoundState(StrEnum):
    """How a round stands. The last three are for ever."""

    PLANNED = "planned"
    RUNNING = "running"
    DONE = "done"
    """Every point was visited, by enough people."""
    INCOMPLETE = "incomplete"
    MISSED = "missed"
    """Nobody was at any of its points."""


OVER = frozenset({RoundState.DONE, RoundState.INCOMPLETE, RoundState.MISSED})


class PointStatus(StrEnum):
    """How one point of a round stands. Only the last four are told of a round that is over."""

    OPEN = "open"
    OVERDUE = "overdue"
    """Its time is over, and the round can still be saved."""
    EARLY = "early"
    ON_TIME = "on-time"
    LATE = "late"
    MISSED = "missed"


class Flag(StrEnum):
    """What else is to be said of a visit."""

    OUT_OF_ORDER = "out-of-order"
    TOO_FAST = "too-fast"
    """Nobody walks there from the point before in that time."""
    UPLOADED_LATE = "uploaded-late"
    """It was heard of when the point had been missed: it is told, and is never on time plainly."""


class Stray(StrEnum):
    """Why a scan at a point of a round is none of its visits."""

    DUPLICATE = "duplicate"
    WRONG_GUARD = "wrong-guard"
    """Somebody who is not of the team."""
    UNKNOWN_TAG = "unknown-tag"
    """No tag, or no card, that is registered: cheap readers read such by themselves."""


VISITED = frozenset({PointStatus.EARLY, PointStatus.ON_TIME, PointStatus.LATE})


@dataclass(frozen=True, slots=True, kw_only=True)
class StrayScan:
    """A scan that counts for nothing."""

    why: Stray
    point: str
    at: int
    guard: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundStop:
    """One point of a round: first what was planned, which never changes, then what came of it."""

    order: int
    point: str
    asset: str = ""
    zone: str = ""
    walk: int = 0
    opens: int
    """Before it a visit is early."""
    due: int
    """When somebody should be there at the latest, by the plan."""
    until: int
    """After it a visit is late."""
    tags: tuple[str, ...] = ()
    """As scans carry them: keyed pseudonyms."""
    asks: tuple[str, ...] = ()
    status: PointStatus = PointStatus.OPEN
    at: int | None = None
    received: int | None = None
    guard: str = ""
    """Who was there, a keyed pseudonym; empty where the reader does not say."""
    flags: tuple[Flag, ...] = ()
    files: tuple[str, ...] = ()
    """SHA-256 of photos that came with the visit."""
    value: float | None = None
    """The number that was read there."""

    @property
    def visited(self) -> bool:
        """Whether somebody was there, however it was heard of."""
        return self.status in VISITED

    @property
    def counts(self) -> bool:
        """Whether the round counts it as visited: what was uploaded late is told and saves nothing."""
        return self.visited and Flag.UPLOADED_LATE not in self.flags

    @property
    def on_time(self) -> bool:
        """Plainly."""
        return self.status is PointStatus.ON_TIME and self.counts

    @property
    def effective(self) -> bool:
        """Visited, with everything that is asked there."""
        given = {PHOTO: bool(self.files), READING: self.value is not None}
        return self.counts and all(given.get(one, True) for one in self.asks)

    @property
    def told(self) -> str:
        """The status in one word: ``on-time-uploaded-late`` is one of its own."""
        return f"{self.status}-{Flag.UPLOADED_LATE}" if Flag.UPLOADED_LATE in self.flags else str(self.status)


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One walk of a route. ``id`` is 0 until the records store gives it one; ``key`` (route and start) is unique.

    What is planned is frozen: a change of the register changes rounds that are not planned yet, or not begun.
    """

    id: int = 0
    key: str
    route: str
    name: Text = NAMELESS
    site: str = ""
    team: str = ""
    duty: str = ""
    order: str = FIXED
    guards: int = 1
    slot: int
    """When it may begin at the earliest, by the timetable; ``start`` lies up to ``within`` after it."""
    within: int = 0
    start: int
    opens: int
    """From then on scans can belong to it."""
    due: int
    """When it should be over."""
    closes: int
    """From then on what was not visited is missed. Rounds of one route never overlap in [opens, closes)."""
    plan: str = ""
    """What it was planned from, as a digest of the route and its stops."""
    crew: tuple[str, ...] = ()
    """Whose scans count, as keyed pseudonyms, since it began; empty: nobody of the team has a card, so anybody's."""
    state: RoundState = RoundState.PLANNED
    begun: int | None = None
    """The first visit."""
    ended: int | None = None
    """The last visit of one that is done, else the end of its time."""
    stops: tuple[RoundStop, ...] = ()
    strays: tuple[StrayScan, ...] = ()
    """The first of them; how many there were stand in the counts."""
    duplicates: int = 0
    wrong_guards: int = 0
    ghosts: int = 0
    """Scans of unknown tags."""
    attend_at: int | None = None
    """When the clock next changes it; None: never again."""
    version: int = 1

    @property
    def over(self) -> bool:
        """Whether it was judged."""
        return self.state in OVER

    @property
    def visited(self) -> int:
        """How many points count as visited."""
        return sum(stop.counts for stop in self.stops)

    @property
    def on_time(self) -> int:
        """How many were visited on time."""
        return sum(stop.on_time for stop in self.stops)

    @property
    def effective(self) -> int:
        """How many were visited with everything that is asked there."""
        return sum(stop.effective for stop in self.stops)

    @property
    def uploaded_late(self) -> int:
        """How many visits were heard of when their points had been missed."""
        return sum(Flag.UPLOADED_LATE in stop.flags for stop in self.stops)

    @property
    def overdue(self) -> tuple[RoundStop, ...]:
        """Points that somebody should have visited by now, and still can."""
        return tuple(stop for stop in self.stops if stop.status is PointStatus.OVERDUE)

    @property
    def walkers(self) -> frozenset[str]:
        """Who was at its points."""
        return frozenset(stop.guard for stop in self.stops if stop.counts and stop.guard)
