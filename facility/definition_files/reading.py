"""From the contents of files to definitions by their ids. What a file may say is its reader's business."""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from collections.abc import Callable, Iterable
from io import StringIO
from typing import Any, Protocol, TypeVar

from facility.definition_files.locate import line_of
from facility.definition_files.problem import Broken, Problem


class Defined(Protocol):
    """What a file defines: it has a name."""

    @property
    def id(self) -> str: ...


D = TypeVar("D", bound=Defined)


def read_all(files: Iterable[tuple[str, bytes]], read: Callable[[str, str], D]) -> tuple[dict[str, D], list[Problem]]:
    """What ``read`` (text, path) makes of each file (path, content), by id: one file an id. With all that is wrong."""
    found: dict[str, D] = {}
    paths: dict[str, str] = {}
    problems: list[Problem] = []
    for path, content in files:
        try:
            text = StringIO(content.decode(), newline=None).read()
            one = read(text, path)
        except Broken as broken:
            problems += broken.problems
        except UnicodeDecodeError as error:
            problems.append(Problem(path=path, line=1, text=f"is not UTF-8 text: {error.reason}"))
        else:
            if one.id in found:
                told = f"{one.id!r} is the id of {paths[one.id]} already; allowed: one file an id"
                problems.append(Problem(path=path, line=line_of(text, ("id",)), key="id", text=told))
            found[one.id], paths[one.id] = one, path
    return found, problems


def tables(text: str, path: str, broken: type[Broken]) -> dict[str, Any]:
    """A file's content. Raises ``broken`` with the line where it is not TOML."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        where = re.search(r"at line (\d+)", str(error))
        line = int(where.group(1)) if where else max(1, text.count("\n"))
        raise broken([Problem(path=path, line=line, text=f"is not TOML: {error}")]) from None


def version(content: dict[str, Any]) -> str:
    """SHA-256 of what a file says, however it is laid out."""
    canonical = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(canonical.encode()).hexdigest()
