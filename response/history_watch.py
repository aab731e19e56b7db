"""The history's server is away, or too much waits for it: an alert of our own, while alarms go on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from facility.alert import Severity
from facility.instant import HOUR, MINUTE
from facility.own_alert import Cause
from facility.text import Text
from response.steps import Step
from storage.records.own_alerts import report
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
    report(unit, (AWAY,), _wrong(unit, now), now, WHO, quiet=True)
    return False


STEP = Step("history", MINUTE, watch)


def _wrong(unit: Unit, now: int) -> Iterator[Cause]:
    for name in unit.notes.names(WORKERS):
        note = (unit.notes.get(name) or {}).get("journal") or {}
        away, full = note.get("away_since"), _share(note)
        if (away is not None and now - away >= LONG) or full >= FULL:
            yield _cause(name.removeprefix(WORKERS), note, full, now)


def _share(note: dict[str, Any]) -> float:
    return float(note.get("bytes") or 0) / float(note.get("limit") or 1)


def _cause(worker: str, note: dict[str, Any], full: float, now: int) -> Cause:
    """Whole hours and tenths of what may wait, so that it is not told anew every minute."""
    hours = max(0, now - (note.get("oldest") or now)) // HOUR
    share = int(full * 10) * 10
    error = note.get("error") or ""
    return Cause(
        rule=AWAY,
        key=worker,
        severity=Severity.HIGH if full >= FULL else Severity.MEDIUM,
        title=Text("历史库写入中断", "Readings wait for the history"),
        limit=Text(
            f"历史库不可用，报警照常；等待写入 {hours} 小时，日志已用 {share}%。{error}",
            f"The history cannot be written; alarms go on. Waiting for {hours} h, journal {share} % full. {error}".strip(),
        ),
        clause="MP-4",
    )
