"""The work orders of alerts: one cause has one open order, and what belongs to it joins.

An order that is open for the alert is its order. So is that of an earlier alert of the same rule on the same point, and,
where the class of work says how far one cause reaches, that of anything near enough in place and time. Only then a new
one is opened, under a key that no two open orders share: of several writers at once one opens it, and the others lose,
read again, and join.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from facility.alert import Alert
from facility.instant import HOUR
from facility.work_class import WorkClass
from facility.work_join import cause_key, duplicate_of, headed, heading_change, is_same_cause, joined, survivor
from facility.work_order import WorkOrder
from rules.engine import Engine
from rules.kinds import together
from rules.respond import new_work_order, work_order_fact
from rules.rule import Rule
from storage.records.port import AlertFilter, NotFound, Unit, WorkOrderFilter

AT_ONCE = 200
"""So many open orders of one class in one zone are looked at; with a reach there is rarely more than one."""
RAISED = "raised-severity"


class Orders:
    """One unit of work's orders of alerts. Raises ``Conflict``."""

    def __init__(self, unit: Unit, engine: Engine, now: int) -> None:
        self._unit, self._engine, self._now = unit, engine, now

    def of(self, alert: Alert, rule: Rule) -> Alert:
        """The alert with its order."""
        draft = new_work_order(alert, rule, self._now, self._class(rule), self._engine.register.time_zone)
        order = self._own(alert)
        if order is not None:
            order = self._more_urgent(order, draft, alert)
        elif (found := self._at_hand(alert, draft)) is not None:
            order = self._join(found, draft, alert)
        else:
            order = self._open(draft, alert)
        if isinstance(rule.spec, together.Spec):
            order = self._put_together(order, alert, rule.spec)
        return replace(alert, work_order=order.id)

    def _class(self, rule: Rule) -> WorkClass | None:
        return self._engine.book.classes.get(rule.response.work_order)

    def _open(self, draft: WorkOrder, alert: Alert) -> WorkOrder:
        work = self._engine.book.classes.get(draft.kind)
        key = cause_key(draft, work, self._candidates(draft)) if work else ""
        order = self._unit.work_orders.add(replace(draft, cause=key))
        self._unit.facts.append(work_order_fact(order, alert, "opened", self._now))
        return order

    def _join(self, order: WorkOrder, draft: WorkOrder, alert: Alert) -> WorkOrder:
        work = self._engine.book.classes.get(draft.kind)
        after = headed(order, draft) if work is None else joined(order, draft, work.together)
        if after != order:
            after = self._unit.work_orders.update(after)
        self._unit.facts.append(work_order_fact(after, alert, "joined", self._now, before=order))
        return self._told(order, after, alert)

    def _more_urgent(self, order: WorkOrder, draft: WorkOrder, alert: Alert) -> WorkOrder:
        """People on their way learn that it became more urgent, and what it is now; it never becomes less by itself."""
        after = headed(order, draft)
        if after != order:
            after = self._unit.work_orders.update(after)
        return self._told(order, after, alert)

    def _told(self, before: WorkOrder, after: WorkOrder, alert: Alert) -> WorkOrder:
        if after.severity < before.severity:
            said = heading_change(before, after)
            self._unit.facts.append(work_order_fact(after, alert, RAISED, self._now, before=before, more=said))
        return after

    def _own(self, alert: Alert) -> WorkOrder | None:
        """Its own, while it is open; where that was found to be a duplicate, the one that goes on."""
        return self._standing(alert.work_order)

    def _standing(self, number: int | None) -> WorkOrder | None:
        seen: set[int] = set()
        while number is not None and number not in seen:
            seen.add(number)
            try:
                order = self._unit.work_orders.get(number)
            except NotFound:
                return None
            if order.open:
                return order
            number = order.duplicate_of
        return None

    def _at_hand(self, alert: Alert, draft: WorkOrder) -> WorkOrder | None:
        """The open order of an earlier alert of the same rule on the same point, or of the same cause."""
        earlier = self._unit.alerts.find(AlertFilter(rules=(alert.rule,), points=(alert.point,)), limit=3)
        orders = (self._standing(one.work_order) for one in earlier.rows if one.id != alert.id)
        found = next((order for order in orders if order is not None), None)
        work = self._engine.book.classes.get(draft.kind)
        if found is not None or work is None:
            return found
        return next((order for order in self._candidates(draft) if is_same_cause(order, draft, work)), None)

    def _candidates(self, draft: WorkOrder) -> list[WorkOrder]:
        """Open ones of that class there, the oldest first."""
        wanted = WorkOrderFilter(open=True, kinds=(draft.kind,), zones=(draft.zone,))
        return self._unit.work_orders.find(wanted, limit=AT_ONCE).rows[::-1]

    def _put_together(self, order: WorkOrder, alert: Alert, spec: together.Spec) -> WorkOrder:
        """What several rules found together has one cause: the orders of its parts become one."""
        for part in self._parts(alert, spec):
            other = self._standing(part.work_order)
            if other is not None and other.id != order.id:
                order = self._merge(*survivor(order, other), alert)
        return order

    def _parts(self, alert: Alert, spec: together.Spec) -> Iterator[Alert]:
        wanted = AlertFilter(open=True, rules=spec.rules, zones=(alert.zone,))
        yield from (one for one in self._unit.alerts.find(wanted, limit=AT_ONCE).rows if one.id != alert.id)

    def _merge(self, stays: WorkOrder, goes: WorkOrder, alert: Alert) -> WorkOrder:
        after = self._unit.work_orders.update(joined(stays, goes, HOUR))
        gone = self._unit.work_orders.update(duplicate_of(goes, stays.id, self._now))
        for one in self._unit.alerts.find(AlertFilter(work_order=goes.id), limit=AT_ONCE).rows:
            if one.id != alert.id:
                self._unit.alerts.update(replace(one, work_order=stays.id))
        self._unit.facts.append(
            work_order_fact(gone, alert, "duplicated", self._now, before=goes, more={"other": stays.id})
        )
        said = {"other": goes.id, **heading_change(stays, after)}
        self._unit.facts.append(work_order_fact(after, alert, "merged", self._now, before=stays, more=said))
        return after
