"""Things that last for a while and then are over: maintenance windows and tests. One implementation for both."""

from __future__ import annotations

from typing import TypeVar

from sqlalchemy import text

from facility.maintenance import Maintenance
from facility.test_mode import TestMode
from storage.records.port import Page
from storage.records.sql.rows import Kind, Rows
from storage.records.sql.shape import Shape
from storage.records.sql.tables import MAINTENANCE, TEST_MODES
from storage.records.sql.transaction import Transaction

S = TypeVar("S", bound=Maintenance | TestMode)

MAINTENANCES = Kind(table=MAINTENANCE, shape=Shape(Maintenance), word="maintenance", pages="maintenance")
TESTS = Kind(table=TEST_MODES, shape=Shape(TestMode), word="test_modes", pages="test_modes")


class SqlSpans(Rows[S]):
    """See ``storage.records.port.Maintenances`` and ``TestRuns``. ``over`` is the column that is NULL while one runs."""

    def __init__(self, transaction: Transaction, kind: Kind[S], over: str) -> None:
        super().__init__(transaction, kind)
        self._over = over

    def add(self, span: S) -> S:
        """With its id."""
        return self.new(span)

    def running(self) -> list[S]:
        """The oldest first."""
        return self.those(text(f"{self._over} IS NULL"))

    def find(self, cursor: str | None = None, limit: int = 50) -> Page[S]:
        """Newest first."""
        return self.page([], cursor, limit)
