"""Figures of rounds, out of rows and out of facts alone."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from facility.fact import Fact
from facility.instant import DAY, MINUTE
from facility.round import Round
from facility.round_figures import Counted, Tally, last_visits, tallies, tally, tally_of_facts, total
from facility.round_fold import Taken, fold
from inspections.rounds.telling import facts_of
from tests.facility.patrols import TEN, at, ten
from tests.facility.test_round_fold import SCANS, WALK


def test_rates_are_of_what_was_planned_and_rounds_that_go_on_do_not_count() -> None:
    done = fold(ten(), WALK, TEN + DAY)
    half = fold(ten(), [at(0, "a"), at(12, "b")], TEN + DAY)
    missed, running = fold(ten(), [], TEN + DAY), fold(ten(), WALK[:1], TEN + MINUTE)
    found = tally([done, half, missed, running])
    assert (found.rounds, found.done, found.incomplete, found.missed) == (3, 1, 1, 1)
    assert (found.planned, found.visited, found.on_time, found.late, found.lost) == (9, 5, 4, 1, 4)
    assert (found.completion, found.visit_rate, found.on_time_rate, found.effective_rate) == (
        1 / 3,
        5 / 9,
        4 / 9,
        5 / 9,
    )


def test_what_was_uploaded_late_counts_as_not_visited_and_stands_beside() -> None:
    found = tally([fold(ten(), [at(0, "a", late=300)], TEN + DAY)])
    assert (found.visited, found.on_time, found.uploaded_late, found.lost, found.missed) == (0, 0, 1, 2, 1)


def test_of_nothing_there_is_no_rate() -> None:
    assert tally([]) == Tally()
    assert (Tally().completion, Tally().on_time_rate) == (None, None)


def test_by_whatever_is_asked() -> None:
    one = tally([fold(ten(), WALK, TEN + DAY)])
    rounds = [Counted(route="r", team=team, start=TEN, tally=one) for team in ("day", "night", "day")]
    assert {team: found.rounds for team, found in tallies(rounds, lambda each: each.team).items()} == {
        "day": 2,
        "night": 1,
    }


def test_together_they_are_what_they_are_one_by_one() -> None:
    rounds = [fold(ten(), WALK[:many], TEN + DAY) for many in range(4)]
    assert total(tally([one]) for one in rounds) == tally(rounds)
    assert total([]) == Tally()


def test_the_last_visit_of_each_point() -> None:
    one, later = fold(ten(), WALK, TEN + DAY), fold(ten(), [at(3, "a")], TEN + DAY)
    assert last_visits([one, later]) == {
        "a.scan": TEN + 3 * MINUTE,
        "b.scan": TEN + 5 * MINUTE,
        "c.scan": TEN + 11 * MINUTE,
    }


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(SCANS, max_size=10), max_size=3))
def test_facts_alone_give_the_same_figures(rounds: list[list[Taken]]) -> None:
    facts: list[Fact] = []
    ended: list[Round] = []
    for number, scans in enumerate(rounds):
        one = replace(ten(), id=number + 1)
        for now in (*range(TEN - 20 * MINUTE, TEN + 40 * MINUTE, 5 * MINUTE), TEN + DAY):
            after = fold(one, [scan for scan in scans if scan.received <= now], now)
            facts.extend(facts_of(one, after, now))
            one = after
        ended.append(one)
    assert tally_of_facts(facts) == tally(ended)
