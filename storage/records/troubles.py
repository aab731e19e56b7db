"""The port of troubles: facts that a follower could not handle."""

from __future__ import annotations

from typing import Protocol

from facility.trouble import Trouble


class Troubles(Protocol):
    """At most one of a (follower, fact)."""

    def add(self, trouble: Trouble) -> None:
        """Keep it; one that stood for the same follower and fact is written over."""

    def open_ones(self, limit: int = 100) -> list[Trouble]:
        """Those that nobody has solved, the newest first."""

    def count(self) -> dict[str, int]:
        """Follower → how many are open."""

    def ask(self, number: int, at: int) -> None:
        """Ask for another attempt. Raises ``NotFound``, also when it is solved."""

    def asked(self, follower: str) -> list[Trouble]:
        """Those of a follower that another attempt was asked for, oldest first."""

    def solved(self, number: int, at: int) -> None:
        """It has been handled. Raises ``NotFound``."""
