from itertools import pairwise

import pytest

from facility.instant import DAY, HOUR, SECOND
from simulators.devices.compressor import Compressor
from tests.simulators.fittings import fitting, point, rng, told

MIDNIGHT = 1_795_449_600_000
"""In the property's zone, eight hours east of Greenwich."""


def compressor(seed: str = "a") -> Compressor:
    pressure = point("pressure", "pressure", "MPa", resolution=0.001, low=0.0, high=1.6)
    made = Compressor.fit(fitting("air-compressor", pressure, settings={"set_pressure": 0.9}), rng(seed), MIDNIGHT)
    assert isinstance(made, Compressor)
    return made


def pressures(model: Compressor, span: int) -> list[float]:
    return [float(str(values["pressure"])) for values in told(model, span, model.now)]


@pytest.mark.parametrize("seed", ["a", "b", "c"])
def test_a_healthy_one_cycles_between_0_81_and_1_01_around_its_set_pressure(seed: str) -> None:
    found = pressures(compressor(seed), DAY)
    assert min(found) == pytest.approx(0.81, abs=0.01)
    assert max(found) == pytest.approx(1.01, abs=0.01)
    assert len(found) == pytest.approx(DAY / (10 * SECOND), abs=2)


def test_it_cycles_often_by_day_and_seldom_by_night() -> None:
    model = compressor()
    night, day = pressures(model, 7 * HOUR), pressures(model, 14 * HOUR)

    def tops(found: list[float]) -> int:
        return sum(before <= 0.99 < after for before, after in pairwise(found[::6]))

    assert 5 <= tops(night) <= 15
    assert tops(day) > 6 * tops(night)


def test_one_that_fails_loses_its_air_and_comes_back_once_it_is_mended() -> None:
    model = compressor()
    pressures(model, 9 * HOUR)
    model.happen("fail", {}, model.now)
    assert pressures(model, HOUR)[-1] < 0.1
    model.happen("mend", {}, model.now)
    assert pressures(model, HOUR)[-1] > 0.8
