"""Where in a TOML file a key stands. tomllib tells no lines, so they are found by scanning."""

from __future__ import annotations

import re
from collections.abc import Sequence

_HEADER = re.compile(r"^\s*(\[\[?)\s*([^\[\]]+?)\s*\]\]?\s*(#.*)?$")
_KEY = re.compile(r"""^\s*((?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*'))*)\s*=""")
Path = tuple[str | int, ...]


def line_of(text: str, path: Sequence[str | int]) -> int:
    """The line (from 1) of the key at ``path``, or of the nearest one around it that stands in the file."""
    lines = key_lines(text)
    for length in range(len(path), 0, -1):
        here = tuple(path[:length])
        found = lines.get(here) or lines.get((*here, 0))  # an array of tables stands where its first one does
        if found is not None:
            return found
    return 1


def key_lines(text: str) -> dict[Path, int]:
    """Every table header and every key at the start of a line, by its path."""
    lines: dict[Path, int] = {}
    counts: dict[Path, int] = {}
    inside: Path = ()
    for number, line in enumerate(text.split("\n"), 1):
        header = _HEADER.match(line)
        if header:
            inside = _table(header.group(1), header.group(2), counts)
            lines.setdefault(inside, number)
        elif (key := _KEY.match(line)) is not None:
            lines.setdefault((*inside, *_parts(key.group(1))), number)
    return lines


def _table(bracket: str, name: str, counts: dict[Path, int]) -> Path:
    path: Path = ()
    *around, last = _parts(name)
    for part in around:
        path = _newest((*path, part), counts)
    path = (*path, last)
    if bracket == "[[":
        counts[path] = counts.get(path, -1) + 1
    return _newest(path, counts)


def _newest(path: Path, counts: dict[Path, int]) -> Path:
    """What follows a ``[[header]]`` is in its newest entry."""
    return (*path, counts[path]) if path in counts else path


def _parts(name: str) -> tuple[str, ...]:
    return tuple(part.strip().strip("\"'") for part in name.split("."))
