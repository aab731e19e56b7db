"""``dutyroom plans``: files are read, and their cameras reckoned, before they are laid into a site."""

import json
import shutil
from pathlib import Path

from typer.testing import CliRunner

from dutyroom.cli import app
from tests.architecture.checkout import CHECKOUT

RUN = CliRunner()
RIVERSIDE = CHECKOUT / "examples" / "riverside"


def test_a_site_s_plans_say_what_its_cameras_leave_unseen() -> None:
    done = RUN.invoke(app, ["plans", "check", str(RIVERSIDE)])
    assert done.exit_code == 0, done.output
    assert "b1  60 × 40 m  2 areas must be seen  5 cameras  blind 2.08%" in done.output
    assert "3 plans" in done.output


def test_a_broken_file_ends_the_command_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_text('zone = "x"\nwidth = -1\nheight = 3\n', "utf-8")
    done = RUN.invoke(app, ["plans", "check", str(tmp_path)])
    assert done.exit_code == 1
    assert "x.toml:2: width: -1 is not possible" in done.output


def test_a_camera_that_looks_where_none_may_ends_the_command(tmp_path: Path) -> None:
    shutil.copytree(RIVERSIDE, tmp_path / "site")
    plan = tmp_path / "site" / "plans" / "b1.toml"
    plan.write_text(plan.read_text("utf-8").replace("box  = [44, 34, 50, 40]", "box  = [44, 30, 50, 40]"), "utf-8")
    done = RUN.invoke(app, ["plans", "check", str(tmp_path / "site")])
    assert done.exit_code == 1
    assert "looks into toilet" in done.output


def test_the_schema_is_json() -> None:
    done = RUN.invoke(app, ["plans", "schema"])
    assert json.loads(done.output)["title"] == "Dutyroom floor plan"
