"""The permissions and their history, and what was found at doors."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import ColumnElement, func, select, update

from facility.calendar import SpecialDay, WorkCalendar
from facility.door_finding import DoorFinding, DoorRule
from facility.fact import Fact
from facility.permission import Permissions
from facility.permission_entries import TABLES, PermissionChange
from storage.records.permissions import FindingFilter, PermissionVersion
from storage.records.port import Conflict, Page
from storage.records.sql.facts import SqlFacts
from storage.records.sql.rows import Kind, Rows
from storage.records.sql.shape import Shape, from_json
from storage.records.sql.tables import (
    DOOR_FINDINGS,
    PERMISSION_ENTRIES,
    PERMISSION_VERSIONS,
    REGISTER_ENTRIES,
    ROTA_ENTRIES,
    within,
)
from storage.records.sql.transaction import Transaction
from storage.records.sql.versioned import Ledger, Versioned

_E, _V, _D = PERMISSION_ENTRIES.c, PERMISSION_VERSIONS.c, DOOR_FINDINGS.c
_LEDGER = Ledger(
    noun="permission",
    versions=PERMISSION_VERSIONS,
    entries=PERMISSION_ENTRIES,
    kinds=TABLES,
    gone="removed",
    unnamed=frozenset({"credentials"}),
)
_FINDING = Kind(table=DOOR_FINDINGS, shape=Shape(DoorFinding), word="finding", pages="door_findings")
_AT_ONCE = 500


class SqlPermissions:
    """See ``storage.records.permissions.PermissionStore``."""

    def __init__(self, transaction: Transaction, facts: SqlFacts) -> None:
        self._do, self._facts = transaction, facts
        self._kept = Versioned(transaction, _LEDGER)

    def version(self) -> int:
        """0 before anything was entered."""
        return self._kept.version()

    def version_at(self, at: int) -> int:
        """The newest that was known then."""
        return self._kept.version_at(at)

    def load(self, at: int | None = None) -> Permissions:
        """In the order in which entries were first entered."""
        return self.load_version(self.version() if at is None else self.version_at(at))

    def load_version(self, version: int) -> Permissions:
        """With the property's time zone and holidays as they stand now."""
        return Permissions(
            version=version, timezone=self._timezone(), calendar=self._calendar(), **self._kept.entries(version)
        )

    def apply(self, changes: Sequence[PermissionChange], who: str, at: int, why: str = "") -> int:
        """Raises ``Conflict`` when an entry is not, or no longer, what a change says it was."""
        old = self.version()
        if not changes:
            return old
        version = self._kept.begin(old, who, at, why)
        standing = self._kept.standing(changes)
        for change in changes:
            self._kept.check(change, standing)
        self._kept.write(changes, standing, version)
        self._facts.append(self._kept.fact(changes, version, who=who, at=at, why=why))
        return version

    def history(self, table: str, key: str) -> list[dict[str, Any]]:
        """Oldest first."""
        return self._kept.history(table, key)

    def versions(self, limit: int = 20) -> list[PermissionVersion]:
        """The newest first."""
        wanted = select(PERMISSION_VERSIONS).order_by(_V.version.desc()).limit(limit)
        return [
            PermissionVersion(version=row.version, at=row.at, who=row.who, why=row.why) for row in self._do.rows(wanted)
        ]

    def forget(self, holder: str, who: str, at: int, why: str = "") -> int:
        """Raises ``Conflict`` while the holder is in force."""
        if any(row.body is not None for row in self._kept.in_force("holders", [holder])):
            raise Conflict(f"holder {holder!r} is still in force: take them out of the permissions first")
        many = self._blank("holders", _E.key == holder, {"name": "", "company": ""})
        many += self._blank("credentials", _E.body.contains(f'"holder":{_as_json(holder)},'), {"tail": ""})
        if many:
            data = {"rows": many}
            self._facts.append(
                Fact(at=at, noun="holder", subject=holder, what="forgotten", why=why, who=who, data=data)
            )
        return many

    def _blank(self, table: str, which: ColumnElement[bool], empty: Mapping[str, str]) -> int:
        """The only rows of a version that are ever written again: what is personal in them has had its time."""
        rows = self._do.rows(select(_E.id, _E.body).where(_E.noun == table, _E.body.is_not(None), which))
        many = 0
        for row in rows:
            body = orjson.loads(row.body)
            if any(body.get(name) for name in empty):
                kept = orjson.dumps(body | empty).decode()
                self._do.run(update(PERMISSION_ENTRIES).where(_E.id == row.id).values(body=kept))
                many += 1
        return many

    def _timezone(self) -> str:
        """The property's: that of the first site."""
        entry = REGISTER_ENTRIES.c
        site = select(entry.body).where(entry.noun == "sites", entry.version_to.is_(None), entry.body.is_not(None))
        body = self._do.value(site.order_by(entry.position).limit(1))
        return str(orjson.loads(body)["timezone"]) if body else Permissions.timezone

    def _calendar(self) -> WorkCalendar:
        """The rota's own holidays."""
        entry = ROTA_ENTRIES.c
        days = select(entry.body).where(entry.noun == "holidays", entry.version_to.is_(None), entry.body.is_not(None))
        found = [from_json(SpecialDay, row.body) for row in self._do.rows(days)]
        return WorkCalendar(special={one.day: one for one in found})


