"""The port of permissions: entries by version, as the rota's are; and what was found at doors."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from facility.door_finding import DoorFinding, DoorRule
from facility.permission import Permissions
from facility.permission_entries import PermissionChange

if TYPE_CHECKING:
    from storage.records.port import Page


@dataclass(frozen=True, slots=True, kw_only=True)
class PermissionVersion:
    """One change of the permissions: when, who and why."""

    version: int
    at: int
    who: str
    why: str


class PermissionStore(Protocol):
    """The permissions and their history."""

    def load(self, at: int | None = None) -> Permissions:
        """The permissions as they are now, or as they were known at ``at``."""

    def load_version(self, version: int) -> Permissions:
        """As they were in that version; in version 0 there are none."""

    def version(self) -> int:
        """The newest version; cheap, for watching for changes. 0 before anything was entered."""

    def version_at(self, at: int) -> int:
        """The newest version that was known at ``at``."""

    def apply(self, changes: Sequence[PermissionChange], who: str, at: int, why: str = "") -> int:
        """Write the changes as a new version, with a fact. Returns the new version (the old one when nothing changes).

        Raises ``Conflict`` when an entry is not, or no longer, what a change says it was.
        """

    def history(self, table: str, key: str) -> list[dict[str, Any]]:
        """Every version of one entry, oldest first: version, at, who, why, what, body (None once removed)."""

    def versions(self, limit: int = 20) -> list[PermissionVersion]:
        """The newest first."""

    def forget(self, holder: str, who: str, at: int, why: str = "") -> int:
        """Take the name and what is printed on the cards of ``holder`` out of every version, with a fact.

        For somebody who is no longer in force, when their data's end has come; the id and the pseudonyms stay, so that
        what was judged by them can still be judged again. Returns how many rows lost something. Raises ``Conflict`` while
        the holder is in force.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingFilter:
    """Empty fields do not filter."""

    rules: tuple[DoorRule, ...] = ()
    doors: tuple[str, ...] = ()
    zones: tuple[str, ...] = ()
    credentials: tuple[str, ...] = ()
    holders: tuple[str, ...] = ()
    since: int | None = None
    """at >= since"""
    until: int | None = None
    """at < until"""
    withdrawn: bool | None = None
    without: tuple[DoorRule, ...] = ()
    """Rules whose findings are left out: not everybody may see all."""


class DoorFindings(Protocol):
    """What was found at doors."""

    def add(self, finding: DoorFinding) -> DoorFinding:
        """Insert; returns it with its id. Raises ``Conflict`` when one of its ``key`` is there."""

    def update(self, finding: DoorFinding) -> DoorFinding:
        """Compare-and-set on ``version``. Raises ``Conflict``, ``NotFound``."""

    def known(self, keys: Iterable[str]) -> set[str]:
        """Those of these keys that are there."""

    def find(self, wanted: FindingFilter, cursor: str | None = None, limit: int = 50) -> Page[DoorFinding]:
        """Newest first (by id). Raises ``ValueError`` on a cursor that is not ours."""

    def counts(self, wanted: FindingFilter) -> dict[tuple[str, DoorRule], int]:
        """(door, rule) → how many."""
