"""Every version of every duty."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import and_, func, insert, select

from facility.duty_version import DutyVersion
from storage.records.port import NotFound
from storage.records.sql.shape import Shape
from storage.records.sql.tables import DUTY_VERSIONS
from storage.records.sql.transaction import Transaction

_SHAPE = Shape(DutyVersion)
_C = DUTY_VERSIONS.c
LEAST = 7
"""So many characters tell a hash from another."""


class SqlDutyVersions:
    """See ``storage.records.occurrences.DutyVersions``."""

    def __init__(self, transaction: Transaction) -> None:
        self._do = transaction

    def add(self, version: DutyVersion) -> DutyVersion:
        """Raises ``Conflict``."""
        row = self._do.row(insert(DUTY_VERSIONS).returning(DUTY_VERSIONS), _SHAPE.new_row(version))
        assert row is not None
        return _SHAPE.thing(row)

    def of(self, duty: str) -> list[DutyVersion]:
        """Newest first."""
        statement = select(DUTY_VERSIONS).where(_C.duty == duty).order_by(_C.number.desc())
        return [_SHAPE.thing(row) for row in self._do.rows(statement)]

    def get(self, duty: str, version: str) -> DutyVersion:
        """Raises ``NotFound``."""
        fits = _C.version == version
        if len(version) >= LEAST:
            fits = _C.version.startswith(version, autoescape=True)
        statement = select(DUTY_VERSIONS).where(_C.duty == duty, fits, _C.version != "").order_by(_C.number.desc())
        row = self._do.row(statement.limit(1))
        if row is None:
            raise NotFound(f"the duty {duty} never had a version {version}")
        return _SHAPE.thing(row)

    def newest(self) -> dict[str, DutyVersion]:
        """Of each duty there ever was."""
        last = select(_C.duty, func.max(_C.number).label("number")).group_by(_C.duty).subquery()
        same = and_(_C.duty == last.c.duty, _C.number == last.c.number)
        statement = select(DUTY_VERSIONS).join(last, same).order_by(_C.duty)
        return {row.duty: _SHAPE.thing(row) for row in self._do.rows(statement)}

    def first(self) -> Mapping[str, int]:
        """Since when there is each."""
        return {row.duty: int(row.at) for row in self._do.rows(select(_C.duty, _C.at).where(_C.number == 1))}
