"""Each follower handles every fact once in effect, whatever fails and whoever is killed."""

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import pytest

from facility.fact import Fact
from response.following import ATTEMPTS, Follower, Following
from response.tenure import LostLease
from storage.records.port import Conflict, RecordsUnavailable, Unit
from storage.records.sql import SqlRecords
from tests.storage.records.examples import FACT, NOON

LONG = 10**6


def open_fence(unit: Unit) -> None:
    """This process may act."""


def tell(records: SqlRecords, *subjects: str, noun: str = "alert") -> None:
    with records.begin() as unit:
        for subject in subjects:
            unit.facts.append(replace(FACT, noun=noun, subject=subject))


def remember(unit: Unit, fact: Fact, now: int) -> None:
    unit.notes.put("seen", [*(unit.notes.get("seen") or []), fact.subject])


def seen(records: SqlRecords) -> list[str]:
    with records.read() as unit:
        return list(unit.notes.get("seen") or [])


def follow(records: SqlRecords, following: Following, tick: int = LONG, rounds: int = 50) -> None:
    for _ in range(rounds):
        with records.read() as unit:
            head = unit.facts.head()
        following.once(head, NOON, tick)
        tick += LONG


def started(records: SqlRecords, handle: Callable[[Unit, Fact, int], None], **more: frozenset[str]) -> Following:
    following = Following(Follower("f", handle, **more), records, open_fence)
    following.once(0, NOON, 0)
    return following


def test_a_follower_that_starts_for_the_first_time_is_told_of_nothing_that_is_over(records: SqlRecords) -> None:
    tell(records, "1", "2")
    following = started(records, remember)
    tell(records, "3")
    follow(records, following)
    assert seen(records) == ["3"]


def test_facts_are_handled_in_order_and_once_over_restarts(records: SqlRecords) -> None:
    started(records, remember)
    tell(records, *(str(number) for number in range(130)))
    for _ in range(4):
        follow(records, Following(Follower("f", remember), records, open_fence), rounds=1)
    assert seen(records) == [str(number) for number in range(130)]


def test_facts_of_other_nouns_are_passed_over(records: SqlRecords) -> None:
    following = started(records, remember, nouns=frozenset({"work-order"}))
    tell(records, "1", "2")
    tell(records, "3", noun="work-order")
    tell(records, "4")
    follow(records, following)
    assert seen(records) == ["3"]
    again = Following(following.follower, records, open_fence)
    follow(records, again)
    assert seen(records) == ["3"]


def test_a_handler_that_raises_once_misses_and_doubles_nothing(records: SqlRecords) -> None:
    failures = [ValueError("not now"), Conflict("somebody was first")]

    def handle(unit: Unit, fact: Fact, now: int) -> None:
        remember(unit, fact, now)
        if fact.subject == "2" and failures:
            raise failures.pop()

    following = started(records, handle)
    tell(records, "1", "2", "3")
    follow(records, following)
    assert seen(records) == ["1", "2", "3"]
    with records.read() as unit:
        assert unit.troubles.open_ones() == []


def test_a_fact_that_cannot_be_handled_is_kept_as_a_trouble_and_the_follower_goes_on(records: SqlRecords) -> None:
    tries: list[str] = []

    def handle(unit: Unit, fact: Fact, now: int) -> None:
        tries.append(fact.subject)
        if fact.subject == "2":
            raise ValueError("no such channel\nsecond line")
        remember(unit, fact, now)

    following = started(records, handle)
    tell(records, "1", "2", "3")
    follow(records, following)
    assert seen(records) == ["1", "3"]
    assert tries.count("2") == ATTEMPTS
    with records.read() as unit:
        (trouble,) = unit.troubles.open_ones()
        assert unit.facts.after(trouble.seq - 1, 1)[0].subject == "2"
        assert (trouble.follower, trouble.error, trouble.attempts) == ("f", "ValueError: no such channel", ATTEMPTS)


def test_between_attempts_it_waits_longer_and_longer(records: SqlRecords) -> None:
    tries: list[int] = []

    def handle(unit: Unit, fact: Fact, now: int) -> None:
        tries.append(now)
        raise ValueError("broken")

    following = started(records, handle)
    tell(records, "1")
    for tick in range(0, 10_000, 50):
        following.once(1, tick, tick)
    gaps = [later - earlier for earlier, later in pairwise(tries)]
    assert gaps == [50, 500, 1_000, 2_000]


def test_a_trouble_is_tried_again_when_somebody_asks(records: SqlRecords) -> None:
    broken = [True]

    def handle(unit: Unit, fact: Fact, now: int) -> None:
        if broken:
            raise ValueError("broken")
        remember(unit, fact, now)

    following = started(records, handle)
    tell(records, "1")
    follow(records, following)
    attempts: list[int] = []
    for _ in range(2):
        with records.begin() as unit:
            (trouble,) = unit.troubles.open_ones()
            attempts.append(trouble.attempts)
            unit.troubles.ask(trouble.id, NOON)
        following.retry(NOON)
        following.retry(NOON)
        broken.clear()
    assert attempts == [ATTEMPTS, ATTEMPTS + 1]
    assert seen(records) == ["1"]
    with records.read() as unit:
        assert unit.troubles.open_ones() == []


def test_a_database_that_is_away_is_not_the_facts_fault(records: SqlRecords) -> None:
    away = [RecordsUnavailable("away")] * 20

    def handle(unit: Unit, fact: Fact, now: int) -> None:
        if away:
            raise away.pop()
        remember(unit, fact, now)

    following = started(records, handle)
    tell(records, "1")
    for _ in range(20):
        with pytest.raises(RecordsUnavailable):
            following.once(1, NOON, 0)
    follow(records, following)
    assert seen(records) == ["1"]


def test_a_process_that_lost_its_lease_writes_nothing(records: SqlRecords) -> None:
    lost: list[bool] = []

    def fence(unit: Unit) -> None:
        if lost:
            raise LostLease

    following = Following(Follower("f", remember), records, fence)
    following.once(0, NOON, 0)
    tell(records, "1")
    lost.append(True)
    with pytest.raises(LostLease):
        following.once(1, NOON, 0)
    assert seen(records) == []


def test_a_process_that_slept_while_another_followed_begins_where_that_one_is(records: SqlRecords) -> None:
    sleeper = started(records, remember)
    tell(records, "1", "2")
    follow(records, Following(Follower("f", remember), records, open_fence))
    tell(records, "3")
    follow(records, sleeper)
    assert seen(records) == ["1", "2", "3"]


def test_it_says_since_when_it_is_behind(records: SqlRecords) -> None:
    def handle(unit: Unit, fact: Fact, now: int) -> None:
        raise ValueError("broken")

    following = started(records, handle)
    tell(records, "1")
    following.once(1, NOON, 0)
    assert (following.since, following.error) == (FACT.at, "ValueError: broken")
