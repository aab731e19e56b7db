"""Reports that are made by themselves each month, and sent by e-mail. Pure: which ones are owed by now."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta, tzinfo

from facility.calendar import instant_of, local_day
from facility.issued_report import IssuedReport


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportSchedule:
    """About each month, on a day of the next one."""

    id: str
    day: int = 1
    """Of the month after (1–28)."""
    at: int = 8 * 60
    """Local minute of that day."""
    zones: tuple[str, ...] = ()
    clauses: tuple[str, ...] = ()
    language: str = "zh"
    to: tuple[str, ...] = ()
    """E-mail addresses."""


def months_owed(schedule: ReportSchedule, after: str, now: int, zone: tzinfo) -> Iterator[str]:
    """Months after ``after`` (as 2026-10) whose report is owed by ``now``, oldest first: also those of a long downtime."""
    month = _next(after)
    while _owed_at(schedule, month, zone) <= now:
        yield month
        month = _next(month)


def newest_owed(schedule: ReportSchedule, now: int, zone: tzinfo) -> str:
    """The last month whose report was owed by ``now``: where a new schedule begins."""
    today = local_day(now, zone)
    month = _before(f"{today:%Y-%m}")
    return month if _owed_at(schedule, month, zone) <= now else _before(month)


def wanted(schedule: ReportSchedule, month: str, now: int, zone: tzinfo) -> IssuedReport:
    """The report of one month. Its key makes sure that it is asked for once."""
    first = date.fromisoformat(f"{month}-01")
    return IssuedReport(
        key=f"schedule/{schedule.id}/{month}",
        since=instant_of(first, 0, zone),
        until=instant_of(_after(first), 0, zone),
        zones=schedule.zones,
        clauses=schedule.clauses,
        language=schedule.language,
        asked=now,
        asked_by="system:responder",
        schedule=schedule.id,
        recipients=schedule.to,
    )


def _owed_at(schedule: ReportSchedule, month: str, zone: tzinfo) -> int:
    following = _after(date.fromisoformat(f"{month}-01"))
    return instant_of(following + timedelta(days=schedule.day - 1), schedule.at, zone)


def _after(first: date) -> date:
    return date(first.year + first.month // 12, first.month % 12 + 1, 1)


def _next(month: str) -> str:
    return f"{_after(date.fromisoformat(f'{month}-01')):%Y-%m}"


def _before(month: str) -> str:
    return f"{date.fromisoformat(f'{month}-01') - timedelta(days=1):%Y-%m}"
