"""A rule's file as it was in force from some time on."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleVersion:
    """Never changed: a change of the file, back to an old one as well, is a further one."""

    id: int = 0
    """Given by the records store."""
    rule: str
    number: int
    """Counts the versions of one rule from 1."""
    version: str
    """The hash of what the file says; empty where the rule was taken out of force."""
    text: str
    """The file; empty where the rule was taken out of force."""
    author: str
    """An account, ``file:<owner>`` for a file that somebody laid there, or ``manual`` for the product's own."""
    at: int
    """When it came into force."""
    why: str = ""

    @property
    def in_force(self) -> bool:
        """Whether there is such a rule at all since then."""
        return bool(self.version)
