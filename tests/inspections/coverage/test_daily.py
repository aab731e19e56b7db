from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from facility.instant import DAY, HOUR, MINUTE, SECOND
from facility.quality import Quality
from facility.reading import Reading
from inspections.coverage.daily import GRACE, Daily, enter_by_hand, hands
from inspections.coverage.evidence import Figure
from inspections.coverage.video import Kept, Video, videos
from storage.records.port import Conflict, Unit
from tests.inspections.coverage.house import BARE, MIDNIGHT, NOON, House, floor, house

TODAY = "2026-09-21"


@pytest.fixture
def here(tmp_path: Path) -> Iterator[House]:
    with house(tmp_path) as found:
        yield found


def kept(here: House, now: int) -> dict[str, Video]:
    with here.records.read() as unit:
        register, by_hand = unit.registers.load(), hands(unit)
    last = here.readings.last([f"{camera}.oldest" for camera in register.cameras])
    return {video.camera: video for video in videos(register, last, by_hand, now)}


def oldest(here: House, camera: str, days: float, at: int = NOON) -> None:
    here.readings.append([Reading(f"{camera}.oldest", at, days, Quality.GOOD, False, at)])


def test_yesterday_is_figured_soon_after_midnight_and_kept_for_ever(here: House) -> None:
    here.all_well(MIDNIGHT - DAY - MINUTE, MIDNIGHT)
    here.daily.run(here.records, MIDNIGHT + GRACE - MINUTE)
    (yesterday,) = here.facts("coverage")  # the day before, of which nothing was heard
    assert yesterday.data["mean"] > 0.999
    assert here.daily.run(here.records, MIDNIGHT + GRACE)
    fact = here.facts("coverage")[-1]
    assert (fact.subject, fact.what, fact.data["mean"], fact.data["design"]) == (TODAY, "within", 0, 0)
    assert fact.data["settings"]["limit"] == 0.05
    assert fact.data["plans"] == 1
    assert fact.data["register"] == 1
    assert not here.daily.run(here.records, MIDNIGHT + GRACE + MINUTE)
    assert len(here.facts("coverage")) == 2


def test_a_fault_is_weighted_by_its_time_and_names_its_camera(here: House) -> None:
    here.all_well(MIDNIGHT - DAY - MINUTE, NOON)
    here.all_well(NOON, NOON + 3 * HOUR, "left")
    here.all_well(NOON + 3 * HOUR, MIDNIGHT)
    while here.daily.run(here.records, MIDNIGHT + GRACE):
        pass
    data = here.facts("coverage")[-1].data
    silent = 3 * HOUR - 30 * SECOND  # its last word stands for 50 s, 20 of them before noon
    assert data["down"]["left"]["silent"] == silent
    assert data["mean"] == pytest.approx(0.5 * silent / DAY, abs=1e-6)
    assert (data["worst"], data["worst_at"]) == (0.5, NOON + HOUR)
    assert data["zones"] == {"hall": data["mean"]}
    assert [row[:2] for row in data["areas"]] == [["hall", "left"], ["hall", "right"]]


def test_after_two_days_of_downtime_each_day_is_figured_by_what_was_in_force_on_it(here: House) -> None:
    here.all_well(MIDNIGHT - DAY - MINUTE, MIDNIGHT)
    while here.daily.run(here.records, MIDNIGHT + GRACE):
        pass
    half = floor("hall")
    here.draw(replace(half, areas=half.areas[:1]), MIDNIGHT + DAY + HOUR)
    while here.daily.run(here.records, MIDNIGHT + 2 * DAY + GRACE):
        pass
    facts = here.facts("coverage")[-3:]
    assert [fact.subject for fact in facts] == [TODAY, "2026-09-22", "2026-09-23"]
    assert [fact.data["required"] for fact in facts] == [100, 100, 50]
    assert [fact.data["plans"] for fact in facts] == [1, 1, 2]


def test_days_before_there_was_a_plan_are_owed_by_nobody(tmp_path: Path) -> None:
    with house(tmp_path, since=MIDNIGHT + HOUR) as here:
        here.daily.run(here.records, MIDNIGHT + 2 * HOUR)
        assert here.facts("coverage") == []


def test_two_responders_figure_a_day_once(here: House) -> None:
    class Slow(Daily):
        def _figure(self, *given: Any) -> Any:
            here.daily.run(here.records, MIDNIGHT + GRACE)
            return Daily._figure(self, *given)

    slow = Slow(readings=lambda: here.readings, settings=BARE)
    with pytest.raises(Conflict):
        slow.run(here.records, MIDNIGHT + GRACE)
    assert len(here.facts("coverage")) == 1


