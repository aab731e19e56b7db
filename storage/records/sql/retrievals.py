"""The register of retrievals."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, or_, select, text, true

from facility.retrieval import OF_PEOPLE, Retrieval
from storage.records.port import Page
from storage.records.retrievals import RetrievalFilter
from storage.records.sql.rows import Kind, Rows
from storage.records.sql.shape import Shape
from storage.records.sql.tables import RETRIEVALS, within
from storage.records.sql.tables.visits import GUEST_STANDS
from storage.records.sql.transaction import Transaction

_KIND = Kind(table=RETRIEVALS, shape=Shape(Retrieval), word="retrieval", pages="retrievals")
_C = RETRIEVALS.c
NAMES_SOMEBODY = or_(
    _C.for_whom != "",
    _C.recipient != "",
    and_(_C.about.in_([one.value for one in OF_PEOPLE]), _C.subject != ""),
)
"""Whoever asked, was given it, or was looked up is still to be read in it."""


class SqlRetrievals(Rows[Retrieval]):
    """See ``storage.records.retrievals.Retrievals``."""

    def __init__(self, transaction: Transaction) -> None:
        super().__init__(transaction, _KIND)

    def add(self, entry: Retrieval) -> Retrieval:
        """With its id."""
        return self.new(entry)

    def find(self, wanted: RetrievalFilter, cursor: str | None = None, limit: int = 50) -> Page[Retrieval]:
        """Newest first."""
        return self.page([_fits(wanted)], cursor, limit)

    def count(self, wanted: RetrievalFilter) -> int:
        """How many match."""
        return self.many([_fits(wanted)])

    def ending(self, now: int, limit: int = 100) -> list[Retrieval]:
        """What ends first first."""
        over = (text(GUEST_STANDS), _C.until <= within(now), NAMES_SOMEBODY)
        return self.read(select(RETRIEVALS).where(*over).order_by(_C.until, _C.id).limit(limit))


def _fits(wanted: RetrievalFilter) -> ColumnElement[bool]:
    chosen: list[ColumnElement[bool]] = [true()]
    for column, values in (
        (_C.about, [one.value for one in wanted.about]),
        (_C.subject, list(wanted.subjects)),
        (_C.state, [one.value for one in wanted.states]),
    ):
        if values:
            chosen.append(column.in_(values))
    if wanted.who:
        chosen.append(_C.who == wanted.who)
    if wanted.since is not None:
        chosen.append(_C.at >= within(wanted.since))
    if wanted.until is not None:
        chosen.append(_C.at < within(wanted.until))
    return and_(*chosen)
