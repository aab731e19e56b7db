"""A point that sends without end: what a verdict can depend on is kept, and no more."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from collector.thinning import Excess, Thinner
from facility.quality import Quality
from facility.reading import Reading
from tests.collector.property import NOW, point, register

RATE = 10
GAUGE, DOOR = "gauge-1.pressure", "door-1.state"


def thinner(*spared: str, interval: int = 60_000) -> Thinner:
    known = register(point(GAUGE, "gauge-1", interval=interval), point(DOOR, "door-1", "door", ""))
    return Thinner(known, lambda wanted: wanted in spared, RATE)


def reading(value: float, at: int = NOW, of: str = GAUGE, quality: Quality = Quality.GOOD) -> Reading:
    return Reading(of, at, value, quality)


def rising(count: int, of: str = GAUGE) -> list[Reading]:
    """All within a second, each the same value but the one in the middle and the last."""
    found = [reading(0.6, NOW + n, of) for n in range(count)]
    found[count // 2] = reading(0.9, NOW + count // 2, of)
    return found


def kept(made: Thinner, readings: Iterable[Reading], now: int = NOW) -> list[Reading]:
    """One message each, and then the second is over."""
    found: list[Reading] = []
    for one in readings:
        thinned = made.thin([one], now)
        found += made.due(now) + thinned
    return found + made.due(now + 1_000)


def test_what_is_within_its_rate_goes_through_as_it_is() -> None:
    made, some = thinner(), rising(RATE)
    assert made.thin(some, NOW) is some
    assert made.due(NOW + 5_000) == []
    assert made.excesses() == []


def test_of_a_flood_the_first_the_extremes_and_the_last_are_kept() -> None:
    flood = rising(600)
    made = thinner()
    found = kept(made, flood)
    assert [r.at - NOW for r in found] == [*range(2 * RATE), 300, 599]
    assert made.excesses() == [Excess(GAUGE, NOW, 600, 600 - len(found))]
    assert made.excesses() == []


def test_a_device_that_is_expected_to_speak_often_has_ten_times_that() -> None:
    assert len(kept(thinner(interval=20), rising(500))) == 500


def test_a_backlog_is_no_flood_however_fast_it_comes() -> None:
    history = [reading(0.6, NOW - n * 1_000) for n in range(1_000)]
    made = thinner()
    assert made.thin(history, NOW) == history
    made.due(NOW + 1_000)
    assert made.excesses() == []


def test_where_each_reading_counts_all_are_kept_and_the_flood_is_told() -> None:
    made = thinner(GAUGE)
    assert len(kept(made, rising(600))) == 600
    assert made.excesses() == [Excess(GAUGE, NOW, 600, 0)]


def test_one_flood_takes_nothing_from_other_points() -> None:
    made = thinner()
    made.thin(rising(600), NOW)
    some = [reading(0.0, NOW, DOOR)]
    assert made.thin([*rising(100), *some], NOW)[-1:] == some


def test_a_change_of_quality_is_kept_whatever_its_value() -> None:
    flood = rising(600)
    flood[400] = flood[400]._replace(quality=Quality.SENSOR_FAULT)
    assert flood[400] in kept(thinner(), flood)


def test_each_word_of_a_state_is_kept_once_a_second() -> None:
    words = [reading(float(n % 4), NOW + n, DOOR) for n in range(400)]
    found = kept(thinner(), [*(reading(0.0, NOW - 100 + n, DOOR) for n in range(100)), *words])
    assert {r.value for r in found} == {0.0, 1.0, 2.0, 3.0}


def test_what_is_held_back_goes_out_as_soon_as_a_later_second_begins() -> None:
    made = thinner()
    made.thin(rising(600), NOW)
    assert [r.at for r in made.held] == [NOW + 599]
    made.thin([reading(0.6, NOW + 1_000)], NOW)
    assert [r.at for r in made.due(NOW)] == [NOW + 599]
    assert made.held == []


def test_what_was_held_back_by_an_earlier_life_is_given_out_at_once() -> None:
    made = thinner()
    made.put_back([reading(0.7)])
    assert made.due(NOW) == [reading(0.7)]


moments = st.tuples(st.integers(0, 2_500), st.sampled_from([0.1, 0.6, 0.6, 0.9]), st.sampled_from([GAUGE, DOOR]))


@given(st.lists(st.lists(moments, max_size=60), max_size=5))
def test_every_second_keeps_its_lowest_its_highest_and_its_last(turns: list[list[tuple[int, float, str]]]) -> None:
    made = thinner()
    given_, found = defaultdict[tuple[str, int], dict[int, float]](dict), set[Reading]()
    for number, turn in enumerate(turns):
        for at, number_, of in turn:
            value = float(round(number_)) if of == DOOR else number_
            if at not in given_[of, at // 1_000]:
                given_[of, at // 1_000][at] = value
                found.update(made.thin([reading(value, at, of)], NOW + number * 400))
        found.update(made.due(NOW + number * 400))
        dropped = sum(len(times) for times in given_.values()) - len(found)
        assert len(made.held) <= dropped
        assert_told(given_, found | set(made.held))
    found.update(made.due(NOW + 9_000))
    assert_told(given_, found)


def assert_told(given_: dict[tuple[str, int], dict[int, float]], found: set[Reading]) -> None:
    for (of, second), times in given_.items():
        left = [r for r in found if r.point == of and r.at // 1_000 == second]
        if times:
            assert {min(times.values()), max(times.values())} <= {r.value for r in left}
            assert max(times) == max(r.at for r in left)
