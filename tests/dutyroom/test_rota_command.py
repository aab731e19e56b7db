"""``dutyroom rota``: all of a folder or nothing, and who is on duty."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from dutyroom.cli import app
from dutyroom.run import take_rota
from dutyroom.settings import SettingsError
from storage.records.sql import SqlRecords
from tests.architecture.checkout import CHECKOUT
from tests.facility.test_rota_files import SMALL

RIVERSIDE = CHECKOUT / "examples" / "riverside" / "rota"
NIGHT = "2026-11-26T02:10:00+08:00"


@pytest.fixture(autouse=True)
def _house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DUTYROOM_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("LANG", "en_GB.UTF-8")
    monkeypatch.delenv("LC_ALL", raising=False)
    monkeypatch.chdir(tmp_path)


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(app, ["rota", *map(str, words)])


def write(folder: Path, **changed: str) -> Path:
    folder.mkdir(exist_ok=True)
    for name, text in {**SMALL, **{f"{name}.csv": text for name, text in changed.items()}}.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def test_a_folder_is_imported_and_comes_out_again_the_same(tmp_path: Path) -> None:
    first = run("import", RIVERSIDE)
    assert (first.exit_code, "rota version 1" in first.stdout) == (0, True)
    assert "no account officer yet" in first.stderr
    assert run("export", tmp_path / "out").exit_code == 0
    assert {f.name: f.read_bytes() for f in (tmp_path / "out").iterdir()} == {
        f.name: f.read_bytes() for f in RIVERSIDE.iterdir()
    }
    assert "0 added, 0 changed, 0 removed; rota version 1" in run("import", tmp_path / "out").stdout


def test_a_trial_changes_nothing(tmp_path: Path) -> None:
    tried = run("import", write(tmp_path / "rota"), "--dry-run")
    assert "+ people li" in tried.stdout
    assert "rota is empty" in run("show").stdout


def test_with_one_error_nothing_is_applied(tmp_path: Path) -> None:
    refused = run("import", write(tmp_path / "rota", turns="person,team,pattern,since\nbo,room,four,2026-01-01\n"))
    assert refused.exit_code == 1
    assert "turns.csv row 2, person: 'bo' is not in people.csv" in refused.stderr
    assert refused.stderr.splitlines()[-1] == "1 error: nothing was applied"
    assert "rota is empty" in run("show").stdout


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    refused = run("import", tmp_path / "nowhere")
    assert (refused.exit_code, "nowhere" in refused.stderr) == (1, True)


def test_it_shows_who_is_on_duty_and_who_comes_next() -> None:
    run("import", RIVERSIDE)
    shown = run("show", "--at", NIGHT, "--days", "60").stdout
    assert "Engineers: 钱工 Qian, 何工 He  → 11-26 08:00 赵工 Zhao" in shown
    assert "The holidays of 2027 are not known" in shown


def test_it_shows_gaps_ahead(tmp_path: Path) -> None:
    run("import", write(tmp_path / "rota"))
    assert "! 26 Nov 02:10–27 Nov 08:00 消控室" not in run("show", "--at", NIGHT).stdout
    assert "Room: nobody on duty" in run("show", "--at", NIGHT).stdout


def test_what_was_known_then_is_empty_before_the_first_import() -> None:
    run("import", RIVERSIDE)
    assert "rota is empty" in run("show", "--at", "2020-01-01T00:00:00+08:00", "--known-then").stdout


def test_a_time_without_an_offset_is_refused() -> None:
    refused = run("show", "--at", "2026-11-26T02:10")
    assert (refused.exit_code, "--at" in refused.stderr) == (2, True)


def test_a_new_house_takes_its_rota_from_the_sites_folder_and_keeps_it_afterwards(tmp_path: Path) -> None:
    records = SqlRecords(f"sqlite:///{tmp_path / 'records.db'}")
    records.migrate()
    for _ in range(2):
        take_rota(RIVERSIDE.parent, records)
    with records.read() as unit:
        rota = unit.rota.load()
    records.close()
    assert (rota.version, len(rota.people)) == (1, 32)


def test_a_broken_rota_in_the_sites_folder_stops_the_start_with_its_first_error(tmp_path: Path) -> None:
    write(tmp_path / "rota", turns="person,team,pattern,since\nbo,room,four,2026-01-01\n")
    records = SqlRecords(f"sqlite:///{tmp_path / 'records.db'}")
    records.migrate()
    with pytest.raises(SettingsError, match=r"turns\.csv row 2"):
        take_rota(tmp_path, records)
    records.close()