def _as_json(text: str) -> str:
    return orjson.dumps(text).decode()


class SqlDoorFindings(Rows[DoorFinding]):
    """See ``storage.records.permissions.DoorFindings``."""

    def __init__(self, transaction: Transaction) -> None:
        super().__init__(transaction, _FINDING)

    def add(self, finding: DoorFinding) -> DoorFinding:
        """Leaves the transaction usable when it raises ``Conflict``."""
        added = self.new_unless(finding, index_elements=["key"])
        if added is None:
            raise Conflict(f"{finding.key!r} was found before")
        return added

    def known(self, keys: Iterable[str]) -> set[str]:
        """Those that are there."""
        wanted, found = list(dict.fromkeys(keys)), set[str]()
        for start in range(0, len(wanted), _AT_ONCE):
            some = select(_D.key).where(_D.key.in_(wanted[start : start + _AT_ONCE]))
            found |= {row.key for row in self._do.rows(some)}
        return found

    def find(self, wanted: FindingFilter, cursor: str | None = None, limit: int = 50) -> Page[DoorFinding]:
        """Newest first."""
        return self.page(_conditions(wanted), cursor, limit)

    def counts(self, wanted: FindingFilter) -> dict[tuple[str, DoorRule], int]:
        """(door, rule) → how many."""
        rows = self._do.rows(
            select(_D.door, _D.rule, func.count().label("many")).where(*_conditions(wanted)).group_by(_D.door, _D.rule)
        )
        return {(row.door, DoorRule(row.rule)): row.many for row in rows}


def _conditions(wanted: FindingFilter) -> list[ColumnElement[bool]]:
    chosen: list[ColumnElement[bool]] = []
    for column, values in (
        (_D.rule, tuple(rule.value for rule in wanted.rules)),
        (_D.door, wanted.doors),
        (_D.zone, wanted.zones),
        (_D.credential, wanted.credentials),
        (_D.holder, wanted.holders),
    ):
        if values:
            chosen.append(column.in_(values))
    if wanted.without:
        chosen.append(_D.rule.not_in([rule.value for rule in wanted.without]))
    if wanted.withdrawn is not None:
        chosen.append(_D.withdrawn.is_not(None) if wanted.withdrawn else _D.withdrawn.is_(None))
    if wanted.since is not None:
        chosen.append(_D.at >= within(wanted.since))
    if wanted.until is not None:
        chosen.append(_D.at < within(wanted.until))
    return chosen
