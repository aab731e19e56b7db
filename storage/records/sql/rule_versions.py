"""Every version of every rule."""

from __future__ import annotations

from sqlalchemy import and_, func, insert, select

from facility.rule_version import RuleVersion
from storage.records.port import NotFound
from storage.records.sql.shape import Shape
from storage.records.sql.tables import RULE_VERSIONS
from storage.records.sql.transaction import Transaction

_SHAPE = Shape(RuleVersion)
_C = RULE_VERSIONS.c
LEAST = 7
"""So many characters tell a hash from another."""


class SqlRuleVersions:
    """See ``storage.records.rule_versions.RuleVersions``."""

    def __init__(self, transaction: Transaction) -> None:
        self._do = transaction

    def add(self, version: RuleVersion) -> RuleVersion:
        """Raises ``Conflict``."""
        row = self._do.row(insert(RULE_VERSIONS).returning(RULE_VERSIONS), _SHAPE.new_row(version))
        assert row is not None
        return _SHAPE.thing(row)

    def of(self, rule: str) -> list[RuleVersion]:
        """Newest first."""
        statement = select(RULE_VERSIONS).where(_C.rule == rule).order_by(_C.number.desc())
        return [_SHAPE.thing(row) for row in self._do.rows(statement)]

    def get(self, rule: str, version: str) -> RuleVersion:
        """Raises ``NotFound``."""
        fits = _C.version == version
        if len(version) >= LEAST:
            fits = _C.version.startswith(version, autoescape=True)
        statement = select(RULE_VERSIONS).where(_C.rule == rule, fits, _C.version != "").order_by(_C.number.desc())
        row = self._do.row(statement.limit(1))
        if row is None:
            raise NotFound(f"{rule} never had a version {version}")
        return _SHAPE.thing(row)

    def newest(self) -> dict[str, RuleVersion]:
        """Of each rule there ever was."""
        last = select(_C.rule, func.max(_C.number).label("number")).group_by(_C.rule).subquery()
        same = and_(_C.rule == last.c.rule, _C.number == last.c.number)
        statement = select(RULE_VERSIONS).join(last, same).order_by(_C.rule)
        return {row.rule: _SHAPE.thing(row) for row in self._do.rows(statement)}
