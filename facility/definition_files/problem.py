"""What is wrong with a definition file: file, line, key, and what is allowed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that is wrong."""

    path: str
    line: int = 0
    """From 1; 0 where it is not told."""
    key: str = ""
    """Dotted; empty where no key is to blame."""
    text: str

    def __str__(self) -> str:
        line = f":{self.line}" if self.line else ""
        key = f"{self.key}: " if self.key else ""
        return f"{self.path}{line}: {key}{self.text}"


class Broken(ValueError):
    """Files that cannot be used. ``problems`` holds all of them."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(map(str, self.problems)))
