"""An impairment: a fire facility is stopped for a while. Who stopped it, why, and what stands in for it meanwhile."""

from __future__ import annotations

from dataclasses import dataclass, replace

from facility.alert import NotAllowed
from facility.instant import DAY
from facility.text import Text

REPORT_AFTER = DAY
"""Stopped for longer than this, a fire facility has to be reported to the fire brigade (Beijing's fire regulation; a site
elsewhere is told all the same)."""
LONGEST = 365 * DAY
FIRE_KINDS = frozenset(
    {
        "emergency-light",
        "extinguisher",
        "fire-door",
        "fire-panel",
        "fire-pump",
        "gas-detector",
        "heat-detector",
        "hydrant",
        "jockey-pump",
        "manual-call-point",
        "siren",
        "smoke-detector",
        "sprinkler",
    }
)
"""Kinds of assets that are fire facilities."""
_OVER = Text("已恢复使用", "it works again")


@dataclass(frozen=True, slots=True, kw_only=True)
class Impairment:
    """One stop. ``id`` is 0 until the records store gives it one. What follows by the clock is written into it once."""

    id: int = 0
    asset: str
    zone: str
    why: str
    measures: str
    """What is done instead: a fire watch, buckets, a patrol each hour."""
    who: str
    since: int
    until: int
    """When it is planned to work again."""
    created: int
    overdue: int | None = None
    """When it was found to have stood still for 24 hours."""
    reported: int | None = None
    """When the fire brigade was told."""
    reported_by: str = ""
    reported_how: str = ""
    ended: int | None = None
    ended_by: str = ""
    result: str = ""
    """What was found when it was put back: tested, by whom."""
    version: int = 1

    @property
    def open(self) -> bool:
        """It is still stopped."""
        return self.ended is None

    @property
    def report_by(self) -> int:
        """From then on the fire brigade has to know."""
        return self.since + REPORT_AFTER

    @property
    def state(self) -> str:
        """stopped · overdue · reported · ended"""
        if self.ended is not None:
            return "ended"
        if self.reported is not None:
            return "reported"
        return "overdue" if self.overdue is not None else "stopped"


def late(one: Impairment, now: int) -> bool:
    """Its 24 hours are over, and nobody has written that down yet."""
    return one.open and one.overdue is None and now >= one.report_by


def report(one: Impairment, who: str, how: str, at: int) -> Impairment:
    """The fire brigade was told. Raises ``NotAllowed``."""
    _refuse_ended(one, "report")
    if one.reported is not None:
        raise NotAllowed("report", one.state, ["end"], Text("已报告过", "it is reported already"))
    return replace(one, reported=at, reported_by=who, reported_how=how)


def end(one: Impairment, who: str, result: str, at: int) -> Impairment:
    """It works again. Raises ``NotAllowed``."""
    _refuse_ended(one, "end")
    return replace(one, ended=at, ended_by=who, result=result)


def prolong(one: Impairment, until: int) -> Impairment:
    """It takes longer than was planned. Raises ``NotAllowed``."""
    _refuse_ended(one, "prolong")
    return replace(one, until=until)


def _refuse_ended(one: Impairment, action: str) -> None:
    if not one.open:
        raise NotAllowed(action, one.state, [], _OVER)
