"""``dutyroom playbooks``: files are proved before they are needed."""

import json
from pathlib import Path

from typer.testing import CliRunner

from dutyroom.cli import app

RUN = CliRunner()
OWN = """
id = "x"
title = { zh = "某", en = "some" }
about = { zh = "某", en = "some" }
severity = "high"
rules = ["RULE"]
[[step]]
id = "look"
title = { zh = "看", en = "Look" }
who = { zh = "人", en = "somebody" }
[[story]]
name = "it is looked at"
acts = ["1m li do look"]
owed = [OWED]
"""


def own(folder: Path, *, rule: str = "door-forced", owed: str = "") -> str:
    inside = folder / "playbooks"
    inside.mkdir(exist_ok=True)
    (inside / "x.toml").write_text(OWN.replace("RULE", rule).replace("OWED", owed), "utf-8")
    return str(folder)


def test_what_is_shipped_holds() -> None:
    done = RUN.invoke(app, ["playbooks", "check"])
    assert done.exit_code == 0
    assert "6 playbooks" in done.output
    assert "0 failed" in done.output


def test_a_site_s_folder_is_checked_on_top(tmp_path: Path) -> None:
    done = RUN.invoke(app, ["playbooks", "check", own(tmp_path)])
    assert (done.exit_code, "7 playbooks" in done.output) == (0, True)


def test_a_story_that_fails_a_rule_that_is_none_and_a_broken_file_end_with_1(tmp_path: Path) -> None:
    failed = RUN.invoke(app, ["playbooks", "check", own(tmp_path, owed='"look"')])
    assert (failed.exit_code, "owed is nothing, not look" in failed.output) == (1, True)
    unknown = RUN.invoke(app, ["playbooks", "check", own(tmp_path, rule="smoke-alram")])
    assert (unknown.exit_code, "'smoke-alram' is no rule" in unknown.output) == (1, True)
    (tmp_path / "playbooks" / "y.toml").write_text("id = 3", "utf-8")
    broken = RUN.invoke(app, ["playbooks", "check", str(tmp_path)])
    assert (broken.exit_code, "y.toml:1: id" in broken.output) == (1, True)


def test_the_list_says_what_opens_each_and_its_steps() -> None:
    done = RUN.invoke(app, ["playbooks", "list", "--language", "zh"])
    assert "fire  [FI-3]  火警  (smoke-alarm" in done.output
    assert "call-119: 拨打 119" in done.output


def test_the_schema_is_json() -> None:
    assert json.loads(RUN.invoke(app, ["playbooks", "schema"]).output)["title"] == "Dutyroom playbook"
