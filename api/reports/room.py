"""What making a report needs, whoever makes it: the pages, the responder, the command line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from facility.duty import Duty
from rules.book import RuleBook
from storage.readings.port import Readings
from storage.records.port import Records

NAMES = ("dutyroom-figures.json", "figures")
"""Under which the figures lie in the PDF (an attachment) and in the XLSX (a hidden sheet)."""


@dataclass(frozen=True, kw_only=True)
class ReportRoom:
    """Stores and definitions."""

    records: Records
    readings: Callable[[], Readings]
    """Opened when they are first asked for."""
    duties: Callable[[], Mapping[str, Duty]]
    book: Callable[[], RuleBook]
