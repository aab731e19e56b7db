"""docs/first-rule.md, followed to the letter in an empty folder: a new user gets a rule for a new quantity into force."""

import os
import re
import shutil
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from dutyroom.rule_files import RuleFiles
from dutyroom.rule_following import RuleFollower
from dutyroom.wiring import now
from facility.instant import DAY, MINUTE
from facility.reading import Reading
from rules.judge import Judge
from storage.readings.sqlite import SqliteReadings
from storage.records.sql import SqlRecords
from tests.architecture.checkout import CHECKOUT

PAGE = (CHECKOUT / "docs" / "first-rule.md").read_text("utf-8")
POINT = "t1-tank.chlorine"


def blocks(language: str, section: str) -> list[str]:
    found = re.search(rf"^## {section}$(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert found, section
    return re.findall(rf"^```{language}\n(.*?)^```", found.group(1), re.MULTILINE | re.DOTALL)


class User:
    """Somebody with an empty folder, a shell, and the page."""

    def __init__(self, home: Path) -> None:
        self.home = home
        shutil.copytree(CHECKOUT / "examples", home / "examples")
        program = home / "bin" / "dutyroom"
        program.parent.mkdir()
        program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m dutyroom "$@"\n')
        program.chmod(0o755)

    def types(self, script: str) -> subprocess.CompletedProcess[str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("DUTYROOM_")}
        path = f"{self.home / 'bin'}:{os.environ['PATH']}"
        given = {**kept, "PATH": path, "PYTHONPATH": str(CHECKOUT), "DUTYROOM_SITE": "my-site"}
        return subprocess.run(
            ["sh", "-ec", script], cwd=self.home, env=given, capture_output=True, text=True, timeout=120, check=False
        )

    def follows(self, section: str) -> str:
        """Every command of a section; what they said."""
        said = ""
        for script in blocks("sh", section):
            done = self.types(script)
            assert done.returncode == 0, (script, done.stderr)
            said += done.stdout + done.stderr
        return said


@pytest.fixture
def user(tmp_path: Path) -> User:
    return User(tmp_path)


def test_the_page_leads_from_nothing_to_a_rule_in_force(user: User) -> None:
    assert "chlorine: no rule holds 2 of its points" in user.follows("A site folder")
    records = SqlRecords(f"sqlite:///{user.home / 'data' / 'records.db'}")
    files = RuleFiles(user.home / "my-site")
    follower = RuleFollower(files, records, now)
    with records.read() as unit:
        judge = Judge(follower.first(unit), now(), register=unit.registers.load())
    follower.keep()

    [text] = blocks("toml", "Write it")
    (user.home / "my-site" / "rules" / "tank-chlorine-low.toml").write_text(text, "utf-8")
    user.follows("Write it")
    assert '"$schema"' in (user.home / "rule.schema.json").read_text("utf-8")
    assert "1 rules, 2 stories, 0 failed" in user.follows("Prove it")
    assert 'failures="0"' in (user.home / "stories.xml").read_text("utf-8")
    checked = user.follows("Check it against the property")
    assert "chlorine: no rule" not in checked
    assert " 0 errors" in checked

    begun = now() - 2 * DAY
    values = [0.3] * 10 + [0.03] * 10 + [0.3] * 10
    with closing(SqliteReadings(user.home / "data" / "readings.db")) as store:
        readings = [Reading(POINT, begun + n * 10 * MINUTE, value, received=begun) for n, value in enumerate(values)]
        store.append(readings)
    replayed = user.follows("Try it on real history")
    assert f"+ added   tank-chlorine-low  {POINT}" in replayed
    assert "(1h40m)" in replayed
    assert "1 added, 0 removed, 0 moved" in replayed

    follower.follow(judge)
    assert "tank-chlorine-low" in {health.rule for health in judge.health()}
    with records.read() as unit:
        [version] = unit.rule_versions.of("tank-chlorine-low")
    assert (version.text, version.author.partition(":")[0]) == (text, "file")
    records.close()


def test_what_the_page_says_of_mistakes_is_so(user: User) -> None:
    user.follows("A site folder")
    [text] = blocks("toml", "Write it")
    file = user.home / "my-site" / "rules" / "tank-chlorine-low.toml"
    for wrong, says in (
        (text.replace('"0.05 mg/L"', '"0.05 MPa"'), "minimum.limit"),
        (text.replace('"water-tank"', '"watertank"'), "applies.asset"),
        (text.replace('"0.05 mg/L"', '"0 mg/L"'), "lies outside what the instrument measures"),
    ):
        file.write_text(wrong, "utf-8")
        done = user.types("dutyroom rules check my-site")
        assert (done.returncode, says in done.stderr) == (1, True), done.stderr
