"""The port of leases: one process acts, the others stand by."""

from __future__ import annotations

from typing import Protocol

from facility.lease import Lease


class Leases(Protocol):
    """By compare-and-set on the beat; never by comparing two machines' clocks."""

    def get(self, name: str) -> Lease | None:
        """As it stands; None before anybody had it."""

    def take(self, name: str, holder: str, at: int, seen: Lease | None) -> bool:
        """Take it from whoever had it when it was ``seen``. False when it has been written since."""

    def beat(self, name: str, holder: str, at: int) -> bool:
        """Say that the holder lives. False when it is the holder no longer."""

    def hold(self, name: str, holder: str) -> bool:
        """Whether ``holder`` has it; if so, nobody can take it before this unit has ended."""

    def release(self, name: str, holder: str, at: int) -> None:
        """Give it back; nothing happens when somebody else has it by now."""
