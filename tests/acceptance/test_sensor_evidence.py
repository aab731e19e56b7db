"""The whole way of evidence: test buttons are pressed, three makes say it in three ways, and what was owed is done."""

from __future__ import annotations

from pathlib import Path

from facility.duty import Duty
from facility.inspection import Outcome
from facility.instant import DAY, MINUTE
from facility.occurrence import Occurrence, Standing
from facility.person import Role
from facility.scope import Extent
from facility.test_mode import TestMode
from inspections.duty_files import load_duties
from inspections.sensor_evidence import seen
from inspections.sensor_watch import SensorWatch
from simulators.scenario import find
from storage.records.people import Account
from storage.records.sql import SqlRecords
from tests.acceptance.timeline import DutyRoom, at_once, duty_room, play
from tests.simulators.riverside import FOLDER, register

TESTS = find("monthly-smoke-tests")
TESTED = ("t1-f01-smoke-1", "t1-f02-smoke-1", "o1-f01-smoke-1", "b1-smoke-1")
DUTY = load_duties()["smoke-detectors"]
END = TESTS.start + TESTS.duration


def owed(duty: Duty, asset: str, now: int) -> Occurrence:
    return Occurrence(
        key=f"{duty.id}/{asset}/1",
        duty=duty.id,
        duty_version=duty.version,
        clause=duty.clause,
        target=asset,
        asset=asset,
        zone=register().assets[asset].zone,
        opens=now - 20 * DAY,
        due=now + 6 * DAY,
        closes=now + 6 * DAY,
        missed=now + 13 * DAY,
        standing=Standing.OPEN,
    )


def owe(records: SqlRecords, assets: tuple[str, ...]) -> None:
    with records.begin() as unit:
        unit.people.add(Account(id="wang", name="王工", role=Role.ENGINEER, password="x", created=0))
        unit.occurrences.plan([owed(DUTY, asset, TESTS.start) for asset in assets])


def announce(records: SqlRecords, who: str) -> None:
    """A test of the whole property for half an hour."""
    with records.begin() as unit:
        mode = TestMode(
            extent=Extent.SYSTEM,
            scope="",
            since=TESTS.start,
            until=TESTS.start + 30 * MINUTE,
            who=who,
            why="monthly",
            expected=tuple(f"{asset}.smoke" for asset in TESTED),
        )
        unit.test_modes.add(mode)


def looked(room: DutyRoom, now: int = END) -> dict[str, Standing]:
    """After the responder looked."""
    SensorWatch(load_duties, lambda: room.readings).run(room.records, now)
    with room.records.read() as unit:
        return {
            asset: unit.occurrences.by_key(f"{DUTY.id}/{asset}/1").standing for asset in (*TESTED, "t2-f05-smoke-1")
        }


def test_detectors_that_answered_are_done_in_the_name_of_whoever_ran_the_test(tmp_path: Path) -> None:
    with duty_room(tmp_path, register(), TESTS.start) as room:
        owe(room.records, (*TESTED, "t2-f05-smoke-1"))
        announce(room.records, "wang")
        play(room, TESTS, list(at_once(TESTS, register())))
        found = looked(room)
        assert found == dict.fromkeys(TESTED, Standing.DONE) | {"t2-f05-smoke-1": Standing.OPEN}
        assert looked(room, END + MINUTE) == found
        with room.records.read() as unit:
            for asset in TESTED:
                done = unit.occurrences.by_key(f"{DUTY.id}/{asset}/1")
                assert done.result is not None
                result = unit.results.get(done.result)
                assert (result.who, result.outcome, result.late_upload) == ("wang", Outcome.PASS, False)
                assert [point for point, _ in result.sensors] == [f"{asset}.smoke"]
                assert TESTS.start < result.done < END
            assert unit.facts.verify() is None


def test_the_same_signals_without_a_person_settle_nothing(tmp_path: Path) -> None:
    with duty_room(tmp_path, register(), TESTS.start) as room:
        owe(room.records, (*TESTED, "t2-f05-smoke-1"))
        play(room, TESTS, list(at_once(TESTS, register())))
        assert set(looked(room).values()) == {Standing.OPEN}


RUN = find("fire-pump-runs")
OURS = load_duties(FOLDER.parent / "duties")


def test_a_pump_that_ran_in_a_test_is_done_where_sensors_tell_all_and_prepared_where_they_do_not(
    tmp_path: Path,
) -> None:
    with duty_room(tmp_path, register(), RUN.start) as room:
        owe(room.records, ())
        with room.records.begin() as unit:
            for duty in ("fire-pump-auto-start", "fire-pump-run"):
                unit.occurrences.plan([owed(OURS[duty], "fire-pump-1", RUN.start)])
            mode = TestMode(
                extent=Extent.ASSET,
                scope="fire-pump-1",
                since=RUN.start,
                until=RUN.start + 40 * MINUTE,
                who="wang",
                why="monthly run",
                expected=(),
            )
            unit.test_modes.add(mode)
        play(room, RUN, list(at_once(RUN, register())))
        end = RUN.start + RUN.duration
        SensorWatch(lambda: OURS, lambda: room.readings).run(room.records, end)
        with room.records.read() as unit:
            started = unit.occurrences.by_key("fire-pump-auto-start/fire-pump-1/1")
            by_hand = unit.occurrences.by_key("fire-pump-run/fire-pump-1/1")
            assert (started.standing, by_hand.standing) == (Standing.DONE, Standing.OPEN)
            (result,) = unit.results.of_occurrence(started.id)
        read = room.readings.range
        found = seen(OURS["fire-pump-run"], "fire-pump-1", register(), read=read, span=(RUN.start, end))
    assert found is not None
    (pressure,) = found.answers
    assert pressure.value is not None
    assert 0.5 < pressure.value < 1.2
    assert result.who == "wang"
    assert "fire-hydrant-1.pressure" in result.findings[0].text
