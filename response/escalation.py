"""Escalation: a chain begins with an alert or an order, tells people level by level, and stops when one of them answers.

What is wanted is worked out from the alert and the order as they stand, whatever fact brought us here: a fact that comes
twice, late, or together with others changes nothing. What was told is in the notices, whose keys are unique.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from facility.alert import Alert, Condition, Severity
from facility.chain import Chain, begin, begin_again, go_on, pass_on, pick, stop
from facility.chain_run import ChainRun
from facility.door_check import SILENT
from facility.fact import Fact
from facility.notice import dropped, seen
from facility.text import Text
from facility.work_order import State, WorkOrder
from response.telling import alarm_data, order_data
from response.told import Subject, Teller, Telling
from storage.records.port import NotFound, Unit

NOUNS = frozenset({"alert", "work-order"})
WHO = "system:escalation"
TO_TAKE = frozenset({State.NEW, State.DISPATCHED, State.REJECTED, State.TRANSFERRED})
"""In these nobody has taken the order."""
ANSWERS = ("acknowledged", "accepted", "joined")
"""Why a run ended that somebody answered."""
RAISING = frozenset(
    {
        "raised",
        "re-raised",
        "came-back",
        "raised-severity",
        "rose",
        "re-alarmed",
        "unshelved",
        "unsuppressed",
        "back-in-service",
        "rejected",
        "transferred",
        "opened",
    }
)
"""After one of these somebody has to answer again, even if somebody did before."""
_PORTION = 50


def _nothing_first(alert: Alert) -> Text:
    del alert
    return Text("", "")


@dataclass(frozen=True, kw_only=True)
class Escalation:
    """``follow`` is a follower's handler for ``NOUNS``; ``due`` is a step's work."""

    chains: Callable[[], Mapping[str, Chain]]
    teller: Teller = field(default_factory=Teller)
    first: Callable[[Alert], Text] = _nothing_first
    """What to do first about an alert: the first line of its playbook or its rule."""
    named: Callable[[str], str] = lambda kind: ""  # noqa: ARG005
    """The chain that a class of work names; empty: none."""

    def follow(self, unit: Unit, fact: Fact, now: int) -> None:
        """A fact about an alert or an order."""
        if not fact.subject.isdecimal():
            return
        number = int(fact.subject)
        try:
            if fact.noun == "alert":
                self.look_at_alert(unit, unit.alerts.get(number), fact.what, now)
            elif fact.noun == "work-order":
                self._look_at_order(unit, unit.work_orders.get(number), fact, now)
        except NotFound:
            return

    def due(self, unit: Unit, now: int) -> bool:
        """Levels whose time has come. Returns whether there may be more."""
        runs = unit.chains.due(now, _PORTION)
        for run in runs:
            self._go_on(unit, run, now)
        return len(runs) == _PORTION

    def look_at_alert(self, unit: Unit, alert: Alert, what: str, now: int) -> None:
        """Begin, begin again, or stop, as the alert stands now."""
        order = _order(unit, alert.work_order)
        cause = f"alert:{alert.id}"
        kind = order.kind if order else SILENT if alert.rule == SILENT else ""
        chain = self._chain(kind, alert.severity, life_safety=alert.life_safety)
        runs = unit.chains.running([cause]) or (unit.chains.of_order(order.id) if order else [])
        run = runs[0] if runs else None
        reason = self._answered(unit, alert, order, chain, run)
        if run is not None and run.cause != cause:
            if not reason and alert.severity < run.severity:
                self._again(unit, run, chain, alert.severity, now)
        elif run is not None and reason:
            run = self._stop(unit, run, reason, _who_answered(alert, order, reason), now)
            if order is not None:
                self._joined(unit, run, order, now)
        elif run is not None and alert.severity < run.severity:
            self._again(unit, run, chain, alert.severity, now)
        elif run is None and not reason and self._wanted_again(unit, cause, alert.severity, what):
            fresh = begin(chain, cause, now, severity=alert.severity, life_safety=alert.life_safety)
            self._begin(unit, replace(fresh, alert=alert.id, work_order=order.id if order else 0), now)

    def _look_at_order(self, unit: Unit, order: WorkOrder, fact: Fact, now: int) -> None:
        self.teller.of_order(unit, self.chains(), order, fact, self._first_of(unit, order))
        if order.alert is not None:
            alerts = {order.alert, *(run.alert for run in unit.chains.of_order(order.id) if run.alert)}
            for number in sorted(alerts):
                self.look_at_alert(unit, unit.alerts.get(number), fact.what, now)
            return
        cause = f"work-order:{order.id}"
        chain = self._chain(order.kind, order.severity, life_safety=order.life_safety)
        run = next(iter(unit.chains.running([cause])), None)
        reason = "" if order.state in TO_TAKE else "accepted" if order.open else "over"
        if run is not None and reason:
            self._stop(unit, run, reason, order.assignee, now)
        elif run is None and not reason and self._wanted_again(unit, cause, order.severity, fact.what):
            fresh = begin(chain, cause, now, severity=order.severity, life_safety=order.life_safety)
            self._begin(unit, replace(fresh, work_order=order.id), now)

    def _chain(self, kind: str, severity: Severity, *, life_safety: bool) -> Chain:
        found = pick(self.chains(), kind, severity, life_safety=life_safety, named=self.named(kind))
        # Loading refuses chains that leave something out.
        assert found is not None
        return found

    def _answered(self, unit: Unit, alert: Alert, order: WorkOrder | None, chain: Chain, run: ChainRun | None) -> str:
        """Why nobody need be told, or told further; empty when somebody must answer."""
        if not alert.open:
            return "acknowledged" if alert.acknowledged else "over"
        if not alert.announces:
            return "test" if alert.test else "aside"
        if alert.acknowledged:
            return "acknowledged"
        if alert.condition is Condition.NORMAL and (alert.late or not chain.when_over):
            return "over"
        if order is not None and order.open and order.state not in TO_TAKE:
            # What was accepted before it became worse does not answer for what it is now.
            accepted = max(
                (f.at for f in unit.facts.of("work-order", str(order.id)) if f.what == "accepted"), default=0
            )
            began = run.began if run is not None else self._last_began(unit, alert)
            return "accepted" if accepted >= began else ""
        return ""

    def _last_began(self, unit: Unit, alert: Alert) -> int:
        """When what is to be answered began: with a rise since the last run it is now, and no acceptance is later."""
        last = next(iter(reversed(unit.chains.of_cause(f"alert:{alert.id}"))), None)
        return 0 if last is None or last.severity <= alert.severity else 2**62

    def _wanted_again(self, unit: Unit, cause: str, severity: Severity, what: str) -> bool:
        last = next(iter(reversed(unit.chains.of_cause(cause))), None)
        return last is None or last.why not in ANSWERS or severity < last.severity or what in RAISING

    def _begin(self, unit: Unit, run: ChainRun, now: int) -> None:
        run = unit.chains.begin(run)
        _fact(unit, run, "begun", now)
        self._go_on(unit, run, now)

    def _again(self, unit: Unit, run: ChainRun, chain: Chain, severity: Severity, now: int) -> None:
        run = unit.chains.update(begin_again(run, chain, now, severity))
        _fact(unit, run, "begun-again", now)
        self._go_on(unit, run, now)

    def _go_on(self, unit: Unit, run: ChainRun, now: int) -> None:
        chain = self.chains().get(run.chain) or self._chain("", run.severity, life_safety=run.life_safety)
        key = f"{run.cause}/{run.chain}/{run.id}.{run.round}"
        telling = Telling(self.teller, unit, chain, self._subject(unit, run), key, now, run.id)
        this_time: set[tuple[str, str]] = set()
        while True:
            run, fired = go_on(run, chain, now)
            reached = [telling.level(firing, this_time) or firing.told > 1 for firing in fired]
            # A level that reaches nobody hands on at once: nobody waits for somebody who is not there.
            if all(reached) or run.level_at is None:
                break
            run = pass_on(run, now)
        if run.level_at is None and not telling.told():
            telling.last_resort()
        unit.chains.update(run)

    def _subject(self, unit: Unit, run: ChainRun) -> Subject:
        register = self.teller.register(unit)
        order = _order(unit, run.work_order or None)
        if run.alert:
            alert = unit.alerts.get(run.alert)
            data = alarm_data(alert, order, register, self.first(alert))
        else:
            assert order is not None
            data = order_data(order, register, self._first_of(unit, order))
        return Subject(
            cause=run.cause,
            template="alarm" if run.alert else "order",
            data=data,
            severity=run.severity,
            life_safety=run.life_safety,
            assignee=order.assignee if order else "",
        )

    def _first_of(self, unit: Unit, order: WorkOrder) -> Text:
        try:
            return self.first(unit.alerts.get(order.alert)) if order.alert else Text("", "")
        except NotFound:
            return Text("", "")

    def _stop(self, unit: Unit, run: ChainRun, why: str, who: str, now: int) -> ChainRun:
        run = unit.chains.update(stop(run, now, why))
        let_go = 0
        person = self.teller.reach(unit, now).person(who) if who else None
        theirs = {who, person.id if person else ""} - {""}
        for notice in unit.notices.of_causes([run.cause]):
            after = dropped(notice, why)
            let_go += after is not notice
            if after is notice and why in ANSWERS and notice.person in theirs:
                after = seen(notice, who, now)
            if after is not notice:
                unit.notices.update(after)
        _fact(unit, run, "stopped", now, why=why, by=who, let_go=let_go)
        return run

    def _joined(self, unit: Unit, run: ChainRun, order: WorkOrder, now: int) -> None:
        """The others that joined the same order: an answer to one answers for all; what is merely over does not."""
        for other in unit.alerts.open_ones():
            if other.work_order != order.id or other.id == run.alert:
                continue
            if run.why in ANSWERS:
                cause = f"alert:{other.id}"
                kept = replace(run, id=0, cause=cause, alert=other.id, severity=other.severity, version=0, turns=())
                unit.chains.begin(replace(kept, why="joined"))
            else:
                self.look_at_alert(unit, other, "", now)


def _order(unit: Unit, number: int | None) -> WorkOrder | None:
    try:
        return unit.work_orders.get(number) if number else None
    except NotFound:
        return None


def _who_answered(alert: Alert, order: WorkOrder | None, why: str) -> str:
    if why == "accepted" and order is not None:
        return order.assignee
    return alert.acknowledged_by if why == "acknowledged" else ""


def _fact(unit: Unit, run: ChainRun, what: str, now: int, *, why: str = "", **more: Any) -> None:
    data = {"cause": run.cause, "chain": run.chain, "severity": run.severity.value, "round": run.round, **more}
    unit.facts.append(Fact(at=now, noun="chain", subject=str(run.id), what=what, why=why, who=WHO, data=data))


def told_of(unit: Unit, causes: Sequence[str]) -> list[Fact]:
    """What the chains did about these, oldest first."""
    runs = [run for cause in causes for run in unit.chains.of_cause(cause)]
    found = [fact for run in runs for fact in unit.facts.of("chain", str(run.id))]
    return sorted(found, key=lambda fact: fact.seq)
