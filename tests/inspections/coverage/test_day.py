from datetime import date

import pytest

from facility.calendar import instant_of
from facility.instant import DAY, HOUR
from facility.site import time_zone
from inspections.coverage.day import DayFigure, Spells, day_figure
from inspections.coverage.settings import CoverageSettings
from inspections.coverage.states import CameraState, Spell
from inspections.coverage.survey import Surveyor, ZoneSurvey
from tests.inspections.coverage.plans import camera, plan

WORKING, OFFLINE = CameraState.WORKING, CameraState.OFFLINE
BARE = CoverageSettings(dead_zone=False, far_edge=False, mount=0.0)


def surveys() -> dict[str, ZoneSurvey]:
    """Two cameras back to back in the middle of a square: each sees a quarter."""
    floor = plan(8, 8)
    return {"z": Surveyor(BARE).zone(floor, [camera("a", 4, 4, 0, hfov=90), camera("b", 4, 4, 180, hfov=90)])}


def figure(spells: Spells, since: int = 0, until: int = DAY) -> DayFigure:
    found = day_figure(surveys(), spells, since, until)
    assert found is not None
    return found


def test_a_day_without_a_fault_is_as_designed() -> None:
    found = figure({"a": [Spell(0, DAY, WORKING)], "b": [Spell(0, DAY, WORKING)]})
    assert [found.mean, found.worst] == pytest.approx([0.5, 0.5])
    assert found.design == pytest.approx(0.5)
    assert found.states == {}


def test_the_mean_is_weighted_by_time_and_the_worst_hour_is_named() -> None:
    # One of two quarters is lost for 90 minutes from 05:30: a quarter more is blind for 1.5 of 24 hours.
    down = [Spell(0, 11 * HOUR // 2, WORKING), Spell(11 * HOUR // 2, 7 * HOUR, OFFLINE), Spell(7 * HOUR, DAY, WORKING)]
    found = figure({"a": down, "b": [Spell(0, DAY, WORKING)]})
    assert found.mean == pytest.approx(0.5 + 0.25 * 1.5 / 24)
    assert found.worst == pytest.approx(0.75)
    assert found.worst_at == 6 * HOUR
    assert found.hours[5][1] == pytest.approx(0.625)
    assert found.states == {"a": {"working": DAY - 3 * HOUR // 2, "offline": 3 * HOUR // 2}}
    (area,) = found.areas
    assert area.share.blind == pytest.approx(found.mean)
    assert area.design == pytest.approx(0.5)


def test_a_camera_that_nobody_knows_of_did_not_see() -> None:
    assert figure({"a": [Spell(0, DAY, WORKING)]}).mean == pytest.approx(0.75)


def test_a_day_of_25_hours_has_25_hours() -> None:
    berlin = time_zone("Europe/Berlin")
    since, until = (instant_of(day, 0, berlin) for day in (date(2026, 10, 25), date(2026, 10, 26)))
    track = [Spell(since, until, WORKING)]
    found = figure({"a": track, "b": track}, since, until)
    assert len(found.hours) == 25
    assert found.mean == pytest.approx(0.5)


def test_a_site_that_asks_for_nothing_has_no_figure() -> None:
    empty = {"z": Surveyor(BARE).zone(plan(areas=()), [])}
    assert day_figure(empty, {}, 0, DAY) is None
