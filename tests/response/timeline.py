"""A story on a line of time: at(minutes) this is done; what clocks then said is read from the facts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from facility.clock import Clock
from facility.fact import Fact
from facility.instant import HOUR, MINUTE
from facility.promise import Promise
from facility.work_order import Action, Order, State, WorkOrder, take
from response.scheduler import look_at_clocks
from storage.records.port import Records
from tests.storage.records.examples import ORDER

PROMISES = (
    Promise(name="respond", within=8 * MINUTE, clause="RS-1", source="contract"),
    Promise(name="arrive", within=HOUR, clause="ER-1", source="manual"),
    Promise(name="resolve", within=2 * HOUR, clause="ER-2", source="manual"),
    Promise(name="notice", within=30 * MINUTE, clause="IN-3", source="manual"),
    Promise(name="review", within=72 * HOUR, clause="ER-5", source="manual"),
)
DONE = {
    Action.DISPATCH: "dispatched",
    Action.ACCEPT: "accepted",
    Action.REJECT: "rejected",
    Action.ARRIVE: "arrived",
    Action.START: "started",
    Action.HOLD: "held",
    Action.RESUME: "resumed",
    Action.FINISH: "finished",
    Action.VERIFY: "verified",
    Action.REOPEN: "reopened",
    Action.REVIEW: "reviewed",
    Action.CANCEL: "cancelled",
}


class Story:
    """``zero`` is the instant at which the first order's event happened; every ``at`` counts from there."""

    def __init__(self, records: Records, zero: int) -> None:
        self.records, self.zero = records, zero

    def open(self, *names: str, at: int = 0, told: int | None = None, **changed: Any) -> int:
        """An order with these clocks (all, when none is named), of something that happened ``at``, known at ``told``."""
        event = self.zero + at
        chosen = [promise.clock(event) for promise in PROMISES if not names or promise.name in names]
        opened = event if told is None else self.zero + told
        draft = replace(ORDER, emergency=True, event_at=event, opened=opened, clocks=tuple(chosen), **changed)
        with self.records.begin() as unit:
            order = unit.work_orders.add(draft)
            unit.facts.append(_fact(order, "opened", "", opened, "system:rules"))
        return order.id

    def act(self, number: int, action: Action, at: int, who: str = "li", **more: str) -> WorkOrder:
        """One step of the table by a person."""
        who = "zhao" if action is Action.VERIFY and who == "li" else who
        wish = Order(action=action, who=who, at=self.zero + at, reason=more.pop("reason", "因为"), **more)  # type: ignore[arg-type]
        with self.records.begin() as unit:
            before = unit.work_orders.get(number)
            after = unit.work_orders.update(take(before, wish, point_normal=True))
            unit.facts.append(_fact(after, DONE[action], before.state.value, wish.at, who, before.assignee))
        return after

    def change(self, number: int, do: Callable[[Clock], Clock]) -> None:
        """Something that happens to each clock."""
        with self.records.begin() as unit:
            order = unit.work_orders.get(number)
            unit.work_orders.update(replace(order, clocks=tuple(do(clock) for clock in order.clocks)))

    def run(self, start: int, end: int, step: int = MINUTE) -> None:
        """The scheduler looks every ``step`` from start to end, both included."""
        for at in range(start, end + 1, step):
            self.look(at)

    def look(self, at: int) -> None:
        """The scheduler looks once, and goes on while there is more."""
        more = True
        while more:
            with self.records.begin() as unit:
                more = look_at_clocks(unit, self.zero + at)

    def facts(self) -> list[Fact]:
        """What the scheduler said, in order."""
        with self.records.read() as unit:
            return [fact for fact in unit.facts.after(0, 100_000) if fact.who == "system:clocks"]

    def told(self) -> list[tuple[str, str, int]]:
        """(clock, warned or breached, minute after zero), in order."""
        return [(str(f.data["clock"]), f.what, (f.at - self.zero) // MINUTE) for f in self.facts()]

    def order(self, number: int) -> WorkOrder:
        """As it stands."""
        with self.records.read() as unit:
            return unit.work_orders.get(number)

    def clock(self, number: int, name: str) -> Clock:
        """One clock of an order."""
        return next(clock for clock in self.order(number).clocks if clock.name == name)


def _fact(order: WorkOrder, what: str, before: str, at: int, who: str, assignee: str = "") -> Fact:
    data = {"assignee": order.assignee} if order.assignee != assignee else {}
    return Fact(
        at=at,
        noun="work-order",
        subject=str(order.id),
        what=what,
        before=before,
        after=State(order.state).value,
        who=who,
        data=data,
    )
