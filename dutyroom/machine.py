"""What a process says of itself and of the machine under it, for its health note."""

from __future__ import annotations

import ctypes
import os
import shutil
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import structlog

from api.machines import resident
from dutyroom import wiring
from facility.instant import MINUTE, SECOND
from storage.records.port import RecordsUnavailable

log = structlog.get_logger()

HEALTH_EVERY = 2 * SECOND
"""So often every process says how it is."""
ASK_EVERY = MINUTE
"""The kernel and the database are asked about their clocks no more often."""
STEP = 500
"""Milliseconds by which the clock must jump between two looks for somebody to have set it."""
_STA_UNSYNC = 0x40


class _Timex(ctypes.Structure):
    """``struct timex`` of adjtimex(2); only ``status`` is read."""

    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("status", ctypes.c_int),
        ("rest", ctypes.c_long * 64),
    )


def kernel_keeps_time() -> bool | None:
    """Whether something keeps the kernel's clock right (NTP, PTP); None where the kernel does not say."""
    if not sys.platform.startswith("linux"):
        return None
    found = _Timex()
    try:
        state = ctypes.CDLL(None).adjtimex(ctypes.byref(found))
    except (OSError, AttributeError):
        return None
    return None if state < 0 else not found.status & _STA_UNSYNC


class Machine:
    """One process's view. ``clock`` is the time of day, ``tick`` only goes forward, both in milliseconds."""

    def __init__(
        self,
        folder: Path,
        clock: Callable[[], int],
        *,
        database: Callable[[], int | None] = lambda: None,
        tick: Callable[[], int] = wiring.tick,
        kept: Callable[[], bool | None] = kernel_keeps_time,
    ) -> None:
        """``database`` tells its own clock, None where that is this machine's."""
        self._folder, self._clock, self._tick = folder, clock, tick
        self._database, self._kept = database, kept
        self._host = socket.gethostname()
        self._offset = clock() - tick()
        self._next = 0
        self._told: dict[str, int | None] = {"database_ms": None, "unkept_since": None}
        self._step: dict[str, int | None] = {"stepped_ms": None, "stepped_at": None}
        self._steps = 0

    def note(self) -> dict[str, Any]:
        """JSON values."""
        self._look_for_a_step()
        if self._tick() >= self._next:
            self._next = self._tick() + ASK_EVERY
            self._ask()
        return {
            "host": self._host,
            "pid": os.getpid(),
            "cpu": round(time.process_time(), 2),
            "memory": resident(),
            "disk": self._disk(),
            "clock": {**self._told, **self._step, "steps": self._steps},
        }

    def _look_for_a_step(self) -> None:
        offset = self._clock() - self._tick()
        if abs(offset - self._offset) >= STEP:
            self._steps += 1
            self._step = {"stepped_ms": offset - self._offset, "stepped_at": self._clock()}
            log.warning("the clock was set", milliseconds=offset - self._offset)
        self._offset = offset

    def _ask(self) -> None:
        now = self._clock()
        unkept = self._kept() is False
        since = self._told["unkept_since"]
        self._told["unkept_since"] = (now if since is None else since) if unkept else None
        self._told["database_ms"] = self._apart()

    def _apart(self) -> int | None:
        before = self._clock()
        try:
            there = self._database()
        except RecordsUnavailable:
            return self._told["database_ms"]
        after = self._clock()
        # A slow answer says little about whose clock is right.
        if there is None or after - before > SECOND:
            return None if there is None else self._told["database_ms"]
        return there - (before + after) // 2

    def _disk(self) -> dict[str, Any]:
        try:
            found = shutil.disk_usage(self._folder)
        except OSError:
            return {}  # a disk that is gone is told by the stores on it
        return {"folder": str(self._folder), "free": found.free, "total": found.total}
