"""Entries by version, none ever overwritten: how the register and the rota lie in their tables, and their histories."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any, Protocol

import orjson
from sqlalchemy import Row, Table, and_, bindparam, func, insert, or_, select, text, update

from facility.fact import Fact
from storage.records.port import Conflict
from storage.records.sql.shape import from_json, to_json
from storage.records.sql.tables import within
from storage.records.sql.transaction import Transaction

_FEW_KEYS = 500
"""More are looked for in one pass over their table."""
MOST_KEYS_TOLD = 50
"""Up to so many entries are named one by one in the fact; a larger change is an import, told in numbers and its first keys."""

Place = tuple[str, str]
"""(table, key)"""


class EntryChange(Protocol):
    """As ``facility.register.Change`` and ``facility.rota.RotaChange`` are."""

    @property
    def table(self) -> str: ...
    @property
    def key(self) -> str: ...
    @property
    def before(self) -> object | None: ...
    @property
    def after(self) -> object | None: ...
    @property
    def what(self) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """What is kept by version."""

    noun: str
    """As facts and people call it."""
    versions: Table
    entries: Table
    kinds: Mapping[str, type]
    """Table of a change → what its entries are."""
    gone: str
    """What has happened to an entry whose body is NULL."""
    unnamed: frozenset[str] = frozenset()
    """Tables whose keys are of people: facts, which nothing ends, tell how many there were and not which."""


class Versioned:
    """One ledger in one transaction."""

    def __init__(self, transaction: Transaction, ledger: Ledger) -> None:
        self._do, self._ledger = transaction, ledger

    def version(self) -> int:
        """0 before anything was entered."""
        return int(self._do.value(select(func.max(self._ledger.versions.c.version))) or 0)

    def version_at(self, at: int) -> int:
        """The one in force then."""
        v = self._ledger.versions.c
        return int(self._do.value(select(func.max(v.version)).where(v.at <= within(at))) or 0)

    def entries(self, version: int) -> dict[str, dict[str, Any]]:
        """Table → key → what was in force, in the order in which entries were first entered."""
        e, kinds = self._ledger.entries.c, self._ledger.kinds
        found: dict[str, dict[str, Any]] = {table: {} for table in kinds}
        in_force = and_(e.version_from <= version, or_(e.version_to.is_(None), e.version_to > version))
        wanted = select(e.noun, e.key, e.body).where(in_force, e.body.is_not(None)).order_by(e.position)
        for row in self._do.stream(wanted):
            found[row.noun][row.key] = from_json(kinds[row.noun], row.body)
        return found

    def begin(self, old: int, who: str, at: int, why: str) -> int:
        """The version after ``old``. Taken first of all: a second writer waits here, then finds it gone (``Conflict``)."""
        versions = self._ledger.versions
        statement = self._do.insert(versions).on_conflict_do_nothing(index_elements=["version"])
        values = {"version": old + 1, "at": at, "who": who, "why": why}
        if self._do.row(statement.returning(versions.c.version), values) is None:
            raise Conflict(f"somebody else wrote version {old + 1} of the {self._ledger.noun} just now")
        return old + 1

    def standing(self, changes: Sequence[EntryChange]) -> dict[Place, Row[Any]]:
        """The rows in force that the changes are about, those of what is gone as well."""
        found: dict[Place, Row[Any]] = {}
        for table in dict.fromkeys(change.table for change in changes):
            keys = [change.key for change in changes if change.table == table]
            for row in self.in_force(table, keys):
                found[table, row.key] = row
        return found

    def in_force(self, table: str, keys: Sequence[str]) -> Iterator[Row[Any]]:
        """Id, key, position and body of those that there are."""
        e = self._ledger.entries.c
        wanted = select(e.id, e.key, e.position, e.body).where(e.noun == table, e.version_to.is_(None))
        if len(keys) <= _FEW_KEYS:
            yield from self._do.rows(wanted.where(e.key.in_(keys)))
        else:
            known = set(keys)
            yield from (row for row in self._do.stream(wanted) if row.key in known)

    def check(self, change: EntryChange, standing: Mapping[Place, Row[Any]]) -> None:
        """Raises ``Conflict`` when an entry is not, or no longer, what the change says it was."""
        row = standing.get((change.table, change.key))
        stands = None if row is None else self.entry(change.table, row.body)
        if stands != change.before:
            raise Conflict(f"{change.table} {change.key!r} was changed by somebody else meanwhile")

    def entry(self, table: str, body: str | None) -> Any:
        """None of what is gone."""
        return None if body is None else from_json(self._ledger.kinds[table], body)

    def write(self, changes: Sequence[EntryChange], standing: Mapping[Place, Row[Any]], version: int) -> None:
        """The rows in force end, and new ones begin at their places."""
        entries = self._ledger.entries
        ended = [{"ended": row.id, "version": version} for row in standing.values()]
        if ended:
            end = update(entries).where(entries.c.id == bindparam("ended"))
            self._do.run(end.values(version_to=bindparam("version")), ended)
        places = count(int(self._do.value(select(func.max(entries.c.position))) or 0) + 1)
        self._do.run(
            insert(entries),
            [
                {
                    "noun": change.table,
                    "key": change.key,
                    "version_from": version,
                    "position": row.position if (row := standing.get((change.table, change.key))) else next(places),
                    "body": None if change.after is None else to_json(change.after),
                }
                for change in changes
            ],
        )
        if self._do.on_postgres and len(changes) > _FEW_KEYS:
            # Until it is told of the new rows, its planner reads them all for each key.
            self._do.run(text(f"ANALYZE {entries.name}"))

    def history(self, table: str, key: str) -> list[dict[str, Any]]:
        """Oldest first."""
        e, v = self._ledger.entries.c, self._ledger.versions.c
        wanted = select(e.version_from, e.body, v.at, v.who, v.why).join(
            self._ledger.versions, v.version == e.version_from
        )
        rows = self._do.rows(wanted.where(e.noun == table, e.key == key).order_by(e.version_from))
        return list(self._as_told(rows))

    def _as_told(self, rows: Sequence[Row[Any]]) -> Iterator[dict[str, Any]]:
        before: str | None = None
        for row in rows:
            what = self._ledger.gone if row.body is None else "added" if before is None else "changed"
            body = None if row.body is None else orjson.loads(row.body)
            yield {
                "version": row.version_from,
                "at": row.at,
                "who": row.who,
                "why": row.why,
                "what": what,
                "body": body,
            }
            before = row.body

    def fact(self, changes: Sequence[EntryChange], version: int, *, who: str, at: int, why: str) -> Fact:
        """``… imported`` or ``… changed``: one for the whole change, which made it ``version``."""
        counts = Counter(f"{change.table} {change.what}" for change in changes)
        named = [change for change in changes if change.table not in self._ledger.unnamed]
        keys = [f"{change.table}/{change.key}" for change in named[:MOST_KEYS_TOLD]]
        return Fact(
            at=at,
            noun=self._ledger.noun,
            subject=str(version),
            what="imported" if len(changes) > MOST_KEYS_TOLD else "changed",
            before=str(version - 1),
            after=str(version),
            why=why,
            who=who,
            data={"counts": dict(counts), "keys": keys},
        )
