"""Two lessons of the trade: a healthy machine must not cry, and a slow loss must not go by unseen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from statistics import median

import pytest

from facility.instant import DAY, HOUR, MINUTE, SECOND, parse
from facility.reading import Reading
from rules.book import RuleBook
from simulators.devices.compressor import Compressor
from simulators.devices.model import Model
from simulators.devices.pump_gauge import PumpGauge
from tests.rules.room import Room, book_of, only, point, register, rule_text, setting
from tests.simulators.fittings import fitting, rng

pytestmark = pytest.mark.xdist_group("lessons")
POINT = "thing.pressure"
MIDNIGHT = parse("2026-11-24T00:00:00+08:00")
GAUGE = replace(point(POINT, "pressure", "MPa", 0.001), low=0.0, high=1.6)
BAND = '[band]\naround = "set_pressure"\nwithin = "0.1 MPa"'
DELAYS = '\ndeadband = "0.02 MPa"\nhold_for = "2m"\nclear_for = "10m"'
"""As a site would: longer than the top of a cycle while air is drawn, and back well inside the band for a while."""


def band(delays: str) -> RuleBook:
    return book_of(rule_text("band", BAND + delays))


def model(family: type[Model], set_to: float, start: int) -> Model:
    return family.fit(fitting(family.kinds[0], GAUGE, settings={"set_pressure": set_to}), rng(), start)


def said(thing: Model, until: int) -> list[Reading]:
    """What its gauge reads every ten seconds."""
    found: list[Reading] = []
    while thing.due < until:
        found += [Reading(POINT, one.at, float(str(one.values["pressure"]))) for one in thing.step(thing.due)]
    return found


def judged(book: RuleBook, set_to: float, readings: list[Reading]) -> Room:
    """Ten minutes' readings at a time, with real records; the officer sees every alert, so the next is one of its own."""
    house = register(points=[replace(GAUGE, asset="gauge")], settings=[setting(set_to, point=POINT)])
    room = Room(book, house, started=MIDNIGHT)
    for start in range(0, len(readings), 60):
        batch = readings[start : start + 60]
        room.take(batch)
        for alert in room.alerts():
            if alert.open and not alert.acknowledged:
                room.acknowledge(alert.id, batch[-1].at)
    return room


def outside(readings: Iterable[Reading]) -> list[Reading]:
    return [reading for reading in readings if not 0.8 <= reading.value <= 1.0]


@pytest.fixture(scope="module")
def healthy() -> list[Reading]:
    """A day of a compressor that loads at 0.81 MPa and unloads at 1.01 MPa, set to 0.90."""
    return said(model(Compressor, 0.9, MIDNIGHT), MIDNIGHT + DAY)


def test_a_healthy_compressor_gives_a_handful_of_alerts_and_not_one_for_each_sample(healthy: list[Reading]) -> None:
    assert min(reading.value for reading in healthy) == pytest.approx(0.81, abs=0.01)
    assert max(reading.value for reading in healthy) == pytest.approx(1.01, abs=0.01)
    assert len(outside(healthy)) == 444
    assert len(judged(band(DELAYS), 0.9, healthy).alerts()) == 4


def test_the_same_band_without_hold_and_deadband_cries_at_every_cycle(healthy: list[Reading]) -> None:
    assert len(judged(band(""), 0.9, healthy).alerts()) > 100


def test_the_delays_that_keep_it_quiet_do_not_hide_a_compressor_that_fails() -> None:
    broken = MIDNIGHT + 10 * HOUR
    machine = model(Compressor, 0.9, MIDNIGHT)
    readings = said(machine, broken)
    machine.happen("fail", {}, broken)
    *_, alert = judged(band(DELAYS), 0.9, readings + said(machine, broken + HOUR)).alerts()
    assert broken < alert.raised < broken + 9 * MINUTE
    assert alert.ended is None


@pytest.fixture(scope="module")
def leak() -> list[Reading]:
    """0.16 MPa in 14 hours, from midnight, on a gauge set to 0.60."""
    gauge = model(PumpGauge, 0.6, MIDNIGHT)
    gauge.happen("seep", {"depth": 0.16, "within": "14h"}, MIDNIGHT)
    return said(gauge, MIDNIGHT + 14 * HOUR)


def against_the_hour_before(readings: list[Reading]) -> int | None:
    """When ±0.1 MPa around the median of the last hour, held for 30 s, first fires: the rule that we do not have."""
    since: int | None = None
    for number, reading in enumerate(readings):
        hour = [other.value for other in readings[max(0, number - 360) : number + 1]]
        if abs(reading.value - median(hour)) <= 0.1:
            since = None
        elif since is None:
            since = reading.at
        elif reading.at - since >= 30 * SECOND:
            return reading.at
    return None


def test_a_slow_leak_is_caught_against_the_set_pressure_7_9_hours_after_it_began(leak: list[Reading]) -> None:
    [alert] = judged(only("pump-pressure-band"), 0.6, leak).alerts()
    assert (alert.raised - MIDNIGHT) / HOUR == pytest.approx(7.9, abs=0.15)
    assert alert.ended is None


def test_a_slow_leak_is_never_caught_against_the_hour_before(leak: list[Reading]) -> None:
    assert leak[0].value - leak[-1].value == pytest.approx(0.16, abs=0.02)
    assert against_the_hour_before(leak) is None


def test_the_contrast_is_fair_a_sudden_dip_shows_against_both(leak: list[Reading]) -> None:
    at_six = leak[600].at
    dip = [one._replace(value=one.value - 0.18) if 600 <= n < 612 else one for n, one in enumerate(leak[:720])]
    found = against_the_hour_before(dip)
    [alert] = judged(only("pump-pressure-band"), 0.6, dip).alerts()
    assert found is not None
    assert 0 <= alert.raised - at_six <= 30 * SECOND
    assert 0 <= found - at_six <= 30 * SECOND
