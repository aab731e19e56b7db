"""What is short is taken in first; what is long follows a little at a time, and nothing overtakes its own line."""

from collections import Counter, defaultdict
from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from collector.lanes import (
    A_PART,
    A_QUIET_TURN,
    A_TURN,
    LONG,
    MOST_BYTES,
    MOST_SHORTS,
    QUIET_AFTER,
    SHORTS,
    TURNS,
    Lanes,
)
from collector.link import Delivery
from collector.sources import DEFAULT_SOURCES, read_sources

SITE = "dutyroom/v1/riverside"


def message(device: str, size: int, number: int = 0, kind: str = "readings") -> Delivery:
    return Delivery(f"{SITE}/{device}/{kind}", b"x" * size, arrived=number, mid=number)


def lanes(deliveries: Iterable[Delivery] = ()) -> Lanes:
    made = Lanes(DEFAULT_SOURCES.line)
    made.add(deliveries)
    return made


def sizes(turn: list[Delivery]) -> list[int]:
    return [len(delivery.payload) for delivery in turn]


def long_bytes(turn: list[Delivery]) -> int:
    return sum(size for size in sizes(turn) if size > LONG)


def test_what_is_said_now_goes_before_a_backlog_that_came_first() -> None:
    waiting = lanes([message(f"gauge-{n}", 5_000, n) for n in range(50)])
    waiting.add([message("smoke-1", 60, 99)])
    assert waiting.turn()[0].mid == 99


def test_a_turn_beside_live_messages_is_bounded_and_every_other_one_takes_nothing_long() -> None:
    waiting = lanes([message(f"gauge-{n}", 5_000, n) for n in range(20)])
    taken = []
    for number in range(8):
        waiting.add([message("smoke-1", 60, number)])
        taken.append(long_bytes(waiting.turn()))
        assert waiting.rests == (taken[-1] == 0)
    assert taken == [10_000, 0] * 4
    assert max(taken) < A_TURN + 5_000


def test_where_nothing_else_comes_the_backlog_goes_on_and_soon_in_larger_turns() -> None:
    waiting = lanes([message(f"gauge-{n}", 5_000, n) for n in range(300)])
    taken = [long_bytes(waiting.turn()) for _ in range(QUIET_AFTER)]
    assert taken[:-1] == [10_000] * (QUIET_AFTER - 1)
    assert A_QUIET_TURN <= taken[-1] < A_QUIET_TURN + 5_000


def test_a_flood_of_long_ones_is_taken_in_larger_turns_so_that_none_waits_for_ever() -> None:
    waiting = lanes([message(f"gauge-{n}", 5_000, n) for n in range(2_000)])
    turns = 0
    while len(waiting):
        waiting.add([message("smoke-1", 60)])
        waiting.turn()
        turns += 1
    assert turns < 10 * TURNS


def test_one_message_that_is_larger_than_a_turn_is_taken_alone() -> None:
    waiting = lanes([message("gauge-1", 400_000, 1), message("gauge-2", 400_000, 2)])
    waiting.add([message("smoke-1", 60, 3)])
    assert [delivery.mid for delivery in waiting.turn()] == [3, 1]


def test_what_is_more_than_16_megabytes_is_left_with_the_link() -> None:
    assert not lanes([message("gauge-1", MOST_BYTES - 1)]).full
    assert lanes([message("gauge-1", MOST_BYTES)]).full


def test_a_device_that_talks_without_end_has_its_part_of_a_turn_and_alone_it_has_all() -> None:
    flood = [message("gauge-1", 60, n) for n in range(2 * SHORTS)]
    assert len(lanes(flood).turn()) == SHORTS
    waiting = lanes([*flood, *(message(f"smoke-{n}", 60, -n) for n in range(1, 4))])
    turn = waiting.turn()
    assert [delivery.mid for delivery in turn[-3:]] == [-1, -2, -3]
    assert len(turn) == SHORTS // 4 + 3


def test_a_flood_that_waits_here_leaves_the_rest_with_the_link() -> None:
    waiting = lanes(message("gauge-1", 60, n) for n in range(MOST_SHORTS))
    assert waiting.full
    waiting.turn()
    assert not waiting.full


def test_a_long_message_does_not_overtake_what_its_device_said_before() -> None:
    flood = [message("gauge-1", 60, n) for n in range(SHORTS + 10)]
    waiting = lanes([*flood, message("gauge-1", 5_000, 7_777), message("smoke-1", 60, 9_999)])
    turn = [delivery.mid for delivery in waiting.turn()]
    assert turn[-1] == 7_777
    assert [mid for mid in turn if mid < 7_777] == list(range(SHORTS + 10))


def test_a_device_that_goes_away_does_not_overtake_its_last_words() -> None:
    waiting = lanes(message(f"gauge-{n}", 5_000, n) for n in range(5))
    waiting.add([message("gauge-4", 60, 90, "status"), message("gauge-9", 60, 91, "status")])
    order = [delivery.mid for _ in range(5) for delivery in waiting.turn()]
    assert order == [91, 0, 1, 2, 3, 4, 90]


def test_a_source_whose_messages_need_one_another_keeps_its_whole_order() -> None:
    sources = read_sources('[[source]]\nname = "plant"\ndecoder = "sparkplug_b"\n', "sources.toml")
    waiting = Lanes(sources.line)
    birth = Delivery("spBv1.0/Plant/NBIRTH/edge-1", b"x" * 9_000, arrived=1, mid=1)
    data = Delivery("spBv1.0/Plant/NDATA/edge-1", b"x" * 40, arrived=2, mid=2)
    waiting.add([birth, data])
    order = [delivery.mid for _ in range(2) for delivery in waiting.turn()]
    assert order == [1, 2]


messages = st.lists(st.tuples(st.integers(0, 3), st.sampled_from([40, LONG, LONG + 1, 9_000])), max_size=40)


@given(st.lists(messages, max_size=8))
def test_nothing_is_lost_or_given_twice_and_each_device_keeps_its_order(arrivals: list[list[tuple[int, int]]]) -> None:
    waiting, number = lanes(), 0
    given: dict[str, list[int]] = defaultdict(list)
    found: dict[str, list[int]] = defaultdict(list)

    def take() -> None:
        for delivery in waiting.turn():
            found[delivery.topic].append(delivery.mid)

    for some in arrivals:
        for device, size in some:
            number += 1
            one = message(f"gauge-{device}", size, number)
            given[one.topic].append(number)
            waiting.add([one])
        take()
    while len(waiting):
        take()
    assert found == given


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(1, 150)), max_size=15))
def test_no_device_waits_for_more_than_its_turn(arrivals: list[tuple[int, int]]) -> None:
    waiting, rank = lanes(), Counter[str]()
    due: dict[int, int] = {}
    for number, (device, times) in enumerate(arrivals):
        for place in range(times):
            one = message(f"gauge-{device}", 60, number * 1_000 + place)
            due[one.mid] = rank[one.topic] // A_PART
            rank[one.topic] += 1
            waiting.add([one])
    turn = 0
    while len(waiting):
        assert all(turn <= due[delivery.mid] for delivery in waiting.turn())
        turn += 1
