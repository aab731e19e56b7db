"""Due dates of duties."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, and_, bindparam, delete, func, select, text, true, tuple_, update

from facility.occurrence import SETTLED, Occurrence, Standing
from storage.records.occurrences import OccurrenceFilter
from storage.records.port import Conflict, NotFound, Page
from storage.records.sql import cursor as cursors
from storage.records.sql.rows import Kind, Rows
from storage.records.sql.shape import Shape
from storage.records.sql.tables import OCCURRENCES, storable, within
from storage.records.sql.tables.occurrences import OCCURRENCE_IS_OPEN
from storage.records.sql.transaction import Transaction

_KIND = Kind(table=OCCURRENCES, shape=Shape(Occurrence), word="occurrence", pages="occurrences")
_C = OCCURRENCES.c
_SETTLED = [one.value for one in SETTLED]
_SOONEST = "occurrences-soonest"
_AT_ONCE = 500
_COLUMNS = [column.name for column in OCCURRENCES.columns if column.name != "id"]
T = TypeVar("T")


class SqlOccurrences(Rows[Occurrence]):
    """See ``storage.records.occurrences.Occurrences``."""

    def __init__(self, transaction: Transaction) -> None:
        super().__init__(transaction, _KIND)

    def plan(self, rows: Sequence[Occurrence]) -> int:
        """Those whose key is not there."""
        if not rows:
            return 0
        mark = "%s" if self._do.on_postgres else "?"
        marks = ", ".join([mark] * len(_COLUMNS))
        statement = f"INSERT INTO occurrences ({', '.join(_COLUMNS)}) VALUES ({marks}) ON CONFLICT (key) DO NOTHING"  # noqa: S608 - our own column names
        return self._do.write_plain(statement, [_plain(self.row(one)) for one in rows])

    def update_all(self, occurrences: Sequence[Occurrence]) -> list[Occurrence]:
        """Each compare-and-set."""
        after = [replace(one, version=one.version + 1) for one in occurrences]
        if not after:
            return []
        mine = (_C.id == bindparam("its_id"), _C.version == bindparam("its_version"))
        rows = [self.row(one) | {"its_id": one.id, "its_version": one.version - 1} for one in after]
        statement = update(OCCURRENCES).where(*mine).values({name: bindparam(name) for name in self.row(after[0])})
        if self._do.run(statement, rows).rowcount != len(rows):
            raise Conflict("an occurrence of these was changed meanwhile; read them again")
        return after

    def withdraw(self, numbers: Sequence[int]) -> list[int]:
        """Those that are still planned."""
        gone: list[int] = []
        for these in _portions(numbers):
            statement = delete(OCCURRENCES).where(_C.id.in_(these), _C.standing == Standing.PLANNED.value)
            gone += [int(row.id) for row in self._do.rows(statement.returning(_C.id))]
        return sorted(gone)

    def by_key(self, key: str) -> Occurrence:
        """Raises ``NotFound``."""
        found = self.one(_C.key == key)
        if found is None:
            raise NotFound(f"there is no occurrence {key}")
        return found

    def some(self, numbers: Sequence[int]) -> dict[int, Occurrence]:
        """Those that there are."""
        wanted = [within(number) for number in numbers]
        return {one.id: one for these in _portions(wanted) for one in self.those(_C.id.in_(these))}

    def find(
        self, wanted: OccurrenceFilter, cursor: str | None = None, limit: int = 50, *, soonest: bool = False
    ) -> Page[Occurrence]:
        """By due date."""
        place, kind = tuple_(_C.due, _C.id), _SOONEST if soonest else _KIND.pages
        order = (_C.due, _C.id) if soonest else (_C.due.desc(), _C.id.desc())
        statement = select(OCCURRENCES).where(_fits(wanted)).order_by(*order).limit(limit + 1)
        if cursor is not None:
            from_ = tuple_(*cursors.read(kind, cursor, 2))
            statement = statement.where(place > from_ if soonest else place < from_)
        found = self.read(statement)
        more = cursors.write(kind, found[limit - 1].due, found[limit - 1].id) if len(found) > limit else None
        return Page(rows=found[:limit], cursor=more)

    def count(self, wanted: OccurrenceFilter) -> int:
        """How many match."""
        return self.many([_fits(wanted)])

    def counts(self, wanted: OccurrenceFilter) -> dict[Standing, int]:
        """By standing."""
        statement = select(_C.standing, func.count().label("many")).where(_fits(wanted)).group_by(_C.standing)
        return {Standing(row.standing): int(row.many) for row in self._do.rows(statement)}

    def to_attend(self, now: int, limit: int) -> list[Occurrence]:
        """What has waited longest first."""
        due = select(OCCURRENCES).where(_C.attend_at <= within(now)).order_by(_C.attend_at, _C.id)
        return self.read(due.limit(limit))

    def of(self, duty: str, target: str, since: int, until: int) -> list[Occurrence]:
        """Oldest first."""
        mine = (_C.duty == duty, _C.target == target, _C.due >= within(since), _C.due < within(until))
        return self.read(select(OCCURRENCES).where(*mine).order_by(_C.due, _C.id))

    def owed(self, duty: str) -> list[Occurrence]:
        """By due date."""
        mine = (_C.duty == duty, text(OCCURRENCE_IS_OPEN))
        return self.read(select(OCCURRENCES).where(*mine).order_by(_C.due, _C.id))

    def last(self, duty: str) -> dict[str, Occurrence]:
        """The newest of each target."""
        planned = (_C.duty == duty, _C.cause == "")
        newest = select(_C.target, func.max(_C.due).label("due")).where(*planned).group_by(_C.target).subquery()
        same = and_(*planned, _C.target == newest.c.target, _C.due == newest.c.due)
        return {one.target: one for one in self.read(select(OCCURRENCES).join(newest, same).order_by(_C.id))}


def _fits(wanted: OccurrenceFilter) -> ColumnElement[bool]:
    chosen: list[Any] = [true()]
    for column, values in (
        (_C.duty, wanted.duties),
        (_C.target, wanted.targets),
        (_C.clause, wanted.clauses),
        (_C.zone, wanted.zones),
        (_C.asset, wanted.assets),
        (_C.team, wanted.teams),
        (_C.assignee, wanted.assignees),
        (_C.standing, tuple(one.value for one in wanted.standings)),
    ):
        if values:
            chosen.append(column.in_(values))
    if wanted.open is not None:
        chosen.append(_C.standing.not_in(_SETTLED) if wanted.open else _C.standing.in_(_SETTLED))
    if wanted.since is not None:
        chosen.append(_C.due >= within(wanted.since))
    if wanted.until is not None:
        chosen.append(_C.due < within(wanted.until))
    return and_(*chosen)


def _plain(row: dict[str, Any]) -> tuple[Any, ...]:
    """As the driver takes it, in the order of the columns."""
    values = (row[name] for name in _COLUMNS)
    return tuple(storable(value) if isinstance(value, str) else value for value in values)


def _portions(numbers: Sequence[T]) -> Iterator[Sequence[T]]:
    return (numbers[start : start + _AT_ONCE] for start in range(0, len(numbers), _AT_ONCE))
