"""How often, how long, and when no more."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facility.instant import HOUR, MINUTE, SECOND
from facility.notice import Notice
from notify.pace import Health, Pace, read_health

NOON = 1_795_492_800_000
PACE = Pace()


def a_notice(**changed: Any) -> Notice:
    given: dict[str, Any] = {"key": "k", "cause": "alert:1", "channel": "sms", "address": "1", "template": "alarm"}
    return Notice(**(given | {"created": NOON, "due": NOON, "attempts": 1} | changed))


@given(st.integers(1, 500), st.floats(0, 1, exclude_max=True), st.booleans(), st.none() | st.floats(0, 1e7))
def test_the_wait_is_never_nothing_never_endless_and_keeps_to_what_is_asked(
    attempts: int, dice: float, life_safety: bool, asked: float | None
) -> None:
    wait = PACE.wait(a_notice(attempts=attempts, life_safety=life_safety), dice, asked)
    assert wait >= PACE.first_wait // 2
    assert wait <= (MINUTE if life_safety else HOUR)
    if asked is not None:
        assert wait >= min(asked * SECOND, MINUTE if life_safety else HOUR) - 1


def test_life_safety_is_tried_more_often_and_longer() -> None:
    waits = [PACE.wait(a_notice(attempts=n, life_safety=True), 0.999) for n in range(1, 12)]
    assert max(waits) <= PACE.longest_wait_life_safety
    assert not PACE.is_over(a_notice(attempts=PACE.attempts, life_safety=True), NOON)
    assert PACE.is_over(a_notice(attempts=PACE.attempts), NOON)


def test_quiet_hours_are_not_held_against_a_notice() -> None:
    assert PACE.is_over(a_notice(), NOON + PACE.age)
    assert not PACE.is_over(a_notice(planned=NOON + PACE.age), NOON + PACE.age + MINUTE)


def test_a_channels_health_from_working_to_left_alone_and_back() -> None:
    health = Health(channel="sms")
    assert health.state(NOON) == "unused"
    for number in range(1, 5):
        health = health.failed(NOON, f"error {number}", PACE)
        assert (health.state(NOON), health.room(8, 3, NOON)) == ("failing", 5)
    health = health.failed(NOON, "error 5", PACE)
    assert (health.state(NOON), health.room(8, 0, NOON)) == ("open", 0)
    later = NOON + PACE.probe_every
    assert (health.state(later), health.room(8, 0, later), health.room(8, 1, later)) == ("half-open", 1, 0)
    assert read_health("sms", health.note()) == health
    health = health.worked(later)
    assert (health.state(later), health.failures, health.error) == ("working", 0, "error 5")


@pytest.mark.parametrize("note", [None, {}, {"nonsense": 1}])
def test_a_health_that_nobody_kept_is_a_new_one(note: dict[str, Any] | None) -> None:
    assert read_health("sms", note) == Health(channel="sms")
