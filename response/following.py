"""Following the chain of facts: each follower handles every fact once in effect, over any restart.

A follower's watermark is written in the same unit as what its handler wrote: a process that dies in the middle leaves
neither. A handler that raises stops no other follower: it is tried again a few times, then the fact is kept as a
trouble, and the follower goes on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import structlog

from facility.fact import Fact
from facility.trouble import Trouble
from storage.records.port import Conflict, Records, RecordsUnavailable, Unit

log = structlog.get_logger()

Handler = Callable[[Unit, Fact, int], None]
"""Writes, in the unit, what follows from a fact. The last argument is now. Whatever it sends to the outside it leaves as
a row for an errand: a unit may be undone."""

ATTEMPTS = 5
_BACK_OFF = (250, 500, 1_000, 2_000)
_PORTION = 50
_SKIP_UNWRITTEN = 2_000
LONGEST_ERROR = 500


@dataclass(frozen=True, slots=True)
class Follower:
    """``name`` is for ever: its watermark lies under it. ``nouns``: the facts it wants; empty means all."""

    name: str
    handle: Handler
    nouns: frozenset[str] = frozenset()

    def wants(self, fact: Fact) -> bool:
        """Whether the fact concerns it."""
        return not self.nouns or fact.noun in self.nouns

    @property
    def note(self) -> str:
        """Where its watermark lies: the ``seq`` of the last fact that it has handled."""
        return f"follow/{self.name}"


@dataclass(slots=True)
class _Stumble:
    """A fact at which the handler raised."""

    seq: int
    attempts: int
    again_at: int
    error: str


class Following:
    """One follower's way along the chain. ``fence`` is called first in each unit: it raises when this process may no longer act.

    ``tick`` is a clock that only goes forward, in milliseconds, for waiting; ``now`` is the time of day.
    """

    def __init__(self, follower: Follower, records: Records, fence: Callable[[Unit], None]) -> None:
        self.follower, self._records, self._fence = follower, records, fence
        self.seq: int | None = None
        """Of the last fact that it has handled or passed over; None before the first look."""
        self.since: int | None = None
        """When the oldest fact happened that it has not handled yet."""
        self._written: int | None = None
        self._stumble: _Stumble | None = None

    @property
    def error(self) -> str:
        """What its handler raised at the fact where it is now; empty when all is well."""
        return self._stumble.error if self._stumble else ""

    def once(self, head: int, now: int, tick: int) -> bool:
        """Handle a portion of what is new up to ``head``. Returns whether there is more to do at once.

        Raises ``RecordsUnavailable``, and what ``fence`` raises.
        """
        try:
            seq = self._start() if self.seq is None else self.seq
            if seq >= head:
                self.since = None
                return False
            if self._stumble is not None and tick < self._stumble.again_at:
                return False
            return self._portion(seq, now)
        except _Failed as failed:
            return self._stumbled(failed, now, tick)
        except (Conflict, _Moved):
            self.seq = None
            return True

    def retry(self, now: int) -> None:
        """Another attempt at the troubles for which somebody asked."""
        with self._records.read() as unit:
            asked = unit.troubles.asked(self.follower.name)
        for trouble in asked:
            try:
                self._retry(trouble, now)
            except (_Failed, Conflict) as error:
                text = error.text if isinstance(error, _Failed) else str(error)
                self._keep(replace(trouble, at=now, error=text, attempts=trouble.attempts + 1, asked=None))

    def _retry(self, trouble: Trouble, now: int) -> None:
        with self._records.begin() as unit:
            self._fence(unit)
            for fact in unit.facts.after(trouble.seq - 1, 1):
                self._handle_one(unit, fact, now)
            unit.troubles.solved(trouble.id, now)

    def _start(self) -> int:
        """Its watermark; a follower that has none begins at the present head: it is told of nothing that is over."""
        with self._records.begin() as unit:
            self._fence(unit)
            found = unit.notes.get(self.follower.note)
            if found is None:
                found = unit.facts.head()
                unit.notes.put(self.follower.note, found)
        self.seq = self._written = int(found)
        return self.seq

    def _portion(self, seq: int, now: int) -> bool:
        with self._records.read() as unit:
            facts = unit.facts.after(seq, 1 if self._stumble else _PORTION)
        if not facts:
            return False
        self.since = facts[0].at
        wanted = [fact for fact in facts if self.follower.wants(fact)]
        end = facts[-1].seq
        if wanted or end - (self._written or 0) >= _SKIP_UNWRITTEN:
            self._handle(wanted, end, now)
        self.seq = end
        if self._stumble is not None and self._stumble.seq <= end:
            self._stumble = None
        return True

    def _handle(self, facts: list[Fact], end: int, now: int) -> None:
        with self._records.begin() as unit:
            self._fence(unit)
            if unit.notes.get(self.follower.note) != self._written:
                raise _Moved
            for fact in facts:
                self._handle_one(unit, fact, now)
            unit.notes.put(self.follower.note, end)
        self._written = end

    def _handle_one(self, unit: Unit, fact: Fact, now: int) -> None:
        try:
            self.follower.handle(unit, fact, now)
        except RecordsUnavailable:
            raise
        except Exception as error:
            raise _Failed(fact, error) from error

    def _stumbled(self, failed: _Failed, now: int, tick: int) -> bool:
        """The next attempts take the facts one by one, so that those before it are handled."""
        name, seq, before = self.follower.name, failed.fact.seq, self._stumble
        attempts = before.attempts + 1 if before is not None and before.seq == seq else 1
        log.warning("a follower raised", follower=name, fact=seq, attempt=attempts, error=failed.text)
        if attempts < ATTEMPTS:
            wait = _BACK_OFF[attempts - 1] if before is not None else 0
            self._stumble = _Stumble(seq, attempts, tick + wait, failed.text)
            return not wait
        self._keep(Trouble(follower=name, seq=seq, at=now, error=failed.text, attempts=attempts), passing=True)
        self.seq, self._stumble = seq, None
        return True

    def _keep(self, trouble: Trouble, *, passing: bool = False) -> None:
        with self._records.begin() as unit:
            self._fence(unit)
            unit.troubles.add(trouble)
            if passing:
                unit.notes.put(self.follower.note, trouble.seq)
        if passing:
            self._written = trouble.seq


class _Moved(Exception):
    """The watermark is not where this process left it: another one has been at work meanwhile."""


class _Failed(Exception):
    """A handler raised."""

    def __init__(self, fact: Fact, error: Exception) -> None:
        self.fact = fact
        self.text = f"{type(error).__name__}: {error}".partition("\n")[0][:LONGEST_ERROR]
        super().__init__(self.text)
