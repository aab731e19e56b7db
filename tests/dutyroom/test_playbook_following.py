"""A site's playbooks come into force while the program runs; broken ones never do."""

import os
from pathlib import Path

from dutyroom.followed import EVERY
from dutyroom.playbook_following import PlaybookFiles
from tests.dutyroom.test_playbooks_command import OWN


class Seconds:
    """A clock that tests wind."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def write(folder: Path, text: str, stamp: int) -> None:
    folder.mkdir(exist_ok=True)
    (folder / "x.toml").write_text(text, "utf-8")
    os.utime(folder / "x.toml", ns=(stamp, stamp))


def test_files_are_followed_and_broken_ones_leave_those_in_force(tmp_path: Path) -> None:
    clock, good = Seconds(), OWN.replace("RULE", "door-forced").replace("OWED", "")
    files = PlaybookFiles(tmp_path, clock)
    assert set(files.playbooks()) >= {"fire", "storm"}
    write(tmp_path / "playbooks", good, 1)
    assert "x" not in files.playbooks()
    clock.now += EVERY
    assert "x" in files.playbooks()
    write(tmp_path / "playbooks", "id = 3", 2)
    clock.now += EVERY
    assert "x" in files.playbooks()
    assert "x.toml:1: id" in files.refused[0]
    write(tmp_path / "playbooks", good, 3)
    clock.now += EVERY
    assert files.playbooks()
    assert files.refused == ()


def test_a_site_whose_files_were_never_right_has_the_shipped_ones(tmp_path: Path) -> None:
    write(tmp_path / "playbooks", "id = 3", 1)
    files = PlaybookFiles(tmp_path, Seconds())
    assert "fire" in files.playbooks()
    assert files.refused
    assert PlaybookFiles(None).playbooks()
