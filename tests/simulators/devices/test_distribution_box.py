import pytest

from facility.instant import DAY, HOUR
from simulators.devices.distribution_box import HALF_LIFE, DistributionBox
from tests.simulators.fittings import fitting, point, rng, told

START = 1_795_478_400_000


def box(seed: str = "a", interval: int = DAY) -> DistributionBox:
    points = (
        point("insulation", "insulation_resistance", "MΩ", resolution=0.01, interval=interval),
        point("residual_current", "residual_current", "mA", interval=HOUR),
    )
    made = DistributionBox.fit(fitting("distribution-box", *points), rng(seed), START)
    assert isinstance(made, DistributionBox)
    return made


def test_insulation_falls_over_months_by_its_half_life() -> None:
    found = [float(str(v["insulation"])) for v in told(box(), HALF_LIFE, START) if "insulation" in v]
    month = 30
    means = [sum(found[i : i + month]) / month for i in range(0, len(found) - month, month)]
    assert means == sorted(means, reverse=True)
    assert found[-1] / found[0] == pytest.approx(0.5, abs=0.05)


def test_within_a_day_it_only_breathes() -> None:
    found = [float(str(v["insulation"])) for v in told(box(interval=HOUR), DAY, START)]
    assert (max(found) - min(found)) / max(found) < 0.10


def test_each_point_is_told_at_its_own_interval() -> None:
    said = told(box(), 3 * DAY, START)
    assert sum("insulation" in values for values in said) == 3
    assert sum("residual_current" in values for values in said) == 72


def test_water_in_the_box_is_told_at_once() -> None:
    model = box()
    (said,) = model.happen("get-wet", {"insulation": 0.3}, START + HOUR)
    assert float(str(said.values["insulation"])) == pytest.approx(0.3, abs=0.02)


def test_a_leaking_circuit_raises_the_residual_current() -> None:
    model = box()
    model.happen("leak-current", {"current": 420}, START)
    assert told(model, 2 * HOUR, START)[-1]["residual_current"] == 420
