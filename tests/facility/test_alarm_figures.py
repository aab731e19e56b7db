"""Alarm figures from made-up facts, each number counted by hand."""

import dataclasses
from collections import Counter

import hypothesis.strategies as st
import pytest
from hypothesis import given

from facility.alarm_figures import Alarm, alarms, figures, held_to, nearest_rank
from facility.alarm_flood import (
    ASSET,
    GATEWAY,
    KINDS,
    LOST_GATEWAY,
    RULE,
    TEN,
    ZONE,
    Cause,
    by_tens,
    chatter,
    flooding,
    floods,
    gather,
)
from facility.alarm_limits import AlarmLimits, changed
from facility.fact import Fact
from facility.instant import DAY, HOUR, MINUTE, SECOND

T0 = 1_795_478_400_000
"""A full hour, and so the start of an interval of ten minutes."""
LIMITS = AlarmLimits()


def alarm(at: int, **more: object) -> Alarm:
    plain = Alarm(
        alert=at, rule="smoke", point="d1.smoke", asset="d1", zone="t1", severity=1, life_safety=True, at=T0 + at
    )
    return dataclasses.replace(plain, **more)  # type: ignore[arg-type]


def fact(what: str, at: int, subject: str = "7", *, test: bool = False) -> Fact:
    data = {"rule": "smoke", "point": "d1.smoke", "severity": 2, "test": test}
    return Fact(at=T0 + at, noun="alert", subject=subject, what=what, who="system:rules", data=data)


def test_an_alarm_is_one_announcement() -> None:
    told = [
        fact("raised", 0),
        fact("returned", 5),
        fact("re-raised", 9),
        fact("acknowledged", 12),
        fact("returned", 20),
    ]
    first, second = alarms(told)
    assert (first.at, first.ended, first.acknowledged) == (T0, T0 + 5, None)
    assert (second.at, second.ended, second.acknowledged) == (T0 + 9, T0 + 20, T0 + 12)


def test_a_test_is_no_alarm_until_it_turns_out_to_be_in_earnest() -> None:
    told = [fact("raised", 0, test=True), fact("returned", 5, test=True)]
    assert alarms(told) == []
    assert [one.at for one in alarms([told[0], fact("test-over", 60)])] == [T0 + 60]


def test_an_acknowledgement_counts_once_from_its_own_announcement() -> None:
    told = [fact("raised", 0), fact("acknowledged", 30), fact("reset", 90)]
    assert [one.acknowledged for one in alarms(told)] == [T0 + 30]


def test_figures_of_two_days_counted_by_hand() -> None:
    found = [
        alarm(-MINUTE),
        *(alarm(n * SECOND, acknowledged=T0 + n * SECOND + (n + 1) * MINUTE) for n in range(4)),
        alarm(TEN, point="p.pressure", severity=3),
        alarm(DAY, point="p.pressure", severity=3),
        alarm(2 * DAY),
    ]
    told = figures(found, [T0, T0 + DAY, T0 + 2 * DAY], T0 + 9 * DAY, LIMITS)
    assert (told.total, told.days) == (6, ((T0, 5), (T0 + DAY, 1)))
    assert (told.a_day, told.a_ten) == (3.0, 6 / 288)
    assert (told.peak, told.peak_at) == (4, T0)
    assert told.priorities == ((1, 4), (2, 0), (3, 2), (4, 0))
    assert [(one.point, one.count, one.share) for one in told.worst] == [
        ("d1.smoke", 4, 4 / 6),
        ("p.pressure", 2, 2 / 6),
    ]
    assert (told.acknowledged, told.waiting) == (4, 2)
    assert (told.acknowledge_median, told.acknowledge_p90) == (2 * MINUTE, 4 * MINUTE)
    assert [(one.rule, one.point, one.most) for one in told.chattering] == [("smoke", "d1.smoke", 4)]


def test_a_day_that_is_not_over_counts_by_the_time_that_has_passed() -> None:
    told = figures([alarm(0), alarm(HOUR)], [T0, T0 + DAY], T0 + 2 * HOUR, LIMITS)
    assert told.a_day == 24.0


