"""The whole way of evidence: test buttons are pressed, three makes say it in three ways, and what was owed is done."""

from __future__ import annotations

from pathlib import Path

from facility.inspection import Outcome
from facility.instant import DAY, MINUTE
from facility.occurrence import Occurrence, Standing
from facility.person import Role
from facility.scope import Extent
from facility.test_mode import TestMode
from inspections.duty_files import load_duties
from inspections.sensor_watch import SensorWatch
from simulators.scenario import find
from storage.records.people import Account
from storage.records.sql import SqlRecords
from tests.acceptance.timeline import DutyRoom, at_once, duty_room, play
from tests.simulators.riverside import register

TESTS = find("monthly-smoke-tests")
TESTED = ("t1-f01-smoke-1", "t1-f02-smoke-1", "o1-f01-smoke-1", "b1-smoke-1")
DUTY = load_duties()["smoke-detectors"]
END = TESTS.start + TESTS.duration


def owe(records: SqlRecords, assets: tuple[str, ...]) -> None:
    known = register()
    with records.begin() as unit:
        unit.people.add(Account(id="wang", name="王工", role=Role.ENGINEER, password="x", created=0))
        unit.occurrences.plan(
            [
                Occurrence(
                    key=f"{DUTY.id}/{asset}/1",
                    duty=DUTY.id,
                    duty_version=DUTY.version,
                    clause=DUTY.clause,
                    target=asset,
                    asset=asset,
                    zone=known.assets[asset].zone,
                    opens=TESTS.start - 20 * DAY,
                    due=TESTS.start + 6 * DAY,
                    closes=TESTS.start + 6 * DAY,
                    missed=TESTS.start + 13 * DAY,
                    standing=Standing.OPEN,
                )
                for asset in assets
            ]
        )


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
