"""``dutyroom register import`` and ``export`` as a manager meets them."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from dutyroom.cli import app
from tests.dutyroom.test_register_files import write
from tests.facility.registers import SMALL


@pytest.fixture(autouse=True)
def _a_place_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DUTYROOM_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("LC_ALL", "C.UTF-8")


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(app, ["register", *map(str, words)])


def test_the_dry_run_shows_what_would_be_added_and_applies_nothing(tmp_path: Path) -> None:
    folder = write(tmp_path / "register")
    for _ in range(2):
        result = run("import", folder, "--dry-run")
        assert result.exit_code == 0, result.output
        lines = result.stdout.splitlines()
        assert lines[0] == "+ sites home"
        assert "+ points pump-1.pressure" in lines
        assert (
            "+ settings pump-1.pressure set_pressure: value 0.6, since 2026-01-05T09:00:00+08:00, approver 王建国"
        ) in lines
        assert lines[-1] == "16 added, 0 changed, 0 retired (dry run: nothing applied)"


def test_an_import_says_what_it_did(tmp_path: Path) -> None:
    result = run("import", write(tmp_path / "register"), "--who", "林经理", "--why", "交接")
    assert result.exit_code == 0, result.output
    assert result.stdout == "16 added, 0 changed, 0 retired; register version 1\n"


def test_the_dry_run_shows_old_and_new_of_each_field_that_changes(tmp_path: Path) -> None:
    folder = tmp_path / "register"
    run("import", write(folder))
    points = SMALL["points.csv"].replace("0.001,0,1.6,10s", "0.01,0,2.5,30s").replace("2027-03-31", "2027-09-30")
    result = run("import", write(folder, points=points, cameras="id,zone,name_zh\n"), "--dry-run")
    assert result.stdout.splitlines() == [
        (
            "~ points pump-1.pressure: resolution 0.001 → 0.01, high 1.6 → 2.5, interval 10s → 30s,"
            " calibration_due 2027-03-31 → 2027-09-30"
        ),
        "- cameras cam-1",
        "0 added, 1 changed, 1 retired (dry run: nothing applied)",
    ]


def test_errors_name_the_cell_and_what_is_allowed_and_the_exit_code_is_1(tmp_path: Path) -> None:
    folder = write(tmp_path / "register", points=SMALL["points.csv"].replace("MPa", "Mpa"))
    result = run("import", folder)
    assert result.exit_code == 1
    assert result.stdout == ""
    first, last = result.stderr.splitlines()
    assert first.startswith("points.csv row 2, unit: 'Mpa' is not a unit of pressure; allowed: MPa, kPa, Pa")
    assert last == "1 error: nothing was applied"
    assert "16 added" in run("import", write(folder), "--dry-run").stdout


def test_a_wrong_column_full_of_errors_is_cut_short(tmp_path: Path) -> None:
    header = SMALL["points.csv"].splitlines()[0]
    rows = "".join(f"p{n}.pressure,pump-1,压力,,pressure,Mpa,0.001,0,1.6,10s,,,,,,\n" for n in range(300))
    points = f"{header}\n{rows}{SMALL['points.csv'].splitlines()[2]}\n"
    result = run("import", write(tmp_path / "register", points=points, settings=None))
    assert result.exit_code == 1
    lines = result.stderr.splitlines()
    assert len(lines) == 202
    assert lines[-2:] == ["… and 100 more", "300 errors: nothing was applied"]


def test_a_chinese_terminal_is_answered_in_chinese(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    folder = tmp_path / "register"
    assert run("import", write(folder)).stdout == "新增 16，变更 0，停用 0；台账版本 1\n"
    result = run("import", write(folder, points=SMALL["points.csv"].replace("MPa", "Mpa")))
    assert "points.csv 第 2 行，unit：“Mpa”不是压力的单位；可用：MPa" in result.stderr
    assert result.stderr.splitlines()[-1] == "共 1 处错误，未作任何更改"


def test_an_encoding_that_was_forgiven_is_said(tmp_path: Path) -> None:
    folder = write(tmp_path / "register")
    (folder / "points.csv").write_bytes(SMALL["points.csv"].encode("gb18030"))
    result = run("import", folder)
    assert result.exit_code == 0
    assert "points.csv is not UTF-8; it was read as GB18030" in result.stderr


def test_an_export_imports_unchanged(tmp_path: Path) -> None:
    run("import", write(tmp_path / "register"))
    result = run("export", tmp_path / "out")
    assert result.exit_code == 0, result.output
    assert [Path(line).name for line in result.stdout.splitlines()] == list(SMALL)
    again = run("import", tmp_path / "out", "--dry-run")
    assert again.stdout == "0 added, 0 changed, 0 retired (dry run: nothing applied)\n"


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    result = run("import", tmp_path / "nowhere")
    assert result.exit_code == 1
    assert "nowhere: cannot be read: No such file or directory; allowed: a folder with sites.csv" in result.stderr


def test_an_export_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file, not a folder")
    result = run("export", tmp_path / "out")
    assert result.exit_code == 1
    assert "out: File exists" in result.stderr
