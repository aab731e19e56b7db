"""``dutyroom devices docs`` writes its part of a page and leaves the rest."""

from pathlib import Path

from typer.testing import CliRunner

from collector.example_pages import MARK
from dutyroom.cli import app

RUNNER = CliRunner()


def test_its_part_is_printed_or_written_and_the_rest_stays(tmp_path: Path) -> None:
    page = tmp_path / "devices.md"
    page.write_text(f"# By hand\n\n{MARK}\nout of date\n", "utf-8")
    assert RUNNER.invoke(app, ["devices", "docs", "--write", str(page)]).exit_code == 0
    written = page.read_text("utf-8")
    assert written.startswith("# By hand\n\n<!--")
    assert "out of date" not in written
    printed = RUNNER.invoke(app, ["devices", "docs"]).output
    assert written.endswith(printed)
    assert "### Examples: zigbee2mqtt" in printed


def test_a_page_that_is_not_there_or_has_no_mark_is_said_in_one_line(tmp_path: Path) -> None:
    page = tmp_path / "other.md"
    page.write_text("# By hand\n", "utf-8")
    for file, said in ((page, "no line"), (tmp_path / "none.md", "No such file")):
        done = RUNNER.invoke(app, ["devices", "docs", "--write", str(file)])
        assert done.exit_code == 1
        assert said in done.output
    assert page.read_text("utf-8") == "# By hand\n"
