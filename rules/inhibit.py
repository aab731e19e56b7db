"""Alerts that another alert explains: evaluated and shown, and they page nobody while that one goes on.

Looked at in the store, in the unit of work in which alerts are written: it does not matter which of the two came first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import cached_property

from facility.alert import Alert, Condition
from facility.register import Register
from rules.engine import Engine
from rules.links import LINK_RULES
from rules.respond import alert_fact
from rules.rule import Inhibition, Rule
from storage.records.port import AlertFilter, Unit

AT_ONCE = 500
OpenOrder = Callable[[Alert], Alert]


def places(point: str, same: str, register: Register) -> frozenset[str]:
    """Where a point belongs for an inhibition: its device, gateway, asset, or its zone with those around it."""
    known = register.points.get(point)
    if known is None:
        return frozenset()
    match same:
        case "device":
            return frozenset({known.device} - {""})
        case "gateway":
            return frozenset({gateway_of(known.device, register)} - {""})
        case "asset":
            return frozenset({known.asset})
        case _:
            zone = register.zone_of(known)
            return frozenset(one.id for one in register.zone_path(zone.id)) if zone else frozenset()


def gateway_of(device: str, register: Register) -> str:
    """The device that speaks for it, or itself."""
    known = register.devices.get(device)
    return (known.gateway if known else "") or device


def explains(inhibitor: Alert, alert: Alert, inhibition: Inhibition, register: Register) -> bool:
    """Whether what the one alert is about lies where the other's cause is. A zone's cause reaches the zones inside it."""
    if inhibitor.rule != inhibition.rule or inhibitor.id == alert.id:
        return False
    there = places(alert.point, inhibition.same, register)
    if inhibition.same == "zone":
        return inhibitor.zone in there
    return bool(there & places(inhibitor.point, inhibition.same, register))


def may_be_quiet(rule: Rule) -> bool:
    """Whether something may keep its alerts from calling anybody."""
    return bool(rule.inhibited_by) or any(mode.off for mode in rule.modes)


class Inhibitor:
    """One unit of work's look at what inhibits what. Read once the alerts of inhibiting rules are written."""

    def __init__(self, unit: Unit, engine: Engine, now: int) -> None:
        self._unit, self._engine, self._now = unit, engine, now

    @cached_property
    def _causes(self) -> list[Alert]:
        """What goes on and may explain others. A test explains nothing."""
        wanted = {inhibition.rule for rule in self._engine.rules for inhibition in rule.inhibited_by}
        return [a for a in self._open(wanted) if a.condition is not Condition.NORMAL and not a.test]

    def of(self, alert: Alert, rule: Rule) -> str:
        """The rule that inhibits the alert now, or the mode (``mode:drill``) in which it calls nobody, or empty."""
        register = self._engine.register
        point = register.points.get(alert.point)
        mode = rule.mode_at(point, register, self._now) if point else None
        if mode is not None and mode.off:
            return f"mode:{mode.name}"
        found = (
            inhibition.rule
            for inhibition in rule.inhibited_by
            for cause in self._causes
            if explains(cause, alert, inhibition, register)
        )
        return next(found, "")

    def at_raise(self, alert: Alert, rule: Rule) -> Alert:
        """A new alert with what inhibits it."""
        return replace(alert, suppressed_by=self.of(alert, rule)) if may_be_quiet(rule) else alert

    def look_again(self, open_order: OpenOrder) -> None:
        """Every open alert that may be inhibited, after something that inhibits began or ended. Raises ``Conflict``."""
        rules = {rule.id: rule for rule in self._engine.rules if may_be_quiet(rule) and not rule.level_of}
        for alert in self._open(rules):
            by = self.of(alert, rules[alert.rule])
            if by != alert.suppressed_by and alert.suppressed_by not in LINK_RULES:
                self._change(alert, by, open_order)

    def let_go(self, open_order: OpenOrder) -> None:
        """Alerts whose rules are inhibited by nothing any more, after a change of rules."""
        for alert in self._open(None, ("suppressed-by-design", "out-of-service")):
            rule = self._engine.rule_index.get(alert.rule)
            quiet = rule is not None and may_be_quiet(self._engine.rules[rule])
            if alert.suppressed_by not in (*LINK_RULES, "") and not quiet:
                self._change(alert, "", open_order)

    def _change(self, alert: Alert, by: str, open_order: OpenOrder) -> None:
        after = replace(alert, suppressed_by=by)
        what, why = ("suppressed", by) if by else ("unsuppressed", alert.suppressed_by)
        if not by and after.condition is not Condition.NORMAL:
            after = open_order(after)
        after = self._unit.alerts.update(after)
        self._unit.facts.append(alert_fact(after, what, alert.state, self._now, why))

    def _open(self, rules: Iterable[str] | None, states: tuple[str, ...] = ()) -> Iterator[Alert]:
        names = None if rules is None else tuple(sorted(rules))
        if names == ():
            return
        wanted, cursor = AlertFilter(open=True, rules=names or (), states=states), None
        while True:
            page = self._unit.alerts.find(wanted, cursor, AT_ONCE)
            yield from page.rows
            cursor = page.cursor
            if cursor is None:
                return
