"""Alarm figures over a period: the facts read, the pure functions of ``facility.alarm_figures`` over them."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta, tzinfo

from api.context import Context
from api.problems import Problem
from facility.alarm_figures import WHATS, Alarm, AlarmFigures, Held, alarms, figures, held_to
from facility.alarm_limits import AlarmLimits, changed
from facility.alert import Alert, Condition
from facility.fact import Fact
from facility.instant import DAY
from facility.person import Actor
from rules.cures import Diagnosis, diagnose
from rules.replaying import history
from rules.rule import Rule
from storage.records.port import NotFound, Unit

LOOK_BACK = 7 * DAY
"""What was raised so long before the period is read too: it may have gone stale in it. What is older and open is known anyway."""
LONGEST = 400 * DAY
LONGEST_HISTORY = 31 * DAY
NOTE = "alarm-limits"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """The figures of a period with what they are held to."""

    figures: AlarmFigures
    held: tuple[Held, ...]
    limits: AlarmLimits


def limits_now(unit: Unit) -> AlarmLimits:
    """The site's limits."""
    return changed(AlarmLimits(), unit.notes.get(NOTE) or {})


def set_limits(unit: Unit, given: dict[str, float], actor: Actor, at: int, why: str = "") -> AlarmLimits:
    """Some of them changed, with a fact. Raises ``Problem``."""
    before = limits_now(unit)
    try:
        after = changed(before, given)
    except ValueError as error:
        field, _, wrong = str(error).partition(": ")
        raise Problem(
            422, "invalid", "Invalid", str(error), errors=[{"field": field, "wrong": wrong, "allowed": None}]
        ) from None
    if after != before:
        unit.notes.put(NOTE, asdict(after))
        data = {"limits": asdict(after)}
        unit.facts.append(Fact(at=at, noun="system", subject=NOTE, what="changed", why=why, who=actor.id, data=data))
    return after


def check_period(start: int, end: int, longest: int = LONGEST) -> None:
    """Raises ``Problem`` where it is empty or too long."""
    if not 0 < end - start <= longest:
        wrong = f"the period is empty or longer than {longest // DAY} days"
        errors = [{"field": "from", "wrong": wrong, "allowed": f"from before to, at most {longest // DAY} days"}]
        raise Problem(422, "invalid", "Invalid", f"from, to: {wrong}", errors=errors)


def read_alarms(unit: Unit, start: int, end: int) -> list[Alarm]:
    """The alarms of the period, and those of before that may have gone on into it. Raises ``Problem``."""
    check_period(start, end)
    found = alarms(unit.facts.between("alert", WHATS, start - LOOK_BACK, end))
    known = {alarm.alert for alarm in found}
    old = [alert for alert in unit.alerts.open_ones() if alert.id not in known and alert.opened < start - LOOK_BACK]
    return [_standing(alert) for alert in old if alert.condition is not Condition.NORMAL and not alert.test] + found


def _standing(alert: Alert) -> Alarm:
    return Alarm(
        alert=alert.id,
        rule=alert.rule,
        point=alert.point,
        asset=alert.asset,
        zone=alert.zone,
        severity=int(alert.severity),
        life_safety=alert.life_safety,
        at=alert.opened,
        acknowledged=alert.acknowledged_at,
    )


def tell(unit: Unit, start: int, end: int, now: int, zone: tzinfo) -> Told:
    """The figures from ``start`` to ``end``, by days in the property's own time. Raises ``Problem``."""
    limits = limits_now(unit)
    found = figures(read_alarms(unit, start, end), days_between(start, end, zone), now, limits)
    return Told(figures=found, held=held_to(found, limits), limits=limits)


def diagnose_point(context: Context, rule: Rule, point: str, start: int, end: int) -> Diagnosis:
    """What a rule made of a point's stored history, and what would have stopped it. Raises ``Problem``, ``NotFound``."""
    check_period(start, end, LONGEST_HISTORY)
    with context.records.read() as unit:
        register, limits = context.register(unit), limits_now(unit)
    known = register.points.get(point)
    if known is None:
        raise NotFound(f"there is no point {point}")
    past = history(context.readings.columns(point, start, end), known)
    return diagnose(rule, known, register, past, limits, end=end)


def days_between(start: int, end: int, zone: tzinfo) -> list[int]:
    """``start``, every midnight after it, ``end``."""
    found, day = [start], datetime.fromtimestamp(start / 1000, zone).replace(hour=0, minute=0, second=0, microsecond=0)
    while True:
        day += timedelta(days=1)
        midnight = round(day.timestamp() * 1000)
        if midnight >= end:
            return [*found, end]
        found.append(midnight)
