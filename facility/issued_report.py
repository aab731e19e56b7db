"""A report of what was owed and what was done: asked for, made once from the facts up to an anchor, and kept as files."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Making(StrEnum):
    """How far it has come."""

    ASKED = "asked"
    MADE = "made"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedReport:
    """``id`` is 0 until the records store gives it one; ``key`` is unique: the same asked for twice is made once.

    It is about what fell due in since <= at < until. Made again from the same facts, its files are the same bytes.
    """

    id: int = 0
    key: str
    since: int
    until: int
    zones: tuple[str, ...] = ()
    """With all that lies in them; empty: the whole property."""
    clauses: tuple[str, ...] = ()
    language: str = "zh"
    asked: int
    asked_by: str
    schedule: str = ""
    """The schedule of ``reports.toml`` that asked for it; empty: a person did."""
    recipients: tuple[str, ...] = ()
    """E-mail addresses that are told when it is made."""
    making: Making = Making.ASKED
    stage: str = ""
    """What is being done: facts, figures, pdf, xlsx …"""
    progress: int = 0
    """Of 1,000."""
    claimed_until: int | None = None
    """Somebody makes it now; after this another may."""
    made: int | None = None
    pdf: str = ""
    """SHA-256 of the file (``unit.files``)."""
    xlsx: str = ""
    figures: str = ""
    """SHA-256 of the figures that both files carry."""
    anchor: int = 0
    """The ``seq`` of the last fact that it rests on …"""
    anchor_hash: str = ""
    """… and its hash."""
    error: str = ""
    version: int = 0

    @property
    def open(self) -> bool:
        """Still to be made."""
        return self.making is Making.ASKED
