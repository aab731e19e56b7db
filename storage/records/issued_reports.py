"""The ports of reports for inspectors, and of what inspectors have looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from facility.issued_report import IssuedReport

if TYPE_CHECKING:
    from storage.records.port import Page


class IssuedReports(Protocol):
    """Reports of what was owed and what was done."""

    def ask(self, report: IssuedReport) -> IssuedReport:
        """Insert; returns it with its id, or the one that has its key already."""

    def update(self, report: IssuedReport) -> IssuedReport:
        """Compare-and-set on ``version``. Raises ``Conflict``, ``NotFound``."""

    def get(self, number: int) -> IssuedReport:
        """Raises ``NotFound``."""

    def of_file(self, sha256: str) -> IssuedReport | None:
        """The one whose PDF or XLSX is this file."""

    def to_make(self, now: int) -> IssuedReport | None:
        """The oldest that is asked for and in nobody's hands."""

    def find(self, cursor: str | None = None, limit: int = 50) -> Page[IssuedReport]:
        """Newest first. Raises ``ValueError`` on a cursor that is not ours."""


class Looks(Protocol):
    """When an account last looked at an address."""

    def note(self, account: str, address: str, at: int, every: int) -> bool:
        """Whether the last look is ``every`` milliseconds ago or longer; then ``at`` is noted as the last.

        What is older than that is forgotten.
        """
