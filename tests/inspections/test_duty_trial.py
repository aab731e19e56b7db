"""What becomes of due dates: in time, late, or missed for ever; one doing settles one of them."""

from dataclasses import replace
from datetime import date

from facility.duty import Due, Ending
from facility.site import time_zone
from inspections.duty_files import load_duties
from inspections.duty_trial import outcomes, tell


def due(opens: int, closes: int, missed: int) -> Due:
    return Due(duty="d", target="t", opens=opens, due=closes, closes=closes, missed=missed, day=date(2026, 1, 1))


def test_the_last_instant_of_the_window_is_in_time_and_the_next_one_late() -> None:
    assert outcomes([due(0, 10, 20)], [10]) == ["done"]
    assert outcomes([due(0, 10, 20)], [11]) == ["done-late"]


def test_before_the_window_and_from_the_miss_on_nothing_counts() -> None:
    assert outcomes([due(5, 10, 20)], [4]) == ["missed"]
    assert outcomes([due(5, 10, 20)], [20]) == ["missed"]


def test_one_doing_settles_the_oldest_that_can_still_be_done_and_no_other() -> None:
    owed = [due(0, 10, 20), due(10, 20, 30)]
    assert outcomes(owed, [15]) == ["done-late", "missed"]
    assert outcomes(owed, [15, 16]) == ["done-late", "done"]


def test_a_story_that_goes_another_way_says_what_was_expected_and_what_came() -> None:
    duty = load_duties()["stair-rails"]
    story = replace(duty.stories[0], expect=((date(2026, 3, 1), Ending.MISSED),))
    [telling] = tell(replace(duty, stories=(story,)), time_zone("Asia/Shanghai"))
    assert telling.wrong
    assert "expected 2026-03-01 missed; found 2026-03-01 done, 2026-03-02 done-late" in str(telling)
