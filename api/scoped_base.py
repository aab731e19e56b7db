"""Stores of which a limited account gets a part: what is not named is refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from storage.records.port import NotFound

if TYPE_CHECKING:
    from api.scoped import View

REFUSED = "a limited account does not look at this"


class Nothing:
    """A store of which there is nothing to see."""

    def __init__(self, answers: Mapping[str, Any]) -> None:
        self._answers = answers

    def __getattr__(self, name: str) -> Any:
        if name not in self._answers:
            raise NotFound(REFUSED)
        return lambda *_, **__: self._answers[name]


class Through:
    """A store of which some calls are narrowed; the others are refused."""

    PASSED: frozenset[str] = frozenset()

    def __init__(self, inner: Any, view: View) -> None:
        self._inner, self._view = inner, view

    def __getattr__(self, name: str) -> Any:
        if name not in self.PASSED:
            raise NotFound(REFUSED)
        return getattr(self._inner, name)
