"""How often to try, when to give up, and how a channel that fails is left alone. Pure; the dice are an argument."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from facility.instant import HOUR, MINUTE, SECOND
from facility.notice import Notice


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """Of one channel; all durations in milliseconds."""

    at_once: int = 4
    """So many are sent at the same time."""
    kept_free: int = 2
    """And so many more when they are life safety: nothing else may take all the room."""
    in_hand: int = 256
    """The most that are taken in hand at a time, those that wait for one of the others to be done among them."""
    first_wait: int = 5 * SECOND
    longest_wait: int = 10 * MINUTE
    longest_wait_life_safety: int = 30 * SECOND
    attempts: int = 12
    """After so many it is given up …"""
    attempts_life_safety: int = 40
    age: int = 6 * HOUR
    """… or when it has been on its way for so long."""
    open_after: int = 5
    """So many failures in a row, and the channel is left alone, but for life safety and a try now and then."""
    probe_every: int = 30 * SECOND

    def wait(self, notice: Notice, dice: float, retry_after: float | None = None) -> int:
        """How long until the next attempt: twice as long each time, half of it by chance (``dice`` in [0, 1)).

        What the other side asked for is kept; for life safety no longer than a minute, for by then it may be of use again.
        """
        most = self.longest_wait_life_safety if notice.life_safety else self.longest_wait
        doublings = min(max(0, notice.attempts - 1), 20)
        wait = min(most, self.first_wait << doublings)
        wait = round(wait * (0.5 + dice / 2))
        asked = round((retry_after or 0) * SECOND)
        return max(wait, min(asked, MINUTE) if notice.life_safety else min(asked, HOUR))

    def is_over(self, notice: Notice, now: int) -> bool:
        """Whether it is tried no more. Counted from when it was to go out first: quiet hours are not held against it."""
        most = self.attempts_life_safety if notice.life_safety else self.attempts
        return notice.attempts >= most or now - notice.under_way_since >= self.age


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """How one channel does."""

    channel: str
    failures: int = 0
    """In a row."""
    error: str = ""
    """The last failure's."""
    failed_at: int | None = None
    worked_at: int | None = None
    left_alone_until: int | None = None
    """Open: only life safety goes out until then; after it one notice is tried."""

    def state(self, now: int) -> str:
        """working · failing · open · half-open · unused"""
        if self.left_alone_until is not None:
            return "open" if now < self.left_alone_until else "half-open"
        if self.failures:
            return "failing"
        return "unused" if self.worked_at is None else "working"

    def worked(self, now: int) -> Health:
        """The other side took something."""
        return replace(self, failures=0, worked_at=now, left_alone_until=None)

    def failed(self, now: int, error: str, pace: Pace) -> Health:
        """It did not."""
        failures = self.failures + 1
        alone = now + pace.probe_every if failures >= pace.open_after else None
        return replace(self, failures=failures, error=error, failed_at=now, left_alone_until=alone)

    def room(self, window: int, busy: int, now: int) -> int:
        """How many that are not life safety may be taken in hand now, ``window`` being the most at a time."""
        match self.state(now):
            case "open":
                return 0
            case "half-open":
                return 0 if busy else 1
            case _:
                return max(0, window - busy)

    def note(self) -> dict[str, Any]:
        """As it is kept, for the pages."""
        return {
            "failures": self.failures,
            "error": self.error,
            "failed_at": self.failed_at,
            "worked_at": self.worked_at,
            "left_alone_until": self.left_alone_until,
        }


def read_health(channel: str, note: dict[str, Any] | None) -> Health:
    """Out of what ``note`` gave."""
    known = {name: note[name] for name in Health.__slots__ if name in note} if note else {}
    return Health(**{"channel": channel, **known})


NOTE = "channel/"
"""Under this and the channel's name its health lies among the notes."""
