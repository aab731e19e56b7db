"""How long ``dutyroom --help`` takes, against a Python that does nothing. The aim is under half a second."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
import time
from pathlib import Path
from typing import Any

ROUNDS = 9
AIM = 0.5


def main() -> dict[str, Any]:
    """One JSON line: the best of some starts of each, and how many times longer ours takes."""
    tool = Path(sysconfig.get_path("scripts")) / "dutyroom"
    spent, nothing = best([str(tool), "--help"]), best([sys.executable, "-c", "pass"])
    return {
        "benchmark": "help",
        "seconds": round(spent, 3),
        "aim_s": AIM,
        "python_alone_s": round(nothing, 3),
        "ratio": round(spent / nothing, 1),
    }


def best(command: list[str]) -> float:
    """The shortest of a few runs: what it needs when the machine does nothing else."""
    return min(seconds(command) for _ in range(ROUNDS))


def seconds(command: list[str]) -> float:
    """Of one run, from the start to the end of the process. Raises ``CalledProcessError`` when it fails."""
    began = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began
