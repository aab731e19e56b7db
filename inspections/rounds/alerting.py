"""One alert a round: from its first overdue point while it can still be saved, and once more when something was missed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import tzinfo

from facility.alert import Alert, Condition, Severity
from facility.instant import DAY, HOUR, to_datetime
from facility.own_alert import Cause, alert_of
from facility.register import Register
from facility.round import PointStatus, Round, RoundState, RoundStop
from facility.text import Text
from inspections.rounds.telling import WHO
from storage.records.own_alerts import end, follow, open_of, open_ones, raise_alert
from storage.records.port import Unit
from storage.records.rounds import RoundFilter

RULE = "round-points"
"""The alerts' rule; their point is ``round-`` and the round's number."""
CLAUSE = "AP-3"
OLD = HOUR
"""What was over so long before it was judged pages nobody: the program had been away, and nothing can be saved."""
SHOWN = 4
"""So many points are named."""


def point_of(round: Round) -> str:
    """The alert's point."""
    return f"round-{round.id}"


def number_of(alert: Alert) -> int:
    """The round's number."""
    return int(alert.point.partition("-")[2])


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """What is wrong with a round now."""

    severity: Severity
    title: Text
    limit: Text


def report(unit: Unit, round: Round, register: Register, now: int) -> None:
    """Raise, tell anew, return. Raises ``Conflict``: somebody else was first, look again."""
    trouble = trouble_of(round, register)
    alert = open_of(unit, RULE, point_of(round))
    if trouble is None:
        end(unit, alert, now, WHO, "visited")
    elif alert is not None:
        follow(unit, alert, _cause(round, trouble), now, WHO)
    elif not (round.over and now - round.closes > OLD):
        raise_alert(unit, alert_of(_cause(round, trouble), now), now, WHO)


def trouble_of(round: Round, register: Register) -> Trouble | None:
    """None when nobody has to do anything."""
    if round.state is RoundState.RUNNING and round.overdue:
        return _overdue(round, register)
    lost = [stop for stop in round.stops if stop.status is PointStatus.MISSED]
    if round.state in (RoundState.MISSED, RoundState.INCOMPLETE) and lost:
        return _missed(round, lost, register)
    return _too_few(round) if round.state is RoundState.INCOMPLETE and not round.uploaded_late else None


def _overdue(round: Round, register: Register) -> Trouble:
    many, until = len(round.overdue), clock(round.closes, register.time_zone)
    points, name = _names(round.overdue, register), round.name
    return Trouble(
        severity=Severity.MEDIUM,
        title=Text(f"巡更超时：{name.zh or name.en}", f"Patrol overdue: {name.en or name.zh}"),
        limit=Text(
            f"{many} 个点超时未打：{points.zh}；{until} 前补打仍算迟到",
            f"{many} points overdue: {points.en}; scanned before {until} they are late, not missed",
        ),
    )


def _missed(round: Round, lost: list[RoundStop], register: Register) -> Trouble:
    points, name, start = _names(lost, register), round.name, clock(round.start, register.time_zone)
    return Trouble(
        severity=Severity.HIGH,
        title=Text(f"漏巡：{name.zh or name.en} {start}", f"Patrol missed: {name.en or name.zh} {start}"),
        limit=Text(
            f"{len(round.stops)} 个点漏 {len(lost)} 个：{points.zh}",
            f"{len(lost)} of {len(round.stops)} points missed: {points.en}",
        ),
    )


def _too_few(round: Round) -> Trouble:
    name, came = round.name, len(round.walkers)
    return Trouble(
        severity=Severity.MEDIUM,
        title=Text(f"巡更人数不足：{name.zh or name.en}", f"Too few on patrol: {name.en or name.zh}"),
        limit=Text(f"要求 {round.guards} 人，实到 {came} 人", f"{round.guards} people are asked for, {came} came"),
    )


def clock(at: int, zone: tzinfo) -> str:
    """The local time of the day."""
    return to_datetime(at, zone).strftime("%H:%M")


def _names(stops: Iterable[RoundStop], register: Register) -> Text:
    found = [asset.name for stop in stops if (asset := register.assets.get(stop.asset)) is not None]
    more = len(found) - SHOWN
    zh, en = "、".join(one.zh or one.en for one in found[:SHOWN]), ", ".join(one.en or one.zh for one in found[:SHOWN])
    return Text(f"{zh} 等" if more > 0 else zh, f"{en} and {more} more" if more > 0 else en)


def _cause(round: Round, trouble: Trouble) -> Cause:
    return Cause(
        rule=RULE,
        key=point_of(round),
        severity=trouble.severity,
        title=trouble.title,
        limit=trouble.limit,
        clause=CLAUSE,
        zone=_where(round),
    )


def _where(round: Round) -> str:
    """The zone of the first point that somebody should go to: there the site's map lights up."""
    wrong = (stop for stop in round.stops if stop.status in (PointStatus.OVERDUE, PointStatus.MISSED))
    return next((stop.zone for stop in wrong), "")


def return_old(unit: Unit, now: int) -> None:
    """A missed round stays an alert until the route was walked again as planned, or for a day."""
    for alert in open_ones(unit, (RULE,)):
        if alert.condition is not Condition.NORMAL:
            round = unit.rounds.get(number_of(alert))
            if round.over and (why := _why_over(unit, round, now)):
                end(unit, alert, now, WHO, why)


def _why_over(unit: Unit, round: Round, now: int) -> str:
    wanted = RoundFilter(routes=(round.route,), states=(RoundState.DONE,), since=round.start + 1)
    if unit.rounds.count(wanted):
        return "the route was walked again"
    return "its day passed" if now > round.closes + DAY else ""
