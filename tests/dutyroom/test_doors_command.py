"""``dutyroom doors``: what is looked for, proved before anybody is told by it."""

from pathlib import Path

from typer.testing import CliRunner, Result

from dutyroom.cli import app
from response.door_check_files import SHIPPED
from response.door_check_shape import schema_text

HOURS = (SHIPPED / "out-of-hours.toml").read_text("utf-8")


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(app, ["doors", *map(str, words)])


def test_the_shipped_ones_are_proved() -> None:
    done = run("check")
    assert (done.exit_code, done.stdout) == (0, "8 door checks, 23 stories, 0 failed\n")


def test_a_site_s_story_that_comes_out_otherwise_is_told_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "doors").mkdir()
    (tmp_path / "doors" / "mine.toml").write_text(
        HOURS.replace('"found", "ok", "ok", "found"', '"ok", "ok", "ok", "found"')
    )
    done = run("check", tmp_path)
    assert done.exit_code == 1
    assert "line 1 (07:59 day in) is found, not ok" in done.stderr


def test_a_class_of_work_that_is_not_there_is_told(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(HOURS.replace('work     = "access"', 'work = "acces"'))
    done = run("check", tmp_path)
    assert done.exit_code == 1
    assert "'acces' is no class of work" in done.stderr


def test_the_list_says_what_is_silent() -> None:
    lines = run("list").stdout.splitlines()
    assert len(lines) == 8
    assert [line.split()[0] for line in lines if line.endswith("silent")] == ["duress"]


def test_the_schema_is_what_reads_the_files() -> None:
    assert run("schema").stdout == schema_text()
