"""Figures about work: how fast it was answered and done, who was told, who carries how much, how content residents are.

Pure: the same rows and facts give the same figures. Denominators have names and are frozen when due: a time limit that fell
due in a period counts for that period, whatever happens later. What is open past its limit counts as not in time. An order
without the time limit that its class promises counts as not in time too. Nothing counts before it has fallen due.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

from facility.clock import Clock
from facility.fact import Fact
from facility.notice import Notice, NoticeState
from facility.work_order import State, WorkOrder

T = TypeVar("T")
EVERY_ORDER_OWES = frozenset({"respond", "resolve"})
"""Where no class says what is promised."""
CALLED_OFF = frozenset({State.CANCELLED, State.DUPLICATE})


class Period(NamedTuple):
    """start <= at < end, as far as it has come by ``now``."""

    start: int
    end: int
    now: int

    def holds(self, at: int | None) -> bool:
        """Whether something at ``at`` counts for it."""
        return at is not None and self.start <= at < self.end and at < self.now


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """One time limit of one order; of a limit that repeats one round."""

    order: int
    clock: str
    kind: str
    team: str
    building: str
    person: str
    started: int
    due: int
    """The last instant in time. Where no limit was set: when the order was opened."""
    done: int | None
    limited: bool = True
    """False: the class promises a limit, and the order has none."""

    @property
    def in_time(self) -> bool:
        """Done, and not after its limit."""
        return self.limited and self.done is not None and self.done <= self.due

    @property
    def took(self) -> int | None:
        """From the start until it was done; None while it is not."""
        return None if self.done is None else self.done - self.started


class About(NamedTuple):
    """What the register and the rota say of an order."""

    team: str
    building: str


class _Round(NamedTuple):
    started: int
    due: int
    done: int | None
    limited: bool = True


def owed_by(order: WorkOrder, about: About, promised: Collection[str], now: int) -> list[Owed]:
    """Every limit of an order that has come to stand or has fallen; those that the order is without as well."""
    found = [
        _owed(order, about, clock.name, one)
        for clock in order.clocks
        for one in _rounds(clock, now)
        if not _called_off(order, one.due)
    ]
    missing = set(promised) - {clock.name for clock in order.clocks}
    nothing = _Round(order.event_at, order.opened, None, limited=False)
    return found + [_owed(order, about, name, nothing) for name in sorted(missing) if order.state not in CALLED_OFF]


def replaced(order: WorkOrder, about: About, breaches: Iterable[Fact]) -> list[Owed]:
    """Limits that had fallen due and were missed before others took their place: what fell due stays so."""
    standing = {(clock.name, clock.started) for clock in order.clocks}
    return [
        _owed(order, about, str(fact.data["clock"]), _Round(int(fact.data["started"]), int(fact.data["due"]), None))
        for fact in breaches
        if fact.data.get("clock") == "visit" and ("visit", fact.data.get("started")) not in standing
    ]


def _owed(order: WorkOrder, about: About, name: str, one: _Round) -> Owed:
    return Owed(
        order=order.id,
        clock=name,
        kind=order.kind,
        team=about.team,
        building=about.building,
        person=order.assignee,
        started=one.started,
        due=one.due,
        done=one.done,
        limited=one.limited,
    )


def _called_off(order: WorkOrder, due: int) -> bool:
    """Cancelled, or found to be a duplicate, before it fell due: nobody owed it then."""
    return order.state in CALLED_OFF and order.closed is not None and order.closed <= due


def _rounds(clock: Clock, now: int) -> Iterator[_Round]:
    """Each round that was met or missed, or will be; one where the clock asks once."""
    if clock.waits or clock.paused:
        return
    if not clock.every:
        yield _Round(clock.started, clock.due, clock.stopped)
        return
    started, due = clock.started, clock.started + clock.limit
    for at in clock.met:
        while due < at:
            yield _Round(started, due, None)
            due += clock.every
        yield _Round(started, due, at)
        started, due = at, at + clock.every
    due, end = clock.due, clock.end(now)
    while due < end:
        yield _Round(started, due, None)
        due += clock.every


@dataclass(frozen=True, slots=True, kw_only=True)
class InTime:
    """How many of the limits that fell due in a period were kept."""

    due: tuple[Owed, ...]
    """The denominator."""
    in_time: tuple[Owed, ...]
    late: tuple[Owed, ...]
    """Done after the limit."""
    open: tuple[Owed, ...]
    """Past the limit and not done."""
    without: tuple[Owed, ...]
    """Promised, and no limit was ever set."""
    median: int | None
    """Of the time from start to done; None where half and more are not done."""
    p90: int | None

    @property
    def share(self) -> float | None:
        """In time of due; None where nothing fell due."""
        return len(self.in_time) / len(self.due) if self.due else None


def in_time(owed: Iterable[Owed], period: Period) -> InTime:
    """The limits of one name, or of several, that fell due in the period."""
    due = tuple(one for one in owed if period.holds(one.due))
    times = [one.took for one in due if one.limited]
    return InTime(
        due=due,
        in_time=tuple(one for one in due if one.in_time),
        late=tuple(one for one in due if one.limited and one.done is not None and not one.in_time),
        open=tuple(one for one in due if one.limited and one.done is None),
        without=tuple(one for one in due if not one.limited),
        median=quantile(times, 0.5),
        p90=quantile(times, 0.9),
    )


def grouped(items: Iterable[T], key: Callable[[T], str]) -> dict[str, list[T]]:
    """By what ``key`` says, in its order."""
    found: dict[str, list[T]] = defaultdict(list)
    for item in items:
        found[key(item)].append(item)
    return dict(sorted(found.items()))


def quantile(values: Sequence[int | None], part: float) -> int | None:
    """The smallest value that at least ``part`` of all do not exceed (nearest rank). What is not done takes longest."""
    if not values:
        return None
    known = sorted(value for value in values if value is not None)
    rank = max(1, -int(-len(values) * part // 1))
    return known[rank - 1] if rank <= len(known) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """How notices went that were written in a period. Tests do not count."""

    written: tuple[Notice, ...]
    """The denominator of ``sent``: all that were still to be told when their turn came."""
    sent: tuple[Notice, ...]
    """The denominator of ``acknowledged``."""
    dead: tuple[Notice, ...]
    acknowledged: tuple[Notice, ...]
    median: int | None
    """From sending to acknowledging; None where half and more have not."""
    p90: int | None


def telling(notices: Iterable[Notice], period: Period) -> Telling:
    """Of all notices, those that were written in the period."""
    written = tuple(
        one
        for one in notices
        if period.holds(one.created) and not one.test and (one.state is not NoticeState.DROPPED or one.sent is not None)
    )
    sent = tuple(one for one in written if one.sent is not None)
    times = [None if one.acknowledged is None else max(0, one.acknowledged - (one.sent or 0)) for one in sent]
    return Telling(
        written=written,
        sent=sent,
        dead=tuple(one for one in written if one.state is NoticeState.DEAD),
        acknowledged=tuple(one for one in sent if one.acknowledged is not None),
        median=quantile(times, 0.5),
        p90=quantile(times, 0.9),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What one person carried. Order numbers, each once."""

    person: str
    accepted: tuple[int, ...]
    finished: tuple[int, ...]
    handed_on: tuple[int, ...]
    """Given back or handed over."""
    open: tuple[int, ...]
    """Named on it now."""
    overdue: tuple[int, ...]


