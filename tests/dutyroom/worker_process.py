"""A worker as its own process, and waiting for what it does."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 120.0


@contextmanager
def worker(**settings: object) -> Iterator[subprocess.Popen[str]]:
    """With these settings; killed at the end."""
    environment = os.environ | {f"DUTYROOM_{name}": str(value) for name, value in settings.items()}
    command = [sys.executable, "-m", "dutyroom", "worker"]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def until(there: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    """Fails with what it said when it ends before, or when it takes too long."""
    deadline = time.monotonic() + PATIENCE
    while not there():
        assert process.poll() is None, process.stderr.read() if process.stderr else ""
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(0.02)
