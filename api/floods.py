"""Flood mode: more new alarms in ten minutes than one person can look at."""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass

from api.figures import limits_now
from facility.alarm_figures import WHATS, alarms
from facility.alarm_flood import ASSET, GATEWAY, LOST_GATEWAY, RULE, ZONE, Cause, flooding
from facility.alert import Alert, Condition
from facility.instant import HOUR
from facility.register import Register
from rules.links import GATEWAY as LINK
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


def lost_gateways(alerts: Iterable[Alert]) -> set[str]:
    """The gateways from which nothing comes now."""
    return {alert.point for alert in alerts if alert.rule == LINK and alert.condition is not Condition.NORMAL}


def causes(alert: Alert, register: Register, lost: Container[str]) -> list[Cause]:
    """What it may have in common with others. Life safety and critical alerts have nothing in common with any."""
    if alert.life_safety or alert.severity == 1:
        return []
    point = register.points.get(alert.point)
    device = register.devices.get(point.device) if point else register.devices.get(alert.point)
    gateway = alert.point if alert.rule == LINK else device.gateway if device else ""
    path = register.zone_path(alert.zone)
    found = [Cause(RULE, alert.rule, path[0].id if path else "")]
    if gateway:
        found.append(Cause(LOST_GATEWAY if gateway in lost else GATEWAY, gateway))
    if alert.asset:
        found.append(Cause(ASSET, alert.asset))
    if alert.zone:
        found.append(Cause(ZONE, alert.zone))
    return found
