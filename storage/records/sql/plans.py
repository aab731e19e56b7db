"""Floor plans and their history."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson
from sqlalchemy import Select, select

from facility.floor_plan import FloorPlan, PlanChange
from storage.records.plans import PlanVersion
from storage.records.sql.facts import SqlFacts
from storage.records.sql.shape import rebuild
from storage.records.sql.tables import PLAN_ENTRIES, PLAN_VERSIONS
from storage.records.sql.transaction import Transaction
from storage.records.sql.versioned import Ledger, Versioned

_E, _V = PLAN_ENTRIES.c, PLAN_VERSIONS.c
_TABLE = "plans"
_LEDGER = Ledger(noun="plan", versions=PLAN_VERSIONS, entries=PLAN_ENTRIES, kinds={_TABLE: FloorPlan}, gone="removed")


class SqlPlans:
    """See ``storage.records.plans.Plans``."""

    def __init__(self, transaction: Transaction, facts: SqlFacts) -> None:
        self._do, self._facts = transaction, facts
        self._kept = Versioned(transaction, _LEDGER)

    def of(self, zone: str, at: int | None = None) -> FloorPlan | None:
        """None: it has no plan."""
        if at is not None:
            return self.all(at).get(zone)
        rows = list(self._kept.in_force(_TABLE, [zone]))
        found: FloorPlan | None = self._kept.entry(_TABLE, rows[0].body) if rows else None
        return found

    def all(self, at: int | None = None) -> dict[str, FloorPlan]:
        """In the order in which they were first entered."""
        return self._kept.entries(self.version(at))[_TABLE]

    def version(self, at: int | None = None) -> int:
        """0 before anything was entered."""
        return self._kept.version() if at is None else self._kept.version_at(at)

    def versions_of(self, zone: str) -> list[PlanVersion]:
        """The newest first."""
        return [_version_of(zone, row) for row in reversed(self._kept.history(_TABLE, zone))]

    def newest(self) -> dict[str, PlanVersion]:
        """Zone → the version in force."""
        return {row.key: _standing(row) for row in self._do.rows(_in_force())}

    def apply(self, changes: Sequence[PlanChange], who: str, at: int, why: str = "") -> int:
        """Raises ``Conflict`` when a plan is not, or no longer, what a change says it was."""
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

    def put(self, plan: FloorPlan, who: str, at: int, why: str = "") -> int:
        """A plan that stands as it is already makes no version."""
        before = self.of(plan.zone)
        wanted = [] if before == plan else [PlanChange(key=plan.zone, before=before, after=plan)]
        return self.apply(wanted, who, at, why)


def _in_force() -> Select[Any]:
    wanted = select(_E.key, _E.body, _E.version_from, _V.at, _V.who, _V.why)
    joined = wanted.join(PLAN_VERSIONS, _V.version == _E.version_from)
    return joined.where(_E.version_to.is_(None), _E.body.is_not(None)).order_by(_E.position)


def _standing(row: Any) -> PlanVersion:
    return PlanVersion(
        zone=row.key,
        version=row.version_from,
        at=row.at,
        who=row.who,
        why=row.why,
        plan=rebuild(FloorPlan, orjson.loads(row.body)),
    )


def _version_of(zone: str, row: dict[str, Any]) -> PlanVersion:
    body = row.pop("body")
    return PlanVersion(zone=zone, plan=None if body is None else rebuild(FloorPlan, body), **row)
