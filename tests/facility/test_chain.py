"""Chains: when each level tells its people, whatever the clock does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facility.alert import Severity
from facility.chain import Chain, Firing, Level, begin, begin_again, go_on, pass_on, pick, planned, stop, whom
from facility.chain_run import ChainRun
from facility.instant import MINUTE
from facility.text import Text

NOON = 1_795_492_800_000
DESK = (whom("on-duty:desk"),)


def a_chain(*levels: Level, id: str = "water", **changed: object) -> Chain:
    return Chain(id=id, version="1", title=Text("水", "Water"), levels=levels, **changed)  # type: ignore[arg-type]


def a_level(after: int = 0, every: int = 0, times: int = 0) -> Level:
    return Level(whom=DESK, by=("sms",), after=after * MINUTE, every=every * MINUTE, times=times)


THREE = a_chain(a_level(every=5, times=3), a_level(after=5), a_level(after=10, every=15))


def started(chain: Chain = THREE) -> ChainRun:
    return begin(chain, "alert:1", NOON, severity=Severity.HIGH, life_safety=False)


def walk(run: ChainRun, chain: Chain, minutes: list[int]) -> list[tuple[int, int, int]]:
    """(minute of the look, level, for the how-many-eth time)"""
    found = []
    for minute in minutes:
        run, fired = go_on(run, chain, NOON + minute * MINUTE)
        found += [(minute, firing.level, firing.told) for firing in fired]
    return found


def test_levels_come_one_after_the_other_and_tell_again() -> None:
    assert walk(started(), THREE, list(range(46))) == [
        (0, 0, 1),
        (5, 0, 2),
        (5, 1, 1),
        (10, 0, 3),
        (15, 2, 1),
        (30, 2, 2),
        (45, 2, 3),
    ]


def test_after_a_long_sleep_each_level_is_told_once_and_in_order() -> None:
    run, fired = go_on(started(), THREE, NOON + 600 * MINUTE)
    assert [(firing.level, firing.told) for firing in fired] == [(0, 1), (1, 1), (2, 1)]
    assert [firing.planned for firing in fired] == [NOON, NOON + 5 * MINUTE, NOON + 15 * MINUTE]
    assert run.attend_at == NOON + 605 * MINUTE


def test_a_level_that_reaches_nobody_hands_on_at_once() -> None:
    run, _ = go_on(started(), THREE, NOON)
    run, fired = go_on(pass_on(run, NOON), THREE, NOON)
    assert [firing.level for firing in fired] == [1]
    assert run.level_at == NOON + 10 * MINUTE


def test_a_rise_begins_again_from_the_first_level() -> None:
    run, _ = go_on(started(), THREE, NOON + 20 * MINUTE)
    again = begin_again(run, THREE, NOON + 21 * MINUTE, Severity.CRITICAL)
    assert (again.round, again.level, again.turns, again.severity) == (2, -1, (), Severity.CRITICAL)
    assert walk(again, THREE, [21, 26]) == [(21, 0, 1), (26, 0, 2), (26, 1, 1)]


def test_one_that_ended_is_not_looked_at() -> None:
    assert stop(started(), NOON, "acknowledged").attend_at is None


def test_a_file_that_lost_levels_while_a_run_went_on_ends_it_well() -> None:
    run, _ = go_on(started(), THREE, NOON + 5 * MINUTE)
    run, fired = go_on(run, a_chain(a_level()), NOON + 60 * MINUTE)
    assert (fired, run.attend_at) == ([], None)


LEVELS = st.builds(a_level, st.integers(0, 30), st.integers(0, 20), st.integers(0, 4))
CHAINS = st.lists(LEVELS, min_size=1, max_size=4).map(lambda levels: a_chain(*levels))


@given(CHAINS, st.lists(st.integers(0, 300), min_size=1, max_size=30))
def test_however_often_it_is_looked_at_nothing_is_told_twice_early_or_out_of_order(
    chain: Chain, looks: list[int]
) -> None:
    run, told = started(chain), list[Firing]()
    for minute in sorted(looks):
        now = NOON + minute * MINUTE
        run, fired = go_on(run, chain, now)
        assert all(firing.planned <= now for firing in fired)
        assert [firing.planned for firing in fired] == sorted(firing.planned for firing in fired)
        assert run.attend_at is None or run.attend_at > now
        told += fired
    assert len({(firing.level, firing.told) for firing in told}) == len(told)
    first = [firing.level for firing in told if firing.told == 1]
    assert first == list(range(len(first)))
    for number, level in enumerate(chain.levels):
        times = [firing.told for firing in told if firing.level == number]
        assert times == list(range(1, len(times) + 1))
        assert not level.times or len(times) <= max(1, level.times if level.every else 1)


@given(CHAINS)
def test_looked_at_each_minute_it_does_what_the_plan_says(chain: Chain) -> None:
    plan = [(at, firing.level, firing.told) for at, firing in planned(chain, repeats=3)]
    last = max(at for at, _, _ in plan) // MINUTE
    seen = {
        (minute * MINUTE, level, told) for minute, level, told in walk(started(chain), chain, list(range(last + 1)))
    }
    assert set(plan) <= seen


def test_the_chain_that_fits_most_closely_is_taken() -> None:
    everything = a_chain(a_level(), id="everything")
    urgent = a_chain(a_level(), id="urgent", severities=(Severity.CRITICAL, Severity.HIGH))
    water = a_chain(a_level(), id="water", classes=("water-supply",), severities=(Severity.CRITICAL, Severity.HIGH))
    life = a_chain(a_level(), id="life", life_safety=True)
    chains = {chain.id: chain for chain in (everything, urgent, water, life)}

    def picked(kind: str, severity: Severity, life_safety: bool = False, named: str = "") -> str:
        found = pick(chains, kind, severity, life_safety=life_safety, named=named)
        assert found is not None
        return found.id

    assert picked("water-supply", Severity.HIGH) == "water"
    assert picked("water-supply", Severity.LOW) == "everything"
    assert picked("lift", Severity.CRITICAL) == "urgent"
    assert picked("water-supply", Severity.HIGH, life_safety=True) == "life"
    assert picked("lift", Severity.HIGH, named="water") == "water"
    assert picked("lift", Severity.LOW, named="water") == "everything", "a class's chain is for what it says it is for"
    assert picked("lift", Severity.LOW, life_safety=True, named="water") == "life", "no class takes life safety away"
    assert pick({}, "lift", Severity.LOW, life_safety=False) is None


@pytest.mark.parametrize("text", ["on-duty", "on-duty:desk", "skill:electrical", "manager", "assignee", "person:wang"])
def test_whom_reads_what_it_writes(text: str) -> None:
    assert str(whom(text)) == text


@pytest.mark.parametrize("text", ["", "everybody", "skill", "skill:", "manager:wang", "person: "])
def test_whom_says_what_is_allowed(text: str) -> None:
    with pytest.raises(ValueError, match="names nobody; allowed: on-duty"):
        whom(text)
