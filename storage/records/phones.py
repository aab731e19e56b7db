"""The ports of phones and of what they brought."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from facility.phone import EntryOutcome, Phone, PhoneEntry

if TYPE_CHECKING:
    from storage.records.port import Page


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneEntryFilter:
    """Empty fields do not filter."""

    accounts: tuple[str, ...] = ()
    devices: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    outcomes: tuple[EntryOutcome, ...] = ()
    about: str = ""
    since: int | None = None
    """received >= since"""
    until: int | None = None
    """received < until"""


class PhoneEntries(Protocol):
    """Append-only: what became of an entry is decided in the unit that adds it."""

    def add(self, entry: PhoneEntry) -> PhoneEntry:
        """Insert; returns it with its id. Raises ``Conflict`` when the account has one of that key."""

    def by_key(self, account: str, key: str) -> PhoneEntry | None:
        """The one of that key, of this account alone."""

    def find(self, wanted: PhoneEntryFilter, cursor: str | None = None, limit: int = 50) -> Page[PhoneEntry]:
        """Newest first (by id). Raises ``ValueError`` on a cursor that is not ours."""

    def count(self, wanted: PhoneEntryFilter) -> int:
        """How many match."""


class Phones(Protocol):
    """Phones by device and account, as they last spoke."""

    def note(self, phone: Phone) -> None:
        """Insert, or put in place of what was known; ``first`` stays."""

    def all(self) -> list[Phone]:
        """Every one, the last heard of first."""
