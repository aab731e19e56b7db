"""The port by which what is personal in many tables is counted and ended, whatever else these tables hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How much of a class is there now."""

    count: int = 0
    """With what is still in use."""
    oldest: int | None = None
    """From when its time counts, of what has longest been out of use; None when all of it is in use."""
    until: int | None = None
    """Instead, where each row carries its own end: the nearest of these."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """What was ended in one go: how many, and from when to when they were. Never the data."""

    count: int = 0
    oldest: int | None = None
    newest: int | None = None


class PersonalData(Protocol):
    """Classes by the ids of the catalogue (``inspections/personal/classes.toml``)."""

    def names(self) -> frozenset[str]:
        """The classes that this store knows how to end."""

    def tally(self, name: str) -> Tally:
        """Raises ``KeyError`` for a class that lies elsewhere."""

    def end(self, name: str, before: int, limit: int, since: int | None = None) -> Ended:
        """Erase at most ``limit`` of what is older than ``before``, the oldest first. Raises ``KeyError``.

        What is older than ``since`` was ended before: rows that stay when their personal part goes are not read again.
        """

    def holders_gone(self, before: int, limit: int) -> list[tuple[str, int]]:
        """(holder, since when) of the permissions' holders who were taken out before and are still named."""

    def reports_of(self, phone: str) -> list[int]:
        """Residents' reports with exactly this number, still kept; spaces and dashes do not count."""

    def notices_to(self, address: str) -> int:
        """How many notices still name this address."""
