"""From the journal to the server: in the order in which it came, in large writes, for as long as it takes."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import structlog

from facility.instant import MINUTE, SECOND
from storage.readings.journalled import JournalledReadings
from storage.readings.port import ReadingsRefused, ReadingsUnavailable

log = structlog.get_logger()

AT_ONCE = 80_000
"""Rows taken on together. Small writes cost the server three times as much as large ones; one at a time leaves it half idle."""
FILL = SECOND
"""So long is waited for a fuller write: history may be a second late, alarms are not."""
TIDY_EVERY = 10 * MINUTE
FIRST, LONGEST = SECOND, MINUTE
"""Between two attempts while the server is away; doubled each time, with jitter."""

Bury = Callable[[Sequence[str], str], None]
"""Takes what the server will never take (``ReadingsRefused.by_reason``) and why."""


@dataclass(kw_only=True)
class Forwarder:
    """``once`` is called again and again by one thread, with the time of day."""

    store: JournalledReadings
    bury: Bury
    points: Callable[[], Iterable[str]] = tuple
    """Those of which a start without the server must know the newest reading."""
    jitter: Callable[[], float] = random.random
    forwarded: int = 0
    """Rows since the start."""
    refused: int = 0
    error: str = ""
    """Why the last attempt failed; empty when it did not."""
    away_since: int | None = None
    _not_before: int = 0
    _wait: int = field(default=FIRST)
    _tidied: int = 0
    _seen: int = 0

    def once(self, now: int) -> bool:
        """One write, if it is time for one. Returns whether more waits that can go at once."""
        if now < self._seen:  # the clock was set back: what was to wait for the old one has waited
            self._not_before, self._tidied = now, min(self._tidied, now)
        self._seen = now
        if now < self._not_before:
            return False
        self._tidy(now)
        if now < self._not_before:
            return False
        seq, batch = self.store.journal.oldest(AT_ONCE)
        if not seq:
            self._not_before = now + FILL
            return False
        try:
            self.store.history.append(*batch)
        except ReadingsRefused as refusal:
            self.refused += len(refusal.lines)
            for reason, lines in refusal.by_reason.items():
                self.bury(lines, reason)
        except ReadingsUnavailable as error:
            self._later(now, error)
            return False
        self.store.journal.forwarded(seq)
        self.forwarded += len(batch)
        self._there()
        oldest = self.store.journal.waits_since()
        behind = oldest is not None and (len(batch) >= AT_ONCE or now - oldest > FILL)
        self._not_before = now if behind else now + FILL
        return behind

    def settle(self) -> None:
        """What has come since the last time. May be called by another thread than ``once``, which then waits less for the server.

        What cannot be settled keeps nothing from going on to the server: on a full disk that is what makes room.
        """
        try:
            self.store.journal.settle()
        except ReadingsUnavailable as error:
            log.warning("the journal could not be settled", reason=str(error))

    def note(self) -> dict[str, int | str | None]:
        """What waits and how it goes, for the health note."""
        waiting = self.store.journal.waiting()
        return {
            "rows": waiting.rows,
            "bytes": waiting.bytes,
            "limit": self.store.journal.limit,
            "oldest": waiting.oldest,
            "forwarded": self.forwarded,
            "refused": self.refused,
            "away_since": self.away_since,
            "error": self.error,
        }

    def _later(self, now: int, error: ReadingsUnavailable) -> None:
        self.error = str(error)
        self.away_since = now if self.away_since is None else self.away_since
        # What the server asks for is the least: of several that it sent away not all come back at once.
        asked = error.retry_after + int(self.jitter() * FIRST) if error.retry_after else 0
        self._not_before = now + max(asked, int(self._wait * (0.5 + self.jitter() / 2)))
        self._wait = min(self._wait * 2, LONGEST)

    def _there(self) -> None:
        self.error, self.away_since, self._wait = "", None, FIRST

    def _tidy(self, now: int) -> None:
        if now - self._tidied < TIDY_EVERY:
            return
        self._tidied = now
        self.store.journal.prune(now)
        try:
            self.store.learn(self.points())
        except ReadingsUnavailable as error:
            self._later(now, error)