_CARRIED = {
    "accepted": "accepted",
    "finished": "finished",
    "rejected": "handed_on",
    "transferred": "handed_on",
}


def load(facts: Iterable[Fact], orders: Iterable[WorkOrder], period: Period) -> list[Load]:
    """Per person: facts of work orders in the period, and the orders that are open now. Who carries most comes first."""
    carried: dict[str, dict[str, dict[int, None]]] = defaultdict(lambda: defaultdict(dict))
    for fact in facts:
        column = _CARRIED.get(fact.what) if fact.noun == "work-order" and period.holds(fact.at) else None
        if column:
            carried[fact.who][column][int(fact.subject)] = None
    for order in orders:
        if order.open and order.assignee:
            carried[order.assignee]["open"][order.id] = None
            if any(clock.stopped is None and clock.breached(period.now) for clock in order.clocks):
                carried[order.assignee]["overdue"][order.id] = None
    found = [_load(person, columns) for person, columns in carried.items()]
    return sorted(found, key=lambda one: (-len(one.open), -len(one.accepted), one.person))


def _load(person: str, columns: Mapping[str, Mapping[int, None]]) -> Load:
    return Load(
        person=person,
        accepted=tuple(columns.get("accepted", ())),
        finished=tuple(columns.get("finished", ())),
        handed_on=tuple(columns.get("handed_on", ())),
        open=tuple(columns.get("open", ())),
        overdue=tuple(columns.get("overdue", ())),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Contentment:
    """What residents said in a period: facts of reports that were confirmed, found unsolved or closed without a word."""

    ended: tuple[Fact, ...]
    """The denominator of ``answered``."""
    answered: tuple[Fact, ...]
    """With a mark from 1 to 5."""
    unsolved: tuple[Fact, ...]
    marks: tuple[int, int, int, int, int]
    """How often 1, 2, 3, 4, 5."""

    @property
    def average(self) -> float | None:
        """Of the marks; None where there are none."""
        given = sum(self.marks)
        return sum(mark * count for mark, count in enumerate(self.marks, 1)) / given if given else None


ENDS = ("confirmed", "unsolved", "lapsed")
"""The facts about reports that contentment rests on."""


def contentment(facts: Iterable[Fact], period: Period) -> Contentment:
    """From facts of the noun ``report``."""
    ended = tuple(fact for fact in facts if fact.noun == "report" and fact.what in ENDS and period.holds(fact.at))
    answered = tuple(fact for fact in ended if fact.data.get("satisfaction"))
    marks = [0] * 5
    for fact in answered:
        marks[int(fact.data["satisfaction"]) - 1] += 1
    return Contentment(
        ended=ended,
        answered=answered,
        unsolved=tuple(fact for fact in ended if fact.what == "unsolved"),
        marks=(marks[0], marks[1], marks[2], marks[3], marks[4]),
    )
