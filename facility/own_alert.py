"""Alerts about the product itself: no rule judges them and no asset has them; whoever looks raises and returns them."""

from __future__ import annotations

from dataclasses import dataclass, replace

from facility.alert import Alert, Condition, Severity, again, unseen
from facility.alert_facts import fact_of
from facility.fact import Fact
from facility.text import Text


def own_alert(
    rule: str,
    point: str,
    now: int,
    *,
    severity: Severity,
    title: Text,
    limit: Text,
    clause: str = "",
    rule_version: str = "",
) -> Alert:
    """``rule`` says what watches, ``point`` what is wrong: one alert of each at a time."""
    return Alert(
        rule=rule,
        rule_version=rule_version,
        clause=clause,
        point=point,
        asset="",
        zone="",
        severity=severity,
        title=title,
        started=now,
        raised=now,
        opened=now,
        limit=limit,
    )


def own_fact(alert: Alert, what: str, before: str, now: int, *, who: str, why: str = "") -> Fact:
    """Its limit is told in words: there is no value beside it."""
    return fact_of(alert, what, before, now, who=who, why=why, more={"limit": alert.limit.en})


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """One thing that somebody has to mend. ``key`` tells it from others of its rule: it is the alert's point."""

    rule: str
    key: str
    severity: Severity
    title: Text
    limit: Text
    clause: str = ""
    zone: str = ""
    stays: bool = False
    """It does not raise an alert, and one that is open does not return yet: a deadband."""


def alert_of(cause: Cause, now: int) -> Alert:
    """The alert that it raises."""
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


def told_anew(alert: Alert, cause: Cause) -> tuple[Alert, str]:
    """The open alert as it says what is true now, and the fact's word; empty: there is nothing to tell.

    What came back or became urgent must be seen again.
    """
    back = alert.condition is Condition.NORMAL
    if back and cause.stays:
        return alert, ""
    told = replace(alert, title=cause.title, limit=cause.limit, severity=cause.severity)
    if back:
        return again(told), "re-raised"
    if cause.severity != alert.severity:
        rose = cause.severity < alert.severity
        return (unseen(told), "rose") if rose else (told, "fell")
    return told, "changed" if told != alert else ""
