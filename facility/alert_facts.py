"""What facts say of an alert."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from facility.alert import Alert, AlertAction
from facility.alert_life import STEP_OF, Wish
from facility.fact import Fact


def fact_of(
    alert: Alert, what: str, before: str, now: int, *, who: str, why: str = "", more: Mapping[str, Any]
) -> Fact:
    """A transition of an alert, with when it was and the evidence it rests on; ``more`` is what only such alerts have."""
    data = {
        "rule": alert.rule,
        "point": alert.point,
        "severity": alert.severity.value,
        "life_safety": alert.life_safety,
        "started": alert.started,
        "raised": alert.raised,
        "ended": alert.ended,
        **more,
    }
    return Fact(
        at=now,
        noun="alert",
        subject=str(alert.id),
        what=what,
        before=before,
        after=alert.state,
        why=why,
        who=who,
        data=data,
    )


def deed_fact(before: Alert, after: Alert, wish: Wish, more: Mapping[str, Any]) -> Fact:
    """What a person did to an alert."""
    until = {"until": after.shelved_until} if wish.action is AlertAction.SHELVE else {}
    return Fact(
        at=wish.at,
        noun="alert",
        subject=str(before.id),
        what=STEP_OF[wish.action].done,
        before=before.state,
        after=after.state,
        why=wish.reason.strip(),
        who=wish.who,
        data={**more, **until},
    )
