"""A duty's file as it was in force from some time on."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyVersion:
    """Never changed: a change of the file, back to an old one as well, is a further one."""

    id: int = 0
    """Given by the records store."""
    duty: str
    number: int
    """Counts the versions of one duty from 1."""
    version: str
    """The hash of what the file says; empty where the duty was taken out of force."""
    text: str
    """The file; empty where the duty was taken out of force."""
    author: str
    """``file:<path>`` for a file of the site, ``manual`` for the product's own, or who took it out of force."""
    at: int
    """When it came into force. What had opened before keeps the version it had."""
    why: str = ""

    @property
    def in_force(self) -> bool:
        """Whether there is such a duty at all since then."""
        return bool(self.version)
