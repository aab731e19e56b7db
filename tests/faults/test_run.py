"""Everything at once for a short while: real servers, real kills, and an oracle that wants all of it back."""

from __future__ import annotations

import faulthandler
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.__main__ import arguments
from tests.faults.report import as_json, table
from tests.faults.running import Log, Plan, run

MINUTES = float(os.environ.get("DUTYROOM_TEST_FAULT_MINUTES", "0.5"))
SEED = 2_159
"""In half a minute it kills every part but the API, sets the clock back, fills the disk, and breaks the way to each server."""
STDERR = 2
EVERY = 2.0 if MINUTES <= 1 else None


@pytest.fixture
def folder() -> Iterator[Path]:
    """Where servers under users of their own find their files, as they do not below pytest's."""
    made = Path(tempfile.mkdtemp(prefix="dutyroom-faults-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest.mark.slow
@pytest.mark.xdist_group("faults")
def test_nothing_is_lost_and_nothing_doubled_whatever_breaks(
    folder: Path, mosquitto_url: str, influx2_url: str, postgres_url: str
) -> None:
    del mosquitto_url, influx2_url, postgres_url  # only that there are such programs on this machine
    # It may take longer than any other test may: what is broken, what is left to do after it, and parts that come back.
    faulthandler.dump_traceback_later(MINUTES * 60 + 900, file=STDERR, exit=True)
    outcome = run(Plan(minutes=MINUTES, seed=SEED, every=EVERY), folder, Log(folder / "faults.log", quiet=True))
    assert outcome.good, (folder / "faults.log").read_text("utf-8") + table(outcome)
    told = as_json(outcome)
    assert told["stored"] + told["lost_with_broker"] == told["acknowledged"] > 1_000
    assert told["alerts_wanted"] == told["alerts_found"] > 0
    assert sum(told["faults"].values()) >= 10


@pytest.mark.parametrize(
    "words", [["--minutes", "0"], ["--gauges", "100"], ["--broker", "emqx"], ["--only", "rain"], ["--minutes", "x"]]
)
def test_what_cannot_be_run_is_said_at_once(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        arguments(words)
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert words[0] in said
    assert words[1] in said or "allowed" in said
