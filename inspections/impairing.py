"""Stopping a fire facility, and what the clock makes of it: each in one transaction with its fact."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from facility import impairment as noun
from facility.alert import Severity
from facility.alert_life import FieldRefused
from facility.fact import Fact
from facility.impairment import FIRE_KINDS, LONGEST, Impairment
from facility.instant import MINUTE, to_datetime
from facility.maintenance import Maintenance
from facility.own_alert import own_alert
from facility.register import Register
from facility.scope import Extent
from facility.text import Text
from facility.work_order import MissingField
from storage.records.own_alerts import end as over
from storage.records.own_alerts import open_of, raise_alert
from storage.records.port import Unit

OVERDUE = "fire-facility-stopped"
"""The alerts' rule; their point is the impairment's number."""
WHO = "system:duties"
CLAUSE = "LA-2"
EARLIEST = 24 * 60 * MINUTE
"""A stop that nobody wrote down at once may be entered so long afterwards."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """What somebody enters. ``since`` None: now."""

    asset: str
    why: str
    measures: str
    until: int
    since: int | None = None


def begin(unit: Unit, register: Register, stop: Stop, who: str, now: int) -> Impairment:
    """Raises ``MissingField``, ``FieldRefused``, ``Conflict`` (it is stopped already)."""
    asset = register.assets.get(stop.asset)
    if asset is None or asset.kind not in FIRE_KINDS:
        wrong = Text(
            "不是登记册中的消防设施", f"is no fire facility of the register; kinds: {', '.join(sorted(FIRE_KINDS))}"
        )
        raise FieldRefused("begin", "asset", wrong)
    for field, said in (("why", stop.why), ("measures", stop.measures)):
        if not said.strip():
            raise MissingField("begin", field)
    since = now if stop.since is None else stop.since
    if not now - EARLIEST <= since <= now + MINUTE:
        raise FieldRefused("begin", "since", Text("最多可补记 24 小时", "may lie up to 24 hours back, and not ahead"))
    _check_until(stop.until, since, now)
    kept = unit.impairments.add(
        Impairment(
            asset=asset.id,
            zone=asset.zone,
            why=stop.why.strip(),
            measures=stop.measures.strip(),
            who=who,
            since=since,
            until=stop.until,
            created=now,
        )
    )
    told = {"asset": kept.asset, "zone": kept.zone, "since": since, "until": kept.until, "measures": kept.measures}
    _tell(unit, kept, "begun", "", now, who=who, why=kept.why, data=told)
    return kept


def _check_until(until: int, since: int, now: int) -> None:
    if not max(since, now) < until <= since + LONGEST:
        raise FieldRefused("begin", "until", Text("须晚于现在，最长一年", "must lie ahead, and at most a year"))


def report(unit: Unit, number: int, how: str, who: str, now: int) -> Impairment:
    """The fire brigade was told, and how. Raises ``MissingField``, ``NotAllowed``, ``NotFound``."""
    one = unit.impairments.get(number)
    if not how.strip():
        raise MissingField("report", "how")
    kept = unit.impairments.update(noun.report(one, who, how.strip(), now))
    _tell(unit, kept, "reported", one.state, now, who=who, why=kept.reported_how)
    _return(unit, kept, now, who, "reported")
    return kept


def end(unit: Unit, number: int, result: str, who: str, now: int) -> Impairment:
    """It works again, and was tested. Raises ``MissingField``, ``NotAllowed``, ``NotFound``."""
    one = unit.impairments.get(number)
    if not result.strip():
        raise MissingField("end", "result")
    kept = unit.impairments.update(noun.end(one, who, result.strip(), now))
    _tell(unit, kept, "ended", one.state, now, who=who, why=kept.result)
    _return(unit, kept, now, who, "it works again")
    return kept


def prolong(unit: Unit, number: int, wish: tuple[int, str], who: str, now: int) -> Impairment:
    """It takes longer: ``wish`` is (until, why). Raises ``MissingField``, ``FieldRefused``, ``NotAllowed``, ``NotFound``."""
    one, (until, why) = unit.impairments.get(number), wish
    if not why.strip():
        raise MissingField("prolong", "why")
    _check_until(until, one.since, now)
    kept = unit.impairments.update(noun.prolong(one, until))
    _tell(unit, kept, "prolonged", one.state, now, who=who, why=why.strip(), data={"until": until})
    return kept


def without_record(unit: Unit, register: Register, now: int) -> list[tuple[Maintenance, str]]:
    """Fire facilities that are out of service now by a maintenance window, and that nobody has written down as stopped."""
    stopped = {one.asset for one in unit.impairments.open_ones()}
    found = []
    for window in unit.maintenance.running():
        asset = register.assets.get(window.scope) if window.extent is Extent.ASSET else None
        if asset and asset.kind in FIRE_KINDS and window.in_force(now) and asset.id not in stopped:
            found.append((window, asset.id))
    return found


def watcher(register: Callable[[Unit], Register]) -> Callable[[Unit, int], bool]:
    """A responder's step: 24 hours over and not written down yet → a fact and an alert; further ones tell it anew."""

    def look(unit: Unit, now: int) -> bool:
        for one in unit.impairments.open_ones():
            if noun.late(one, now):
                kept = unit.impairments.update(replace(one, overdue=now))
                _tell(unit, kept, "overdue", one.state, now, who=WHO, data={"since": one.since})
                if kept.reported is None:
                    _raise(unit, register(unit), kept, now)
        return False

    return look


def _raise(unit: Unit, register: Register, one: Impairment, now: int) -> None:
    asset = register.assets.get(one.asset)
    name = asset.name if asset else Text(one.asset, one.asset)
    since = f"{to_datetime(one.since, register.time_zone):%Y-%m-%d %H:%M}"
    alert = own_alert(
        OVERDUE,
        f"impairment/{one.id}",
        now,
        severity=Severity.HIGH,
        title=Text(
            f"消防设施停用超过 24 小时，须报告消防救援机构：{name.say('zh')}",
            f"Fire facility stopped for over 24 hours, to be reported to the fire brigade: {name.say('en')}",
        ),
        limit=Text(f"自 {since} 停用；替代措施：{one.measures}", f"stopped since {since}; instead: {one.measures}"),
        clause=CLAUSE,
    )
    raise_alert(unit, replace(alert, asset=one.asset, zone=one.zone), now, WHO)


def _return(unit: Unit, one: Impairment, now: int, who: str, why: str) -> None:
    over(unit, open_of(unit, OVERDUE, f"impairment/{one.id}"), now, who, why)


def _tell(
    unit: Unit,
    one: Impairment,
    what: str,
    before: str,
    now: int,
    *,
    who: str,
    why: str = "",
    data: dict[str, Any] | None = None,
) -> None:
    unit.facts.append(
        Fact(
            at=now,
            noun="impairment",
            subject=str(one.id),
            what=what,
            before=before,
            after=one.state,
            why=why,
            who=who,
            data={"asset": one.asset, "zone": one.zone} | (data or {}),
        )
    )
