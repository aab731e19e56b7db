"""What pydantic finds wrong, in plain words."""

from __future__ import annotations

import difflib
import types
from collections.abc import Sequence
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic_core import ErrorDetails


def plain(details: ErrorDetails, model: type[BaseModel], key: Sequence[str | int]) -> str:
    """What was found in ``model`` at ``key``, and what is allowed there."""
    match details["type"]:
        case "extra_forbidden":
            return _unknown(str(key[-1]), allowed(model, key[:-1]))
        case "missing":
            return "is missing"
        case "literal_error":
            expected = str(details["ctx"]["expected"]).replace(" or ", ", ")
            return f"{details['input']!r} is not possible; allowed: {expected}"
        case "value_error":
            return details["msg"].removeprefix("Value error, ")
        case _:
            return f"{details['input']!r}: {details['msg'][0].lower()}{details['msg'][1:]}"


def _unknown(word: str, known: list[str]) -> str:
    near = difflib.get_close_matches(word, known, n=1)
    hint = f"did you mean {near[0]!r}? " if near else ""
    return f"is not a key here; {hint}allowed: {', '.join(known)}"


def allowed(model: type[BaseModel], key: Sequence[str | int]) -> list[str]:
    """The keys of the table at ``key``, sorted."""
    current: Any = model
    for part in key:
        if isinstance(part, int):
            continue
        tables = _tables(current)
        field = next((f for t in tables for n, f in t.model_fields.items() if part in (n, f.alias)), None)
        current = field.annotation if field else current
    return sorted({f.alias or name for table in _tables(current) for name, f in table.model_fields.items()})


def _tables(annotation: Any) -> list[type[BaseModel]]:
    """The pydantic models inside an annotation such as ``dict[str, Clock] | None``."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    if get_origin(annotation) in (Union, types.UnionType, list, tuple, dict):
        return [table for inner in get_args(annotation) for table in _tables(inner)]
    return []
