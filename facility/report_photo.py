"""A photo that came with a resident's report. It ends as the number that came with it does."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportPhoto:
    """Kept by itself and not by its content: what is erased here is held by nothing else."""

    report: int
    media: str
    body: bytes
    """Without the place where it was taken."""
    thumb: bytes
    given: int
    until: int
    """Then it is erased; nearer once the report is closed."""
