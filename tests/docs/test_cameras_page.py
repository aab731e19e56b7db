"""The page about cameras says what is so."""

import math
import re
import shlex
from dataclasses import fields
from pathlib import Path

from typer.testing import CliRunner

from dutyroom.cli import app
from facility.camera import Camera
from facility.text import Text
from facility.units import QUANTITIES
from inspections.coverage import daily, states, video, watching
from inspections.coverage.lens import reach, ring, vertical_field
from inspections.coverage.plan_files import read_plan
from inspections.coverage.settings import DENSITIES, CoverageSettings
from inspections.coverage.survey import Surveyor

CHECKOUT = Path(__file__).parents[2]
PAGE = (CHECKOUT / "docs" / "cameras.md").read_text("utf-8")

BLOCKS = dict(re.findall(r"^```(\w*)\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL))
"""Language → block: one of each."""


def test_the_example_can_be_read_and_has_its_floor() -> None:
    example = BLOCKS["toml"]
    (share,) = Surveyor().zone(read_plan(example, "lobby.toml").plan, ()).shares()
    assert round(share.required, 2) == round(12 * 9 - 3 * 2.5 - 0.6 * 0.6, 2)


def test_its_commands_work() -> None:
    for line in BLOCKS[""].splitlines():
        words = [
            str(CHECKOUT / word) if word.startswith("examples/") else word
            for word in shlex.split(line, comments=True)[1:]
        ]
        assert CliRunner().invoke(app, words).exit_code == 0, line


def test_its_numbers_are_those_of_the_code() -> None:
    settings = CoverageSettings()
    for word, density in DENSITIES.items():
        assert f"{word} {density:g}" in PAGE
    assert f"{settings.limit:.0%}".replace("%", " %") in PAGE
    assert f"below {(settings.limit - settings.deadband):.1%}".replace("%", " %") in PAGE
    assert f"from {settings.fisheye:g}° on" in PAGE
    assert f"{settings.forbidden_tolerance:g} m² are tolerated" in PAGE
    assert f"arcs of {settings.arc:g}°" in PAGE
    assert f"{states.MISSED:g} intervals of silence" in PAGE
    assert f"for {watching.HOLD // 1000} s: one alert a zone" in PAGE
    assert f"{daily.GRACE // 60_000} minutes after local midnight" in PAGE
    assert f"At least {video.LEAST_DAYS:g} days" in PAGE
    assert f"{video.SPARE_DAYS:g} days over the least" in PAGE


def test_its_formulae_are_those_of_the_code() -> None:
    one = Camera(id="c", zone="z", name=Text("", ""), hfov=90.0, tilt=60.0, height=3.0, width_px=1920, height_px=1080)
    settings = CoverageSettings()
    field = 2 * math.degrees(math.atan(math.tan(math.radians(45)) * 1080 / 1920))
    assert math.isclose(vertical_field(one, settings), field)
    assert math.isclose(reach(one, 25, settings), 1920 / (2 * math.tan(math.radians(45)) * 25))
    found = ring(one, 25, settings)
    assert math.isclose(found.near, 3 * math.tan(math.radians(max(0.0, 90 - 60 - field / 2))))
    assert math.isclose(found.far, 3 * math.tan(math.radians(90 - 60 + field / 2)))


def test_quantities_and_settings_that_it_names_are_there() -> None:
    for quantity in (*states.WATCHED, video.AGE, video.INSTANT):
        assert quantity in QUANTITIES
        assert f"`{quantity}`" in PAGE
    for setting in (video.LEAST, video.MOST):
        assert f"`{setting}`" in PAGE
    assert len(fields(CoverageSettings)) == len(CoverageSettings().told())
