"""What the clock owes to alerts: shelves that end, windows that begin and end, tests that end, alarms announced again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from facility.alert import Alert, Condition
from facility.alert_life import by_the_clock
from facility.fact import Fact
from facility.maintenance import Maintenance
from facility.register import Register
from facility.scope import Extent
from rules.aside import Aside, read_aside
from rules.respond import WHO, alert_fact
from storage.records.port import AlertFilter, Unit

BACK = frozenset({"unshelved", "back-in-service", "test-over", "re-alarmed"})
"""After these it counts again: what still goes on then opens its work order, as if it were raised now."""
AT_ONCE = 500

OpenOrder = Callable[[Alert], Alert]
"""The alert with its work order, where its rule wants one."""


def attend(unit: Unit, register: Register, now: int, open_order: OpenOrder) -> None:
    """Everything that is due at ``now``. Nothing depends on having been called before. Raises ``Conflict``."""
    for window in unit.maintenance.running():
        _follow_window(unit, window, register, now)
    aside = read_aside(unit, register, now)
    for alert in unit.alerts.to_attend(now):
        _attend_alert(unit, alert, aside, open_order)


def _follow_window(unit: Unit, window: Maintenance, register: Register, now: int) -> None:
    if window.begun is None and window.since <= now:
        window = unit.maintenance.update(replace(window, begun=now))
        _tell(unit, window, "begun", window.who, now)
        if window.in_force(now):
            _take_out(unit, window, register, now)
    if window.until <= now:
        window = unit.maintenance.update(replace(window, ended=window.until))
        _tell(unit, window, "ended", WHO, now)


def _tell(unit: Unit, window: Maintenance, what: str, who: str, now: int) -> None:
    data = {"extent": window.extent.value, "scope": window.scope, "until": window.until, "second": window.second}
    unit.facts.append(
        Fact(at=now, noun="maintenance", subject=str(window.id), what=what, why=window.why, who=who, data=data)
    )


def _take_out(unit: Unit, window: Maintenance, register: Register, now: int) -> None:
    """What is open already in its scope goes out of service with it."""
    for alert in _open_in(unit, window, register):
        if alert.out_of_service or not window.covers(alert.point, register, life_safety=alert.life_safety):
            continue
        after = unit.alerts.update(replace(alert, out_of_service=True))
        fact = alert_fact(after, "taken-out-of-service", alert.state, now, window.why)
        unit.facts.append(replace(fact, who=window.who))


def _open_in(unit: Unit, window: Maintenance, register: Register) -> list[Alert]:
    wanted = _wanted(window, register)
    found: list[Alert] = []
    cursor: str | None = None
    while True:
        page = unit.alerts.find(wanted, cursor, AT_ONCE)
        found += page.rows
        if page.cursor is None:
            return found
        cursor = page.cursor


def _wanted(window: Maintenance, register: Register) -> AlertFilter:
    match window.extent:
        case Extent.POINT:
            return AlertFilter(open=True, points=(window.scope,))
        case Extent.ASSET:
            return AlertFilter(open=True, assets=(window.scope,))
        case Extent.ZONE:
            return AlertFilter(open=True, zones=tuple(sorted(register.zones_below(window.scope))))
        case Extent.SYSTEM:
            return AlertFilter(open=True)


def _attend_alert(unit: Unit, alert: Alert, aside: Aside, open_order: OpenOrder) -> None:
    happened = by_the_clock(
        alert,
        aside.now,
        out_of_service=aside.out_of_service(alert),
        testing=aside.testing(alert.point, aside.now),
    )
    if not happened:
        return
    after = happened[-1].after
    if after.announces and after.condition is not Condition.NORMAL and BACK & {what for what, *_ in happened}:
        after = open_order(after)
    unit.alerts.update(after)
    before = alert.state
    for what, state, why in happened:
        if what:
            unit.facts.append(alert_fact(state, what, before, aside.now, why))
        before = state.state
