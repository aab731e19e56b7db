"""The history's server is away, or too much waits for it: an alert of our own, while alarms go on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from facility.alert import Alert, Condition, Severity, again, returned
from facility.instant import HOUR, MINUTE
from facility.own_alert import own_alert, own_fact
from facility.text import Text
from response.steps import Step
from storage.records.port import Unit

AWAY = "history-away"
"""The alerts' rule; their point is the worker whose journal waits."""
WHO = "system:journal"
WORKERS = "worker/"
LONG = 10 * MINUTE
"""A restart of the server takes less."""
FULL = 0.8
"""Of what may wait: then it is urgent, since at all of it nothing more is taken."""


def watch(unit: Unit, now: int) -> bool:
    """Raise, tell anew and return, worker by worker. Returns whether there is more to do: never."""
    wrong = dict(_wrong(unit, now))
    open_ones = {alert.point: alert for alert in unit.alerts.open_ones() if alert.rule == AWAY}
    for worker, (severity, said) in wrong.items():
        alert = open_ones.pop(worker, None)
        if alert is None:
            _fact(unit, unit.alerts.open(_alert(worker, severity, said, now)), "raised", "normal", now)
        else:
            _follow(unit, alert, severity, said, now)
    for alert in open_ones.values():
        if alert.condition is not Condition.NORMAL:
            _fact(unit, unit.alerts.update(returned(alert, now)), "returned", alert.state, now)
    return False


STEP = Step("history", MINUTE, watch)


def _follow(unit: Unit, alert: Alert, severity: Severity, said: Text, now: int) -> None:
    if alert.condition is Condition.NORMAL:
        back = replace(again(alert), limit=said, severity=severity)
        _fact(unit, unit.alerts.update(back), "re-raised", alert.state, now)
    elif severity != alert.severity:
        changed = replace(alert, limit=said, severity=severity)
        _fact(unit, unit.alerts.update(changed), "rose" if severity < alert.severity else "fell", alert.state, now)
    elif alert.limit != said:
        unit.alerts.update(replace(alert, limit=said))


def _wrong(unit: Unit, now: int) -> Iterator[tuple[str, tuple[Severity, Text]]]:
    for name in unit.notes.names(WORKERS):
        note = (unit.notes.get(name) or {}).get("journal") or {}
        away, full = note.get("away_since"), _share(note)
        if (away is not None and now - away >= LONG) or full >= FULL:
            yield name.removeprefix(WORKERS), _said(note, full, now)


def _share(note: dict[str, Any]) -> float:
    return float(note.get("bytes") or 0) / float(note.get("limit") or 1)


def _said(note: dict[str, Any], full: float, now: int) -> tuple[Severity, Text]:
    """Whole hours and tenths of what may wait, so that it is not told anew every minute."""
    hours = max(0, now - (note.get("oldest") or now)) // HOUR
    share = int(full * 10) * 10
    error = note.get("error") or ""
    severity = Severity.HIGH if full >= FULL else Severity.MEDIUM
    return severity, Text(
        f"历史库不可用，报警照常；等待写入 {hours} 小时，日志已用 {share}%。{error}",
        f"The history cannot be written; alarms go on. Waiting for {hours} h, journal {share} % full. {error}".strip(),
    )


def _alert(worker: str, severity: Severity, said: Text, now: int) -> Alert:
    title = Text("历史库写入中断", "Readings wait for the history")
    return own_alert(AWAY, worker, now, severity=severity, title=title, limit=said, clause="MP-4")


def _fact(unit: Unit, alert: Alert, what: str, before: str, now: int) -> None:
    unit.facts.append(own_fact(alert, what, before, now, who=WHO))
