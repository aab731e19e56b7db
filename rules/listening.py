"""One rule of silence on one point of stored history: readings in the order in which they arrived, stretch by stretch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

import numpy as np

from facility.alert import Track
from facility.quality import Quality
from facility.reading import Reading
from rules.limits import Bools, Floats, Ints
from rules.memory import NEVER, SPEAKS
from rules.silent import Arrival, Deaf, Ear, skip
from rules.timeline import BREACHED, CLEAR, UNKNOWN, Transition
from rules.verdicts import History

JUST_BEFORE = 50
"""So many readings from before the start say when the point was last heard, and what of them arrived after it."""
Table = Ints
"""Rows of (received, at, code, whether it speaks, number of the value)."""


class Stretch(Protocol):
    """What is replayed."""

    @property
    def begin(self) -> int:
        """Where reading starts."""

    @property
    def end(self) -> int:
        """Where it ends."""

    @property
    def deaf(self) -> Sequence[Deaf]:
        """When nobody could hear, in order."""

    @property
    def heard_until(self) -> int:
        """Up to when silence has been judged."""


class Listening:
    """On its way through history. A reading is heard when it arrived, which may be in a later stretch than its own time."""

    def __init__(self, past: Stretch, older: Iterable[Reading], after: int, track: Track) -> None:
        """``older``: the last few readings from before the start. ``after``: how long the point might say nothing then."""
        self._past = past
        self._values: Floats = np.empty(0)
        self._deaf = [span for span in past.deaf if span.until > past.begin]
        since = max((span.until for span in past.deaf if span.until <= past.begin), default=past.begin)
        self._ear = Ear(after=after, since=since, track=track)
        self._until = past.begin
        self._waiting = np.empty((0, 5), np.int64)
        for reading in older:
            self._knew(reading)

    def _knew(self, reading: Reading) -> None:
        speaks = reading.quality in SPEAKS
        if reading.received >= self._past.begin:
            code = BREACHED if not speaks else CLEAR if reading.received - reading.at <= self._ear.after else UNKNOWN
            self._waiting = np.vstack(
                [self._waiting, [reading.received, reading.at, code, speaks, self._keep(reading.value)]]
            )
            return
        self._ear.newest = max(self._ear.newest, reading.at)
        if speaks:
            self._ear.heard = max(self._ear.heard, reading.at)

    def _keep(self, value: float) -> int:
        self._values = np.append(self._values, value)
        return len(self._values) - 1

    def held_to(self, after: int, registered: int) -> Iterator[Transition]:
        """From here on. What was due by then was due by what held until now."""
        if self._ear.after not in (0, after):
            yield from self.up_to(self._until)
        self._ear.after, self._ear.since = after, max(self._ear.since, registered)

    def hear(self, past: History, codes: Ints, until: int) -> Iterator[Transition]:
        """The next stretch of readings; those that arrived after ``until`` wait."""
        numbers = np.arange(len(past.at)) + len(self._values)
        speaks = past.quality != Quality.STALE
        more = np.column_stack([past.at + past.age, past.at, codes, speaks, numbers]).astype(np.int64)
        table = np.vstack([self._waiting, more])
        values = np.concatenate([self._values, past.value])
        later = table[:, 0] >= until
        yield from self._through(_sorted(table[~later]), values)
        self._waiting = table[later]
        self._values = values[self._waiting[:, 4]]
        self._waiting[:, 4] = np.arange(len(self._waiting))
        yield from self._pass(until)
        self._until = until

    def to_the_end(self) -> Iterator[Transition]:
        """What arrived before the end, and what was due by then."""
        yield from self._through(_sorted(self._waiting[self._waiting[:, 0] < self._past.end]), self._values)
        yield from self.up_to(self._past.end)

    def up_to(self, at: int) -> Iterator[Transition]:
        """Nothing more arrives."""
        yield from self._pass(at)
        if not (self._deaf and self._deaf[0].since < at):
            yield from self._ear.wait(min(at, self._past.heard_until))

    def _pass(self, at: int) -> Iterator[Transition]:
        """The times in which nobody could hear that are over by ``at``."""
        while self._deaf and self._deaf[0].until <= at:
            yield from skip(self._ear, self._deaf.pop(0))

    def _through(self, table: Table, values: Floats) -> Iterator[Transition]:
        """From one that may matter to the next: while it is not silent, those that came in time only say that it speaks."""
        ear, place = self._ear, 0
        hot = np.flatnonzero(_may_matter(table, ear))
        while place < len(table):
            leap = place
            if not ear.track.firing:
                following = hot[np.searchsorted(hot, place) :]
                leap = int(following[0]) if len(following) else len(table)
                _spoke(ear, table[place:leap])
            if leap < len(table):
                received, at, code, speaks, number = table[leap].tolist()
                yield from self._pass(received)
                deaf = bool(self._deaf) and self._deaf[0].since < received
                yield from ear.hear(Arrival(received, at, code, bool(speaks), float(values[number])), deaf=deaf)
            place = leap + 1


def _sorted(table: Table) -> Table:
    return table[np.lexsort((table[:, 1], table[:, 0]))]


def _may_matter(table: Table, ear: Ear) -> Bools:
    """Those before which a word was due, and those that say that the point is gone."""
    heard = np.maximum.accumulate(np.concatenate([[ear.heard], np.where(table[:, 3] > 0, table[:, 1], NEVER)]))[:-1]
    due = np.maximum(heard, ear.since) + ear.after
    return np.asarray(((due < table[:, 0]) & (ear.after > 0)) | (table[:, 2] == BREACHED), np.bool_)


def _spoke(ear: Ear, table: Table) -> None:
    if len(table):
        ear.newest = max(ear.newest, int(table[:, 1].max()))
        ear.heard = max(ear.heard, int(np.where(table[:, 3] > 0, table[:, 1], NEVER).max()))
