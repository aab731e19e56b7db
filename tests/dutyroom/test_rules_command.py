import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from dutyroom.commands.rules import app
from rules.definition import MANUAL, load_book
from rules.schema import schema_text
from tests.simulators.riverside import register

RUN = CliRunner()


def test_the_manuals_own_stories_hold() -> None:
    done = RUN.invoke(app, ["test"])
    assert done.exit_code == 0
    assert "0 failed" in done.output


def test_a_story_that_fails_ends_with_1_and_shows_its_line(tmp_path: Path) -> None:
    text = (MANUAL / "smoke-alarm.toml").read_text().replace("ok firing firing ok", "ok ok firing ok", 1)
    file = tmp_path / "smoke-alarm.toml"
    file.write_text(text)
    done = RUN.invoke(app, ["test", str(tmp_path)])
    line = text[: text.index("[[story]]")].count("\n") + 1
    assert done.exit_code == 1
    assert f"{file}:{line}: smoke-alarm: the first alarm fires at once" in done.output
    assert "1 rules, 5 stories, 1 failed" in done.output


def test_a_broken_file_ends_with_1_and_is_named(tmp_path: Path) -> None:
    (tmp_path / "broken.toml").write_text('id = "broken"\nseverity = "hi"\n')
    for command in ("test", "check", "list"):
        done = RUN.invoke(app, [command, str(tmp_path)])
        assert done.exit_code == 1
        assert "broken.toml:2: severity: 'hi' is not possible" in done.output


def test_a_rule_without_a_story_is_told(tmp_path: Path) -> None:
    text = (MANUAL / "tampered.toml").read_text().partition("[[story]]")[0]
    (tmp_path / "tampered.toml").write_text(text)
    done = RUN.invoke(app, ["test", str(tmp_path)])
    assert (done.exit_code, "tampered: no story proves it" in done.output) == (0, True)


def test_the_list_says_each_rule_in_either_language() -> None:
    assert "When smoke says alarm" in RUN.invoke(app, ["list"]).output
    assert "烟感显示“报警”时" in RUN.invoke(app, ["list", "--language", "zh"]).output


def test_the_schema_is_printed_as_it_is() -> None:
    assert RUN.invoke(app, ["schema"]).output == schema_text()


SITE = Path(__file__).parents[2] / "examples" / "riverside"
OWN = re.sub(
    r"^while = .*\n",
    "",
    (MANUAL / "pump-pressure-band.toml").read_text("utf-8").replace('"pump-pressure-band"', '"own-band"'),
    flags=re.MULTILINE,
)


def test_check_holds_the_files_to_a_sites_register_and_ends_with_1_on_errors(tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    file.write_text(OWN, "utf-8")
    good = RUN.invoke(app, ["check", str(tmp_path), "--site", str(SITE)])
    assert (good.exit_code, "own.toml" in good.output) == (0, False)
    assert "points of" in good.output
    assert "warning: chlorine: no rule holds 2 of its points to anything" in good.output
    file.write_text(OWN.replace('around    = "set_pressure"', 'around    = "set_pressur"'), "utf-8")
    bad = RUN.invoke(app, ["check", str(tmp_path), "--site", str(SITE)])
    assert bad.exit_code == 1
    assert "own.toml:12: error: band.around: no point that it watches has a 'set_pressur'" in bad.output


def test_a_sites_folder_stands_for_its_rules_and_its_register(tmp_path: Path) -> None:
    site = tmp_path / "site"
    (site / "rules").mkdir(parents=True)
    (site / "register").symlink_to(SITE / "register")
    (site / "rules" / "own.toml").write_text(OWN, "utf-8")
    done = RUN.invoke(app, ["check", str(site)])
    assert done.exit_code == 0
    assert f"{len(load_book()) + 1} rules against {len(register().points)} points" in done.output
    assert RUN.invoke(app, ["test", str(site)]).output.startswith("1 rules, 10 stories")


def test_a_check_leaves_no_database_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    done = RUN.invoke(app, ["check"])
    assert done.exit_code == 0
    assert "no register" in done.output
    assert list(tmp_path.iterdir()) == []


def test_stories_are_written_as_junit(tmp_path: Path) -> None:
    done = RUN.invoke(app, ["test", "--junit", str(tmp_path / "found.xml")])
    assert done.exit_code == 0
    assert '<testsuite name="pump-pressure-band" tests="10" failures="0">' in (tmp_path / "found.xml").read_text(
        "utf-8"
    )
