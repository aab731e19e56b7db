"""``dutyroom duties``: checked, listed, and tried on a register before anything is owed."""

from pathlib import Path

from typer.testing import CliRunner

from dutyroom.cli import app

REGISTER = Path(__file__).parents[2] / "examples" / "riverside" / "register"
BROKEN = """
id = "x"
clause = "EQ-1"
title = { zh = "一", en = "one" }
do = { zh = "做", en = "do" }
applies = { site = true }
every = "day"
work_order = "nobody"
[[check]]
id = "ok"
title = { zh = "好", en = "ok" }
[[story]]
name = "it is done by itself"
first = "2026-01-01"
last = "2026-01-01"
expect = ["2026-01-01 done"]
"""


def run(*arguments: str | Path) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["duties", *map(str, arguments)])
    return result.exit_code, result.output


def test_what_ships_is_proved() -> None:
    code, said = run("check")
    assert code == 0
    assert "0 failed" in said
    assert "no story" not in said


def test_a_story_that_fails_and_a_class_that_is_not_there_end_the_check_with_1(tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_text(BROKEN, "utf-8")
    code, said = run("check", tmp_path)
    assert code == 1
    assert "work_order: 'nobody' is no class of work; allowed: access" in said
    assert "expected 2026-01-01 done; found 2026-01-01 missed" in said


def test_the_list_shows_manual_and_law_side_by_side() -> None:
    code, said = run("list", "--language", "zh")
    assert code == 0
    assert "lift-service  [MP-1]  电梯维保  (每 15 天（从上次完成算起）, 每个电梯)  · lift-contractor" in said
    assert "特种设备安全监察条例 第三十一条" in said


def test_a_register_is_owed_what_its_assets_ask_for() -> None:
    code, said = run("owed", REGISTER, "--from", "2026-12-31", "--days", "1")
    assert code == 0
    assert "2026-12-31 24:00  smoke-detectors × 56  Function test of smoke detectors" in said
    assert "2026-12-31 24:00  lift-safety × 5  Lift safety devices" in said
    assert "2026-12-31 24:00  fire-drill × 1  Fire drill" in said
    assert "extinguishers × 13  " in said
    assert "owed for nothing" not in said


def test_a_day_that_is_none_is_refused() -> None:
    code, said = run("owed", REGISTER, "--from", "31.12.2026")
    assert code == 2
    assert "is not a day" in said


def test_a_sites_folder_stands_for_its_register() -> None:
    day = ("--from", "2026-12-31", "--days", "1")
    assert run("owed", REGISTER.parent, *day) == run("owed", REGISTER, *day)


def test_a_register_that_cannot_be_read_is_refused_in_words(tmp_path: Path) -> None:
    code, said = run("owed", tmp_path / "nowhere")
    assert code == 1
    assert "cannot be read: No such file or directory; allowed: a folder with sites.csv" in said
    (tmp_path / "sites.csv").write_text("id,name_zh\n", "utf-8")
    code, said = run("owed", tmp_path)
    assert code == 1
    assert "zones.csv: this file is missing" in said
