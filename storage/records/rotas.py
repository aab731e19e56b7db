"""The port of the rota: entries by version, none ever overwritten; and the calendar addresses that people were given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from facility.rota import Rota, RotaChange


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarFeed:
    """A secret address under which a person's duties can be read; only the SHA-256 of the secret is kept."""

    id: int = 0
    digest: str
    person: str
    created: int
    created_by: str
    revoked: int | None = None
    used: int | None = None
    """When it was last fetched."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RotaVersion:
    """One change of the rota: when, who and why."""

    version: int
    at: int
    who: str
    why: str


class Rotas(Protocol):
    """The rota and its history."""

    def load(self, at: int | None = None) -> Rota:
        """The rota as it is now, or as it was known at ``at``."""

    def version(self) -> int:
        """The newest version; cheap, for watching for changes. 0 before anything was entered."""

    def apply(self, changes: Sequence[RotaChange], who: str, at: int, why: str = "") -> int:
        """Write the changes as a new version, with a fact. Returns the new version (the old one when nothing changes).

        Raises ``Conflict`` when an entry is not, or no longer, what a change says it was.
        """

    def history(self, table: str, key: str) -> list[dict[str, Any]]:
        """Every version of one entry, oldest first: version, at, who, why, what, body (None once removed)."""

    def versions(self, limit: int = 20) -> list[RotaVersion]:
        """The newest first."""

    def maker_of(self, version: int) -> str:
        """Who made it; empty when there is no such version."""

    def changes_of(self, version: int) -> list[RotaChange]:
        """What that version changed. Empty when there is no such version."""

    def add_feed(self, feed: CalendarFeed) -> CalendarFeed:
        """Insert; returns it with its id. Raises ``Conflict`` when the digest is taken."""

    def feed(self, digest: str) -> CalendarFeed:
        """Raises ``NotFound``, also for a revoked one."""

    def feeds_of(self, person: str) -> list[CalendarFeed]:
        """Those that are not revoked, the oldest first."""

    def use_feed(self, number: int, at: int) -> None:
        """Note when it was last fetched."""

    def revoke_feed(self, number: int, at: int) -> None:
        """One that was revoked before keeps its time. Raises ``NotFound``."""
