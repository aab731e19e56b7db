"""Reading the facts behind compliance: month by month, up to an anchor, and from there on only what is newer."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from facility.instant import DAY
from inspections.compliance import FATES, FELL_DUE, OCCURRENCE_FACTS, Fold, Item, Wanted
from storage.records.port import Facts, ToldFact

PORTION = 31 * DAY
EARLY = ("postponed", "assigned")
"""What may be said of an occurrence before its window opens."""
SET_BACK = DAY
"""No clock is set back by more than this between a window's opening and what is done in it, nor by a due date."""
FOREVER = 1 << 62
AT_ONCE = 500
KEPT = 4
"""A year of 10,000 assets takes some hundred megabytes."""
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
    """Facts with at in [start, end), none after the anchor, a month at a time; by number within a month."""
    start, end = span
    while start < end:
        # One portion for all that clocks ahead of the anchor's have written.
        until = min(start + PORTION, end) if start <= anchor.at else end
        yield from facts.told(noun, whats, start, until, anchor.seq)
        start = until


def read_items(facts: Facts, wanted: Wanted, anchor: Anchor, progress: Progress = quiet) -> list[Item]:
    """Every occurrence that fell due in the period, with what became of it by the anchor."""
    return read_fold(facts, wanted, anchor, progress).items(anchor.at)


def read_fold(facts: Facts, wanted: Wanted, anchor: Anchor, progress: Progress = quiet) -> Fold:
    """The same, to be kept.

    Up to the anchor is by number alone: a clock that was set back leaves later facts with earlier times. After a time
    in which nothing ran an occurrence was frozen later than it was due, so nothing but the anchor ends the reading.
    """
    fold, end, first = Fold(wanted), anchor.at + 1, wanted.since
    for fact in portions(facts, "duty", (FELL_DUE,), (wanted.since - SET_BACK, FOREVER), anchor):
        for one in fold.freeze(fact):
            first = min(first, one.opens - SET_BACK)
        progress(0.3 * _part(fact.at, wanted.since, end))
    if not len(fold):
        return fold
    for fact in facts.told(OCCURRENCE_FACTS, EARLY, 0, first, anchor.seq):
        fold.tell(fact)
    step = max(1, len(fold) // 50)
    for number, fact in enumerate(portions(facts, OCCURRENCE_FACTS, FATES, (first, FOREVER), anchor)):
        fold.tell(fact)
        if number % step == 0:
            progress(0.3 + 0.7 * _part(fact.at, first, end))
    _tell_anew(fold, facts, sorted(fold.disordered), anchor.seq)
    progress(1.0)
    return fold


def _part(at: int, start: int, end: int) -> float:
    return min(1.0, (at - start) / max(1, end - start))


class Ledger:
    """One period, kept between readers: only facts that are newer than the last look are read. Thread-safe.

    What is newer is told by the facts' numbers. By their times it cannot be told: whatever margin is allowed for clocks
    that are set back, facts within it come twice or, beyond it, never.
    """

    def __init__(self, wanted: Wanted) -> None:
        self._wanted, self._lock = wanted, threading.Lock()
        self._anchor, self._fold = NOTHING_YET, Fold(wanted)

    def items(self, facts: Facts, anchor: Anchor) -> list[Item]:
        """As ``read_items``. One that is older than the last is read by itself."""
        with self._lock:
            if anchor.seq < self._anchor.seq:
                return read_items(facts, self._wanted, anchor)
            if self._anchor.seq == 0:
                self._fold = read_fold(facts, self._wanted, anchor)
            elif anchor.seq > self._anchor.seq:
                # Broken off halfway, nobody knows which facts were told already: it is read anew.
                after, self._anchor = self._anchor.seq, NOTHING_YET
                _catch_up(self._fold, facts, after, anchor.seq)
            self._anchor = anchor
            return self._fold.items(anchor.at)


class Ledgers:
    """Of the periods that were looked at last; an older one is read again when somebody asks. Thread-safe."""

    def __init__(self) -> None:
        self._lock, self._kept = threading.Lock(), dict[tuple[int, int], Ledger]()

    def of(self, wanted: Wanted) -> Ledger:
        """The one of this period."""
        key = wanted.since, wanted.until
        with self._lock:
            found = self._kept.pop(key, None) or Ledger(wanted)
            self._kept[key] = found
            while len(self._kept) > KEPT:
                del self._kept[next(iter(self._kept))]
            return found


def _catch_up(fold: Fold, facts: Facts, after: int, upto: int) -> None:
    news = list(facts.news(("duty", OCCURRENCE_FACTS), after, upto))
    new = {one.id for fact in news if fact.what == FELL_DUE for one in fold.freeze(fact)}
    # Much of what has just fallen due was done before.
    _tell_anew(fold, facts, sorted(new), upto)
    for fact in news:
        if fact.noun == OCCURRENCE_FACTS and int(fact.subject) not in new:
            fold.tell(fact)


def _tell_anew(fold: Fold, facts: Facts, those: Sequence[int], upto: int) -> None:
    for start in range(0, len(those), AT_ONCE):
        about = facts.about(OCCURRENCE_FACTS, [str(id) for id in those[start : start + AT_ONCE]])
        for id in those[start : start + AT_ONCE]:
            fold.tell_anew(id, (fact for fact in about.get(str(id), ()) if fact.seq <= upto))
