"""Alerts about the product itself and of what no rule judges, kept in step with what is wrong: one a cause."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from facility.alert import Alert, Condition, returned
from facility.own_alert import Cause, alert_of, own_fact, told_anew
from storage.records.port import AlertFilter, Unit

AT_ONCE = 200


def open_of(unit: Unit, rule: str, key: str) -> Alert | None:
    """The open one of that cause."""
    found = unit.alerts.find(AlertFilter(open=True, rules=(rule,), points=(key,)), limit=1).rows
    return found[0] if found else None


def open_ones(unit: Unit, rules: Sequence[str]) -> list[Alert]:
    """All that are open of these rules; none where no rule is named."""
    found: list[Alert] = []
    cursor: str | None = None
    while rules:
        page = unit.alerts.find(AlertFilter(open=True, rules=tuple(rules)), cursor, AT_ONCE)
        found += page.rows
        cursor = page.cursor
        if cursor is None:
            break
    return found


def report(
    unit: Unit,
    rules: Sequence[str],
    causes: Iterable[Cause],
    now: int,
    who: str,
    *,
    why: Callable[[Alert], str] | None = None,
    quiet: bool = False,
) -> None:
    """Raise, tell anew and return all alerts of ``rules``; ``why`` says why one is over.

    ``quiet``: other words alone are no news, because they change all the time: they are shown, and no fact tells it.
    Raises ``Conflict``: somebody else was first, look again.
    """
    there = {(alert.rule, alert.point): alert for alert in open_ones(unit, rules)}
    for cause in causes:
        alert = there.pop((cause.rule, cause.key), None)
        if alert is not None:
            follow(unit, alert, cause, now, who, quiet=quiet)
        elif not cause.stays:
            raise_alert(unit, alert_of(cause, now), now, who)
    for alert in there.values():
        end(unit, alert, now, who, why(alert) if why is not None else "")


def raise_alert(unit: Unit, alert: Alert, now: int, who: str) -> Alert:
    """Open it, with its fact. Raises ``Conflict`` when one of its cause is open."""
    opened = unit.alerts.open(alert)
    unit.facts.append(own_fact(opened, "raised", "normal", now, who=who))
    return opened


def follow(unit: Unit, alert: Alert, cause: Cause, now: int, who: str, *, quiet: bool = False) -> None:
    """The open alert says what is true now, with a fact where that is news."""
    told, what = told_anew(alert, cause)
    if not what:
        return
    kept = unit.alerts.update(told)
    if not (quiet and what == "changed"):
        unit.facts.append(own_fact(kept, what, alert.state, now, who=who))


def end(unit: Unit, alert: Alert | None, now: int, who: str, why: str = "") -> bool:
    """It is over. Returns whether it was not before."""
    if alert is None or alert.condition is Condition.NORMAL:
        return False
    unit.facts.append(
        own_fact(unit.alerts.update(returned(alert, now)), "returned", alert.state, now, who=who, why=why)
    )
    return True
