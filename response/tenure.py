"""Who may act where only one may: a process takes the lease, keeps it while it lives, and stands by otherwise."""

from __future__ import annotations

from facility.lease import Lease
from storage.records.port import Records, Unit

LEASE = "responder"
BEAT_EVERY = 1_000
PATIENCE = 5_000
"""A holder that has not beaten for so long, by the watcher's own clock, is dead."""


class LostLease(Exception):
    """Another process acts now: whatever this unit wrote is undone."""


class Tenure:
    """This process's part in it. ``name`` is the place, ``life`` something that no other start of it has.

    ``tick`` is a clock that only goes forward. Times of day are never compared: two machines may disagree about them,
    and one may be set back while it runs.
    """

    def __init__(self, name: str, life: str, records: Records, lease: str = LEASE) -> None:
        self._name, self.holder, self._records, self._lease = name, f"{name}/{life}", records, lease
        self.active = False
        self._seen: Lease | None = None
        self._seen_at = 0
        self._fresh = True
        self._next = 0

    def fence(self, unit: Unit) -> None:
        """First thing in each unit. Raises ``LostLease``."""
        if not unit.leases.hold(self._lease, self.holder):
            raise LostLease

    def keep(self, now: int, tick: int) -> bool:
        """Take it, say that we live, or look whether the holder does. Returns whether this process may act."""
        if tick >= self._next:
            self._next = tick + BEAT_EVERY
            self.active = self._beat(now) if self.active else self._reach(now, tick)
        return self.active

    def lost(self) -> None:
        """A fence has said so."""
        self.active, self._seen, self._next = False, None, 0

    def give_back(self, now: int) -> None:
        """At the end: the next process need not wait."""
        if self.active:
            self.active = False
            with self._records.begin() as unit:
                unit.leases.release(self._lease, self.holder, now)

    def _beat(self, now: int) -> bool:
        with self._records.begin() as unit:
            return unit.leases.beat(self._lease, self.holder, now)

    def _reach(self, now: int, tick: int) -> bool:
        with self._records.read() as unit:
            found = unit.leases.get(self._lease)
        if found != self._seen:
            self._seen, self._seen_at = found, tick
        fresh, self._fresh = self._fresh, False
        if not self._may_take(found, tick, fresh=fresh):
            return False
        with self._records.begin() as unit:
            return unit.leases.take(self._lease, self.holder, now, found)

    def _may_take(self, found: Lease | None, tick: int, *, fresh: bool) -> bool:
        if found is None or found.free:
            return True
        if fresh and found.held_as(self._name):
            # The same place started again; were its earlier life still at work, its next unit would find out.
            return True
        return tick - self._seen_at >= PATIENCE
