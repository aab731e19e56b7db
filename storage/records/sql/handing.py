"""Messages on their way from one collector to another."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import delete, insert, select

from facility.handed import Handed
from storage.records.sql.shape import Shape
from storage.records.sql.tables import HANDED
from storage.records.sql.transaction import Transaction

_C = HANDED.c
_SHAPE = Shape(Handed)
_AT_ONCE = 500


class SqlHanding:
    """See ``storage.records.handing.Handing``."""

    def __init__(self, transaction: Transaction) -> None:
        self._do = transaction

    def put(self, messages: Sequence[Handed]) -> None:
        """As rows in their order."""
        if messages:
            self._do.run(insert(HANDED), [_SHAPE.new_row(message) for message in messages])

    def oldest(self, share: str, limit: int) -> list[Handed]:
        """By their numbers."""
        wanted = select(HANDED).where(_C.share == share).order_by(_C.id).limit(limit)
        return [_SHAPE.thing(row) for row in self._do.rows(wanted)]

    def done(self, ids: Iterable[int]) -> None:
        """A few hundred at once: a statement takes only so many."""
        wanted = list(ids)
        for start in range(0, len(wanted), _AT_ONCE):
            self._do.run(delete(HANDED).where(_C.id.in_(wanted[start : start + _AT_ONCE])))
