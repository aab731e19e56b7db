"""A site's duties come into force while the program runs; broken ones never do."""

import os
from pathlib import Path

from dutyroom.duty_following import DutyFiles
from dutyroom.followed import EVERY
from tests.dutyroom.test_playbook_following import Seconds

OWN = """
id      = "x"
clause  = "IN-1"
title   = { zh = "沙袋清点", en = "Sandbags" }
do      = { zh = "清点沙袋。", en = "Count the sandbags." }
applies = { site = true }
every   = "month"

[[check]]
id    = "count"
title = { zh = "数量", en = "How many" }
"""


def write(folder: Path, text: str, stamp: int) -> None:
    folder.mkdir(exist_ok=True)
    (folder / "x.toml").write_text(text, "utf-8")
    os.utime(folder / "x.toml", ns=(stamp, stamp))


def test_files_are_followed_and_broken_ones_leave_those_in_force(tmp_path: Path) -> None:
    clock = Seconds()
    files = DutyFiles(tmp_path, clock)
    assert "extinguishers" in files.duties()
    write(tmp_path / "duties", OWN, 1)
    clock.now += EVERY
    mine = files.duties()["x"]
    assert mine.text == OWN
    write(tmp_path / "duties", "id = 3", 2)
    clock.now += EVERY
    assert files.duties()["x"] == mine
    assert "x.toml:1: id" in files.refused[0]
