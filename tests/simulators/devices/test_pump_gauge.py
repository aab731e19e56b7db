import itertools
from typing import Any

import pytest

from facility.instant import DAY, HOUR, MINUTE, SECOND
from facility.point import Point
from simulators.devices.model import CannotHappen
from simulators.devices.pump_gauge import PumpGauge
from tests.simulators.fittings import fitting, point, rng, told

START = 1_795_478_400_000


def gauge(seed: str = "a", *, resolution: float = 0.001, **more: Any) -> PumpGauge:
    pressure: Point = point("pressure", "pressure", "MPa", resolution=resolution, low=0.0, high=1.6, **more)
    made = PumpGauge.fit(fitting("pump-room-gauge", pressure, settings={"set_pressure": 0.6}), rng(seed), START)
    assert isinstance(made, PumpGauge)
    return made


def pressures(model: PumpGauge, span: int) -> list[float]:
    return [float(str(values["pressure"])) for values in told(model, span, model.now)]


@pytest.mark.parametrize("seed", ["a", "b", "c", "d"])
def test_the_healthy_saw_tooth_stays_within_0_05_of_the_set_pressure(seed: str) -> None:
    found = pressures(gauge(seed), DAY)
    assert len(found) > 8_000
    assert all(abs(pressure - 0.6) <= 0.05 for pressure in found)


def test_it_is_a_saw_tooth_slow_to_fall_and_quick_to_rise() -> None:
    model = gauge()
    found = pressures(model, 6 * HOUR)
    assert max(found) - min(found) > 0.05
    smooth = [sum(found[i : i + 3]) / 3 for i in range(len(found) - 2)]
    rising = sum(later > earlier for earlier, later in itertools.pairwise(smooth[::3]))
    assert rising < 0.35 * len(smooth) / 3
    assert 20 <= model.starts <= 40


@pytest.mark.parametrize("resolution", [0.001, 0.01, 0.005])
def test_values_come_in_whole_steps_of_the_resolution(resolution: float) -> None:
    for pressure in pressures(gauge(resolution=resolution), HOUR):
        assert pressure == round(round(pressure / resolution) * resolution, 6)


def test_a_leak_pulls_the_pressure_down_to_its_depth_and_a_repair_brings_it_back() -> None:
    model = gauge()
    pressures(model, MINUTE)
    model.happen("leak", {"depth": 0.16, "within": "90s"}, model.now)
    falling = pressures(model, 3 * MINUTE)
    assert falling[0] > falling[5] > falling[-1]
    assert falling[-1] == pytest.approx(0.44, abs=0.01)
    model.happen("repair", {}, model.now)
    assert pressures(model, 10 * MINUTE)[-1] == pytest.approx(0.6, abs=0.05)


def test_a_fire_pump_drives_the_pressure_up_and_easing_brings_it_back_to_the_saw_tooth() -> None:
    model = gauge()
    pressures(model, MINUTE)
    model.happen("boost", {"by": 0.25, "within": "1m"}, model.now)
    assert pressures(model, 5 * MINUTE)[-1] == pytest.approx(0.85, abs=0.01)
    model.happen("ease", {"within": "1m"}, model.now)
    assert pressures(model, 3 * MINUTE)[-1] == pytest.approx(0.6, abs=0.05)
    later = pressures(model, HOUR)
    assert max(later) - min(later) > 0.05
    assert all(abs(pressure - 0.6) <= 0.05 for pressure in later)


def test_a_seep_sinks_evenly_over_hours_and_a_repair_brings_it_back() -> None:
    model = gauge()
    model.happen("seep", {"depth": 0.16, "within": "14h"}, model.now)
    found = pressures(model, 14 * HOUR)
    hours = [sum(found[at : at + 360]) / 360 for at in range(0, 14 * 360, 360)]
    assert hours == pytest.approx([0.6 - 0.16 * (hour + 0.5) / 14 for hour in range(14)], abs=0.002)
    model.happen("repair", {}, model.now)
    assert pressures(model, 10 * MINUTE)[-1] == pytest.approx(0.6, abs=0.05)


def test_a_deep_leak_starts_the_fire_pump() -> None:
    model = gauge()
    model.happen("leak", {"depth": 0.35, "within": "10s"}, START)
    pressures(model, MINUTE)
    assert model.fire_pump


def test_the_loop_current_follows_the_pressure_and_a_broken_wire_gives_0_mA() -> None:
    model = gauge(loop="loop")
    values = told(model, MINUTE, START)[-1]
    assert float(str(values["loop"])) == pytest.approx(4 + 16 * float(str(values["pressure"])) / 1.6, abs=0.001)
    model.happen("break-wire", {}, model.now)
    assert told(model, MINUTE, model.now)[-1] == {"pressure": 0.0, "loop": 0.0}
    model.happen("mend-wire", {}, model.now)
    assert float(str(told(model, MINUTE, model.now)[-1]["pressure"])) > 0.5


def test_a_device_sends_in_its_own_unit_and_scale() -> None:
    assert pressures(gauge(sent_unit="kPa"), MINUTE)[0] == pytest.approx(600, abs=50)
    assert pressures(gauge(sent_unit="kPa", scale=0.1), MINUTE)[0] == pytest.approx(6_000, abs=500)


def test_what_it_cannot_do_is_refused() -> None:
    with pytest.raises(CannotHappen, match="'leak' takes depth, within; look at"):
        gauge().happen("leak", {"depth": 0.1}, START)
    with pytest.raises(CannotHappen, match=r"depth is '0.1 MPa'; it must be a number"):
        gauge().happen("leak", {"depth": "0.1 MPa", "within": "10s"}, START)


def test_the_set_pressure_in_force_at_the_time_counts() -> None:
    assert pressures(gauge(), 10 * SECOND + 1)[0] == pytest.approx(0.6, abs=0.05)
