"""One way to break the product, tried in a copy of the tree."""

from __future__ import annotations

import shlex
import subprocess
import sys
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class Fate(StrEnum):
    """What became of a mutation."""

    NOTICED = "noticed"
    SURVIVED = "SURVIVED"
    """The test passed: nothing holds this promise here."""
    MISFIT = "DOES NOT FIT"
    """The text is not there, or more than once: the table is older than the source."""
    NO_TEST = "NO SUCH TEST"


@dataclass(frozen=True, slots=True)
class Mutation:
    """``old`` occurs once in ``file``; with ``new`` in its place ``test`` must fail."""

    promise: int
    sentence: str
    """What the broken product would do."""
    file: str
    old: str
    new: str
    test: str
    """What pytest is told: files, tests, ``-k`` and words."""

    def fits(self, tree: Path) -> bool:
        """Whether it can be applied at all."""
        path = tree / self.file
        return path.exists() and path.read_text("utf-8").count(self.old) == 1


def try_out(mutation: Mutation, tree: Path) -> Fate:
    """Break the copy, run the test, mend the copy."""
    if not mutation.fits(tree):
        return Fate.MISFIT
    path = tree / mutation.file
    sound = path.read_text("utf-8")
    path.write_text(sound.replace(mutation.old, mutation.new), "utf-8")
    try:
        status = run(mutation.test, tree)
    finally:
        path.write_text(sound, "utf-8")
    return {0: Fate.SURVIVED, 4: Fate.NO_TEST, 5: Fate.NO_TEST}.get(status, Fate.NOTICED)


def run(test: str, tree: Path) -> int:
    """pytest's exit status: 0 when everything passed, 4 and 5 when there is no such test."""
    # Without caches: a source changed twice within a second has the same time stamp as its old byte code.
    quiet = ["-q", "-x", "-p", "no:cacheprovider", "--no-header", "-W", "ignore"]
    command = [sys.executable, "-B", "-m", "pytest", *quiet, *shlex.split(test)]
    return subprocess.run(command, cwd=tree, capture_output=True, check=False, timeout=600).returncode
