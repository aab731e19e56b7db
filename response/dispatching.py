"""To whom new work goes by itself: in turn, to whoever is on duty, has the skills, and carries least."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence

from facility.fact import Fact
from facility.rota import Person
from facility.work_class import Dispatch, WorkClass
from facility.work_order import Action, Order, State, WorkOrder, take
from storage.records.port import NotFound, Unit, WorkOrderFilter

WHO = "system:dispatch"
NAME = "work-orders"
NOUNS = frozenset({"work-order"})
TURNS = "dispatch/turns"
"""The note with when each account was last given something by itself."""
AT_ONCE = 1000


def in_turn(people: Sequence[Person], load: Mapping[str, int], last: Mapping[str, int]) -> str | None:
    """The account of whoever carries least; of several the one whose last turn was longest ago, then the first to be called."""
    able = [person.account for person in people if person.account]
    return min(able, key=lambda account: (load.get(account, 0), last.get(account, 0)), default=None)


def next_in_turn(
    unit: Unit, at: int, *, team: str = "", skills: Collection[str] = (), but_for: Collection[str] = ()
) -> str | None:
    """Who of those on duty gets the next order, and it is noted that it was his turn. None when nobody is there."""
    people = [
        person
        for person in unit.rota.load().on_duty(at, team=team)
        if set(skills) <= set(person.skills) and person.account not in but_for and _may_work(unit, person.account)
    ]
    turns = dict(unit.notes.get(TURNS) or {})
    found = in_turn(people, _load(unit, [person.account for person in people]), turns)
    if found is not None:
        unit.notes.put(TURNS, turns | {found: at})
    return found


def _may_work(unit: Unit, account: str) -> bool:
    if not account:
        return False
    try:
        return unit.people.get(account).disabled is None
    except NotFound:
        return False


def _load(unit: Unit, accounts: Sequence[str]) -> Counter[str]:
    """How many open orders each of them has."""
    if not accounts:
        return Counter()
    wanted = WorkOrderFilter(open=True, assignees=tuple(accounts))
    return Counter(order.assignee for order in unit.work_orders.find(wanted, limit=AT_ONCE).rows)


class Dispatcher:
    """Follows work orders: gives out new ones, and ones that were given back, as their class says."""

    def __init__(self, classes: Callable[[], Mapping[str, WorkClass]]) -> None:
        self._classes = classes

    def follow(self, unit: Unit, fact: Fact, now: int) -> None:
        """One fact. An order that somebody has taken meanwhile is left alone."""
        if fact.what not in ("opened", "rejected") or not fact.subject.isdecimal():
            return
        try:
            order = unit.work_orders.get(int(fact.subject))
        except NotFound:
            return
        work = self._classes().get(order.kind)
        if work is None or order.assignee or order.state not in (State.NEW, State.REJECTED):
            return
        if work.dispatch is Dispatch.FIRST and order.state is State.NEW:
            self._give(unit, order, Order(action=Action.DISPATCH, who=WHO, at=now, team=work.team), now)
        elif work.dispatch is Dispatch.TEAM:
            back = {one.who for one in unit.facts.of("work-order", fact.subject) if one.what == "rejected"}
            person = next_in_turn(unit, now, team=work.team, skills=work.skills, but_for=back)
            if person is not None:
                self._give(unit, order, Order(action=Action.DISPATCH, who=WHO, at=now, assignee=person), now)

    def _give(self, unit: Unit, order: WorkOrder, wish: Order, now: int) -> None:
        after = unit.work_orders.update(take(order, wish, point_normal=None))
        fact = Fact(
            at=now,
            noun="work-order",
            subject=str(order.id),
            what="dispatched",
            before=order.state.value,
            after=after.state.value,
            who=WHO,
            data={"assignee": after.assignee, "team": after.team, "how": "turn" if after.assignee else "first"},
        )
        unit.facts.append(fact)
