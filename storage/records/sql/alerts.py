"""Alerts and the tracks behind them."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, false, or_, text

from facility.alert import Alert, Condition, Track
from storage.records.port import AlertFilter, Conflict, Page
from storage.records.sql.rows import Kind, Rows
from storage.records.sql.shape import Shape
from storage.records.sql.tables import ALERTS, within
from storage.records.sql.tracks import all_tracks, put_tracks
from storage.records.sql.transaction import Transaction

_KIND = Kind(table=ALERTS, shape=Shape(Alert), word="alert", pages="alerts", derived=("attend_at",))
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


class SqlAlerts(Rows[Alert]):
    """See ``storage.records.port.Alerts``."""

    def __init__(self, transaction: Transaction) -> None:
        super().__init__(transaction, _KIND)

    def open(self, alert: Alert) -> Alert:
        """Leaves the transaction usable when it raises ``Conflict``."""
        opened = self.new_unless(alert, index_elements=["rule", "point"], index_where=_OPEN)
        if opened is None:
            raise Conflict(f"an alert of rule {alert.rule!r} is open on point {alert.point!r} already")
        return opened

    def open_ones(self) -> list[Alert]:
        """In the order in which they were opened."""
        return self.those(_OPEN)

    def find(self, wanted: AlertFilter, cursor: str | None = None, limit: int = 50) -> Page[Alert]:
        """Newest first."""
        return self.page(_conditions(wanted), cursor, limit)

    def count(self, wanted: AlertFilter) -> int:
        """How many match."""
        return self.many(_conditions(wanted))

    def to_attend(self, now: int) -> list[Alert]:
        """In the order in which they were opened."""
        return self.those(_C.attend_at <= now, _OPEN)

    def tracks(self) -> dict[tuple[str, str], Track]:
        """All that are not quiet."""
        return all_tracks(self._do)

    def put_tracks(self, tracks: dict[tuple[str, str], Track]) -> None:
        """A quiet one is removed."""
        put_tracks(self._do, tracks)


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
    if wanted.without_rules:
        chosen.append(_C.rule.not_in(wanted.without_rules))
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
