"""A clock: a time limit on a work order. Instants and durations only: no zone, no midnight and no leap day can move it.

It starts at the event's own time. What stops it, what starts it again and where it may be paused stands in the tables
below; ``turn`` is the one function that reads them. Everything else is worked out from what the clock has kept.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

WARNING, BREACH = "warning", "breach"

OVER = frozenset({"closed", "reviewed", "cancelled", "duplicate-of"})
_DONE = frozenset({"pending-verify"}) | OVER
_THERE = frozenset({"arrived", "in-progress"}) | _DONE
STOPS: dict[str, frozenset[str]] = {
    "respond": frozenset({"accepted"}) | _THERE,
    "arrive": _THERE,
    "visit": _THERE,
    "resolve": _DONE,
    "notice": _DONE,
    "review": OVER - {"closed"},
}
"""Which states of the work order stop which clock. A clock of another name runs until the order is over."""

_AGAIN: dict[str, frozenset[tuple[str, str]]] = {
    # What counts is the acceptance that held: to accept and then give it back is no answer.
    "respond": frozenset({("accepted", "rejected"), ("accepted", "transferred")}),
    "resolve": frozenset({("pending-verify", "in-progress")}),
    "notice": frozenset({("pending-verify", "in-progress")}),
}
"""Which steps (from, to) let a clock that had stopped run again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """A stretch that the net time leaves out, with who wanted it, who allowed it and why."""

    since: int
    until: int | None = None
    by: str = ""
    approver: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What was done about a clock, once: ``level`` is warning or breach; on a clock that repeats with its round."""

    id: int = 0
    work_order: int
    clock: str
    level: str
    due: int
    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """``name`` is respond, arrive, resolve, notice or review."""

    name: str
    started: int
    limit: int
    """Milliseconds. Reaching it exactly is still in time."""
    stopped: int | None = None
    clause: str = ""
    source: str = ""
    """Who asks for it: manual, law, contract, site."""
    warn: int = 0
    """So long before it falls due people are warned; 0: a quarter of its limit."""
    every: int = 0
    """It repeats: after each round it asks again within so long. 0: once."""
    pausable: bool = False
    waits: str = ""
    """The state of the work order at whose beginning it starts; empty: it has started."""
    pauses: tuple[Pause, ...] = ()
    edition: int = 0
    """How many clocks of this name the order had before: one that took another's place warns and breaches for itself."""
    met: tuple[int, ...] = ()
    """When each round of a repeating clock was met."""

    @property
    def runs(self) -> bool:
        """Started, not stopped and not paused."""
        return not self.waits and self.stopped is None and not self.paused

    @property
    def paused(self) -> bool:
        """It stands still now. A pause that began after the breach changes nothing about it."""
        return self.stopped is None and any(p.until is None and p.since <= self.due for p in self.pauses)

    @property
    def due(self) -> int:
        """The last instant in time, as far as its pauses are over; of a repeating clock: of the round that is not met."""
        base, span = (self.met[-1], self.every) if self.met else (self.started, self.limit)
        return self._after(base, span)

    @property
    def warn_at(self) -> int:
        """When people are warned."""
        return self.due - (self.warn or (self.every or self.limit) // 4)

    def _after(self, base: int, span: int) -> int:
        """``span`` of unpaused time after ``base``. An open pause adds nothing yet."""
        due = base + span
        for pause in sorted(self.pauses, key=lambda one: one.since):
            if pause.since > due:
                break
            if pause.until is not None and pause.until > base:
                due += pause.until - max(pause.since, base)
        return due

    def end(self, now: int) -> int:
        """The instant up to which it has run: now, when it stopped, or when it was paused."""
        if self.stopped is not None:
            return self.stopped
        if self.paused:
            return min(now, max(p.since for p in self.pauses if p.until is None))
        return now

    def breached(self, now: int) -> bool:
        """Whether it ran, or had run when it was stopped, past its limit."""
        return not self.waits and self.end(now) > self.due

    def left(self, now: int) -> int:
        """How much of its limit is left; below 0 it is late by so much."""
        return self.due - self.end(now)

    def raw(self, now: int) -> int:
        """From its start until it stopped, or until now, pauses included."""
        return 0 if self.waits else max(0, (now if self.stopped is None else self.stopped) - self.started)

    def net(self, now: int) -> int:
        """The raw time without its pauses."""
        end = now if self.stopped is None else self.stopped
        out = sum(max(0, min(p.until if p.until is not None else end, end) - p.since) for p in self.pauses)
        return max(0, self.raw(now) - out)


def turn(clock: Clock, before: str, after: str, at: int, *, by: str = "", approver: str = "", why: str = "") -> Clock:
    """The clock once its work order has gone from one state to another."""
    if before == after:
        return clock
    if clock.waits:
        return replace(clock, started=at, waits="") if clock.waits == after else clock
    if clock.stopped is not None:
        return _again(clock, at) if (before, after) in _AGAIN.get(clock.name, frozenset()) else clock
    if after in STOPS.get(clock.name, OVER):
        return replace(_resumed(clock, at), stopped=at)
    if after == "on-hold" and clock.pausable:
        return replace(clock, pauses=(*clock.pauses, Pause(since=at, by=by, approver=approver, why=why)))
    return _resumed(clock, at) if before == "on-hold" else clock


def meet(clock: Clock, at: int) -> Clock:
    """One round of a repeating clock is met: what was due has been done, as a notice that went out."""
    if not clock.every or clock.waits or clock.stopped is not None or at < (clock.met or (clock.started,))[-1]:
        return clock
    return replace(clock, met=(*clock.met, at))


def _resumed(clock: Clock, at: int) -> Clock:
    # A wall clock that was set back must not make a pause end before it began.
    over = (replace(p, until=max(at, p.since)) if p.until is None else p for p in clock.pauses)
    return replace(clock, pauses=tuple(over))


def _again(clock: Clock, at: int) -> Clock:
    stopped = clock.stopped
    assert stopped is not None
    if not clock.every:
        return replace(clock, stopped=None)
    quiet = Pause(since=stopped, until=max(at, stopped), why="it was over meanwhile")
    return replace(clock, stopped=None, pauses=(*clock.pauses, quiet))
