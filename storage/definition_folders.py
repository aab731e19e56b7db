"""Folders of definition files, one on top of the other."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from facility.definition_files.problem import Problem
from facility.definition_files.reading import D, read_all


def read_folders(folders: Iterable[Path], read: Callable[[str, str], D], of: str) -> tuple[dict[str, D], list[Problem]]:
    """What the folders of ``of`` (playbooks, chains …) define, by id: a later folder's replaces. With all that is wrong."""
    found: dict[str, D] = {}
    problems: list[Problem] = []
    for folder in folders:
        if not folder.is_dir():
            text = f"is not a folder; allowed: a folder of {of}"
            problems.append(Problem(path=str(folder), line=1, text=text))
        here, wrong = read_all(((str(path), path.read_bytes()) for path in sorted(folder.glob("*.toml"))), read)
        found |= here
        problems += wrong
    return found, problems
