"""What a clock asks for, and when: warnings and breaches that are due, each once."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from facility.clock import BREACH, WARNING, Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Something that a clock asks for now."""

    level: str
    """Under which it is kept as done: warning, breach; of a repeating clock with its round, as ``breach/3``."""
    due: int
    """The limit that it is about: of a breach the last instant in time."""
    rounds: int = 1
    """How many rounds of a repeating clock went by unmet; only their first instant is in ``due``."""

    @property
    def kind(self) -> str:
        """warning or breach"""
        return self.level.partition("/")[0]


def next_look(clock: Clock, done: Collection[str] = ()) -> int | None:
    """The instant at which the clock next asks for something that is not ``done``; None when it never will as it stands."""
    if clock.waits or clock.paused:
        return None
    first, number = _open_round(clock, done)
    breach = None if _is_done(clock, BREACH, number, done) else first + 1
    if clock.stopped is not None:
        return breach if breach is not None and clock.stopped >= breach else None
    warning = None if _is_done(clock, WARNING, number, done) else first - (clock.due - clock.warn_at)
    return min((at for at in (warning, breach) if at is not None), default=None)


def asks(clock: Clock, now: int, done: Collection[str] = ()) -> Asked | None:
    """What the clock asks for at ``now``. A warning that a breach has overtaken is no longer given."""
    if clock.waits or clock.paused:
        return None
    first, number = _open_round(clock, done)
    end = clock.end(now)
    if end > first and not _is_done(clock, BREACH, number, done):
        more = (end - 1 - first) // clock.every if clock.every else 0
        return Asked(level=_level(clock, BREACH, number + more), due=first, rounds=1 + more)
    warn_at = first - (clock.due - clock.warn_at)
    if clock.stopped is None and warn_at <= now <= first and not _is_done(clock, WARNING, number, done):
        return Asked(level=_level(clock, WARNING, number), due=first)
    return None


def _level(clock: Clock, kind: str, number: int) -> str:
    return f"{kind}/{number}" if clock.every else kind


def _is_done(clock: Clock, kind: str, number: int, done: Collection[str]) -> bool:
    return _level(clock, kind, number) in done


def _open_round(clock: Clock, done: Collection[str]) -> tuple[int, int]:
    """The due instant of the round that is neither met nor found missed, and its number, from 1."""
    if not clock.every:
        return clock.due, 1
    number = _rounds_until_met(clock) + 1
    missed = [int(level.partition("/")[2]) for level in done if level.startswith(f"{BREACH}/")]
    ahead = max(0, max(missed, default=0) + 1 - number)
    return clock.due + ahead * clock.every, number + ahead


def _rounds_until_met(clock: Clock) -> int:
    """How many rounds there were, met or missed, up to the last that was met."""
    number, due = 0, clock.started + clock.limit
    for at in clock.met:
        number += 1 + max(0, -((due - at) // clock.every)) if at > due else 1
        due = at + clock.every
    return number
