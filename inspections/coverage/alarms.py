"""What is wrong with the cameras, as alerts: one a cause, told anew when it changes, returned when it is over."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from facility.alert import Alert, Condition, Severity, again, returned, unseen
from facility.own_alert import own_alert, own_fact
from facility.text import Text
from storage.records.port import AlertFilter, Unit

BLIND = "blind-area"
"""The point is the zone."""
FORBIDDEN = "forbidden-view"
"""The point is camera and area."""
SHORT = "video-too-short"
LONG = "video-too-long"
"""The point of both is ``video``: one recorder is one cause."""
WHO = "system:cameras"
_MOST = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """One thing that somebody has to mend."""

    rule: str
    key: str
    clause: str
    severity: Severity
    title: Text
    limit: Text
    zone: str = ""
    stays: bool = False
    """It does not raise an alert, and one that is open does not return yet: the deadband."""


def report(unit: Unit, rules: Sequence[str], found: Iterable[Cause], now: int) -> None:
    """Raise, tell anew and return all alerts of ``rules``. Raises ``Conflict``: somebody else was first, look again."""
    wanted = AlertFilter(open=True, rules=tuple(rules))
    open_ones = {(alert.rule, alert.point): alert for alert in unit.alerts.find(wanted, limit=_MOST).rows}
    for cause in found:
        alert = open_ones.pop((cause.rule, cause.key), None)
        if alert is not None:
            _follow(unit, alert, cause, now)
        elif not cause.stays:
            _fact(unit, unit.alerts.open(_alert(cause, now)), "raised", "normal", now)
    for alert in open_ones.values():
        if alert.condition is not Condition.NORMAL:
            _fact(unit, unit.alerts.update(returned(alert, now)), "returned", alert.state, now)


def _follow(unit: Unit, alert: Alert, cause: Cause, now: int) -> None:
    back = alert.condition is Condition.NORMAL
    if back and cause.stays:
        return
    told = replace(alert, title=cause.title, limit=cause.limit, severity=cause.severity)
    if back:
        told = again(told)
    elif cause.severity < alert.severity:
        told = unseen(told)
    if told != alert:
        what = "re-raised" if back else "rose" if cause.severity < alert.severity else "changed"
        _fact(unit, unit.alerts.update(told), what, alert.state, now)


def _alert(cause: Cause, now: int) -> Alert:
    alert = own_alert(
        cause.rule,
        cause.key,
        now,
        severity=cause.severity,
        title=cause.title,
        limit=cause.limit,
        clause=cause.clause,
    )
    return replace(alert, zone=cause.zone)


def _fact(unit: Unit, alert: Alert, what: str, before: str, now: int) -> None:
    unit.facts.append(own_fact(alert, what, before, now, who=WHO))
