"""The register and its history: entries by version, none ever overwritten."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from itertools import count
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Row, and_, bindparam, func, insert, or_, select, text, update

from facility.point import Point, Setting
from facility.register import TABLES, Change, Noun, Register
from storage.records.port import Conflict
from storage.records.sql.facts import SqlFacts
from storage.records.sql.register_facts import change_fact, setting_facts
from storage.records.sql.shape import from_json, to_json
from storage.records.sql.tables import REGISTER_ENTRIES, REGISTER_VERSIONS, within
from storage.records.sql.transaction import Transaction

_E, _V = REGISTER_ENTRIES.c, REGISTER_VERSIONS.c
_NOW = _E.version_to.is_(None)
_ADD_ENTRIES = insert(REGISTER_ENTRIES)
_END_ENTRY = update(REGISTER_ENTRIES).where(_E.id == bindparam("ended")).values(version_to=bindparam("version"))
_FEW_KEYS = 500
"""More are looked for in one pass over their table."""

Place = tuple[str, str]
"""(table, key)"""


class SqlRegisters:
    """See ``storage.records.port.Registers``."""

    def __init__(self, transaction: Transaction, facts: SqlFacts) -> None:
        self._do = transaction
        self._facts = facts

    def version(self) -> int:
        """0 before anything was registered."""
        return int(self._do.value(select(func.max(_V.version))) or 0)

    def load(self, at: int | None = None) -> Register:
        """In the order in which entries were first imported."""
        version = self.version() if at is None else self._version_at(at)
        found: dict[str, dict[str, Any]] = {table: {} for table in TABLES}
        wanted = select(_E.noun, _E.key, _E.body).where(_in_force(version), _E.body.is_not(None)).order_by(_E.position)
        for row in self._do.stream(wanted):
            found[row.noun][row.key] = from_json(TABLES[row.noun], row.body)
        return Register(version=version, registered=self._registered(found["points"]), **found)

    def apply(self, changes: Sequence[Change], who: str, at: int, why: str = "") -> int:
        """Raises ``Conflict`` when an entry is not, or no longer, what a change says it was; ``ValueError`` on a NaN."""
        old = self.version()
        if not changes:
            return old
        version = self._next_version(old, who, at, why)
        standing = self._standing(changes)
        for change in changes:
            _check(change, standing.get((change.table, change.key)))
        told = setting_facts(changes, self._settings_beside(changes), self._units_beside(changes), who=who, at=at)
        self._write(changes, standing, version)
        self._facts.append_all([change_fact(changes, version, who=who, at=at, why=why), *told])
        return version

    def history(self, table: str, key: str) -> list[dict[str, Any]]:
        """Oldest first."""
        wanted = select(_E.version_from, _E.body, _V.at, _V.who, _V.why).join(
            REGISTER_VERSIONS, _V.version == _E.version_from
        )
        rows = self._do.rows(wanted.where(_E.noun == table, _E.key == key).order_by(_E.version_from))
        return list(_as_told(rows))

    def _version_at(self, at: int) -> int:
        return int(self._do.value(select(func.max(_V.version)).where(_V.at <= within(at))) or 0)

    def _registered(self, points: Mapping[str, object]) -> dict[str, int]:
        first = select(_E.key, func.min(_E.version_from).label("version")).where(_E.noun == "points").group_by(_E.key)
        times = {row.version: row.at for row in self._do.rows(select(_V.version, _V.at))}
        return {row.key: times[row.version] for row in self._do.rows(first) if row.key in points}

    def _next_version(self, old: int, who: str, at: int, why: str) -> int:
        """Taken first of all: a second writer waits here, then finds it gone."""
        statement = (
            self._do.insert(REGISTER_VERSIONS).on_conflict_do_nothing(index_elements=["version"]).returning(_V.version)
        )
        values = {"version": old + 1, "at": at, "who": who, "why": why}
        if self._do.row(statement, values) is None:
            raise Conflict(f"somebody else wrote version {old + 1} of the register just now")
        return old + 1

    def _standing(self, changes: Sequence[Change]) -> dict[Place, Row[Any]]:
        """The rows in force that the changes are about, retired ones as well."""
        found: dict[Place, Row[Any]] = {}
        for table in dict.fromkeys(change.table for change in changes):
            keys = [change.key for change in changes if change.table == table]
            for row in self._in_force(table, keys):
                found[table, row.key] = row
        return found

    def _in_force(self, table: str, keys: Sequence[str]) -> Iterator[Row[Any]]:
        wanted = select(_E.id, _E.key, _E.position, _E.body).where(_E.noun == table, _NOW)
        if len(keys) <= _FEW_KEYS:
            yield from self._do.rows(wanted.where(_E.key.in_(keys)))
        else:
            known = set(keys)
            yield from (row for row in self._do.stream(wanted) if row.key in known)

    def _settings_beside(self, changes: Sequence[Change]) -> list[Setting]:
        points = _points_set(changes)
        if not points:
            return []
        rows = self._do.rows(select(_E.key, _E.body).where(_E.noun == "settings", _NOW, _E.body.is_not(None)))
        return [from_json(Setting, row.body) for row in rows if row.key.rsplit("/", 2)[0] in points]

    def _units_beside(self, changes: Sequence[Change]) -> dict[str, str]:
        rows = self._in_force("points", sorted(_points_set(changes)))
        units = {row.key: orjson.loads(row.body)["unit"] for row in rows if row.body is not None}
        return units | {change.key: change.after.unit for change in changes if isinstance(change.after, Point)}

    def _write(self, changes: Sequence[Change], standing: Mapping[Place, Row[Any]], version: int) -> None:
        ended = [{"ended": row.id, "version": version} for row in standing.values()]
        if ended:
            self._do.run(_END_ENTRY, ended)
        places = count(int(self._do.value(select(func.max(_E.position))) or 0) + 1)
        self._do.run(
            _ADD_ENTRIES,
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
            self._do.run(text("ANALYZE register_entries"))


def _in_force(version: int) -> ColumnElement[bool]:
    return and_(_E.version_from <= version, or_(_NOW, _E.version_to > version))


def _points_set(changes: Sequence[Change]) -> set[str]:
    return {change.after.point for change in changes if isinstance(change.after, Setting)}


def _check(change: Change, row: Row[Any] | None) -> None:
    stands = None if row is None or row.body is None else from_json(TABLES[change.table], row.body)
    if stands != change.before:
        raise Conflict(f"{change.table} {change.key!r} was changed by somebody else meanwhile")
    if change.after is not None:
        _refuse_no_numbers(change.table, change.key, change.after)


def _refuse_no_numbers(table: str, key: str, noun: Noun) -> None:
    """JSON would keep NaN and infinity as null."""
    for field in fields(noun):
        value = getattr(noun, field.name)
        if isinstance(value, float) and not math.isfinite(value):
            raise ValueError(f"{table} {key!r}: {field.name} is {value}, where a finite number is allowed")


def _as_told(rows: Sequence[Row[Any]]) -> Iterator[dict[str, Any]]:
    before: str | None = None
    for row in rows:
        what = "retired" if row.body is None else "added" if before is None else "changed"
        body = None if row.body is None else orjson.loads(row.body)
        yield {"version": row.version_from, "at": row.at, "who": row.who, "why": row.why, "what": what, "body": body}
        before = row.body
