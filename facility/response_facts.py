"""Work orders told by their facts alone: which time limits each had, and when each was met. Pure.

The fact that opens an order names its time limits, and so does each later fact that changed them (``clocks``); what stopped
them is the facts' own steps from one state to another, by the same table (``facility.clock.turn``) as in the store. Limits that
repeat (telling residents how it goes) are left out: their rounds are met by bulletins, and the pages count them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from facility.alert import Severity
from facility.clock import Clock, turn
from facility.fact import Said
from facility.text import Text
from facility.work_figures import About, Owed, owed_by
from facility.work_order import OPEN_STATES, State, WorkOrder

_SAID = ("name", "started", "limit", "every", "pausable", "waits", "clause", "source", "edition")
_STATES = frozenset(state.value for state in State)
BY_CLOCK = "system:clocks"
"""Its facts tell of other instants than their own."""


def clocks_said(before: WorkOrder | None, after: WorkOrder) -> dict[str, Any]:
    """The time limits of ``after``, for its fact; nothing where they are the same as before."""
    said = [_said(clock) for clock in after.clocks]
    known = [] if before is None else [_said(clock) for clock in before.clocks]
    return {"clocks": said} if said != known or before is None else {}


def _said(clock: Clock) -> dict[str, Any]:
    return {name: getattr(clock, name) for name in _SAID}


@dataclass(slots=True)
class Told:
    """One order as its facts tell it."""

    id: int
    kind: str = ""
    zone: str = ""
    asset: str = ""
    source: str = ""
    emergency: bool = False
    opened: int = 0
    closed: int | None = None
    state: State = State.NEW
    assignee: str = ""
    known: bool = False
    """Its facts name its time limits: those of before this was so do not."""
    clocks: dict[str, Clock] = field(default_factory=dict)
    before: list[Clock] = field(default_factory=list)
    """Agreed visits that another took the place of, after they had been missed."""
    facts: list[int] = field(default_factory=list)

    def tell(self, fact: Said) -> None:
        """One more fact about it, in the chain's order."""
        self.facts.append(fact.seq)
        if fact.what == "opened":
            self._open(fact)
        elif fact.who != BY_CLOCK:
            self._move(fact)
        if "clocks" in fact.data:
            self._set(fact.data["clocks"], fact.at)

    def _open(self, fact: Said) -> None:
        data = fact.data
        self.kind, self.opened = str(data.get("kind", "")), fact.at
        self.zone, self.asset = str(data.get("zone", "")), str(data.get("asset", ""))
        self.source, self.emergency = str(data.get("source", "")), bool(data.get("emergency"))
        self.known = "clocks" in data

    def _move(self, fact: Said) -> None:
        self.assignee = str(fact.data.get("assignee", self.assignee))
        if fact.what == "accepted":
            self.assignee = fact.who
        if fact.after not in _STATES or fact.after == self.state.value:
            return
        before, self.state = self.state, State(fact.after)
        self.clocks = {
            name: turn(clock, before.value, fact.after, fact.at, by=fact.who) for name, clock in self.clocks.items()
        }
        if self.state not in OPEN_STATES and self.closed is None:
            self.closed = fact.at

    def _set(self, said: Iterable[Mapping[str, Any]], at: int) -> None:
        found: dict[str, Clock] = {}
        for row in said:
            clock = Clock(**{name: row[name] for name in _SAID if name in row})
            old = self.clocks.get(clock.name)
            if old is not None and old.edition == clock.edition:
                clock = replace(clock, stopped=old.stopped, pauses=old.pauses)
            elif old is not None and old.breached(at):
                self.before.append(old)
            found[clock.name] = clock
        self.clocks = found

    @property
    def order(self) -> WorkOrder:
        """As far as figures ask for it."""
        once = tuple(clock for clock in self.clocks.values() if not clock.every)
        return WorkOrder(
            id=self.id,
            kind=self.kind,
            title=Text(""),
            severity=Severity.MEDIUM,
            limit=Text(""),
            zone=self.zone,
            asset=self.asset,
            opened=self.opened,
            event_at=self.opened,
            assignee=self.assignee,
            state=self.state,
            closed=self.closed,
            clocks=once,
        )


def orders_told(facts: Iterable[Said]) -> dict[int, Told]:
    """Order → as its facts tell it. Facts of the noun ``work-order``, in the chain's order, from each order's first one on."""
    found: dict[int, Told] = {}
    for fact in facts:
        number = int(fact.subject)
        found.setdefault(number, Told(id=number)).tell(fact)
    return found


def limits_told(orders: Mapping[int, Told], buildings: Mapping[str, str], now: int) -> list[Owed]:
    """Every time limit that has come to stand or has fallen. ``buildings``: zone → the outermost one that it lies in."""
    found: list[Owed] = []
    for told in orders.values():
        about = About(team="", building=buildings.get(told.zone, ""))
        found += owed_by(told.order, about, (), now)
        missed = replace(told.order, clocks=tuple(told.before))
        found += owed_by(missed, about, (), now)
    return found
