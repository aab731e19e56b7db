"""The day's figure settles the day's duty, in its window, as long as nobody was faster."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from facility.instant import DAY, HOUR
from facility.occurrence import Occurrence, Standing
from facility.quality import Quality
from facility.reading import Reading
from inspections.coverage.daily import GRACE, Daily
from inspections.coverage.evidence import ByCameras
from inspections.duty_files import load_duties
from storage.records.occurrences import OccurrenceFilter
from tests.inspections.coverage.house import BARE, MIDNIGHT, NOON, House, house


@pytest.fixture
def here(tmp_path: Path) -> Iterator[House]:
    with house(tmp_path) as found:
        found.daily = Daily(readings=lambda: found.readings, settings=BARE, evidence=ByCameras(load_duties))
        yield found


def owed(here: House, duty: str) -> None:
    version = load_duties()[duty].version
    with here.records.begin() as unit:
        unit.occurrences.plan(
            [
                Occurrence(
                    key=f"{duty}/s/{MIDNIGHT}",
                    duty=duty,
                    duty_version=version,
                    clause=load_duties()[duty].clause,
                    target="s",
                    opens=MIDNIGHT - DAY,
                    due=MIDNIGHT,
                    closes=MIDNIGHT,
                    missed=MIDNIGHT + 12 * HOUR,
                )
            ]
        )


def one(here: House, duty: str) -> Occurrence:
    with here.records.read() as unit:
        (found,) = unit.occurrences.find(OccurrenceFilter(duties=(duty,))).rows
        return found


def test_a_good_day_settles_the_duty_in_its_window_with_the_late_flag(here: House) -> None:
    owed(here, "camera-blind-area")
    here.all_well(MIDNIGHT - DAY, MIDNIGHT)
    here.daily.run(here.records, MIDNIGHT + GRACE)
    settled = one(here, "camera-blind-area")
    assert settled.standing is Standing.DONE
    with here.records.read() as unit:
        (result,) = unit.results.of_occurrence(settled.id)
    assert (result.who, result.outcome, result.late_upload, result.done) == (
        "system:cameras",
        "pass",
        True,
        MIDNIGHT - 1,
    )
    (finding,) = result.findings
    assert (finding.check, finding.value, finding.high) == ("share", 0, 5)


def test_a_day_over_the_limit_is_done_and_failed(here: House) -> None:
    owed(here, "camera-blind-area")
    here.daily.run(here.records, MIDNIGHT + GRACE)
    settled = one(here, "camera-blind-area")
    with here.records.read() as unit:
        (result,) = unit.results.of_occurrence(settled.id)
    assert (settled.standing, result.outcome, result.findings[0].value) == (Standing.DONE, "fail", 100)


def test_what_is_settled_already_stays(here: House) -> None:
    owed(here, "camera-blind-area")
    with here.records.begin() as unit:
        found = one(here, "camera-blind-area")
        unit.occurrences.update(replace(found, standing=Standing.MISSED))
    here.daily.run(here.records, MIDNIGHT + GRACE)
    with here.records.read() as unit:
        assert unit.results.of_occurrence(found.id) == []
    assert [fact.subject for fact in here.facts("coverage")] == ["2026-09-21"]


def test_the_fewest_days_of_video_settle_their_duty_unless_one_camera_is_unknown(here: House) -> None:
    owed(here, "video-oldest-frame")
    for camera, days in (("left", 44.0), ("right", 41.5)):
        here.readings.append([Reading(f"{camera}.oldest", NOON, days, Quality.GOOD, False, NOON)])
    here.daily.run(here.records, NOON + HOUR)
    assert one(here, "video-oldest-frame").standing is Standing.PLANNED


def test_of_all_cameras_known_the_fewest_days_count(here: House) -> None:
    owed(here, "video-oldest-frame")
    for camera, days in (("left", 44.0), ("right", 41.5), ("only", 50.0)):
        here.readings.append([Reading(f"{camera}.oldest", NOON, days, Quality.GOOD, False, NOON)])
    here.daily.run(here.records, NOON + HOUR)
    settled = one(here, "video-oldest-frame")
    with here.records.read() as unit:
        (result,) = unit.results.of_occurrence(settled.id)
    assert (settled.standing, result.findings[0].value, result.late_upload) == (Standing.DONE, 41.5, False)
