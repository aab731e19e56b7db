"""Silent alerts, such as a duress card: for everybody who may not see them they are not there."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

from api.discreet_facts import LoudFacts
from facility.alert import Alert
from facility.door_check import SILENT
from facility.notice import Notice
from facility.person import Actor, Right
from storage.records.notices import NoticeFilter, Notices
from storage.records.port import AlertFilter, Alerts, Facts, NotFound, Page, Unit


def is_silent(alert: Alert) -> bool:
    """Whether it is told to a few alone, and makes no sound."""
    return alert.rule == SILENT


def as_seen_by(actor: Actor, unit: Unit) -> Unit:
    """The unit for reading, as ``actor`` may see it."""
    return unit if actor.may(Right.SEE_SILENT) else cast("Unit", _Discreet(unit, actor))


class _Discreet:
    """A unit whose silent alerts cannot be found; everything else is the unit's own."""

    def __init__(self, unit: Unit, actor: Actor) -> None:
        self._unit = unit
        self.alerts = cast("Alerts", _LoudAlerts(unit.alerts))
        self.facts = cast("Facts", LoudFacts(unit.facts, unit.alerts))
        self.notices = cast("Notices", _LoudNotices(unit, actor))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._unit, name)


class _LoudNotices:
    """All but those of silent alerts that others were told of. What the actor was told stays in the actor's own list."""

    def __init__(self, unit: Unit, actor: Actor) -> None:
        self._unit, self._actor = unit, actor

    def __getattr__(self, name: str) -> Any:
        return getattr(self._unit.notices, name)

    def get(self, number: int) -> Notice:
        """Raises ``NotFound``, as of a number that there never was."""
        notice = self._unit.notices.get(number)
        if self._hidden(notice):
            raise NotFound(f"there is no notices {number}")
        return notice

    def find(self, wanted: NoticeFilter, cursor: str | None = None, limit: int = 50) -> Page[Notice]:
        """A page may be shorter by what is hidden."""
        page = self._unit.notices.find(wanted, cursor, limit)
        return replace(page, rows=[notice for notice in page.rows if not self._hidden(notice)])

    def _hidden(self, notice: Notice) -> bool:
        kind, _, number = notice.cause.partition(":")
        if kind != "alert" or not number.isdecimal() or notice.person in self._own():
            return False
        try:
            return is_silent(self._unit.alerts.get(int(number)))
        except NotFound:
            return False

    def _own(self) -> set[str]:
        person = self._unit.rota.load().of_account(self._actor.id)
        return {self._actor.id, person.id if person else self._actor.id}


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
