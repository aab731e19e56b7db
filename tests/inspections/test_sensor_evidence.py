"""What sensors saw counts by itself where somebody ran a test; without a person it is prepared and settles nothing."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from facility.duty import Duty
from facility.inspection import Outcome
from facility.instant import DAY, HOUR, MINUTE, SECOND
from facility.occurrence import Occurrence, Standing
from facility.person import Role
from facility.point import Point
from facility.quality import Quality
from facility.reading import Reading
from facility.register import Register, difference
from facility.scope import Extent
from facility.site import Asset, Site, Zone
from facility.test_mode import TestMode
from facility.text import Text
from facility.units import QUANTITIES
from inspections.duty_files import load_duties
from inspections.sensor_evidence import Seen, instruments_for, seen, stretches
from inspections.sensor_watch import NOTE, SensorWatch
from storage.readings.memory import MemoryReadings
from storage.records.people import Account
from storage.records.results import ResultFilter
from storage.records.sql import SqlRecords
from tests.simulators.riverside import FOLDER
from tests.simulators.riverside import register as riverside

NOON = 1_795_492_800_000
DUTIES = load_duties()
KINDS = {
    "det-1": "smoke-detector",
    "pump": "fire-pump",
    "gauge": "pump-room-gauge",
    "lamp": "emergency-light",
    "box-1": "distribution-box",
}


def point(id: str, quantity: str, unit: str = "") -> Point:
    return Point(
        id=id, asset=id.partition(".")[0], name=Text(id), quantity=quantity, unit=unit, resolution=0.01, interval=MINUTE
    )


POINTS = (
    point("det-1.smoke", "smoke"),
    point("pump.running", "running"),
    point("pump.control_mode", "control_mode"),
    point("gauge.pressure", "pressure", "kPa"),
    point("lamp.mains", "mains"),
    point("lamp.switch", "switch"),
    replace(point("box-1.n1", "insulation_resistance", "MΩ"), calibration_due=NOON + DAY),
    replace(point("box-1.n2", "insulation_resistance", "MΩ"), calibration_due=NOON - DAY),
)
REGISTER = Register(
    sites={"home": Site(id="home", name=Text("家园"))},
    zones={"room": Zone(id="room", site="home", name=Text("泵房"))},
    assets={id: Asset(id=id, zone="room", kind=kind, name=Text(id)) for id, kind in KINDS.items()},
    points={one.id: one for one in POINTS},
)
TEST = TestMode(
    extent=Extent.ZONE, scope="room", since=NOON, until=NOON + HOUR, who="li", why="monthly", expected=("det-1.smoke",)
)
SPAN = (NOON - HOUR, NOON + 3 * HOUR)


def said(point: str, *values: tuple[int, float], test: bool = False, quality: Quality = Quality.GOOD) -> list[Reading]:
    return [Reading(point, NOON + at, value, quality, test, NOON + at) for at, value in values]


def look(
    duty: str, asset: str, *readings: Sequence[Reading], tests: Sequence[TestMode] = (TEST,), since: int = 0
) -> Seen | None:
    kept = [one for some in readings for one in some]

    def read(point: str, start: int, end: int) -> list[Reading]:
        return [one for one in kept if one.point == point and start <= one.at < end]

    return seen(DUTIES[duty], asset, REGISTER, read=read, span=SPAN, tests=tests, since=since)


def told(found: Seen | None) -> dict[str, object]:
    assert found is not None
    return {one.check: one.choice or one.value for one in found.answers}


def test_every_state_that_is_looked_for_exists() -> None:
    assert all(one.quantity in QUANTITIES for one in POINTS)


def test_a_signal_in_a_test_that_went_again_fills_in_the_whole_sheet() -> None:
    found = look("smoke-detectors", "det-1", said("det-1.smoke", (0, 0), (MINUTE, 1), (5 * MINUTE, 0)))
    assert told(found) == {"signal": "pass", "reset": "pass", "signature": "signed"}
    assert found is not None
    assert (found.at, found.sensors) == (NOON + MINUTE, (("det-1.smoke", NOON + MINUTE),))


def test_a_signal_that_still_stands_was_not_reset() -> None:
    found = look("smoke-detectors", "det-1", said("det-1.smoke", (MINUTE, 1)))
    assert "reset" not in told(found)


@pytest.mark.parametrize(
    "readings",
    [
        said("det-1.smoke", (-MINUTE, 1)),
        said("det-1.smoke", (2 * HOUR, 1)),
        said("det-1.smoke", (MINUTE, 0)),
        said("det-1.smoke", (MINUTE, 1), quality=Quality.SENSOR_FAULT),
        [],
    ],
)
def test_a_signal_outside_a_test_or_none_is_no_evidence(readings: list[Reading]) -> None:
    assert look("smoke-detectors", "det-1", readings) is None


def test_a_reading_marked_as_a_test_needs_no_test_mode() -> None:
    assert look("smoke-detectors", "det-1", said("det-1.smoke", (-MINUTE, 1), test=True), tests=()) is not None
    assert look("smoke-detectors", "det-1", said("det-1.smoke", (-MINUTE, 1), test=True), tests=(), since=NOON) is None


def test_a_pump_that_started_in_automatic_mode_with_its_pressures() -> None:
    running = said("pump.running", (0, 0), (MINUTE, 1), (6 * MINUTE, 0), (10 * MINUTE, 1), (12 * MINUTE, 0))
    mode, pressure = (
        said("pump.control_mode", (-HOUR, 0)),
        said("gauge.pressure", (0, 300), (2 * MINUTE, 610), (11 * MINUTE, 420)),
    )
    found = look("fire-pump-auto-start", "pump", running, mode, pressure)
    assert told(found) == {"starts": "pass"}
    assert found is not None
    assert found.at == NOON + 12 * MINUTE
    assert ("pump.running", NOON + MINUTE) in found.sensors
    assert ("gauge.pressure", NOON + MINUTE) in found.sensors
    assert "2 × 12:01:00–12:06:00" in found.answers[0].text
    assert "gauge.pressure 420–610 kPa" in found.answers[0].text
    run = look("fire-pump-run", "pump", running, pressure)
    assert told(run) == {"pressure": 0.61}


def test_of_several_gauges_none_is_the_pumps_own_unless_the_duty_names_it() -> None:
    other = point("gauge.other", "pressure", "MPa")
    register = replace(REGISTER, points={**REGISTER.points, other.id: other})
    running = said("pump.running", (0, 0), (MINUTE, 1), (6 * MINUTE, 0))
    kept = [*running, *said("gauge.pressure", (2 * MINUTE, 610)), *said("gauge.other", (2 * MINUTE, 0.3))]

    def read(point: str, start: int, end: int) -> list[Reading]:
        return [one for one in kept if one.point == point and start <= one.at < end]

    duty = DUTIES["fire-pump-run"]
    assert duty.evidence is not None
    assert told(seen(duty, "pump", register, read=read, span=SPAN)) == {}
    named = replace(duty, evidence=replace(duty.evidence, gauges=(("pump", "gauge.other"),)))
    assert told(seen(named, "pump", register, read=read, span=SPAN)) == {"pressure": 0.3}


def test_the_gauges_that_the_example_property_names_are_in_its_register() -> None:
    known = riverside()
    for duty in load_duties(FOLDER.parent / "duties").values():
        for asset, gauge in duty.evidence.gauges if duty.evidence else ():
            assert known.assets[asset].kind in duty.asset_kinds
            assert known.points[gauge].quantity == "pressure"


def test_by_hand_is_no_automatic_start_and_neither_is_not_knowing() -> None:
    running = said("pump.running", (0, 0), (MINUTE, 1), (2 * MINUTE, 0))
    assert told(look("fire-pump-auto-start", "pump", running, said("pump.control_mode", (-HOUR, 0), (0, 1)))) == {}
    assert told(look("fire-pump-auto-start", "pump", running)) == {}


def test_a_pump_that_ran_already_did_not_start() -> None:
    assert look("fire-pump-auto-start", "pump", said("pump.running", (0, 1), (MINUTE, 0))) is None


def test_the_minutes_of_a_light_on_its_battery() -> None:
    dark = said("lamp.mains", (-MINUTE, 1), (0, 0), (100 * MINUTE, 1))
    lit = said("lamp.switch", (-MINUTE, 0), (SECOND, 1), (95 * MINUTE, 0))
    assert told(look("emergency-lights-discharge", "lamp", dark, lit)) == {"minutes": 95.0, "charging": "pass"}


def test_a_light_that_still_burns_has_no_minutes_yet() -> None:
    assert look("emergency-lights-discharge", "lamp", said("lamp.mains", (0, 0)), said("lamp.switch", (0, 1))) is None
    assert look("emergency-lights-discharge", "lamp", said("lamp.mains", (0, 0)), said("lamp.switch", (0, 0))) is None


def test_an_instrument_on_a_gateway_fills_in_its_circuits_and_is_known_by_its_calibration() -> None:
    found = look(
        "box-insulation", "box-1", said("box-1.n1", (MINUTE, 2.5), (2 * MINUTE, 2.4)), said("box-1.n2", (3 * MINUTE, 7))
    )
    assert found is not None
    assert [(one.item, one.value, one.instrument) for one in found.answers] == [
        ("n1", 2.4, "box-1.n1"),
        ("n2", 7.0, "box-1.n2"),
    ]
    known = instruments_for(REGISTER, "box-1", DUTIES["box-insulation"])
    assert [known[one].in_calibration(NOON) for one in ("box-1.n1", "box-1.n2")] == [True, False]
    assert look("box-insulation", "box-1", said("box-1.n1", (MINUTE, 2.5)), tests=()) is None


def test_what_no_sensor_tells_is_nothing() -> None:
    assert look("extinguishers", "det-1", said("det-1.smoke", (MINUTE, 1))) is None
    assert look("smoke-detectors", "", said("det-1.smoke", (MINUTE, 1))) is None


def test_stretches_end_where_the_state_does() -> None:
    found = stretches(said("p", (0, 1), (1, 1), (2, 0), (3, 1)), 1.0)
    assert [(one.since - NOON, one.until and one.until - NOON) for one in found] == [(0, 2), (3, None)]


# --- the errand ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("records") / "empty.db"
    found = SqlRecords(f"sqlite:///{path}")
    found.migrate()
    with found.begin() as unit:
        unit.registers.apply(difference(Register(), REGISTER), "li", NOON - DAY)
        unit.people.add(Account(id="li", name="李", role=Role.ENGINEER, password="x", created=0))
    found.close()
    return path


@pytest.fixture
def records(migrated: Path, tmp_path: Path) -> Iterator[SqlRecords]:
    found = SqlRecords(f"sqlite:///{shutil.copy(migrated, tmp_path / 'records.db')}")
    yield found
    found.close()


@pytest.fixture
def readings() -> MemoryReadings:
    return MemoryReadings()


def owe(records: SqlRecords, duty: str, asset: str, **changed: object) -> int:
    one = Occurrence(
        key=f"{duty}/{asset}/1",
        duty=duty,
        duty_version=DUTIES[duty].version,
        clause=DUTIES[duty].clause,
        target=asset,
        asset=asset,
        zone="room",
        opens=NOON - DAY,
        due=NOON + DAY,
        closes=NOON + DAY,
        missed=NOON + 2 * DAY,
        standing=Standing.OPEN,
    )
    with records.begin() as unit:
        unit.occurrences.plan([replace(one, **changed)])  # type: ignore[arg-type]
        return unit.occurrences.by_key(one.key).id


def run_test(records: SqlRecords, who: str = "li") -> None:
    with records.begin() as unit:
        unit.test_modes.add(replace(TEST, who=who))


def watch(readings: MemoryReadings, duties: Mapping[str, Duty] = DUTIES) -> SensorWatch:
    return SensorWatch(lambda: duties, lambda: readings)


def standing(records: SqlRecords, number: int) -> Standing:
    with records.read() as unit:
        return unit.occurrences.get(number).standing


def test_a_detector_that_answered_in_a_test_is_done_by_whoever_ran_it(
    records: SqlRecords, readings: MemoryReadings
) -> None:
    number = owe(records, "smoke-detectors", "det-1")
    run_test(records)
    readings.append(said("det-1.smoke", (0, 0), (MINUTE, 1)))
    watch(readings).run(records, NOON + 2 * MINUTE)
    assert standing(records, number) is Standing.OPEN
    readings.append(said("det-1.smoke", (5 * MINUTE, 0)))
    watch(readings).run(records, NOON + 6 * MINUTE)
    watch(readings).run(records, NOON + 7 * MINUTE)
    assert standing(records, number) is Standing.DONE
    with records.read() as unit:
        (made,) = unit.results.of_occurrence(number)
    assert (made.who, made.done, made.outcome) == ("li", NOON + MINUTE, Outcome.PASS)
    assert made.sensors == (("det-1.smoke", NOON + MINUTE),)


@pytest.mark.parametrize("who", ["token/1", "nobody"])
def test_without_a_person_nothing_is_settled(records: SqlRecords, readings: MemoryReadings, who: str) -> None:
    number = owe(records, "smoke-detectors", "det-1")
    run_test(records, who)
    readings.append(said("det-1.smoke", (0, 0), (MINUTE, 1), (5 * MINUTE, 0)))
    watch(readings).run(records, NOON + 6 * MINUTE)
    assert standing(records, number) is Standing.OPEN


def test_what_sensors_cannot_answer_is_left_to_a_person(records: SqlRecords, readings: MemoryReadings) -> None:
    number = owe(records, "fire-pump-run", "pump")
    run_test(records)
    readings.append(
        said("pump.running", (0, 0), (MINUTE, 1), (9 * MINUTE, 0)) + said("gauge.pressure", (2 * MINUTE, 600))
    )
    watch(readings).run(records, NOON + 20 * MINUTE)
    assert standing(records, number) is Standing.OPEN
    with records.read() as unit:
        assert unit.results.count(ResultFilter()) == 0


def test_after_a_downtime_of_two_days_it_still_counts_with_its_mark(
    records: SqlRecords, readings: MemoryReadings
) -> None:
    number = owe(
        records,
        "smoke-detectors",
        "det-1",
        due=NOON + HOUR,
        closes=NOON + HOUR,
        missed=NOON + 2 * HOUR,
        standing=Standing.MISSED,
    )
    with records.begin() as unit:
        unit.notes.put(NOTE, NOON + 2 * MINUTE)
    run_test(records)
    readings.append(said("det-1.smoke", (0, 0), (MINUTE, 1), (5 * MINUTE, 0)))
    watch(readings).run(records, NOON + 2 * DAY)
    with records.read() as unit:
        (made,) = unit.results.of_occurrence(number)
        assert made.late_upload
        assert unit.occurrences.get(number).standing is Standing.DONE
        assert unit.notes.get(NOTE) == NOON + 2 * DAY


def test_a_test_before_the_window_is_no_evidence_in_it(records: SqlRecords, readings: MemoryReadings) -> None:
    number = owe(records, "smoke-detectors", "det-1", opens=NOON + 30 * MINUTE)
    run_test(records)
    readings.append(said("det-1.smoke", (0, 0), (MINUTE, 1), (5 * MINUTE, 0)))
    watch(readings).run(records, NOON + 40 * MINUTE)
    assert standing(records, number) is Standing.OPEN


def test_where_nothing_is_tested_nothing_is_read(records: SqlRecords) -> None:
    owe(records, "smoke-detectors", "det-1")

    def unavailable() -> MemoryReadings:
        raise AssertionError("nobody asked for readings")

    assert SensorWatch(lambda: DUTIES, unavailable).run(records, NOON) is False
