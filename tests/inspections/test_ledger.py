"""A ledger that is kept and catches up says the same as one that is read anew, whatever came when."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import cast

from hypothesis import given, settings
from hypothesis import strategies as st

from facility.fact import Fact
from facility.instant import DAY, HOUR
from inspections.compliance import Wanted
from inspections.ledger import NOTHING_YET, Ledger, anchor_of, read_items
from storage.records.port import Facts, ToldFact
from tests.inspections.owed import Owed, became, done, fell_due

NOON = 1_795_492_800_000
ALL = Wanted(since=NOON, until=NOON + 90 * DAY)


def story(chance: random.Random) -> Iterator[Fact]:
    """Due dates with what became of them, some done long before, in an order that only a clock could give."""
    for number in range(1, 25):
        one = Owed(id=number, due=NOON + chance.randrange(80 * DAY), window=chance.choice((DAY, 200 * DAY)))
        yield replace(fell_due(one), at=one.due)
        what = chance.randrange(5)
        if what == 0:
            yield done(one, before=min(one.window, chance.randrange(150 * DAY)))
        elif what == 1:
            yield became(one, "missed", one.missed)
            yield became(one, "made-up", one.missed + HOUR, after="missed", result=1)
        elif what == 2:
            yield became(one, "postponed", one.due - HOUR, after="open", missed_at=one.missed + 9 * DAY)
            yield became(one, "done-late", one.due + HOUR, done=one.due + HOUR)


class Chain:
    """The facts, as far as a ledger asks for them."""

    def __init__(self) -> None:
        self.kept: list[Fact] = []

    def append(self, fact: Fact) -> None:
        self.kept.append(replace(fact, seq=len(self.kept) + 1, hash=f"h{len(self.kept)}"))

    def head(self) -> int:
        return len(self.kept)

    def after(self, seq: int, limit: int = 500) -> list[Fact]:
        return self.kept[seq : seq + limit]

    def told(self, noun: str, whats: Sequence[str], start: int, end: int) -> list[ToldFact]:
        return [
            ToldFact(f.seq, f.at, f.noun, f.subject, f.what, f.after, f.why, f.who, dict(f.data))
            for f in self.kept
            if f.noun == noun and f.what in whats and start <= f.at < end
        ]


@settings(max_examples=60, deadline=None)
@given(st.randoms(use_true_random=False), st.integers(1, 9))
def test_catching_up_is_reading_anew(chance: random.Random, portion: int) -> None:
    waiting = sorted(story(chance), key=lambda fact: fact.at)
    if chance.random() < 0.5:  # clocks that were set back and forth
        waiting = [replace(fact, at=fact.at + chance.randrange(-5, 6) * HOUR) for fact in waiting]
    chain, ledger = Chain(), Ledger(ALL)
    facts = cast("Facts", chain)
    anchor = NOTHING_YET
    while waiting:
        for _ in range(min(portion, len(waiting))):
            chain.append(waiting.pop(0))
        anchor = anchor_of(facts)
        assert ledger.items(facts, anchor) == read_items(facts, ALL, anchor)
    first = anchor_of(facts, 1)
    assert ledger.items(facts, first) == read_items(facts, ALL, first)
    assert ledger.items(facts, anchor) == read_items(facts, ALL, anchor)
    assert Ledger(ALL).items(facts, NOTHING_YET) == []
