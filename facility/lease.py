"""A lease: which process may act, where only one may."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """``holder`` is a process of this life alone: its name, a slash and something random. Empty: nobody has it."""

    name: str
    holder: str
    beat: int
    """Counts up while the holder lives. Others watch it by a clock of their own: two machines' clocks may differ."""
    at: int
    """When it was last written, for people to read."""

    @property
    def free(self) -> bool:
        """Nobody has it."""
        return not self.holder

    def held_as(self, name: str) -> bool:
        """Whether a process of that name has it, in this life or an earlier one."""
        return self.holder.partition("/")[0] == name
