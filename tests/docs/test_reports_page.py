"""The pages about compliance and reports say what is so."""

import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.reports.room import NAMES
from api.reports.schedule_file import read_schedules
from dutyroom.cli import app
from inspections.compliance import SIGNS
from inspections.report_figures import COUNTS

DOCS = Path(__file__).parents[2] / "docs"
REPORTS, COMPLIANCE = ((DOCS / name).read_text("utf-8") for name in ("reports.md", "compliance.md"))


def test_its_commands_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DUTYROOM_DATA", str(tmp_path / "data"))
    [commands] = re.findall(r"^```\n(.*?)^```", REPORTS, re.MULTILINE | re.DOTALL)
    for line in commands.splitlines():
        ran = CliRunner().invoke(app, shlex.split(line)[1:])
        # The export of the second report is a fact that came after the first: nothing of what it says has changed.
        assert ran.exit_code == 0, (line, ran.output, ran.exception)
    assert (tmp_path / "facts.jsonl").read_text("utf-8").count("\n") == 2


def test_the_example_of_schedules_can_be_read() -> None:
    [example] = re.findall(r"^```toml\n(.*?)^```", REPORTS, re.MULTILINE | re.DOTALL)
    (schedule,) = read_schedules(example, "report-schedules.toml")
    assert (schedule.day, schedule.to) == (3, ("fire@example.com",))


def test_the_attachment_and_the_figures_have_these_names() -> None:
    assert f"`{NAMES[0]}`" in REPORTS
    assert {"missed", "attainment"} <= set(COUNTS)


def test_every_mark_is_explained() -> None:
    assert re.findall(r"^\| (.) \|", COMPLIANCE, re.MULTILINE) == [SIGNS[mark] for mark in _ORDER]


_ORDER = sorted(SIGNS, key=lambda mark: ["done", "late", "missed", "due", "suspended", "gone"].index(mark.value))
