"""``dutyroom permissions``: all of a folder or nothing, and the door system's list beside it."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from dutyroom.cli import app
from dutyroom.run import take_permissions
from dutyroom.settings import SettingsError, load
from facility.pseudonym import pseudonym
from storage.records.sql import SqlRecords
from tests.architecture.checkout import CHECKOUT

SITE = CHECKOUT / "examples" / "riverside"
FILES = ("groups", "holders", "credentials", "permissions")


@pytest.fixture(autouse=True)
def _house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DUTYROOM_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("DUTYROOM_SITE", str(SITE))
    monkeypatch.setenv("LANG", "en_GB.UTF-8")
    monkeypatch.delenv("LC_ALL", raising=False)
    monkeypatch.chdir(tmp_path)
    CliRunner().invoke(app, ["register", "import", str(SITE / "register")])


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(app, ["permissions", *map(str, words)])


def records(folder: Path) -> SqlRecords:
    return SqlRecords(f"sqlite:///{folder / 'data' / 'records.db'}")


def test_a_folder_is_imported_and_comes_out_again_without_a_card_s_number(tmp_path: Path) -> None:
    first = run("import", SITE / "permissions")
    assert (first.exit_code, first.stdout) == (0, "49 added, 0 changed, 0 removed; permissions version 1\n")
    assert run("export", tmp_path / "out").exit_code == 0
    numbers = [
        line.split(",")[0] for line in (SITE / "permissions" / "credentials.csv").read_text("utf-8").splitlines()
    ]
    out = "".join((tmp_path / "out" / f"{name}.csv").read_text("utf-8") for name in FILES)
    assert not any(number in out for number in numbers[1:])
    assert "0 added, 0 changed, 0 removed" in run("import", tmp_path / "out").stdout


def test_numbers_become_what_the_collector_makes_of_the_same_cards(tmp_path: Path) -> None:
    run("import", SITE / "permissions")
    key = (tmp_path / "data" / "pseudonym.key").read_bytes()
    number = (SITE / "permissions" / "credentials.csv").read_text("utf-8").splitlines()[1].split(",")[0]
    with records(tmp_path).read() as unit:
        assert unit.permissions.load().credentials[pseudonym(key, "card", number)].holder == "staff-01"


def test_a_trial_changes_nothing_and_says_what_it_would(tmp_path: Path) -> None:
    tried = run("import", SITE / "permissions", "--dry-run")
    assert "+ permissions night-crew" in tried.stdout
    assert "nothing applied" in tried.stdout
    assert "no permissions yet" in run("list").stdout


def test_with_one_error_nothing_is_applied(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "holders.csv").write_text("id,name,groups\nli,Li,engineers\n", encoding="utf-8")
    refused = run("import", folder)
    assert refused.exit_code == 1
    assert "holders.csv row 2, groups: 'engineers' names engineers, which is not in groups.csv" in refused.stderr
    assert "no permissions yet" in run("list").stdout


def test_the_list_says_for_whom_where_when_and_by_whom() -> None:
    run("import", SITE / "permissions")
    listed = run("list").stdout.splitlines()
    assert len(listed) == 5
    assert listed[3].startswith("lift-firm-t1 · Lift contractor · Tower 1, lift machine room · workdays 08:30–18:00")


def test_the_door_system_s_list_is_held_against_them_and_the_figures_are_a_fact(tmp_path: Path) -> None:
    run("import", SITE / "permissions")
    compared = run("compare", SITE / "door-list.csv", "--who", "wang")
    assert compared.exit_code == 1
    assert compared.stdout.splitlines()[-1] == (
        "40 rows; permissions version 1: dead 1, more 1, unknown 1, less 1, twice 1"
    )
    with records(tmp_path).read() as unit:
        (fact,) = [fact for fact in unit.facts.after(0) if fact.noun == "door-list"]
    assert (fact.what, fact.who, fact.data["figures"]["more"]) == ("compared", "wang", 1)
    assert "孔工" not in str(fact.data)


def test_a_list_that_cannot_be_read_compares_nothing(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text("nr,place\n1,x\n", encoding="utf-8")
    refused = run("compare", tmp_path / "list.csv")
    assert refused.exit_code == 1
    assert "this column is missing" in refused.stderr
    assert run("compare", tmp_path / "nowhere.csv").exit_code == 2


def test_a_start_takes_the_site_s_permissions_once(tmp_path: Path) -> None:
    house = records(tmp_path)
    take_permissions(load(), house)
    take_permissions(load(), house)
    with house.read() as unit:
        assert (unit.permissions.version(), len(unit.permissions.load().holders)) == (1, 19)


def test_a_start_with_broken_permissions_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "site" / "permissions").mkdir(parents=True)
    (tmp_path / "site" / "permissions" / "holders.csv").write_text("id\nx\n", encoding="utf-8")
    monkeypatch.setenv("DUTYROOM_SITE", str(tmp_path / "site"))
    with pytest.raises(SettingsError, match=r"permissions has 1 errors"):
        take_permissions(load(), records(tmp_path))
