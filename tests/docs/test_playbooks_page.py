"""docs/playbooks.md: its playbook is right as it stands there, and what it says of the shipped ones holds."""

import re
from pathlib import Path

from typer.testing import CliRunner

from dutyroom.cli import app
from response.playbook_files import load_playbooks, read_playbook
from response.playbook_shape import StepTable
from response.playbook_tales import tell
from tests.architecture.checkout import CHECKOUT

PAGE = (CHECKOUT / "docs" / "playbooks.md").read_text("utf-8")


def example() -> str:
    found = re.search(r"^```toml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    assert found
    return found.group(1)


def test_the_playbook_on_the_page_is_right_and_its_stories_hold() -> None:
    playbook = read_playbook(example(), "page.toml")
    assert [str(telling) for telling in tell(playbook) if telling.wrong] == []


def test_it_is_checked_from_a_site_s_folder(tmp_path: Path) -> None:
    (tmp_path / "playbooks").mkdir()
    (tmp_path / "playbooks" / "oil.toml").write_text(example(), "utf-8")
    done = CliRunner().invoke(app, ["playbooks", "check", str(tmp_path)])
    assert (done.exit_code, "7 playbooks" in done.output) == (0, True)


def test_every_shipped_playbook_and_every_key_of_a_step_is_named() -> None:
    for id in load_playbooks():
        assert f"`{id}`" in PAGE
    table = PAGE.split("| key of a step |")[1]
    for key in StepTable.model_fields:
        assert f"`{key}`" in table or key == "clause", key
