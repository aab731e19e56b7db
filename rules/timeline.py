"""One rule on one point through time: samples in, transitions out."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple

from facility.alert import Timing, Track, Verdict, advance

CLEAR, BREACHED, UNKNOWN = int(Verdict.CLEAR), int(Verdict.BREACHED), int(Verdict.UNKNOWN)
IN_DEADBAND = 3
"""Within the limits, and not yet far enough: breached to a track that fires, clear to one that does not."""


class What(StrEnum):
    """What happened to a track that people should know of."""

    RAISED = "raised"
    RETURNED = "returned"
    MOVED = "moved"
    """Between active and clearing."""
    RAISED_SEVERITY = "raised-severity"
    """A more urgent level of the rule fires now as well."""
    LOWERED = "lowered"
    """The most urgent level is over, and another one still fires."""


class Sample(NamedTuple):
    """One reading as one rule sees it."""

    at: int
    code: int
    """A verdict, or ``IN_DEADBAND``."""
    value: float | None
    """None where no value did it (silence)."""


class Transition(NamedTuple):
    """What happened, with the track after it and the value that did it."""

    what: What
    track: Track
    value: float | None


class Move(NamedTuple):
    """What a batch did to one row."""

    row: int
    after: Track
    transitions: tuple[Transition, ...]
    levels: tuple[int, ...] = ()
    """For a rule with several levels, by transition: the row of the level that decides; see ``rules.levels``."""


def verdict(code: int, track: Track) -> Verdict:
    """What a sample says to a track that stands where it stands."""
    if code == IN_DEADBAND:
        return Verdict.BREACHED if track.firing else Verdict.CLEAR
    return Verdict(code)


def follow(row: int, track: Track, samples: Iterable[Sample], timing: Timing) -> Move:
    """The row after ``samples``, which are in event-time order."""
    found: list[Transition] = []
    for sample in samples:
        after = advance(track, verdict(sample.code, track), sample.at, timing)
        what = _what(track, after)
        if what is not None:
            found.append(Transition(what, after, sample.value))
        track = after
    return Move(row, track, tuple(found))


def _what(before: Track, after: Track) -> What | None:
    if before.condition is after.condition:
        return None
    if after.firing and not before.firing:
        return What.RAISED
    if before.firing and not after.firing:
        return What.RETURNED
    return What.MOVED if before.firing else None
