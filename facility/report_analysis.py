"""What residents report again and again: what, where, how often it comes back, how soon somebody was there. Pure.

Cases count: further voices on the same cause and what was no report are left out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

from facility.instant import DAY
from facility.residents_report import ResidentsReport
from facility.work_figures import Period, quantile

K = TypeVar("K", str, "Spot")
OFTEN = 3
OFTEN_WITHIN = 90 * DAY
COMES_BACK = 2
"""A place and a kind with so many cases in ``OFTEN_WITHIN``, or with so many that came back in the period, should be
inspected twice as often. The page says so in words."""


class Spot(NamedTuple):
    """What is counted together: the same kind at the same thing, or in the same zone where no thing is known."""

    kind: str
    zone: str
    asset: str


class Return(NamedTuple):
    """A case that came back, and the one before it that had been solved."""

    report: ResidentsReport
    earlier: ResidentsReport


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """An inspection that should come twice as often."""

    spot: Spot
    cases: tuple[ResidentsReport, ...]
    returns: tuple[Return, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """One month, or any period."""

    cases: tuple[ResidentsReport, ...]
    """Received in the period: the denominator of everything below."""
    voices: int
    """Further reports of the same causes."""
    kinds: tuple[tuple[str, tuple[ResidentsReport, ...]], ...]
    """What, the most first."""
    spots: tuple[tuple[Spot, tuple[ResidentsReport, ...]], ...]
    """Where and what, the most first."""
    returns: tuple[Return, ...]
    first_visit_median: int | None
    """From receiving to the first visit; None where half and more have not been visited."""
    first_visit_p90: int | None
    visited: tuple[ResidentsReport, ...]
    suggestions: tuple[Suggestion, ...]

    @property
    def return_rate(self) -> float | None:
        """Cases that came back, of all cases."""
        return len(self.returns) / len(self.cases) if self.cases else None


def spot_of(report: ResidentsReport) -> Spot:
    """Where and what."""
    return Spot(report.kind, "" if report.asset else report.zone, report.asset)


def analyse(reports: Iterable[ResidentsReport], period: Period, within: int) -> Analysis:
    """``reports``: those of the period, and of the time before it that ``within`` and ``OFTEN_WITHIN`` reach back."""
    several = sorted(reports, key=lambda report: (report.received, report.id))
    known = [report for report in several if report.case]
    cases = tuple(report for report in known if period.holds(report.received))
    returns = tuple(find_returns(known, cases, within))
    times = [None if one.visited is None else one.visited - one.received for one in cases]
    return Analysis(
        cases=cases,
        voices=sum(one.same_as is not None and period.holds(one.received) for one in several),
        kinds=_most(cases, lambda report: report.kind),
        spots=_most(cases, spot_of),
        returns=returns,
        first_visit_median=quantile(times, 0.5),
        first_visit_p90=quantile(times, 0.9),
        visited=tuple(one for one in cases if one.visited is not None),
        suggestions=tuple(_suggest(known, returns, period)),
    )


def find_returns(known: Sequence[ResidentsReport], cases: Iterable[ResidentsReport], within: int) -> Iterable[Return]:
    """Cases before which one of the same spot was solved, received at most ``within`` earlier; with the latest such one."""
    at_spot: dict[Spot, list[ResidentsReport]] = defaultdict(list)
    for report in known:
        at_spot[spot_of(report)].append(report)
    for case in cases:
        before = [
            one
            for one in at_spot[spot_of(case)]
            if one.id != case.id
            and case.received - within <= one.received <= case.received
            and _over(one, case.received)
        ]
        if before:
            yield Return(case, before[-1])


def _over(report: ResidentsReport, at: int) -> bool:
    """Whether it counted as solved at that time."""
    ends = [end for end in (report.solved, report.closed) if end is not None]
    return bool(ends) and min(ends) <= at


def _most(
    cases: Iterable[ResidentsReport], key: Callable[[ResidentsReport], K]
) -> tuple[tuple[K, tuple[ResidentsReport, ...]], ...]:
    found: dict[K, list[ResidentsReport]] = defaultdict(list)
    for case in cases:
        found[key(case)].append(case)
    return tuple((name, tuple(some)) for name, some in sorted(found.items(), key=lambda item: (-len(item[1]), item[0])))


def _suggest(known: Iterable[ResidentsReport], returns: Iterable[Return], period: Period) -> Iterable[Suggestion]:
    recent = [one for one in known if period.end - OFTEN_WITHIN <= one.received < period.end]
    back: dict[Spot, list[Return]] = defaultdict(list)
    for one in returns:
        back[spot_of(one.report)].append(one)
    for spot, some in _most(recent, spot_of):
        if len(some) >= OFTEN or len(back[spot]) >= COMES_BACK:
            yield Suggestion(spot=spot, cases=some, returns=tuple(back[spot]))
