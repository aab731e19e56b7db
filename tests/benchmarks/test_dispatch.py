import re
from pathlib import Path

import pytest

from benchmarks.__main__ import NAMES, run


@pytest.mark.parametrize("names", [[], ["history", "histroy"], ["--help"], ["history", "late", "--rounds", "2"]])
def test_an_unknown_name_starts_nothing_and_says_which_there_are(
    names: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(names) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert all(name in shown.err for name in NAMES)


def test_every_file_that_measures_has_its_name_in_the_list() -> None:
    folder = Path(__file__).resolve().parents[2] / "benchmarks"
    measuring = {
        file.stem
        for file in folder.glob("*.py")
        if re.search(r"^def main\(.*\) -> dict\[str, Any\]:", file.read_text(), re.MULTILINE)
    }
    assert "history" in measuring
    assert measuring <= set(NAMES)
