"""Sensors' share: time within limits, of the time that was observed at all."""

from hypothesis import given
from hypothesis import strategies as st

from facility.breach import Breach
from facility.instant import HOUR, MINUTE
from facility.reading import Bucket
from inspections.sensor_share import Share, length, merged, observed_in, out_of_limits, overlap

WITHIN = (0, 10 * HOUR)


def bucket(hour: int, count: int) -> Bucket:
    return Bucket(start=hour * HOUR, low=0, high=0, mean=0, count=count)


def test_an_hour_is_observed_as_far_as_readings_cover_it_and_never_more() -> None:
    assert observed_in([bucket(0, 60), bucket(1, 30), bucket(2, 600)], MINUTE, [], WITHIN) == 2 * HOUR + 30 * MINUTE
    assert observed_in([], MINUTE, [], WITHIN) == 0


def test_maintenance_is_left_out_of_what_is_observed() -> None:
    assert observed_in([bucket(0, 60), bucket(1, 60)], MINUTE, [(30 * MINUTE, HOUR)], WITHIN) == HOUR + 30 * MINUTE
    assert observed_in([bucket(0, 60)], MINUTE, [(0, HOUR)], WITHIN) == 0


def test_hours_at_the_edges_count_as_far_as_they_reach_in() -> None:
    assert observed_in([bucket(9, 60), bucket(10, 60)], MINUTE, [], (0, 9 * HOUR + 15 * MINUTE)) == 15 * MINUTE


def test_spans_are_clipped_and_put_together() -> None:
    assert merged([(5, 9), (-3, 2), (1, 3), (20, 30)], (0, 10)) == [(0, 3), (5, 9)]
    assert length([(0, 3), (5, 9)]) == 7


def test_what_goes_on_lasts_until_now_and_what_was_withdrawn_never_was() -> None:
    breaches = [
        Breach(rule="r", point="p", started=1, raised=2, ended=5),
        Breach(rule="r", point="p", started=7, raised=8),
        Breach(rule="r", point="p", started=3, raised=4, ended=6, withdrawn=True),
    ]
    assert out_of_limits(breaches, 10) == [(1, 5), (7, 10)]


def test_time_that_nobody_saw_is_neither_good_nor_bad() -> None:
    share = Share(
        point="p", rule="r", clause="EQ-4", total=100, excluded=10, observed=60, out=15, late=0, calibration=None
    )
    assert (share.within, share.unobserved, share.share) == (45, 30, 0.75)
    assert share._replace(observed=0, out=0).share is None


SPANS = st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), max_size=6)


@given(SPANS, SPANS)
def test_overlaps_are_what_counting_each_instant_gives(
    one: list[tuple[int, int]], other: list[tuple[int, int]]
) -> None:
    mine, theirs = merged(one, (0, 50)), merged(other, (0, 50))
    slow = sum(any(s <= n < e for s, e in one) and any(s <= n < e for s, e in other) for n in range(50))
    assert overlap(mine, theirs) == overlap(theirs, mine) == slow
