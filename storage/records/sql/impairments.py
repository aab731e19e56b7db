"""Fire facilities that were stopped."""

from __future__ import annotations

from sqlalchemy import or_

from facility.impairment import Impairment
from storage.records.port import Conflict, Page
from storage.records.sql.rows import Kind, Rows
from storage.records.sql.shape import Shape
from storage.records.sql.tables import IMPAIRMENTS, within
from storage.records.sql.transaction import Transaction

_KIND = Kind(table=IMPAIRMENTS, shape=Shape(Impairment), word="impairment", pages="impairments")
_C = IMPAIRMENTS.c


class SqlImpairments(Rows[Impairment]):
    """See ``storage.records.impairments.Impairments``."""

    def __init__(self, transaction: Transaction) -> None:
        super().__init__(transaction, _KIND)

    def add(self, impairment: Impairment) -> Impairment:
        """With its id."""
        open_one = {"index_elements": ["asset"], "index_where": _C.ended.is_(None)}
        kept = self.new_unless(impairment, **open_one)
        if kept is None:
            raise Conflict(f"{impairment.asset} is stopped already")
        return kept

    def open_ones(self) -> list[Impairment]:
        """The oldest first."""
        return self.those(_C.ended.is_(None))

    def touching(self, since: int, until: int) -> list[Impairment]:
        """The oldest first."""
        return self.those(_C.since < within(until), or_(_C.ended.is_(None), _C.ended > within(since)))

    def find(self, cursor: str | None = None, limit: int = 50) -> Page[Impairment]:
        """Newest first."""
        return self.page([], cursor, limit)
