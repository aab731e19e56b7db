"""The register and its history."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

import orjson
from sqlalchemy import func, select

from facility.point import Point, Setting
from facility.register import TABLES, Change, Noun, Register, Stretch
from storage.records.sql.facts import SqlFacts
from storage.records.sql.register_facts import setting_facts
from storage.records.sql.shape import from_json
from storage.records.sql.tables import REGISTER_ENTRIES, REGISTER_VERSIONS
from storage.records.sql.transaction import Transaction
from storage.records.sql.versioned import Ledger, Versioned

_E, _V = REGISTER_ENTRIES.c, REGISTER_VERSIONS.c
_LEDGER = Ledger(noun="register", versions=REGISTER_VERSIONS, entries=REGISTER_ENTRIES, kinds=TABLES, gone="retired")


class SqlRegisters:
    """See ``storage.records.port.Registers``."""

    def __init__(self, transaction: Transaction, facts: SqlFacts) -> None:
        self._do, self._facts = transaction, facts
        self._kept = Versioned(transaction, _LEDGER)

    def version(self) -> int:
        """0 before anything was registered."""
        return self._kept.version()

    def load(self, at: int | None = None) -> Register:
        """In the order in which entries were first imported."""
        version = self.version() if at is None else self._kept.version_at(at)
        found = self._kept.entries(version)
        return Register(version=version, registered=self._registered(found["points"]), **found)

    def apply(self, changes: Sequence[Change], who: str, at: int, why: str = "") -> int:
        """Raises ``Conflict`` when an entry is not, or no longer, what a change says it was; ``ValueError`` on a NaN."""
        old = self.version()
        if not changes:
            return old
        version = self._kept.begin(old, who, at, why)
        standing = self._kept.standing(changes)
        for change in changes:
            self._kept.check(change, standing)
            if change.after is not None:
                _refuse_no_numbers(change.table, change.key, change.after)
        told = setting_facts(changes, self._settings_beside(changes), self._units_beside(changes), who=who, at=at)
        self._kept.write(changes, standing, version)
        self._facts.append_all([self._kept.fact(changes, version, who=who, at=at, why=why), *told])
        return version

    def history(self, table: str, key: str) -> list[dict[str, Any]]:
        """Oldest first."""
        return self._kept.history(table, key)

    def stretches(self, table: str) -> dict[str, Stretch]:
        """One pass over the history of the table."""
        times = {row.version: row.at for row in self._do.rows(select(_V.version, _V.at))}
        found: dict[str, Stretch] = {}
        kinds: dict[str, object] = {}
        wanted = select(_E.key, _E.version_from, _E.body).where(_E.noun == table).order_by(_E.version_from, _E.id)
        for row in self._do.stream(wanted):
            at, before = times[row.version_from], found.get(row.key)
            if row.body is None:
                found[row.key] = Stretch(before.since if before else at, at)
                continue
            kind = orjson.loads(row.body).get("kind")
            if before is None or before.until is not None or kinds[row.key] != kind:
                found[row.key] = Stretch(at, None)
            kinds[row.key] = kind
        return found

    def _registered(self, points: Mapping[str, object]) -> dict[str, int]:
        first = select(_E.key, func.min(_E.version_from).label("version")).where(_E.noun == "points").group_by(_E.key)
        times = {row.version: row.at for row in self._do.rows(select(_V.version, _V.at))}
        return {row.key: times[row.version] for row in self._do.rows(first) if row.key in points}

    def _settings_beside(self, changes: Sequence[Change]) -> list[Setting]:
        points = _points_set(changes)
        if not points:
            return []
        wanted = select(_E.key, _E.body).where(_E.noun == "settings", _E.version_to.is_(None), _E.body.is_not(None))
        return [from_json(Setting, row.body) for row in self._do.rows(wanted) if row.key.rsplit("/", 2)[0] in points]

    def _units_beside(self, changes: Sequence[Change]) -> dict[str, str]:
        rows = self._kept.in_force("points", sorted(_points_set(changes)))
        units = {row.key: orjson.loads(row.body)["unit"] for row in rows if row.body is not None}
        return units | {change.key: change.after.unit for change in changes if isinstance(change.after, Point)}


def _points_set(changes: Sequence[Change]) -> set[str]:
    return {change.after.point for change in changes if isinstance(change.after, Setting)}


def _refuse_no_numbers(table: str, key: str, noun: Noun) -> None:
    """JSON would keep NaN and infinity as null."""
    for field in fields(noun):
        value = getattr(noun, field.name)
        if isinstance(value, float) and not math.isfinite(value):
            raise ValueError(f"{table} {key!r}: {field.name} is {value}, where a finite number is allowed")
