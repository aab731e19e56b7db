"""The history's server is away, or too much waits for it, while alarms go on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from facility.alert import Severity
from facility.instant import HOUR
from facility.own_alert import Cause
from facility.self_alert import HISTORY_AWAY, Limits
from facility.text import Text
from response.self_watch.said import Said, cause_of, number

FULL = 0.8
"""Of what may wait: then it is urgent, since at all of it nothing more is taken."""


def causes(workers: Iterable[Said], now: int, limits: Limits) -> Iterator[Cause]:
    """Worker by worker: each has a journal of its own."""
    for worker in workers:
        journal = worker.table("journal")
        full = number(journal.get("bytes")) / (number(journal.get("limit")) or 1)
        if full >= FULL or max(_since(journal, "away_since", now), _since(journal, "oldest", now)) >= limits.history:
            yield _cause(worker.name, journal, full, now)


def _since(journal: Mapping[str, Any], name: str, now: int) -> float:
    at = journal.get(name)
    return 0 if at is None else now - number(at)


def _cause(worker: str, journal: Mapping[str, Any], full: float, now: int) -> Cause:
    """Whole hours and tenths of what may wait, so that it is not told anew every minute."""
    hours = int(max(0, _since(journal, "oldest", now))) // HOUR
    share = int(full * 10) * 10
    error = str(journal.get("error") or "")
    said = Text(
        f"历史库不可用，报警照常；等待写入 {hours} 小时，日志已用 {share}%。{error}",
        f"The history cannot be written; alarms go on. Waiting for {hours} h, journal {share} % full. {error}".strip(),
    )
    return cause_of(HISTORY_AWAY, worker, Severity.HIGH if full >= FULL else Severity.MEDIUM, said)
