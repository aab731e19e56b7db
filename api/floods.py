"""Flood mode: more new alarms in ten minutes than one person can look at."""

from __future__ import annotations

from dataclasses import dataclass

from api.figures import limits_now
from facility.alarm_figures import WHATS, alarms
from facility.alarm_flood import flooding
from facility.instant import HOUR
from storage.records.port import Unit

LOOK_BACK = 12 * HOUR
"""A flood that has gone on for longer than this is told as having begun then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FloodMode:
    """A flood that goes on."""

    since: int
    first: int
    """The alert that went off first: the cause is near it."""
    count: int
    """Alarms since it began."""


def flood_mode(unit: Unit, now: int) -> FloodMode | None:
    """The flood that goes on at ``now``, if there is one. It opens and closes by the site's limits."""
    found = alarms(unit.facts.between("alert", WHATS, now - LOOK_BACK, now + 1))
    since = flooding([alarm.at for alarm in found], now, limits_now(unit))
    if since is None:
        return None
    inside = [alarm for alarm in found if alarm.at >= since]
    return FloodMode(since=since, first=inside[0].alert, count=len(inside))
