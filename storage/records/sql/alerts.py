"""Alerts and the tracks behind them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, and_, false, func, or_, select, text, update

from facility.alert import Alert, Condition, Track
from storage.records.port import AlertFilter, Conflict, NotFound, Page
from storage.records.sql import cursor as cursors
from storage.records.sql.shape import Shape
from storage.records.sql.tables import ALERTS, within
from storage.records.sql.tracks import all_tracks, put_tracks
from storage.records.sql.transaction import Transaction

_SHAPE = Shape(Alert)
_C = ALERTS.c
_OPEN = text("closed IS NULL")
_GONE = _C.condition == Condition.NORMAL.value
# Said as what it is, not as what it is not: an index finds only that.
_THERE = _C.condition.in_([condition.value for condition in Condition if condition is not Condition.NORMAL])

_SHELVED, _SUPPRESSED, _OUT = _C.shelved_until.is_not(None), _C.suppressed_by != "", _C.out_of_service
_CLOSED = _C.closed.is_not(None)
_PLAIN = or_(_CLOSED, and_(~_OUT, ~_SUPPRESSED, ~_SHELVED))

_ISA_STATES: dict[str, ColumnElement[bool]] = {
    "unacknowledged": and_(_THERE, ~_C.acknowledged, _PLAIN),
    "acknowledged": and_(_THERE, _C.acknowledged, _PLAIN),
    "returned-unacknowledged": and_(_GONE, ~_C.acknowledged, ~_CLOSED, _PLAIN),
    "latched": and_(_GONE, _C.acknowledged, _C.latched, ~_CLOSED, _PLAIN),
    "normal": and_(_GONE, or_(_CLOSED, and_(_C.acknowledged, ~_C.latched, _PLAIN))),
    "shelved": and_(_SHELVED, ~_SUPPRESSED, ~_OUT, ~_CLOSED),
    "suppressed-by-design": and_(_SUPPRESSED, ~_OUT, ~_CLOSED),
    "out-of-service": and_(_OUT, ~_CLOSED),
}
"""``Alert.state`` said in SQL: it is derived, never stored."""


class SqlAlerts:
    """See ``storage.records.port.Alerts``."""

    def __init__(self, transaction: Transaction) -> None:
        self._do = transaction

    def open(self, alert: Alert) -> Alert:
        """Leaves the transaction usable when it raises ``Conflict``."""
        statement = self._do.insert(ALERTS).on_conflict_do_nothing(index_elements=["rule", "point"], index_where=_OPEN)
        number = self._do.value(statement.returning(_C.id), _row(alert))
        if number is None:
            raise Conflict(f"an alert of rule {alert.rule!r} is open on point {alert.point!r} already")
        return replace(alert, id=number)

    def update(self, alert: Alert) -> Alert:
        """Compare-and-set on ``version``."""
        after = replace(alert, version=alert.version + 1)
        statement = update(ALERTS).where(_C.id == alert.id, _C.version == alert.version).values(_row(after))
        if self._do.run(statement).rowcount == 0:
            found = self.get(alert.id)
            raise Conflict(f"alert {alert.id} is at version {found.version} by now, not {alert.version}")
        return after

    def get(self, number: int) -> Alert:
        """Raises ``NotFound``."""
        row = self._do.row(select(ALERTS).where(_C.id == within(number)))
        if row is None:
            raise NotFound(f"there is no alert {number}")
        return _SHAPE.thing(row)

    def open_ones(self) -> list[Alert]:
        """In the order in which they were opened."""
        return [_SHAPE.thing(row) for row in self._do.rows(select(ALERTS).where(_OPEN).order_by(_C.id))]

    def find(self, wanted: AlertFilter, cursor: str | None = None, limit: int = 50) -> Page[Alert]:
        """Newest first."""
        statement = select(ALERTS).where(*_conditions(wanted)).order_by(_C.id.desc()).limit(limit + 1)
        if cursor is not None:
            statement = statement.where(_C.id < cursors.read("alerts", cursor, 1)[0])
        found = [_SHAPE.thing(row) for row in self._do.rows(statement)]
        more = cursors.write("alerts", found[limit - 1].id) if len(found) > limit else None
        return Page(rows=found[:limit], cursor=more)

    def count(self, wanted: AlertFilter) -> int:
        """How many match."""
        return int(self._do.value(select(func.count()).select_from(ALERTS).where(*_conditions(wanted))))

    def to_attend(self, now: int) -> list[Alert]:
        """In the order in which they were opened."""
        due = and_(_C.attend_at <= now, _OPEN)
        return [_SHAPE.thing(row) for row in self._do.rows(select(ALERTS).where(due).order_by(_C.id))]

    def tracks(self) -> dict[tuple[str, str], Track]:
        """All that are not quiet."""
        return all_tracks(self._do)

    def put_tracks(self, tracks: dict[tuple[str, str], Track]) -> None:
        """A quiet one is removed."""
        put_tracks(self._do, tracks)


def _row(alert: Alert) -> dict[str, Any]:
    return _SHAPE.new_row(alert) | {"attend_at": alert.attend_at}


def _conditions(wanted: AlertFilter) -> list[ColumnElement[bool]]:
    chosen: list[ColumnElement[bool]] = []
    if wanted.open is not None:
        chosen.append(_C.closed.is_(None) if wanted.open else _C.closed.is_not(None))
    if wanted.test is not None:
        chosen.append(_C.test if wanted.test else ~_C.test)
    if wanted.states:
        chosen.append(or_(false(), *(_isa(state) for state in wanted.states)))
    for column, values in (
        (_C.severity, tuple(severity.value for severity in wanted.severities)),
        (_C.zone, wanted.zones),
        (_C.asset, wanted.assets),
        (_C.point, wanted.points),
        (_C.rule, wanted.rules),
    ):
        if values:
            chosen.append(column.in_(values))
    if wanted.work_order is not None:
        chosen.append(_C.work_order == within(wanted.work_order))
    if wanted.since is not None:
        chosen.append(_C.started >= within(wanted.since))
    if wanted.until is not None:
        chosen.append(_C.started < within(wanted.until))
    return chosen


def _isa(state: str) -> ColumnElement[bool]:
    if state not in _ISA_STATES:
        raise ValueError(f"state: {state!r} is not one of {', '.join(_ISA_STATES)}")
    return _ISA_STATES[state]
