"""Reading the facts behind compliance: month by month, up to an anchor: a year fits into memory."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from facility.instant import DAY
from inspections.compliance import FELL_DUE, OCCURRENCE_FACTS, Fate, Frozen, Item, Wanted, frozen_in, items_of
from storage.records.port import Facts, ToldFact

PORTION = 31 * DAY
SET_BACK = DAY
"""So far a clock may have been set back between two looks of a kept ledger."""
FATES = ("done", "done-late", "missed", "suspended", "resumed", "late", "postponed", "assigned", "made-up", "opened")
"""What is read about occurrences; other words change nothing about what became of one."""
Progress = Callable[[float], None]
"""Told how much is done, 0 to 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """Up to which fact a figure knows, and when that was."""

    seq: int
    at: int
    hash: str = ""


NOTHING_YET = Anchor(seq=0, at=0)


def anchor_of(facts: Facts, seq: int | None = None) -> Anchor:
    """The newest fact, or the one of that number. Raises ``ValueError`` when there is none of it."""
    wanted = facts.head() if seq is None else seq
    if wanted == 0:
        return NOTHING_YET
    found = facts.after(wanted - 1, 1)
    if not found or found[0].seq != wanted:
        raise ValueError(f"there is no fact {wanted}; the newest is {facts.head()}")
    return Anchor(seq=wanted, at=found[0].at, hash=found[0].hash)


def quiet(done: float) -> None:
    """Nobody wants to know."""


def portions(
    facts: Facts, noun: str, whats: tuple[str, ...], span: tuple[int, int], anchor: Anchor
) -> Iterator[ToldFact]:
    """Facts with at in [start, end), as far as the anchor reaches, a month at a time."""
    start, end = span
    while start < end:
        until = min(start + PORTION, end)
        for fact in facts.told(noun, whats, start, until):
            if fact.seq <= anchor.seq:
                yield fact
        start = until


def read_items(facts: Facts, wanted: Wanted, anchor: Anchor, progress: Progress = quiet) -> list[Item]:
    """Every occurrence that fell due in the period, with what became of it by the anchor.

    After a time in which nothing ran it was frozen later than it was due: all facts up to the anchor are looked at.
    """
    end = anchor.at + 1
    if wanted.since >= end:
        return []
    frozen: list[Frozen] = []
    first = wanted.since
    for fact in portions(facts, "duty", (FELL_DUE,), (wanted.since, end), anchor):
        for one in frozen_in(fact, wanted):
            frozen.append(one)
            first = min(first, one.opens)
        progress(0.3 * _part(fact.at, wanted.since, end))
    known = {one.id for one in frozen}
    fates: dict[int, Fate] = {}
    step = max(1, len(known) // 50)
    for number, fact in enumerate(portions(facts, OCCURRENCE_FACTS, FATES, (first, end), anchor)):
        if (id := int(fact.subject)) in known:
            fate = fates.get(id)
            if fate is None:
                fate = fates[id] = Fate()
            fate.tell(fact)
        if number % step == 0:
            progress(0.3 + 0.7 * _part(fact.at, first, end))
    progress(1.0)
    return items_of(frozen, fates, anchor.at)


def _part(at: int, start: int, end: int) -> float:
    return (at - start) / max(1, end - start)


class Ledger:
    """One period, kept between readers: only facts that are newer than the last look are read. Thread-safe.

    Everything of the period stays in memory: a page that is opened while facts come in does not read a year again.
    """

    def __init__(self, wanted: Wanted) -> None:
        self._wanted, self._lock = wanted, threading.Lock()
        self._anchor = NOTHING_YET
        self._first = wanted.since
        self._frozen: list[Frozen] = []
        self._fates: dict[int, Fate] = {}
        self._items: list[Item] = []

    def items(self, facts: Facts, anchor: Anchor) -> list[Item]:
        """As ``read_items``, of everything up to the anchor. One that is older than the last is read by itself."""
        with self._lock:
            if anchor.seq < self._anchor.seq or anchor.at < self._anchor.at:
                return read_items(facts, self._wanted, anchor)
            if anchor.seq > self._anchor.seq:
                self._catch_up(facts, anchor)
            return self._items

    def _catch_up(self, facts: Facts, anchor: Anchor) -> None:
        old, end, first = self._anchor, anchor.at + 1, self._first
        since = old.at - SET_BACK
        for fact in portions(facts, "duty", (FELL_DUE,), (max(self._wanted.since, since), end), anchor):
            if _is_new(fact, old):
                for one in frozen_in(fact, self._wanted):
                    self._frozen.append(one)
                    first = min(first, one.opens)
        if old.seq == 0:
            self._tell(portions(facts, OCCURRENCE_FACTS, FATES, (first, end), anchor))
        else:
            # What was done early lies before what was read so far.
            self._tell(portions(facts, OCCURRENCE_FACTS, FATES, (first, self._first), anchor))
            later = portions(facts, OCCURRENCE_FACTS, FATES, (max(first, since), end), anchor)
            self._tell(fact for fact in later if _is_new(fact, old))
        self._anchor, self._first = anchor, first
        self._items = items_of(self._frozen, self._fates, anchor.at)

    def _tell(self, facts: Iterable[ToldFact]) -> None:
        for fact in facts:
            self._fates.setdefault(int(fact.subject), Fate()).tell(fact)


def _is_new(fact: ToldFact, old: Anchor) -> bool:
    """Not read at the last look, or ahead of it then: a clock that was set back puts later facts before earlier ones."""
    return fact.seq > old.seq or fact.at > old.at
