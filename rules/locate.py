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
        found = lines.get(tuple(path[:length]))
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
    path: Path = _parts(name)
    if bracket == "[[":
        counts[path] = counts.get(path, -1) + 1
        return (*path, counts[path])
    for length in range(len(path), 0, -1):  # a table inside the newest entry of an array of tables
        if path[:length] in counts:
            return (*path[:length], counts[path[:length]], *path[length:])
    return path


def _parts(name: str) -> Path:
    return tuple(part.strip().strip("\"'") for part in name.split("."))
