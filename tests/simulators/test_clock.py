import pytest

from facility.instant import DAY, HOUR, MINUTE
from simulators.clock import Pace

NOW = 1_795_478_400_000


def test_at_speed_1_simulated_time_is_real_time() -> None:
    pace = Pace(began=NOW, span=HOUR)
    assert pace.start == NOW
    assert pace.simulated(NOW + 12_345) == NOW + 12_345


def test_a_fast_run_begins_in_the_past_and_catches_up_with_now() -> None:
    pace = Pace(began=NOW, span=DAY, speed=24)
    assert pace.start == NOW - 23 * HOUR
    assert pace.simulated(NOW + MINUTE) == pace.start + 24 * MINUTE
    assert pace.simulated(NOW + HOUR) == NOW + HOUR


def test_after_it_has_caught_up_it_goes_on_in_real_time() -> None:
    pace = Pace(began=NOW, span=DAY, speed=24)
    assert pace.simulated(NOW + 5 * HOUR) == NOW + 5 * HOUR


@pytest.mark.parametrize("speed", [1, 1.5, 7, 1000])
def test_simulated_time_is_never_ahead_of_now_and_never_goes_back(speed: float) -> None:
    pace = Pace(began=NOW, span=DAY, speed=speed)
    times = [pace.simulated(now) for now in range(NOW, NOW + 2 * DAY, 7 * MINUTE)]
    assert times == sorted(times)
    assert all(time <= now for time, now in zip(times, range(NOW, NOW + 2 * DAY, 7 * MINUTE), strict=True))


@pytest.mark.parametrize("speed", [0.5, 0, -3, float("nan")])
def test_a_speed_below_1_is_refused(speed: float) -> None:
    with pytest.raises(ValueError, match="it must be 1 or more"):
        Pace(began=NOW, span=HOUR, speed=speed)
