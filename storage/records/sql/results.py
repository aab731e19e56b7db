"""Results."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from facility.inspection import Result
from storage.records.port import Conflict, NotFound, Page
from storage.records.results import ResultFilter
from storage.records.sql import cursor as cursors
from storage.records.sql.shape import Shape
from storage.records.sql.tables import RESULTS, within
from storage.records.sql.transaction import Transaction

_SHAPE = Shape(Result)
_C = RESULTS.c
_PAGES = "results"
_NEWEST = (_C.done.desc(), _C.id.desc())


class SqlResults:
    """See ``storage.records.results.Results``."""

    def __init__(self, transaction: Transaction) -> None:
        self._do = transaction

    def add(self, result: Result) -> Result:
        """Leaves the transaction usable when it raises ``Conflict``."""
        statement = self._do.insert(RESULTS).on_conflict_do_nothing(index_elements=["key"]).returning(_C.id)
        number = self._do.value(statement, _SHAPE.new_row(result))
        if number is None:
            raise Conflict(f"a result was submitted under the key {result.key!r} already")
        return replace(result, id=int(number))

    def get(self, number: int) -> Result:
        """Raises ``NotFound``."""
        found = self._first(select(RESULTS).where(_C.id == within(number)))
        if found is None:
            raise NotFound(f"there is no result {number}")
        return found

    def by_key(self, key: str) -> Result | None:
        """The one of that key."""
        return self._first(select(RESULTS).where(_C.key == key))

    def some(self, numbers: Sequence[int]) -> dict[int, Result]:
        """Those that there are."""
        wanted = [within(number) for number in numbers]
        return {one.id: one for one in self._all(select(RESULTS).where(_C.id.in_(wanted)))} if wanted else {}

    def of_occurrence(self, occurrence: int) -> list[Result]:
        """In the order in which they came."""
        return self._all(select(RESULTS).where(_C.occurrence == within(occurrence)).order_by(_C.id))

    def corrections(self, number: int) -> list[Result]:
        """In the order in which they came."""
        return self._all(select(RESULTS).where(_C.corrects == within(number)).order_by(_C.id))

    def retests(self, number: int) -> list[Result]:
        """In the order in which they came."""
        return self._all(select(RESULTS).where(_C.retest_of == within(number)).order_by(_C.id))

    def last(self, duty: str, target: str, before: int) -> Result | None:
        """A correction says it was done when what it corrects was, and came later."""
        wanted = select(RESULTS).where(_C.duty == duty, _C.target == target, _C.done < within(before))
        return self._first(wanted.order_by(*_NEWEST))

    def find(self, wanted: ResultFilter, cursor: str | None = None, limit: int = 50) -> Page[Result]:
        """What was done last first."""
        statement = select(RESULTS).where(*_conditions(wanted)).order_by(*_NEWEST).limit(limit + 1)
        if cursor is not None:
            done, number = cursors.read(_PAGES, cursor, 2)
            statement = statement.where(or_(_C.done < done, and_(_C.done == done, _C.id < number)))
        found = self._all(statement)
        last = found[limit - 1] if len(found) > limit else None
        return Page(rows=found[:limit], cursor=cursors.write(_PAGES, last.done, last.id) if last else None)

    def count(self, wanted: ResultFilter) -> int:
        """How many match."""
        return int(self._do.value(select(func.count()).select_from(RESULTS).where(*_conditions(wanted))))

    def _first(self, statement: Select[Any]) -> Result | None:
        row = self._do.row(statement.limit(1))
        return None if row is None else _SHAPE.thing(row)

    def _all(self, statement: Select[Any]) -> list[Result]:
        return [_SHAPE.thing(row) for row in self._do.rows(statement)]


def _conditions(wanted: ResultFilter) -> list[ColumnElement[bool]]:
    chosen: list[ColumnElement[bool]] = []
    for column, values in (
        (_C.duty, wanted.duties),
        (_C.target, wanted.targets),
        (_C.asset, wanted.assets),
        (_C.zone, wanted.zones),
        (_C.who, wanted.who),
        (_C.outcome, tuple(one.value for one in wanted.outcomes)),
    ):
        if values:
            chosen.append(column.in_(values))
    if wanted.since is not None:
        chosen.append(_C.done >= within(wanted.since))
    if wanted.until is not None:
        chosen.append(_C.done < within(wanted.until))
    return chosen
