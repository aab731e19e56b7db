"""Gaps in the rota, found ahead: an alert for each cause, which returns when it is filled."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial

from facility.alert import Alert, Severity
from facility.calendar import local_day
from facility.instant import DAY, MINUTE
from facility.own_alert import Cause
from facility.rota import Gap, GapCause, Rota
from facility.rota_telling import gap_text, source_text, span_text, year_text
from facility.text import Text
from response.steps import Step
from storage.records.own_alerts import report
from storage.records.port import Unit

GAP = "rota-gap"
"""The alerts' rule. Their point names the cause: the team, what is missing, and who is on leave."""
HOLIDAYS = "rota-holidays"
"""The same for a year whose holidays nobody has entered. The point is the year."""
OURS = (GAP, HOLIDAYS)
WHO = "system:rota"
AHEAD = 14
"""So many days ahead gaps are looked for, unless the site says otherwise."""
SOON = DAY
"""A gap that begins so soon is urgent."""
BEHIND = 2 * DAY
"""So far back a gap is looked at from its beginning, so that what is told of it does not change by the minute."""
EVERY = MINUTE
SHOWN = 3
"""So many times of one cause are written out."""


def rota_step(days: int = AHEAD) -> Step:
    """Looks ``days`` ahead, once a minute."""
    return Step("rota", EVERY, watcher(days))


def watcher(days: int) -> Callable[[Unit, int], bool]:
    """One look at the rota."""

    def look(unit: Unit, now: int) -> bool:
        rota = unit.rota.load()
        if rota.teams:
            report(unit, OURS, list(causes(rota, now, days)), now, WHO, why=partial(_why_over, _passed(rota, now)))
        return False

    return look


def causes(rota: Rota, now: int, days: int) -> Iterator[Cause]:
    """What is missing between now and so many days ahead, each cause once."""
    found: dict[str, list[Gap]] = {}
    for gap in rota.gaps(now - BEHIND, now + days * DAY):
        if gap.end > now:
            found.setdefault(key_of(gap), []).append(gap)
    for key, gaps in found.items():
        yield _gap_cause(key, gaps, rota, now)
    for year, entered in rota.unknown_years(now, now + days * DAY).items():
        begun = year <= local_day(now, rota.zone).year
        yield Cause(
            rule=HOLIDAYS,
            key=str(year),
            clause="MP-3",
            severity=Severity.MEDIUM if begun else Severity.LOW,
            title=Text(
                f"{year} 年节假日未录入，排班可能不对", f"The holidays of {year} are not entered: the rota may be wrong"
            ),
            limit=year_text(year, entered),
        )


def key_of(gap: Gap) -> str:
    """What tells one cause from another: filling one gap of it is likely to fill them all."""
    return "/".join(part for part in (gap.team, gap.cause.value, gap.skill, *gap.absent) if part)


def _gap_cause(key: str, gaps: Sequence[Gap], rota: Rota, now: int) -> Cause:
    worst = min(gaps, key=lambda gap: (gap.have - gap.need, gap.start))
    said, source = gap_text(worst, rota), source_text(rota, worst.team)
    times = [span_text(gap.start, gap.end, rota.zone) for gap in gaps]
    more = len(times) - SHOWN
    zh, en = "；".join(time.zh for time in times[:SHOWN]), "; ".join(time.en for time in times[:SHOWN])
    return Cause(
        rule=GAP,
        key=key,
        clause="MP-3" if worst.cause in (GapCause.SKILL, GapCause.UNCOVERED) else "ER-3",
        severity=Severity.HIGH if min(gap.start for gap in gaps) < now + SOON else Severity.MEDIUM,
        title=Text(f"排班缺岗：{said.zh}", f"Gap in the rota: {said.en}"),
        limit=Text(
            f"{zh}{f'，另有 {more} 段' if more > 0 else ''}（依据：{source.zh}）",
            f"{en}{f', and {more} more' if more > 0 else ''} (by: {source.en})",
        ),
    )


def _passed(rota: Rota, now: int) -> frozenset[str]:
    """Causes whose time went by without being filled."""
    return frozenset(key_of(gap) for gap in rota.gaps(now - BEHIND, now))


def _why_over(passed: frozenset[str], alert: Alert) -> str:
    return "its time passed and nobody came" if alert.point in passed else "filled"
