"""Reports for inspectors, and what inspectors have looked at."""

from __future__ import annotations

from sqlalchemy import delete, or_

from facility.issued_report import IssuedReport, Making
from storage.records.port import Page
from storage.records.sql.rows import Kind, Rows
from storage.records.sql.shape import Shape
from storage.records.sql.tables import ISSUED_REPORTS, LOOKS, within
from storage.records.sql.transaction import Transaction

_KIND = Kind(table=ISSUED_REPORTS, shape=Shape(IssuedReport), word="report", pages="issued_reports")
_C, _L = ISSUED_REPORTS.c, LOOKS.c


class SqlIssuedReports(Rows[IssuedReport]):
    """See ``storage.records.issued_reports.IssuedReports``."""

    def __init__(self, transaction: Transaction) -> None:
        super().__init__(transaction, _KIND)

    def ask(self, report: IssuedReport) -> IssuedReport:
        """With its id."""
        added = self.new_unless(report, index_elements=["key"])
        if added is not None:
            return added
        found = self.one(_C.key == report.key)
        assert found is not None
        return found

    def of_file(self, sha256: str) -> IssuedReport | None:
        """By either file."""
        return self.one(or_(_C.pdf == sha256, _C.xlsx == sha256)) if sha256 else None

    def to_make(self, now: int) -> IssuedReport | None:
        """The oldest first."""
        free = or_(_C.claimed_until.is_(None), _C.claimed_until <= within(now))
        found = self.those(_C.making == Making.ASKED.value, free)
        return found[0] if found else None

    def find(self, cursor: str | None = None, limit: int = 50) -> Page[IssuedReport]:
        """Newest first."""
        return self.page([], cursor, limit)


class SqlLooks:
    """See ``storage.records.issued_reports.Looks``."""

    def __init__(self, transaction: Transaction) -> None:
        self._do = transaction

    def note(self, account: str, address: str, at: int, every: int) -> bool:
        """One row an address; of two at once one is told that it was the first."""
        self._do.run(delete(LOOKS).where(_L.at <= within(at - every)))
        row = {"account": account, "address": address, "at": at}
        statement = self._do.insert(LOOKS).on_conflict_do_nothing(index_elements=["account", "address"])
        return self._do.row(statement.returning(_L.at), row) is not None
