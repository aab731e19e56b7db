import pytest

from facility.instant import DAY, HOUR, MINUTE, SECOND
from simulators.devices.smoke_detector import ALARM_AT, SmokeDetector
from simulators.spoken import Spoken
from tests.simulators.fittings import fitting, point, rng, told

START = 1_795_478_400_000


def detector() -> SmokeDetector:
    points = (
        point("smoke", "smoke", interval=5 * MINUTE),
        point("density", "smoke_density", "dB/m", resolution=0.001, interval=5 * MINUTE),
        point("battery", "battery", "%", interval=12 * HOUR),
    )
    made = SmokeDetector.fit(fitting("smoke-detector", *points), rng(), START)
    assert isinstance(made, SmokeDetector)
    return made


def said(model: SmokeDetector, span: int) -> list[Spoken]:
    end, found = model.now + span, []
    while model.due < end:
        found += model.step(model.due)
    return found


def test_dust_settles_over_months_and_the_battery_empties() -> None:
    model = detector()
    first = told(model, HOUR, START)[0]
    model.catch_up(START + 365 * DAY)
    last = model.report().values
    assert float(str(last["density"])) - float(str(first["density"])) == pytest.approx(0.04, abs=0.01)
    assert float(str(first["battery"])) - float(str(last["battery"])) == pytest.approx(20, abs=2)


def test_a_quiet_detector_only_has_its_heartbeat() -> None:
    found = said(detector(), DAY)
    assert len(found) == DAY // (5 * MINUTE)
    assert not any(spoken.values["smoke"] for spoken in found)


def test_smoke_is_called_at_once_when_the_density_reaches_the_threshold() -> None:
    model = detector()
    said(model, MINUTE)
    model.happen("fill-with-smoke", {"density": 0.6, "within": "60s"}, model.now)
    found = said(model, 2 * MINUTE)
    alarm = next(spoken for spoken in found if spoken.values["smoke"])
    assert float(str(alarm.values["density"])) == pytest.approx(ALARM_AT, abs=0.02)
    assert alarm.urgent
    assert not alarm.test


def test_a_test_is_smoke_with_the_test_flag_and_its_end_is_marked_too() -> None:
    model = detector()
    said(model, MINUTE)
    model.happen("test", {"lasts": "20s"}, model.now)
    pressed, released, *rest = said(model, 11 * MINUTE)
    assert (pressed.values["smoke"], pressed.test) == (True, True)
    assert (released.values["smoke"], released.test) == (False, True)
    assert released.at - pressed.at == 20 * SECOND
    assert not any(spoken.test for spoken in rest)
