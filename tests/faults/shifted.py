"""A program of Dutyroom whose clock on the wall can be set while it runs: python -m tests.faults.shifted CLOCK worker

Everything that asks ``time`` for the time of day is told it with the seconds added that stand in the file CLOCK; clocks that
only go forward, and sleeping, are left alone, as when somebody sets a machine's clock.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

LOOK_EVERY = 0.2
"""Seconds for which the file's content is remembered."""


class Shift:
    """Seconds to add, read again now and then."""

    def __init__(self, file: Path, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._file, self._monotonic = file, monotonic
        self._seconds, self._until = 0, 0.0

    def seconds(self) -> int:
        """As the file says; what it said before while it is not there."""
        moment = self._monotonic()
        if moment >= self._until:
            self._until = moment + LOOK_EVERY
            with suppress(OSError, ValueError):
                self._seconds = int(self._file.read_text("ascii"))
        return self._seconds


def install(shift: Shift) -> None:
    """Before anything else is imported."""
    real, real_ns, real_clock = time.time, time.time_ns, time.clock_gettime

    def clock(which: int) -> float:
        return real_clock(which) + (shift.seconds() if which == time.CLOCK_REALTIME else 0)

    time.time = lambda: real() + shift.seconds()
    time.time_ns = lambda: real_ns() + shift.seconds() * 1_000_000_000
    time.clock_gettime = clock


if __name__ == "__main__":
    install(Shift(Path(sys.argv[1])))
    from dutyroom.cli import main

    sys.argv = ["dutyroom", *sys.argv[2:]]
    main()
