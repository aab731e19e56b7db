"""Alerts about the product itself: no rule judges them and no asset has them; whoever looks raises and returns them."""

from __future__ import annotations

from facility.alert import Alert, Severity
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
