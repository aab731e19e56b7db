"""Alerts about visitors: no rule judges them; whoever watches raises and returns them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from facility.alert import Alert, Condition, Severity, again
from facility.own_alert import own_alert, own_fact
from facility.text import Text
from storage.records import own_alerts
from storage.records.own_alerts import end, open_of, open_ones
from storage.records.port import Unit

UNESCORTED = "visitor-unescorted"
OUTSIDE = "visitor-outside"
AFTER_LEAVING = "visitor-badge-used"
OVERSTAY = "visitor-overstay"
OURS = (UNESCORTED, OUTSIDE, AFTER_LEAVING, OVERSTAY)
WHO = "system:visits"
CLAUSE = "AP-4"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """What is wrong with a visit. ``place`` tells several of one rule apart, such as a door."""

    rule: str
    visit: int
    place: str = ""
    zone: str = ""
    asset: str = ""
    severity: Severity
    title: Text
    limit: Text
    at: int
    late: bool = False

    @property
    def key(self) -> str:
        """The alert's point."""
        return f"visit-{self.visit}/{self.place}" if self.place else f"visit-{self.visit}"


def raise_alert(unit: Unit, cause: Cause, now: int, *, over: bool = False) -> Alert:
    """Raise it, or tell the open one anew. ``over``: it is history already, to be seen and to wake nobody.

    Raises ``Conflict``: somebody else was first, look again.
    """
    there = open_of(unit, cause.rule, cause.key)
    if there is not None:
        return _tell_anew(unit, there, cause, now, over=over)
    alert = replace(
        own_alert(
            cause.rule, cause.key, now, severity=cause.severity, title=cause.title, limit=cause.limit, clause=CLAUSE
        ),
        zone=cause.zone,
        asset=cause.asset,
        started=cause.at,
        raised=cause.at,
        late=cause.late,
    )
    if over:
        alert = replace(alert, condition=Condition.NORMAL, ended=cause.at)
    return own_alerts.raise_alert(unit, alert, now, WHO)


def _tell_anew(unit: Unit, alert: Alert, cause: Cause, now: int, *, over: bool) -> Alert:
    told = replace(alert, title=cause.title, limit=cause.limit)
    if alert.condition is Condition.NORMAL and not over:
        told = again(told)
    if told == alert:
        return alert
    what = "re-raised" if told.condition is not alert.condition else "changed"
    changed = unit.alerts.update(told)
    unit.facts.append(own_fact(changed, what, alert.state, now, who=WHO))
    return changed


def end_alerts(
    unit: Unit, visit: int, rules: Iterable[str], now: int, why: str, *, who: str = WHO, place: str = ""
) -> int:
    """Return those of a visit (of one door, where ``place`` says so). How many there were."""
    key = f"visit-{visit}"
    ended = 0
    for alert in open_ones(unit, tuple(rules)):
        mine = alert.point == f"{key}/{place}" if place else alert.point.partition("/")[0] == key
        if mine and end(unit, alert, now, who, why):
            ended += 1
    return ended


def alerts_of(unit: Unit, visit: int) -> list[Alert]:
    """Those of a visit that are open, the newest first."""
    key = f"visit-{visit}"
    return [alert for alert in open_ones(unit, OURS) if alert.point.partition("/")[0] == key]
