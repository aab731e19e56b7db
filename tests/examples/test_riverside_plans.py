"""Riverside's plans: under the limit with every camera up, over it when one fails, and no camera looks where none may."""

import pytest

from dutyroom.register_files import read_folder
from facility.register import Register
from inspections.coverage.plan_files import load_plans
from inspections.coverage.raster import raster_shares
from inspections.coverage.settings import CoverageSettings
from inspections.coverage.shares import blind, total
from inspections.coverage.states import points_of
from inspections.coverage.survey import Surveyor, ZoneSurvey
from tests.architecture.checkout import CHECKOUT

FOLDER = CHECKOUT / "examples" / "riverside"
ZONES = ("b1", "t1-f01", "t1-car-1")


@pytest.fixture(scope="module")
def register() -> Register:
    return read_folder(FOLDER / "register", notes=[])


@pytest.fixture(scope="module")
def surveys(register: Register) -> dict[str, ZoneSurvey]:
    plans = {zone: file.plan for zone, file in load_plans(FOLDER / "plans").items()}
    return Surveyor().site(plans, register.cameras.values())


def test_lobby_garage_and_a_lift_car_have_plans(surveys: dict[str, ZoneSurvey], register: Register) -> None:
    assert set(surveys) == set(ZONES) <= set(register.zones)
    assert {asset for survey in surveys.values() for asset in survey.plan.marks} <= set(register.assets)


@pytest.mark.parametrize("zone", ZONES)
def test_with_all_cameras_up_it_is_under_five_percent_and_with_any_one_down_over(
    zone: str, surveys: dict[str, ZoneSurvey]
) -> None:
    survey = surveys[zone]
    assert (total(survey.shares()).share or 1) < 0.05
    for camera in survey.ids:
        assert (total(survey.shares(survey.ids - {camera})).share or 0) > 0.05, camera


@pytest.mark.parametrize("zone", ZONES)
def test_no_camera_looks_into_a_toilet_or_hangs_in_a_wall(zone: str, surveys: dict[str, ZoneSurvey]) -> None:
    assert surveys[zone].violations == ()
    assert surveys[zone].misplaced == {}


@pytest.mark.parametrize(("zone", "cell"), [("b1", 0.25), ("t1-f01", 0.1), ("t1-car-1", 0.02)])
def test_cells_agree_with_polygons(zone: str, cell: float, surveys: dict[str, ZoneSurvey]) -> None:
    survey = surveys[zone]
    found = raster_shares(survey.plan, survey.cameras, CoverageSettings(), cell)
    counted = blind(sum(r for r, _ in found.values()), sum(s for _, s in found.values()))
    assert counted == pytest.approx(total(survey.shares()).share, abs=0.005)


def test_the_cameras_of_the_plans_tell_their_state(surveys: dict[str, ZoneSurvey], register: Register) -> None:
    watched = {camera for camera, points in points_of(register).items() if points}
    assert {camera for survey in surveys.values() for camera in survey.ids} == watched
