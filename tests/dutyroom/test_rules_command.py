from pathlib import Path

from typer.testing import CliRunner

from dutyroom.commands.rules import app
from rules.definition import MANUAL
from rules.schema import schema_text

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
