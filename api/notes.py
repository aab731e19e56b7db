"""Reading the notes that processes leave: whatever another version wrote into one is no error."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


def table(value: Any) -> Mapping[str, Any]:
    """Empty for what is none."""
    return value if isinstance(value, Mapping) else {}


def rows(value: Any) -> list[Any]:
    """Empty for what are none."""
    return list(value) if isinstance(value, list | tuple) else []


def number(value: Any) -> float | None:
    """None for what is none."""
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def whole(value: Any) -> int | None:
    """None for what is none."""
    found = number(value)
    return None if found is None else int(found)


def numbers(given: Mapping[str, Any]) -> dict[str, float]:
    """Those of a table that are numbers."""
    return dict(_numbers(given))


def _numbers(given: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    for name, value in given.items():
        if (found := number(value)) is not None:
            yield str(name), found
