"""Silent alerts, such as a duress card: for everybody who may not see them they are not there."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

from facility.alert import Alert
from facility.door_check import SILENT
from facility.person import Actor, Right
from storage.records.port import AlertFilter, Alerts, NotFound, Page, Unit


def is_silent(alert: Alert) -> bool:
    """Whether it is told to a few alone, and makes no sound."""
    return alert.rule == SILENT


def as_seen_by(actor: Actor, unit: Unit) -> Unit:
    """The unit for reading, as ``actor`` may see it."""
    return unit if actor.may(Right.SEE_SILENT) else cast("Unit", _Discreet(unit))


class _Discreet:
    """A unit whose silent alerts cannot be found; everything else is the unit's own."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit
        self.alerts = cast("Alerts", _LoudAlerts(unit.alerts))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._unit, name)


class _LoudAlerts:
    """All others."""

    def __init__(self, alerts: Alerts) -> None:
        self._alerts = alerts

    def __getattr__(self, name: str) -> Any:
        return getattr(self._alerts, name)

    def get(self, number: int) -> Alert:
        """Raises ``NotFound``, as of a number that there never was."""
        alert = self._alerts.get(number)
        if is_silent(alert):
            raise NotFound(f"there is no alerts {number}")
        return alert

    def open_ones(self) -> list[Alert]:
        return [alert for alert in self._alerts.open_ones() if not is_silent(alert)]

    def find(self, wanted: AlertFilter, cursor: str | None = None, limit: int = 50) -> Page[Alert]:
        return self._alerts.find(replace(wanted, without_rules=(SILENT,)), cursor, limit)

    def count(self, wanted: AlertFilter) -> int:
        return self._alerts.count(replace(wanted, without_rules=(SILENT,)))