def test_the_day_is_handed_on_as_evidence_in_the_same_unit(here: House) -> None:
    handed: list[Figure] = []

    def evidence(unit: Unit, figure: Figure, now: int) -> None:
        handed.append(figure)

    daily = Daily(readings=lambda: here.readings, settings=BARE, evidence=evidence)
    daily.run(here.records, MIDNIGHT + GRACE)
    (figure,) = [one for one in handed if one.duty == "camera-blind-area"]
    assert (figure.day, figure.value, figure.unit, figure.done) == (TODAY, 100, "%", MIDNIGHT - 1)
    assert (figure.since, figure.until) == (MIDNIGHT - DAY, MIDNIGHT)


def test_an_evidence_that_fails_leaves_no_figure_behind(here: House) -> None:
    def evidence(unit: Unit, figure: Figure, now: int) -> None:
        raise Conflict("somebody was first")

    with pytest.raises(Conflict):
        Daily(readings=lambda: here.readings, settings=BARE, evidence=evidence).run(here.records, MIDNIGHT + GRACE)
    assert here.facts("coverage") == []


@pytest.mark.parametrize(
    ("days", "verdict"), [(29.0, "short"), (30.0, "good"), (60.0, "good"), (61.5, "long"), (-1.0, "unknown")]
)
def test_video_is_judged_by_its_days(here: House, days: float, verdict: str) -> None:
    oldest(here, "left", days, NOON + 40 * DAY)
    assert kept(here, NOON + 40 * DAY)["left"].kept == verdict


def test_where_it_must_be_ninety_thirty_is_too_short(here: House) -> None:
    here.setting("left.oldest", "video_least", 90)
    oldest(here, "left", 45, NOON + 100 * DAY)
    found = kept(here, NOON + 100 * DAY)["left"]
    assert (found.kept, found.least, found.most) == (Kept.SHORT, 90, 120)


def test_what_nobody_said_for_two_days_is_unknown_and_no_pass(here: House) -> None:
    oldest(here, "left", 45)
    assert kept(here, NOON + 3 * DAY)["left"].kept is Kept.UNKNOWN
    assert kept(here, NOON)["right"].kept is Kept.UNKNOWN


def test_a_camera_that_is_younger_than_that_keeps_all_it_has(here: House) -> None:
    oldest(here, "left", 5, NOON + 4 * DAY)
    oldest(here, "right", 2, NOON + 4 * DAY)
    found = kept(here, NOON + 4 * DAY)
    assert found["left"].kept is Kept.FILLING
    assert found["right"].kept is Kept.SHORT


def test_what_a_person_looked_up_counts_as_long_as_nothing_newer_was_said(here: House) -> None:
    with here.records.begin() as unit:
        enter_by_hand(unit, "left", 44.0, "account:lin", NOON)
    found = kept(here, NOON + HOUR)["left"]
    assert (found.kept, found.days, found.by) == (Kept.GOOD, 44.0, "account:lin")
    (fact,) = here.facts("camera")
    assert (fact.subject, fact.what, fact.who, fact.data) == ("left", "video-looked-up", "account:lin", {"days": 44.0})
    oldest(here, "left", 28, NOON + 40 * DAY)
    assert kept(here, NOON + 40 * DAY)["left"].days == 28


def test_one_recorder_that_loses_video_is_one_alert_that_names_its_cameras(here: House) -> None:
    later = NOON + 40 * DAY
    oldest(here, "left", 12, later)
    oldest(here, "right", 12, later)
    oldest(here, "only", 40, later)
    here.daily.run(here.records, later)
    alert = here.alerts("video-too-short")["video"]
    assert alert.title.en.startswith("Video of 2 cameras")
    assert "left 12/30 d, right 12/30 d" in alert.limit.en
    assert list(here.alerts("video-too-long")) == []
    oldest(here, "left", 31, later + HOUR)
    oldest(here, "right", 31, later + HOUR)
    here.daily.run(here.records, later + HOUR)
    assert here.alerts("video-too-short")["video"].condition == "normal"


def test_each_day_says_how_far_back_every_camera_goes(here: House) -> None:
    oldest(here, "left", 45)
    for at in (NOON, NOON + MINUTE, NOON + HOUR, NOON + DAY):
        here.daily.run(here.records, at)
    facts = here.facts("video")
    assert [(fact.subject, fact.what) for fact in facts] == [(TODAY, "not-kept"), ("2026-09-22", "not-kept")]
    assert facts[0].data["cameras"]["left"] == ["good", 45, NOON, 30, 60]
    assert facts[0].data["counts"]["unknown"] == 2
