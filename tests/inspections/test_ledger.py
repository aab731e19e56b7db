"""A ledger that is kept and catches up says the same as one that is read anew, whatever came when."""

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facility.fact import Fact
from facility.instant import DAY, HOUR
from inspections.compliance import Item, Wanted
from inspections.ledger import NOTHING_YET, Anchor, Ledger, anchor_of, read_items
from storage.records.port import Facts, ToldFact
from tests.inspections.owed import Owed, became, done, fell_due, fold_of

NOON = 1_795_492_800_000
ALL = Wanted(since=NOON, until=NOON + 90 * DAY)


def story(chance: random.Random) -> Iterator[Fact]:
    """Due dates with what became of them, some done or put off long before, in an order that only a clock could give."""
    for number in range(1, 13):
        one = Owed(id=number, due=NOON + chance.randrange(80 * DAY), window=chance.choice((DAY, 200 * DAY)))
        yield replace(fell_due(one), at=one.due)
        if chance.random() < 0.3:  # named before its window opens
            yield became(one, "assigned", one.due - one.window - 30 * DAY, after="planned", assignee="wang")
        what = chance.randrange(6)
        if what == 0:
            yield done(one, before=min(one.window, chance.randrange(150 * DAY)))
        elif what == 1:
            yield became(one, "missed", one.missed)
            yield became(one, "made-up", one.missed + HOUR, after="missed", result=1)
        elif what == 2:
            yield became(one, "postponed", one.due - HOUR, after="open", missed_at=one.missed + 9 * DAY)
            yield became(one, "done-late", one.due + HOUR, done=one.due + HOUR)
        elif what == 3:
            early = one.due - one.window - 40 * DAY
            yield became(one, "postponed", early, after="planned", missed_at=one.missed + 5 * DAY)


class Chain:
    """The facts, as far as a ledger asks for them."""

    def __init__(self) -> None:
        self.kept: list[Fact] = []
        self.read = 0
        """How many were given out."""

    def append(self, fact: Fact) -> None:
        self.kept.append(replace(fact, seq=len(self.kept) + 1, hash=f"h{len(self.kept)}"))

    def head(self) -> int:
        return len(self.kept)

    def after(self, seq: int, limit: int = 500) -> list[Fact]:
        return self.kept[seq : seq + limit]

    def told(
        self, noun: str, whats: Sequence[str], start: int, end: int, upto: int | None = None
    ) -> Iterator[ToldFact]:
        last = self.head() if upto is None else upto
        return self._given(f for f in self.kept[:last] if f.noun == noun and f.what in whats and start <= f.at < end)

    def news(self, nouns: Sequence[str], after: int, upto: int) -> Iterator[ToldFact]:
        return self._given(f for f in self.kept[after:upto] if f.noun in nouns)

    def about(self, noun: str, subjects: Sequence[str]) -> dict[str, list[Fact]]:
        return {id: [f for f in self.kept if (f.noun, f.subject) == (noun, id)] for id in subjects}

    def _given(self, some: Iterable[Fact]) -> Iterator[ToldFact]:
        for f in some:
            self.read += 1
            yield ToldFact(f.seq, f.at, f.noun, f.subject, f.what, f.after, f.why, f.who, dict(f.data))


def by_the_whole_chain(chain: Chain, anchor: Anchor) -> list[Item]:
    """What is true: every fact up to the anchor's number, whatever its time."""
    return fold_of(chain.kept[: anchor.seq], ALL).items(anchor.at)


def shaken(chance: random.Random, waiting: list[Fact]) -> list[Fact]:
    """As clocks write it that were set back and forth by hours, and once ahead by months."""
    moved = [replace(fact, at=fact.at + chance.randrange(-5, 6) * HOUR) for fact in waiting]
    if chance.random() < 0.5:
        place = chance.randrange(len(moved))
        moved[place] = replace(moved[place], at=moved[place].at + 100 * DAY)
    return moved


@settings(max_examples=40, deadline=None)
@given(st.randoms(use_true_random=False), st.integers(1, 9))
def test_catching_up_is_reading_anew_and_both_are_the_whole_chain(chance: random.Random, portion: int) -> None:
    waiting = sorted(story(chance), key=lambda fact: fact.at)
    if chance.random() < 0.7:
        waiting = shaken(chance, waiting)
    chain, ledger = Chain(), Ledger(ALL)
    facts = cast("Facts", chain)
    anchor = NOTHING_YET
    while waiting:
        for _ in range(min(portion, len(waiting))):
            chain.append(waiting.pop(0))
        anchor = anchor_of(facts)
        true = by_the_whole_chain(chain, anchor)
        assert ledger.items(facts, anchor) == true
        assert read_items(facts, ALL, anchor) == true
    first = anchor_of(facts, 1)
    assert ledger.items(facts, first) == read_items(facts, ALL, first)
    assert ledger.items(facts, anchor) == read_items(facts, ALL, anchor)
    assert Ledger(ALL).items(facts, NOTHING_YET) == []


def test_a_second_look_reads_what_is_newer_and_nothing_else() -> None:
    chain, ledger = Chain(), Ledger(ALL)
    facts = cast("Facts", chain)
    for fact in sorted(story(random.Random(7)), key=lambda fact: fact.at):
        chain.append(fact)
    ledger.items(facts, anchor_of(facts))
    chain.append(became(Owed(id=3, due=NOON), "missed", NOON + 90 * DAY))
    before, chain.read = chain.read, 0
    ledger.items(facts, anchor_of(facts))
    assert (before > 12, chain.read) == (True, 1)
    ledger.items(facts, anchor_of(facts))
    assert chain.read == 1, "nothing is newer: nothing is read"


class Fading(Chain):
    """The store goes away between two questions."""

    away = False

    def about(self, noun: str, subjects: Sequence[str]) -> dict[str, list[Fact]]:
        if self.away:
            raise ConnectionError("the records are away")
        return super().about(noun, subjects)


def test_a_look_that_is_broken_off_spoils_no_later_one() -> None:
    chain, ledger = Fading(), Ledger(ALL)
    facts = cast("Facts", chain)
    one, other = (Owed(id=number, due=NOON + 5 * DAY, window=9 * DAY) for number in (1, 2))
    for fact in (fell_due(one), done(other, before=DAY)):
        chain.append(fact)
    ledger.items(facts, anchor_of(facts))
    chain.append(fell_due(other))
    chain.append(became(one, "postponed", NOON + 6 * DAY, after="open", missed_at=NOON + 30 * DAY))
    anchor, chain.away = anchor_of(facts), True
    with pytest.raises(ConnectionError):
        ledger.items(facts, anchor)
    chain.away = False
    assert ledger.items(facts, anchor) == by_the_whole_chain(chain, anchor)
