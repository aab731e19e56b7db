"""One rule on one point over a stretch of history: columns in, breaches out. Pure; quiet stretches are leapt over.

It gives what ``rules.timeline.follow`` gives sample by sample, and a test holds it to that.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from facility.alert import QUIET, Condition, Timing, Track, advance
from facility.breach import Spell
from rules.limits import Floats, Index, Ints
from rules.timeline import BREACHED, CLEAR, UNKNOWN, verdict


class Verdicts(NamedTuple):
    """What one rule says of one point's readings, by event time; columns of one length."""

    at: Ints
    codes: Ints
    """Verdicts, or ``IN_DEADBAND``."""
    value: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Settling:
    """Samples at which what is known of the time after them holds again, whatever was found before them."""

    calm: Index
    """Places at which a track that is normal is as it was known to be."""
    firing: Index
    """Places at which a track that is active is as it was known to be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Folded:
    """What a stretch of history held."""

    spells: tuple[Spell, ...]
    """In order. The first one began before the stretch when the track that it started from fired."""
    track: Track
    """After the last sample that was looked at."""
    settled: int | None = None
    """The place at which it met what was known; None when it went to the end."""


def fold(found: Verdicts, timing: Timing, track: Track = QUIET, settling: Settling | None = None) -> Folded:
    """``track`` is where the row stood before the first sample."""
    return _Fold(found, timing, track, settling).run()


class _Fold:
    def __init__(self, found: Verdicts, timing: Timing, track: Track, settling: Settling | None) -> None:
        (self._at, self._codes, self._value), self._timing = found, timing
        self._track, self._settling = track, settling
        self._bad, self._good = np.flatnonzero(found.codes == BREACHED), np.flatnonzero(found.codes == CLEAR)
        self._known = np.flatnonzero(found.codes != UNKNOWN)
        self._spells = [Spell(track.bad_since, track.raised)] if track.firing else []

    def run(self) -> Folded:
        place, settled, end = 0, None, len(self._at)
        while place < end and settled is None:
            leap = self._leap(place)
            settled = self._settles(place, leap)
            if settled is not None:
                break
            self._slept(place, leap)
            if leap >= end:
                break
            self._step(leap)
            settled = self._settles(leap, leap + 1)
            place = leap + 1
        return Folded(spells=tuple(self._spells), track=self._track, settled=settled)

    def _leap(self, place: int) -> int:
        """The next sample that can change anything."""
        match self._track.condition:
            case Condition.NORMAL:
                awaited = self._bad
            case Condition.ACTIVE:
                awaited = self._good
            case _:
                awaited = self._known
        found = int(np.searchsorted(awaited, place))
        return int(awaited[found]) if found < len(awaited) else len(self._at)

    def _slept(self, place: int, leap: int) -> None:
        """Samples in between only made the track newer."""
        last = int(np.searchsorted(self._known, leap)) - 1
        if last >= 0 and self._known[last] >= place:
            self._track = self._track._replace(last=int(self._at[self._known[last]]))

    def _settles(self, start: int, end: int) -> int | None:
        """The first place in [start, end) at which the track meets what was known."""
        if self._settling is None or self._track.condition not in (Condition.NORMAL, Condition.ACTIVE):
            return None
        places = self._settling.firing if self._track.firing else self._settling.calm
        found = int(np.searchsorted(places, start))
        return int(places[found]) if found < len(places) and places[found] < end else None

    def _step(self, place: int) -> None:
        before, at = self._track, int(self._at[place])
        after = advance(before, verdict(int(self._codes[place]), before), at, self._timing)
        if after.firing and not before.firing:
            self._spells.append(Spell(after.bad_since, after.raised, value=float(self._value[place])))
        elif before.firing and not after.firing:
            self._spells[-1] = self._spells[-1]._replace(ended=after.good_since, cleared=after.last)
        self._track = after
