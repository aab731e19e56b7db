"""Clocks, by the hand and against a walk through every millisecond."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facility.clock import OVER, STOPS, Clock, Pause, meet, turn
from facility.clock_acts import asks, next_look
from facility.instant import HOUR, MINUTE, iso, parse
from facility.promise import Promise, wall_clock
from facility.work_order import State

RESOLVE = Clock(name="resolve", started=1_000, limit=100, pausable=True)
times = st.integers(0, 60)


@st.composite
def paused_clocks(draw: st.DrawFn) -> Clock:
    """Small, so that each of its instants can be walked through."""
    edges = sorted(draw(st.lists(times, min_size=0, max_size=8, unique=True)))
    pauses = [Pause(since=1_000 + a, until=1_000 + b) for a, b in zip(edges[::2], edges[1::2], strict=False)]
    if len(edges) % 2:
        pauses.append(Pause(since=1_000 + edges[-1]))
    return replace(RESOLVE, limit=draw(st.integers(1, 50)), warn=draw(st.integers(1, 50)), pauses=tuple(pauses))


def walked(clock: Clock, now: int) -> int:
    """How long it ran until ``now``, millisecond by millisecond."""
    return sum(not any(_within(p, at) for p in clock.pauses) for at in range(clock.started, now))


def _within(pause: Pause, at: int) -> bool:
    return pause.since <= at and (pause.until is None or at < pause.until)


@given(paused_clocks(), st.integers(1_000, 1_130))
def test_the_net_time_is_what_a_walk_counts(clock: Clock, now: int) -> None:
    assert clock.net(now) == walked(clock, now)
    assert clock.raw(now) == now - 1_000


@given(paused_clocks(), st.integers(1_000, 1_130))
def test_it_is_breached_as_soon_as_more_than_its_limit_has_run_and_stays_so(clock: Clock, now: int) -> None:
    assert clock.breached(now) == (walked(clock, now) > clock.limit)


@given(paused_clocks(), st.lists(times, max_size=5), st.integers(0, 40))
def test_whenever_it_is_looked_at_each_thing_is_asked_once_and_the_next_look_lies_ahead(
    clock: Clock, looks: list[int], stop: int
) -> None:
    done: list[str] = []
    instants = [1_000 + 2 * look for look in looks]
    for now in [*sorted(instants), 5_000]:
        while (asked := asks(clock, now, done)) is not None:
            assert asked.level not in done
            assert asked.at <= now
            done.append(asked.level)
        ahead = next_look(clock, done)
        assert ahead is None or ahead > now
    assert ("breach" in done) == clock.breached(5_000)


@given(
    st.lists(st.integers(1, 120), max_size=6),
    st.lists(st.integers(0, 400), max_size=8),
    st.integers(1, 40),
    st.integers(1, 40),
)
def test_a_clock_that_repeats_finds_each_missed_round_once_however_seldom_it_is_looked_at(
    gaps: list[int], looks: list[int], limit: int, every: int
) -> None:
    often = Clock(name="notice", started=1_000, limit=limit, every=every)
    met = list(accumulate_from(1_000, gaps))
    assert missed(often, met, range(1_000, 1_500)) == missed(often, met, [*sorted(1_000 + one for one in looks), 1_499])


def accumulate_from(start: int, gaps: Iterable[int]) -> Iterable[int]:
    for gap in gaps:
        start += gap
        yield start


def missed(clock: Clock, met: list[int], looks: Iterable[int]) -> int:
    """Rounds found missed since the last that was met: a round that ends while nobody looks is found by the next look."""
    done: list[str] = []
    waiting = list(met)
    found = 0
    for now in looks:
        while waiting and waiting[0] <= now:
            # Somebody looks in the instant in which it is met: only then both walks see the same rounds.
            at = waiting.pop(0)
            found += _take(clock, at, done)
            clock = meet(clock, at)
        found += _take(clock, now, done)
    return found


def _take(clock: Clock, now: int, done: list[str]) -> int:
    rounds = 0
    while (asked := asks(clock, now, done)) is not None:
        done.append(asked.level)
        rounds += asked.rounds if asked.kind == "breach" else 0
    ahead = next_look(clock, done)
    assert ahead is None or ahead > now
    return rounds


def test_an_exact_limit_is_in_time() -> None:
    assert not RESOLVE.breached(1_100)
    assert RESOLVE.breached(1_101)
    assert (RESOLVE.left(1_040), RESOLVE.left(1_150)) == (60, -50)


def test_a_warning_comes_a_quarter_ahead_or_as_the_promise_says() -> None:
    assert next_look(RESOLVE) == 1_075
    assert next_look(replace(RESOLVE, warn=10)) == 1_090


def test_a_clock_set_back_during_a_pause_makes_no_time_negative() -> None:
    held = turn(RESOLVE, "in-progress", "on-hold", 1_050)
    back = turn(held, "on-hold", "in-progress", 1_020)
    assert back.pauses[0].until == 1_050
    assert back.net(1_020) >= 0
    assert RESOLVE.raw(900) == 0


def test_only_what_may_pause_pauses() -> None:
    fixed = replace(RESOLVE, pausable=False)
    assert turn(fixed, "in-progress", "on-hold", 1_050) == fixed


def test_an_order_that_ends_on_hold_ends_the_pause() -> None:
    held = turn(RESOLVE, "in-progress", "on-hold", 1_050)
    over = turn(held, "on-hold", "cancelled", 1_070)
    assert (over.stopped, over.pauses[0].until, over.net(9_999)) == (1_070, 1_070, 50)


@pytest.mark.parametrize("name", ["respond", "arrive", "resolve", "notice", "review"])
def test_every_state_that_stops_a_clock_is_one_of_the_table(name: str) -> None:
    assert STOPS[name] | OVER <= {state.value for state in State}


def test_a_review_begins_with_the_closing_of_its_order() -> None:
    clock = Promise(name="review", within=HOUR).clock(0)
    assert next_look(clock) is None
    assert not clock.breached(10 * HOUR)
    assert (clock.runs, clock.raw(HOUR)) == (False, 0)
    begun = turn(clock, "pending-verify", "closed", 5 * HOUR)
    assert (begun.started, begun.runs, begun.due) == (5 * HOUR, True, 6 * HOUR)
    assert turn(begun, "closed", "reviewed", 5 * HOUR + 1).stopped == 5 * HOUR + 1


def test_what_is_usual_for_a_clock_and_what_a_promise_says_instead() -> None:
    usual = Promise(name="notice", within=30 * MINUTE, clause="IN-3").clock(7)
    assert (usual.started, usual.every, usual.pausable, usual.clause) == (7, 30 * MINUTE, False, "IN-3")
    assert Promise(name="resolve", within=HOUR).clock(0).pausable
    said = Promise(name="notice", within=HOUR, every=0, pausable=True, warn=5).clock(0)
    assert (said.every, said.pausable, said.warn) == (0, True, 5)
    with pytest.raises(ValueError, match="no limit"):
        Promise(name="arrive").clock(0)


BERLIN, SHANGHAI = ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize(
    ("at", "time", "zone", "wanted"),
    [
        ("2026-11-25T02:10:00+08:00", "18:00", SHANGHAI, "2026-11-25T18:00:00.000+08:00"),
        ("2026-11-25T18:00:00+08:00", "18:00", SHANGHAI, "2026-11-26T18:00:00.000+08:00"),
        ("2026-12-31T23:00:00+08:00", "08:00", SHANGHAI, "2027-01-01T08:00:00.000+08:00"),
        ("2028-02-28T20:00:00+08:00", "18:00", SHANGHAI, "2028-02-29T18:00:00.000+08:00"),
        ("2026-03-28T20:00:00+01:00", "02:30", BERLIN, "2026-03-29T03:00:00.000+02:00"),
        ("2026-10-24T20:00:00+02:00", "02:30", BERLIN, "2026-10-25T02:30:00.000+02:00"),
        ("2026-10-24T20:00:00+02:00", "18:00", BERLIN, "2026-10-25T18:00:00.000+01:00"),
        ("2026-03-28T20:00:00+01:00", "18:00", BERLIN, "2026-03-29T18:00:00.000+02:00"),
    ],
)
def test_a_promise_by_the_clock_on_the_wall(at: str, time: str, zone: ZoneInfo, wanted: str) -> None:
    assert iso(wall_clock(parse(at), time, zone), zone) == wanted
    clock = Promise(name="visit", by=time).clock(parse(at), zone)
    assert iso(clock.due, zone) == wanted


@pytest.mark.parametrize("time", ["24:00", "6pm", "1800", "18:60", ""])
def test_what_is_no_time_of_day_is_refused(time: str) -> None:
    with pytest.raises(ValueError, match="time of day"):
        wall_clock(0, time, UTC)
    with pytest.raises(ValueError, match="known zone"):
        wall_clock(0, "18:00", None)
