"""What a flood is thinned to gives the verdicts that the flood gives; where a verdict needs each reading, it asks for each."""

from hypothesis import given, settings
from hypothesis import strategies as st

from collector.thinning import Thinner
from facility.reading import Reading
from tests.rules.room import DOOR, GAUGE, SECOND, SMOKE, T0, Room, book_of, manual, only, register, rule_text

RATE, A_SECOND = 4, 20
COUNTING = rule_text(
    "often",
    '[count]\nbad = ["forced"]\nat_least = 3\nwithin = "5m"',
    applies='applies = { quantity = "door" }',
)
PRESSURES = st.sampled_from([0.6, 0.6, 0.55, 0.4, 0.45, 0.8])
SECONDS = st.lists(st.tuples(PRESSURES, PRESSURES, PRESSURES), min_size=8, max_size=12)


def flood(seconds: list[tuple[float, float, float]]) -> list[Reading]:
    """Each stretch of ten seconds begins, goes on and ends somewhere, a reading every 50 ms."""
    found = []
    for number, (begin, middle, end) in enumerate(seconds):
        for place in range(10 * A_SECOND):
            value = begin if place < 3 else middle if place < 9 * A_SECOND else end
            found.append(Reading(GAUGE, T0 + number * 10 * SECOND + place * 50, value))
    return found


def thinned(readings: list[Reading]) -> list[Reading]:
    thinner = Thinner(register(), lambda _: False, RATE)
    found = []
    for reading in readings:
        kept = thinner.thin([reading], reading.at)
        found += [*thinner.due(reading.at), *kept]
    return found + thinner.due(readings[-1].at + SECOND)


@settings(max_examples=5)
@given(SECONDS)
def test_a_thinned_flood_raises_and_ends_the_same_alerts(seconds: list[tuple[float, float, float]]) -> None:
    readings, lives = flood(seconds), []
    left = thinned(readings)
    assert len(left) < len(readings) / 2
    for some in (readings, left):
        room = Room(only("pump-pressure-band"))
        room.take(some)
        lives.append(room.lives())
    for whole, part in zip(*lives, strict=True):
        assert whole[:2] == part[:2]
        assert all(abs((a or 0) - (b or 0)) <= SECOND for a, b in zip(whole[2:], part[2:], strict=True))


def test_every_reading_counts_for_life_safety_and_where_a_rule_counts_them() -> None:
    judge = Room(manual()).judge
    assert judge.counts_each(SMOKE)
    assert not judge.counts_each(GAUGE)
    assert not judge.counts_each("nobody.knows")
    assert not Room(only("door-forced")).judge.counts_each(DOOR)
    assert Room(book_of(COUNTING)).judge.counts_each(DOOR)
