"""The scheduler: warnings and breaches of clocks, each once, in the order in which they fell due.

The instants lie in a table of their own with an index, so that a pass costs what is due and not what is open. After a
time in which nothing ran, what fell due meanwhile is done in one go, oldest first, and says that it is late.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from facility.clock import Act, Clock
from facility.clock_acts import Asked, asks, next_look
from facility.work_order import WorkOrder
from response.clocks import clock_fact
from response.steps import Step
from storage.records.clocks import Due
from storage.records.port import Unit

EVERY = 250
PORTION = 200
TOTALS = "clocks/totals"
"""Note: warning or breach → clock/kind of work → how often, since the beginning."""


class _Wanted(NamedTuple):
    order: WorkOrder
    clock: Clock
    asked: Asked


def look_at_clocks(unit: Unit, now: int) -> bool:
    """One portion of what is due at ``now``. Returns whether there may be more."""
    dues = unit.clocks.due(now, PORTION)
    if not dues:
        return False
    orders = unit.work_orders.some(sorted({due.work_order for due in dues}))
    done: defaultdict[tuple[int, str], set[str]] = defaultdict(set)
    for act in unit.clocks.acts(list(orders)):
        done[act.work_order, act.clock].add(act.level)
    wanted = sorted(_wanted(dues, orders, done, now), key=lambda one: (one.asked.at, one.order.id, one.clock.name))
    _write(unit, wanted, now)
    for one in wanted:
        done[one.order.id, one.clock.name].add(one.asked.level)
    _look_again(unit, dues, orders, done, now)
    return True


SCHEDULER = Step("clocks", EVERY, look_at_clocks)


def _wanted(
    dues: Sequence[Due],
    orders: dict[int, WorkOrder],
    done: dict[tuple[int, str], set[str]],
    now: int,
) -> Iterable[_Wanted]:
    # What belongs behind this portion waits for its place there: the order of instants is kept over portions.
    end = now if len(dues) < PORTION else dues[-1].due
    for due in dues:
        found = _clock(orders, due)
        asked = asks(found[1], now, done[due.work_order, due.clock]) if found else None
        if found and asked and asked.at <= end:
            yield _Wanted(*found, asked)


def _clock(orders: dict[int, WorkOrder], due: Due) -> tuple[WorkOrder, Clock] | None:
    order = orders.get(due.work_order)
    if order is None:
        return None
    clock = next((clock for clock in order.clocks if clock.name == due.clock), None)
    return None if clock is None else (order, clock)


def _write(unit: Unit, wanted: Sequence[_Wanted], now: int) -> None:
    acts = [Act(work_order=o.id, clock=c.name, level=asked.level, due=asked.due, at=now) for o, c, asked in wanted]
    fresh = unit.clocks.act(acts)
    mine = [one for one in wanted if (one.order.id, one.clock.name, one.asked.level) in fresh]
    if not mine:
        return
    past = unit.facts.about("work-order", sorted({str(one.order.id) for one in mine}))
    said = [clock_fact(*one, past.get(str(one.order.id), []), now) for one in mine]
    unit.facts.append_all(said)
    counts: Counter[tuple[str, str]] = Counter()
    for order, clock, asked in mine:
        counts[asked.kind, f"{clock.name}/{order.kind}"] += asked.rounds
    _count(unit, counts)


def _count(unit: Unit, counts: Counter[tuple[str, str]]) -> None:
    totals: dict[str, dict[str, int]] = unit.notes.get(TOTALS) or {}
    for (kind, name), number in counts.items():
        of_kind = totals.setdefault(kind, {})
        of_kind[name] = of_kind.get(name, 0) + number
    unit.notes.put(TOTALS, totals)


def _look_again(
    unit: Unit,
    dues: Sequence[Due],
    orders: dict[int, WorkOrder],
    done: dict[tuple[int, str], set[str]],
    now: int,
) -> None:
    again: list[Due] = []
    gone: list[Due] = []
    for due in dues:
        found = _clock(orders, due)
        levels = done[due.work_order, due.clock]
        asked = asks(found[1], now, levels) if found else None
        at = asked.at if asked else next_look(found[1], levels) if found else None
        if at is None:
            gone.append(due)
        else:
            again.append(Due(due.work_order, due.clock, at))
    unit.clocks.look_at(again)
    unit.clocks.forget(gone)
