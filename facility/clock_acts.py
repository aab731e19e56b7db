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
    at: int
    """The instant from which on it was asked for."""
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
    if _level(clock, BREACH, number) in done:
        return None
    if clock.stopped is not None:
        return first + 1 if clock.stopped > first else None
    warned = _level(clock, WARNING, number) in done
    return first + 1 if warned else first - (clock.due - clock.warn_at)


def asks(clock: Clock, now: int, done: Collection[str] = ()) -> Asked | None:
    """What the clock asks for at ``now``. A warning that a breach has overtaken is no longer given."""
    if clock.waits or clock.paused:
        return None
    first, number = _open_round(clock, done)
    end = clock.end(now)
    if _level(clock, BREACH, number) in done:
        return None
    if end > first:
        more = (end - 1 - first) // clock.every if clock.every else 0
        return Asked(level=_level(clock, BREACH, number + more), due=first, at=first + 1, rounds=1 + more)
    warn_at, level = first - (clock.due - clock.warn_at), _level(clock, WARNING, number)
    if clock.stopped is None and now >= warn_at and level not in done:
        return Asked(level=level, due=first, at=warn_at)
    return None


def _level(clock: Clock, kind: str, number: int) -> str:
    return f"{_stem(clock, kind)}/{number}" if clock.every else _stem(clock, kind)


def _stem(clock: Clock, kind: str) -> str:
    return f"{kind}/e{clock.edition}" if clock.edition else kind


def _open_round(clock: Clock, done: Collection[str]) -> tuple[int, int]:
    """The due instant of the round that is neither met nor found missed, and its number, from 1."""
    if not clock.every:
        return clock.due, 1
    number = _rounds_until_met(clock) + 1
    stem = f"{_stem(clock, BREACH)}/"
    missed = [
        int(level.removeprefix(stem)) for level in done if level.startswith(stem) and level[len(stem) :].isdigit()
    ]
    ahead = max(0, max(missed, default=0) + 1 - number)
    return clock.due + ahead * clock.every, number + ahead


def _rounds_until_met(clock: Clock) -> int:
    """How many rounds there were, met or missed, up to the last that was met."""
    number, due = 0, clock.started + clock.limit
    for at in clock.met:
        number += 1 + max(0, -((due - at) // clock.every)) if at > due else 1
        due = at + clock.every
    return number
