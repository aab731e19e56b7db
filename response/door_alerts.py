"""What follows from a finding at a door: a row, a fact, an alert, and a work order where its file wants one.

A passage is over as soon as it has happened: its alert stays until somebody has seen it, and returns then.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from facility.alert import Alert, Condition, again, returned
from facility.door_check import DoorCheck
from facility.door_finding import DoorFinding, DoorRule
from facility.door_judging import Checks
from facility.door_telling import limit_of
from facility.fact import Fact
from facility.own_alert import own_alert, own_fact
from facility.register import Register
from facility.work_order import WorkOrder
from response.orders import Opener
from storage.records import own_alerts
from storage.records.permissions import FindingFilter
from storage.records.port import Unit

WHO = "system:doors"
CLOCK = f"door-{DoorRule.CLOCK.value}"


def open_ones(unit: Unit, checks: Checks) -> list[Alert]:
    """Alerts that these checks have open."""
    return own_alerts.open_ones(unit, tuple({check.alert_rule for check in checks.values()}))


def is_over(alert: Alert) -> bool:
    """Somebody has seen it, and it is about what happened. A clock is wrong until it is right."""
    return alert.acknowledged and alert.condition is not Condition.NORMAL and alert.rule != CLOCK


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorAlerts:
    """One unit of work. Raises ``Conflict``."""

    unit: Unit
    register: Register
    checks: Checks
    opener: Opener
    now: int

    def found(self, finding: DoorFinding) -> None:
        """Keep it, say it, and raise what is to be raised."""
        check = self.checks[finding.rule]
        finding = replace(finding, test=finding.test or self._tested(finding))
        alert = None if finding.test or check.soft else self._alert(finding, check)
        kept = self.unit.door_findings.add(replace(finding, alert=alert.id if alert else None))
        self._fact(kept, check, "found")

    def _tested(self, finding: DoorFinding) -> bool:
        """Somebody tried the door out: kept, and nobody is told."""
        modes = self.unit.test_modes.running()
        return any(mode.in_force(finding.at) and mode.covers(finding.point, self.register) for mode in modes)

    def _out_of_service(self, finding: DoorFinding, check: DoorCheck) -> bool:
        """A silent one is set aside by no single person's word, as life safety is not."""
        windows = self.unit.maintenance.running()
        return any(
            window.in_force(self.now) and window.covers(finding.point, self.register, life_safety=check.silent)
            for window in windows
        )

    def withdraw(self, finding: DoorFinding) -> None:
        """What came later shows that nothing was wrong. Its alert goes too, unless something else keeps it up."""
        check = self.checks.get(finding.rule)
        gone = self.unit.door_findings.update(replace(finding, withdrawn=self.now))
        self._fact(gone, check, "withdrawn")
        if finding.alert is None or self._others(finding):
            return
        alert = self.unit.alerts.get(finding.alert)
        if alert.open and alert.condition is not Condition.NORMAL:
            after = self.unit.alerts.update(replace(returned(alert, self.now), withdrawn=True))
            self._alert_fact(after, "withdrawn", alert.state)

    def go_over(self, clocks_right: set[str]) -> None:
        """Alerts that somebody has seen, and clocks that are right again."""
        for alert in open_ones(self.unit, self.checks):
            right = alert.rule == CLOCK and alert.asset in clocks_right
            if is_over(alert) or (right and alert.condition is not Condition.NORMAL):
                after = self.unit.alerts.update(returned(alert, self.now))
                self._alert_fact(after, "returned", alert.state, "the clock is right again" if right else "seen")

    def _others(self, finding: DoorFinding) -> bool:
        wanted = FindingFilter(rules=(finding.rule,), doors=(finding.door,), withdrawn=False)
        rows = self.unit.door_findings.find(wanted, limit=50).rows
        return any(one.alert == finding.alert and one.id != finding.id for one in rows)

    def _alert(self, finding: DoorFinding, check: DoorCheck) -> Alert:
        """The open one of that kind at that door, which somebody must see again; or a new one."""
        alert = own_alerts.open_of(self.unit, check.alert_rule, finding.point)
        if alert is None:
            return self._raise(finding, check)
        if finding.late or (alert.condition is not Condition.NORMAL and not alert.acknowledged):
            return alert
        after = self.unit.alerts.update(replace(again(alert), late=False, limit=limit_of(finding, check)))
        self._alert_fact(after, "re-raised", alert.state)
        return after

    def _raise(self, finding: DoorFinding, check: DoorCheck) -> Alert:
        plain = own_alert(
            check.alert_rule,
            finding.point,
            self.now,
            severity=check.severity,
            title=check.title,
            limit=limit_of(finding, check),
            clause=check.clause,
        )
        alert = replace(plain, asset=finding.door, zone=finding.zone, started=finding.at, raised=finding.at)
        if finding.late:
            alert = replace(alert, condition=Condition.NORMAL, ended=finding.at, late=True)
        alert = self.unit.alerts.open(replace(alert, out_of_service=self._out_of_service(finding, check)))
        if check.work and alert.announces and not finding.late:
            order = self.opener(self.unit, self.register, _order(alert, finding, check), WHO, self.now)
            alert = self.unit.alerts.update(replace(alert, work_order=order.id))
        self._alert_fact(alert, "raised", "normal")
        return alert

    def _alert_fact(self, alert: Alert, what: str, before: str, why: str = "") -> None:
        self.unit.facts.append(own_fact(alert, what, before, self.now, who=WHO, why=why))

    def _fact(self, finding: DoorFinding, check: DoorCheck | None, what: str) -> None:
        """Whose card it was stands in the row alone, which has an end: a fact has none. Of a silent one not even what it was."""
        said: dict[str, Any] = {"finding": finding.id, "at": finding.at, "late": finding.late}
        if check is not None and not check.silent:
            said |= {
                "rule": finding.rule.value,
                "point": finding.point,
                "zone": finding.zone,
                "reason": finding.reason,
                "permissions": finding.permissions,
                "check": check.version,
                "test": finding.test,
                "alert": finding.alert,
            }
        self.unit.facts.append(Fact(at=self.now, noun="door", subject=finding.door, what=what, who=WHO, data=said))


def _order(alert: Alert, finding: DoorFinding, check: DoorCheck) -> WorkOrder:
    return WorkOrder(
        alert=alert.id,
        kind=check.work,
        title=alert.title,
        clause=alert.clause,
        severity=alert.severity,
        point=alert.point,
        asset=alert.asset,
        zone=alert.zone,
        limit=alert.limit,
        rule=alert.rule,
        opened=alert.opened,
        event_at=finding.at,
        source_of=f"door:{finding.door}/{finding.rule.value}",
    )