def test_no_day_is_refused() -> None:
    with pytest.raises(ValueError, match="period is empty"):
        figures([], [T0], T0, LIMITS)


def test_a_flood_opens_above_ten_and_lasts_while_there_are_five() -> None:
    tens = {0: 10, 1: 11, 2: 5, 3: 4, 4: 6, 5: 12}
    raised = [T0 + ten * TEN + n for ten, count in tens.items() for n in range(count)]
    found = floods(raised, LIMITS)
    assert [((one.start - T0) // TEN, (one.end - T0) // TEN, one.alarms, one.peak) for one in found] == [
        (1, 3, 16, 11),
        (5, 6, 12, 12),
    ]


def test_a_break_of_ten_minutes_ends_a_flood() -> None:
    raised = [T0 + ten * TEN + n for ten in (0, 2) for n in range(11)]
    assert len(floods(raised, LIMITS)) == 2


def test_flood_mode_opens_with_the_eleventh_alarm_and_names_the_first() -> None:
    raised = [T0 + n * MINUTE for n in range(10)] + [T0 + 9 * MINUTE + SECOND]
    assert flooding(raised, T0 + 9 * MINUTE, LIMITS) is None
    assert flooding(raised, T0 + 9 * MINUTE + SECOND, LIMITS) == T0


def test_flood_mode_closes_when_fewer_than_five_are_left_in_ten_minutes() -> None:
    raised = [T0 + n * SECOND for n in range(11)]
    assert flooding(raised, T0 + TEN + 6 * SECOND - 1, LIMITS) == T0
    assert flooding(raised, T0 + TEN + 6 * SECOND, LIMITS) is None


@given(st.lists(st.integers(0, 3 * HOUR), max_size=60), st.integers(0, 3 * HOUR))
def test_flood_mode_is_what_counting_every_moment_gives(times: list[int], now: int) -> None:
    inside, since = sorted(at for at in times if at <= now), None
    for moment in sorted({*inside, *(at + TEN for at in inside if at + TEN <= now)}):
        count = sum(moment - TEN < at <= moment for at in inside)
        if since is None and count > LIMITS.flood_opens:
            since = next(at for at in inside if at > moment - TEN)
        elif since is not None and count < LIMITS.flood_closes:
            since = None
    assert flooding(times, now, LIMITS) == since


@pytest.mark.parametrize(
    ("times", "most"),
    [([], 0), ([0, 30, 59], 3), ([0, 30, 60], 2), ([0, 100, 110, 120, 400], 3)],
)
def test_chatter_is_the_most_within_a_minute(times: list[int], most: int) -> None:
    assert chatter([T0 + at * SECOND for at in times], LIMITS) == most


def test_stale_is_what_went_on_for_more_than_a_day_in_the_period() -> None:
    found = [
        alarm(-3 * DAY),
        alarm(-3 * DAY, ended=T0 - SECOND),
        alarm(-2 * DAY, ended=T0 + HOUR),
        alarm(HOUR, ended=T0 + HOUR + DAY),
        alarm(HOUR, ended=T0 + HOUR + DAY + 1),
        alarm(2 * DAY),
    ]
    told = figures(found, [T0, T0 + 2 * DAY], T0 + 2 * DAY, LIMITS)
    assert [(one.since - T0, one.until) for one in told.stale] == [
        (-3 * DAY, None),
        (-2 * DAY, T0 + HOUR),
        (HOUR, T0 + HOUR + DAY + 1),
    ]


def test_each_figure_is_held_to_its_limit() -> None:
    quiet = figures([], [T0, T0 + DAY], T0 + DAY, LIMITS)
    assert {one.verdict for one in held_to(quiet, LIMITS)} == {"good"}
    busy = figures([alarm(n * 5 * MINUTE) for n in range(200)], [T0, T0 + DAY], T0 + DAY, LIMITS)
    verdicts = {one.name: one.verdict for one in held_to(busy, LIMITS)}
    assert verdicts["day"] == "bearable"
    assert verdicts["worst"] == verdicts["critical"] == "bad"


def test_nearest_rank() -> None:
    assert nearest_rank([], 0.5) is None
    assert [nearest_rank([1, 2, 3, 4], part) for part in (0.5, 0.9)] == [2, 4]
    assert nearest_rank(list(range(1, 11)), 0.9) == 9


@given(st.lists(st.integers(0, 5 * DAY), max_size=80))
def test_days_intervals_and_priorities_all_add_up(times: list[int]) -> None:
    days = [T0 + n * DAY for n in range(6)]
    told = figures([alarm(at) for at in sorted(times)], days, T0 + 5 * DAY, LIMITS)
    inside = sum(at < 5 * DAY for at in times)
    assert told.total == inside == sum(count for _, count in told.days) == sum(count for _, count in told.priorities)
    assert told.peak == max(by_tens([T0 + at for at in times if at < 5 * DAY]).values(), default=0)
    assert told.acknowledged + told.waiting == inside


@pytest.mark.parametrize(
    ("given_limits", "wrong"),
    [
        ({"nonsense": 1}, "no such limit"),
        ({"day_good": 0}, "a number above 0"),
        ({"day_good": True}, "a number above 0"),
        ({"day_good": 1.5}, "a whole number"),
        ({"flood_share": 2}, "from 0 to 1"),
        ({"flood_closes": 11}, "at most flood_opens"),
    ],
)
def test_a_limit_that_makes_no_sense_is_refused(given_limits: dict[str, float], wrong: str) -> None:
    with pytest.raises(ValueError, match=wrong):
        changed(LIMITS, given_limits)


def test_a_site_sets_its_own() -> None:
    assert changed(LIMITS, {"flood_opens": 20, "flood_share": 0.05}) == dataclasses.replace(
        LIMITS, flood_opens=20, flood_share=0.05
    )


KEYS = st.builds(Cause, st.sampled_from(KINDS), st.sampled_from("abc"))


@given(st.lists(st.lists(KEYS, max_size=4), max_size=40))
def test_each_alert_of_a_flood_is_in_exactly_one_group(causes: list[list[Cause]]) -> None:
    found = gather(causes)
    assert sorted(place for _, places in found for place in places) == list(range(len(causes)))
    for cause, places in found:
        assert places == sorted(places)
        assert (cause is None) == (len(places) == 1)
        assert cause is None or all(cause in causes[place] for place in places)
    assert [places[0] for _, places in found] == sorted(places[0] for _, places in found)


@given(st.lists(st.lists(KEYS, max_size=4), max_size=40))
def test_a_flood_is_gathered_by_what_gathers_most(causes: list[list[Cause]]) -> None:
    having = Counter(cause for some in causes for cause in dict.fromkeys(some))
    most = max(having.values(), default=0)
    sizes = [len(places) for _, places in gather(causes)]
    assert max(sizes, default=0) == (most if most > 1 else min(1, len(causes)))


@given(st.lists(st.lists(KEYS, max_size=4), max_size=40))
def test_of_a_flood_nothing_that_could_be_gathered_stands_alone(causes: list[list[Cause]]) -> None:
    alone = [places[0] for cause, places in gather(causes) if cause is None]
    left = Counter(cause for place in alone for cause in dict.fromkeys(causes[place]))
    assert all(count == 1 for count in left.values())


def test_of_two_causes_that_gather_as_many_the_smaller_thing_is_named() -> None:
    both = [Cause(RULE, "r"), Cause(GATEWAY, "g"), Cause(ZONE, "z"), Cause(ASSET, "a")]
    assert gather([both, both]) == [(Cause(ASSET, "a"), [0, 1])]
    lost = [*both, Cause(LOST_GATEWAY, "g")]
    assert gather([lost, lost, both]) == [(Cause(ASSET, "a"), [0, 1, 2])]
    assert gather([lost, [], lost]) == [(Cause(LOST_GATEWAY, "g"), [0, 2]), (None, [1])]
