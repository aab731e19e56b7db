"""The page about duties says what is so."""

import re
import shlex
from pathlib import Path

from typer.testing import CliRunner

from dutyroom.cli import app
from facility.site import time_zone
from inspections.duty_files import load_duties, read_duty
from inspections.duty_trial import tell

CHECKOUT = Path(__file__).parents[2]
PAGE = (CHECKOUT / "docs" / "duties.md").read_text("utf-8")


def test_the_example_can_be_read_and_its_story_comes_true() -> None:
    [example] = re.findall(r"^```toml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    assert [
        str(telling)
        for telling in tell(read_duty(example, "sandbags.toml"), time_zone("Asia/Shanghai"))
        if telling.wrong
    ] == []


def test_every_duty_that_comes_with_the_product_is_named() -> None:
    last = PAGE[PAGE.index("The duties that come with the product") : PAGE.index("How often a box")]
    assert re.findall(r"`([a-z-]+)`", last) == sorted(load_duties())


def test_its_commands_work() -> None:
    [commands] = re.findall(r"^```\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    for line in commands.splitlines():
        words = [str(CHECKOUT / word) if word.startswith("examples/") else word for word in shlex.split(line)[1:]]
        assert CliRunner().invoke(app, words).exit_code == 0, line
