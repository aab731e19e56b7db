"""Every pair of condition and verdict, and what people may do."""

import pytest

from facility.alert import Condition, Timing, Track, Verdict, advance

N, P, A, C = Condition.NORMAL, Condition.PENDING, Condition.ACTIVE, Condition.CLEARING
BREACHED, CLEAR, UNKNOWN = Verdict.BREACHED, Verdict.CLEAR, Verdict.UNKNOWN

AT_ONCE = Timing()
SLOW = Timing(hold=30, clear=50, max_gap=25)

TRACKS = {
    N: Track(),
    P: Track(P, bad_since=80, last=90),
    A: Track(A, bad_since=10, raised=40, last=90),
    C: Track(C, bad_since=10, raised=40, good_since=80, last=90),
}

TABLE = {
    # (condition, verdict): (with delays, at 100, 10 after the last sample), (without delays)
    (N, BREACHED): (P, A),
    (N, CLEAR): (N, N),
    (N, UNKNOWN): (N, N),
    (P, BREACHED): (P, A),
    (P, CLEAR): (N, N),
    (P, UNKNOWN): (P, P),
    (A, BREACHED): (A, A),
    (A, CLEAR): (C, N),
    (A, UNKNOWN): (A, A),
    (C, BREACHED): (A, A),
    (C, CLEAR): (C, N),
    (C, UNKNOWN): (C, C),
}


def test_the_table_has_every_pair() -> None:
    assert set(TABLE) == {(condition, verdict) for condition in Condition for verdict in Verdict}


@pytest.mark.parametrize(("pair", "after"), TABLE.items(), ids=lambda value: "-".join(str(part) for part in value))
def test_each_pair_leads_where_the_table_says(
    pair: tuple[Condition, Verdict], after: tuple[Condition, Condition]
) -> None:
    condition, verdict = pair
    slow, at_once = after
    assert advance(TRACKS[condition], verdict, 100, SLOW).condition is slow
    assert advance(TRACKS[condition], verdict, 100, AT_ONCE).condition is at_once


def test_every_condition_is_reached_from_normal() -> None:
    track, reached = Track(), {Condition.NORMAL}
    for at, verdict in ((0, BREACHED), (20, BREACHED), (40, BREACHED), (60, CLEAR)):
        track = advance(track, verdict, at, SLOW)
        reached.add(track.condition)
    assert reached == set(Condition)


@pytest.mark.parametrize("condition", Condition)
@pytest.mark.parametrize("at", [91, 10_000_000])
def test_unknown_changes_nothing_however_much_later(condition: Condition, at: int) -> None:
    assert advance(TRACKS[condition], UNKNOWN, at, SLOW) == TRACKS[condition]


def test_a_hold_needs_two_bad_samples() -> None:
    once = advance(Track(), BREACHED, 1_000, SLOW)
    assert once == Track(P, bad_since=1_000, last=1_000)
    held = advance(advance(once, BREACHED, 1_020, SLOW), BREACHED, 1_030, SLOW)
    assert held == Track(A, bad_since=1_000, raised=1_030, last=1_030)


def test_bad_samples_too_far_apart_do_not_add_up_to_a_hold() -> None:
    once = advance(Track(), BREACHED, 1_000, SLOW)
    assert advance(once, BREACHED, 1_026, SLOW) == Track(P, bad_since=1_026, last=1_026)


def test_good_samples_too_far_apart_do_not_add_up_to_clearing() -> None:
    firing = TRACKS[A]
    clearing = advance(firing, CLEAR, 100, SLOW)
    assert (clearing.condition, clearing.good_since) == (C, 100)
    later = advance(clearing, CLEAR, 160, SLOW)
    assert (later.condition, later.good_since) == (C, 160)


def test_it_returns_as_of_the_first_good_sample() -> None:
    track = advance(TRACKS[C], CLEAR, 110, SLOW)
    over = advance(advance(track, CLEAR, 120, SLOW), CLEAR, 130, SLOW)
    assert (over.condition, over.good_since) == (N, 80)


@pytest.mark.parametrize("condition", Condition)
@pytest.mark.parametrize("verdict", Verdict)
@pytest.mark.parametrize("timing", [AT_ONCE, SLOW])
def test_the_same_sample_twice_is_one_sample(condition: Condition, verdict: Verdict, timing: Timing) -> None:
    once = advance(TRACKS[condition], verdict, 100, timing)
    assert advance(once, verdict, 100, timing) == once
