"""The port of the register of retrievals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from facility.retrieval import About, Retrieval, RetrievalState

if TYPE_CHECKING:
    from storage.records.port import Page


@dataclass(frozen=True, slots=True, kw_only=True)
class RetrievalFilter:
    """Empty fields do not filter."""

    about: tuple[About, ...] = ()
    subjects: tuple[str, ...] = ()
    states: tuple[RetrievalState, ...] = ()
    who: str = ""
    since: int | None = None
    """at >= since"""
    until: int | None = None
    """at < until"""


class Retrievals(Protocol):
    """Who looked at whose data, and why."""

    def add(self, entry: Retrieval) -> Retrieval:
        """Insert; returns it with its id."""

    def update(self, entry: Retrieval) -> Retrieval:
        """Compare-and-set on ``version``. Raises ``Conflict``, ``NotFound``."""

    def get(self, number: int) -> Retrieval:
        """Raises ``NotFound``."""

    def find(self, wanted: RetrievalFilter, cursor: str | None = None, limit: int = 50) -> Page[Retrieval]:
        """Newest first. Raises ``ValueError`` on a cursor that is not ours."""

    def count(self, wanted: RetrievalFilter) -> int:
        """How many match."""

    def ending(self, now: int, limit: int = 100) -> list[Retrieval]:
        """Those whose end has come and that still name somebody outside, what ends first first."""
