"""What is wrong with a rule file: file, line, key, and what is allowed."""

from __future__ import annotations

import difflib
import types
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from rules.locate import line_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that is wrong."""

    path: str
    line: int
    key: str
    """Dotted; empty where no key is to blame."""
    text: str

    def __str__(self) -> str:
        key = f"{self.key}: " if self.key else ""
        return f"{self.path}:{self.line}: {key}{self.text}"


class BrokenRules(ValueError):
    """Rule files that cannot be used. ``problems`` holds all of them."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


def invalid(details: ErrorDetails, text: str, path: str) -> Problem:
    """What pydantic found, in plain words."""
    from rules.file import rule_file_model

    key = tuple(part for part in details["loc"] if part not in ("dict", "list"))
    line = line_of(text, key)
    return Problem(path=path, line=line, key=".".join(map(str, key)), text=_plain(details, rule_file_model(), key))


def plain(details: ErrorDetails, model: type[BaseModel]) -> str:
    """What pydantic found in ``model``, in plain words."""
    return _plain(details, model, details["loc"])


def _plain(details: ErrorDetails, model: type[BaseModel], key: Sequence[str | int]) -> str:
    match details["type"]:
        case "extra_forbidden":
            return _unknown(str(key[-1]), sorted(_allowed(model, key[:-1])))
        case "missing":
            return "is missing"
        case "literal_error":
            expected = str(details["ctx"]["expected"]).replace(" or ", ", ")
            return f"{details['input']!r} is not possible; allowed: {expected}"
        case "value_error":
            return details["msg"].removeprefix("Value error, ")
        case _:
            return f"{details['input']!r}: {details['msg'][0].lower()}{details['msg'][1:]}"


def _unknown(word: str, allowed: list[str]) -> str:
    near = difflib.get_close_matches(word, allowed, n=1)
    hint = f"did you mean {near[0]!r}? " if near else ""
    return f"is not a key here; {hint}allowed: {', '.join(allowed)}"


def _allowed(model: type[BaseModel], key: Sequence[str | int]) -> set[str]:
    """The keys of the table at ``key``."""
    current: Any = model
    for part in key:
        if isinstance(part, int):
            continue
        tables = _tables(current)
        field = next((f for t in tables for n, f in t.model_fields.items() if part in (n, f.alias)), None)
        current = field.annotation if field else current
    return {f.alias or name for table in _tables(current) for name, f in table.model_fields.items()}


def _tables(annotation: Any) -> list[type[BaseModel]]:
    """The pydantic models inside an annotation such as ``dict[str, Clock] | None``."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    if get_origin(annotation) in (Union, types.UnionType, list, tuple, dict):
        return [table for inner in get_args(annotation) for table in _tables(inner)]
    return []
