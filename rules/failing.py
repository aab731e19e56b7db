"""A rule whose code fails judges nothing: that is an alert of its own, one for each such rule."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from facility.alert import Alert, Condition, Severity, again, returned
from facility.instant import MINUTE
from facility.own_alert import own_alert
from facility.text import Text
from rules.book import RuleBook
from rules.health import RuleHealth
from rules.respond import alert_fact
from storage.records.port import Unit

FAILING = "rule-failing"
"""The alerts' rule. Their point is the id of the rule that fails, so that each has one."""
QUIET_FOR = 10 * MINUTE
"""It works again when it has judged for so long without failing; a rule that judges nothing is not known to work."""


@dataclass(slots=True)
class Failures:
    """Which rules fail, from one look at their health to the next. One thread only."""

    _counts: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Rule → (how often it had failed, when that last grew)."""
    _told: frozenset[str] | None = None

    def now_failing(self, health: Iterable[RuleHealth], now: int) -> dict[str, str]:
        """Rule → what its code raised, for those that fail now."""
        found: dict[str, str] = {}
        for one in health:
            if one.error is None:
                self._counts.pop(one.rule, None)
                continue
            count, grew = self._counts.get(one.rule, (0, now))
            grew = now if one.error.count != count else grew
            self._counts[one.rule] = (one.error.count, grew)
            if one.last_judged is None or one.last_judged < grew + QUIET_FOR:
                found[one.rule] = one.error.text
        return found

    def differ(self, failing: Iterable[str]) -> bool:
        """Whether others fail than were told."""
        return self._told != frozenset(failing)

    def told(self, failing: Iterable[str]) -> None:
        """They have been committed."""
        self._told = frozenset(failing)


def report(unit: Unit, book: RuleBook, failing: Mapping[str, str], now: int) -> None:
    """Raise, raise again and return. Raises ``Conflict``: somebody else was first, look again."""
    open_ones = {alert.point: alert for alert in unit.alerts.open_ones() if alert.rule == FAILING}
    for rule, text in failing.items():
        alert = open_ones.get(rule)
        if alert is None:
            _fact(unit, unit.alerts.open(_alert(book, rule, text, now)), "raised", "normal", now)
        elif alert.condition is Condition.NORMAL:
            _fact(unit, unit.alerts.update(again(alert)), "re-raised", alert.state, now)
    for rule, alert in open_ones.items():
        if rule not in failing and alert.condition is not Condition.NORMAL:
            _fact(unit, unit.alerts.update(returned(alert, now)), "returned", alert.state, now)


def _alert(book: RuleBook, rule: str, text: str, now: int) -> Alert:
    failing = book.rules.get(rule)
    title = failing.title if failing else Text(rule, rule)
    return own_alert(
        FAILING,
        rule,
        now,
        severity=Severity.HIGH,
        title=Text(f"规则出错，不再判断：{title.zh}", f"A rule fails and judges nothing: {title.en}"),
        limit=Text(f"规则程序不得出错；报错：{text}", f"a rule's code must not fail; it says: {text}"),
        clause=failing.clause if failing else "",
        rule_version=failing.version if failing else "",
    )


def _fact(unit: Unit, alert: Alert, what: str, before: str, now: int) -> None:
    unit.facts.append(alert_fact(alert, what, before, now))
