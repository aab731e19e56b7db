"""Reading the facts behind compliance: month by month, up to an anchor: a year fits into memory."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from facility.instant import DAY
from inspections.compliance import FELL_DUE, OCCURRENCE_FACTS, Fate, Frozen, Item, Wanted, frozen_in, items_of
from storage.records.port import Facts, ToldFact

PORTION = 31 * DAY
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
    """One period, kept between readers until there are newer facts. Thread-safe."""

    def __init__(self, wanted: Wanted) -> None:
        self._wanted, self._lock = wanted, threading.Lock()
        self._anchor = NOTHING_YET
        self._items: list[Item] = []

    def items(self, facts: Facts, anchor: Anchor) -> list[Item]:
        """As ``read_items``; worked out once an anchor. Clocks that are set back make catching up by portions unsafe."""
        with self._lock:
            if anchor != self._anchor:
                self._items, self._anchor = read_items(facts, self._wanted, anchor), anchor
            return self._items
