"""What nouns have in common whose rows have a number, and a version that counts their changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import Field, dataclass, replace
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from sqlalchemy import ColumnElement, Select, Table, TextClause, func, select, update

from storage.records.port import Conflict, NotFound, Page
from storage.records.sql import cursor as cursors
from storage.records.sql.shape import Shape
from storage.records.sql.tables import within
from storage.records.sql.transaction import Transaction

Condition = ColumnElement[bool] | TextClause


class Numbered(Protocol):
    """Such a noun."""

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]

    @property
    def id(self) -> int: ...
    @property
    def version(self) -> int: ...


N = TypeVar("N", bound=Numbered)


@dataclass(frozen=True, kw_only=True)
class Kind(Generic[N]):
    """How one noun lies. Worked out once: a unit of work is begun several times a second."""

    table: Table
    shape: Shape[N]
    word: str
    """What messages call one."""
    pages: str
    """What its cursors say they are of."""
    derived: tuple[str, ...] = ()
    """Properties of the noun that lie in columns besides its fields, to be looked for by."""


class Rows(Generic[N]):
    """One noun in one transaction."""

    def __init__(self, transaction: Transaction, kind: Kind[N]) -> None:
        self._do, self._kind = transaction, kind

    def update(self, thing: N) -> N:
        """Compare-and-set on ``version``."""
        after = replace(thing, version=thing.version + 1)
        table = self._kind.table
        statement = update(table).where(table.c.id == thing.id, table.c.version == thing.version)
        if self._do.run(statement.values(self.row(after))).rowcount == 0:
            found = self.get(thing.id)
            raise Conflict(f"{self._kind.word} {thing.id} is at version {found.version} by now, not {thing.version}")
        return after

    def get(self, number: int) -> N:
        """Raises ``NotFound``."""
        found = self.one(self._kind.table.c.id == within(number))
        if found is None:
            raise NotFound(f"there is no {self._kind.word} {number}")
        return found

    def row(self, thing: N) -> dict[str, Any]:
        """Without the id."""
        return self._kind.shape.new_row(thing, **{name: getattr(thing, name) for name in self._kind.derived})

    def new(self, thing: N) -> N:
        """Write it down. Returns it with its id."""
        table = self._kind.table
        return replace(thing, id=int(self._do.value(self._do.insert(table).returning(table.c.id), self.row(thing))))

    def new_unless(self, thing: N, **index: Any) -> N | None:
        """As ``new``, or None when there is such a one already by that index: the transaction stays usable."""
        table = self._kind.table
        statement = self._do.insert(table).on_conflict_do_nothing(**index).returning(table.c.id)
        number = self._do.value(statement, self.row(thing))
        return None if number is None else replace(thing, id=int(number))

    def one(self, *conditions: Condition) -> N | None:
        """The first in no order, where there are several."""
        row = self._do.row(select(self._kind.table).where(*conditions))
        return None if row is None else self._kind.shape.thing(row)

    def those(self, *conditions: Condition) -> list[N]:
        """The oldest first."""
        table = self._kind.table
        return self.read(select(table).where(*conditions).order_by(table.c.id))

    def read(self, wanted: Select[Any]) -> list[N]:
        """What a SELECT of the whole table finds."""
        return [self._kind.shape.thing(row) for row in self._do.rows(wanted)]

    def page(self, conditions: Sequence[Condition], cursor: str | None, limit: int) -> Page[N]:
        """The newest first."""
        table, kind = self._kind.table, self._kind.pages
        statement = select(table).where(*conditions).order_by(table.c.id.desc()).limit(limit + 1)
        if cursor is not None:
            statement = statement.where(table.c.id < cursors.read(kind, cursor, 1)[0])
        found = self.read(statement)
        more = cursors.write(kind, found[limit - 1].id) if len(found) > limit else None
        return Page(rows=found[:limit], cursor=more)

    def many(self, conditions: Sequence[Condition]) -> int:
        """How many there are."""
        return int(self._do.value(select(func.count()).select_from(self._kind.table).where(*conditions)))
