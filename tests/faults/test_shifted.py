"""A clock that somebody sets: the time of day changes, and clocks that only go forward do not."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.architecture.checkout import CHECKOUT
from tests.faults.shifted import LOOK_EVERY, Shift

LOOK = """
import sys, time
from pathlib import Path
from tests.faults.shifted import Shift, install
before = time.time(), time.time_ns(), time.clock_gettime(time.CLOCK_REALTIME), time.monotonic()
install(Shift(Path(sys.argv[1])))
after = time.time(), time.time_ns(), time.clock_gettime(time.CLOCK_REALTIME), time.monotonic()
print([round((b - a) / scale / 60) for a, b, scale in zip(before, after, (1, 1e9, 1, 1))])
"""


def test_the_time_of_day_is_shifted_and_nothing_else(tmp_path: Path) -> None:
    clock = tmp_path / "clock"
    clock.write_text("-3600")
    done = subprocess.run(
        [sys.executable, "-c", LOOK, str(clock)], cwd=CHECKOUT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[-60, -60, -60, 0]"


def test_the_file_is_read_again_now_and_then_and_may_be_missing_or_broken(tmp_path: Path) -> None:
    now = [0.0]
    clock = tmp_path / "clock"
    shift = Shift(clock, monotonic=lambda: now[0])
    assert shift.seconds() == 0
    for said, told in (("3600", 3_600), ("nonsense", 3_600), ("0", 0)):
        clock.write_text(said)
        now[0] += LOOK_EVERY
        assert shift.seconds() == told
