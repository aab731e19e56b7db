"""What was owed and what became of it, read from the facts alone: the fold behind the matrix, the figures and the report.

The denominator is what fell due: the facts ``duty fell-due`` say for each due date which occurrences were owed, and are
never changed. What became of each is the last fact about it (noun ``occurrence``), which names its standing in ``after``.
Pure: the same facts give the same ledger, in whatever portions they are given.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import tzinfo
from enum import StrEnum
from typing import Any, NamedTuple

from facility.calendar import local_day
from facility.fact import Said
from facility.occurrence import Standing


class Mark(StrEnum):
    """What one square of the matrix says, the worst of what it is made of."""

    MISSED = "missed"
    LATE = "late"
    """Done, but after its window."""
    DUE = "due"
    """It fell due, and neither done nor missed yet."""
    GONE = "gone"
    """Done, and the evidence is not kept any more."""
    DONE = "done"
    SUSPENDED = "suspended"

    # An enum hashes in Python; these are counted by the hundred thousand.
    __hash__ = str.__hash__


SIGNS: Mapping[Mark, str] = {
    Mark.DONE: "●",
    Mark.LATE: "◐",
    Mark.MISSED: "○",
    Mark.DUE: "·",
    Mark.SUSPENDED: "–",
    Mark.GONE: "×",
}
"""As they are drawn."""
WORST_FIRST = tuple(Mark)

_MARK_OF: Mapping[str, Mark] = {
    Standing.DONE.value: Mark.DONE,
    Standing.DONE_LATE.value: Mark.LATE,
    Standing.MISSED.value: Mark.MISSED,
    Standing.SUSPENDED.value: Mark.SUSPENDED,
}
STANDINGS = frozenset(standing.value for standing in Standing)
OCCURRENCE_FACTS = "occurrence"
FELL_DUE = "fell-due"
FATES = ("done", "done-late", "missed", "suspended", "resumed", "late", "postponed", "assigned", "made-up", "opened")
"""What is read about occurrences; other words change nothing about what became of one."""


@dataclass(slots=True)
class Fate:
    """What the facts say became of one occurrence. Mutable: it is what the fold builds."""

    standing: str = ""
    seq: int = 0
    """Of the fact that said so last."""
    done: int | None = None
    who: str = ""
    result: int | None = None
    made_up: int | None = None
    postponed: int = 0
    ends: int = 0
    """When it is missed, where it was postponed."""
    assignee: str = ""
    late_upload: bool = False
    why: str = ""

    def tell(self, fact: Said) -> None:
        """One more fact about it, newer than those before."""
        data = fact.data
        if fact.what == "postponed":
            self.postponed += 1
        if fact.what == "made-up":
            self.made_up = data.get("result") or self.made_up
        self.seq = fact.seq
        self.ends = int(data.get("missed_at", self.ends))
        if fact.after in STANDINGS:
            self.standing = fact.after
        if fact.what in ("done", "done-late"):
            self.done, self.who = data.get("done", fact.at), str(data.get("who", fact.who))
            self.result, self.late_upload = data.get("result"), bool(data.get("late_upload"))
        if fact.what == "assigned":
            self.assignee = str(data.get("assignee", ""))
        if fact.what == "suspended":
            self.why = fact.why


class Item(NamedTuple):
    """One occurrence that fell due, with what became of it. Frozen: what the facts say."""

    id: int
    duty: str
    version: str
    clause: str
    target: str
    asset: str
    zone: str
    team: str
    assignee: str
    due: int
    opens: int
    closes: int
    missed: int
    seq: int
    """Of the fact that froze it."""
    mark: Mark
    done: int | None
    who: str
    result: int | None
    made_up: int | None
    postponed: int
    late_upload: bool
    why: str
    told: int
    """The ``seq`` of the last fact about what became of it; 0: none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which due dates: since <= due < until, in these zones, of these clauses. Empty fields do not limit."""

    since: int
    until: int
    zones: frozenset[str] = frozenset()
    """Zones by name, those that lie in them included by the caller."""
    clauses: frozenset[str] = frozenset()
    duties: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Duty → all clauses that it carries out; one that is not named carries out its own alone."""

    def holds(self, duty: str, clause: str, zone: str) -> bool:
        """Whether it is asked for, by its duty's clauses and its zone."""
        if self.zones and zone not in self.zones:
            return False
        return not self.clauses or bool(self.clauses & (self.duties.get(duty, frozenset()) | {clause}))


class Frozen(NamedTuple):
    """One occurrence as it fell due."""

    id: int
    duty: str
    version: str
    clause: str
    target: str
    asset: str
    zone: str
    team: str
    assignee: str
    due: int
    opens: int
    closes: int
    missed: int
    seq: int


def frozen_in(fact: Said, wanted: Wanted) -> Iterator[Frozen]:
    """The occurrences that a fact ``duty fell-due`` names, as far as they are asked for."""
    data = fact.data
    due = int(data["due"])
    if not wanted.since <= due < wanted.until:
        return
    duty, clause, version = fact.subject, str(data.get("clause", "")), str(data.get("version", ""))
    opens, closes, missed = int(data["opens"]), int(data["closes"]), int(data["missed"])
    for row in data["occurrences"]:
        id, target, asset, zone, team, assignee = row[:6]
        if wanted.holds(duty, clause, zone):
            yield Frozen(
                int(id),
                duty,
                version,
                clause,
                target,
                asset,
                zone,
                team,
                assignee,
                due,
                opens,
                closes,
                missed,
                fact.seq,
            )


def mark_of(fate: Fate | None, missed: int, as_of: int) -> Mark:
    """What it counts as. One that is past its end without a fact about it is missed: nobody has seen it done."""
    found = _MARK_OF.get(fate.standing) if fate is not None else None
    if found is not None:
        return found
    end = fate.ends if fate is not None and fate.postponed and fate.ends else missed
    return Mark.MISSED if as_of >= end else Mark.DUE


def item_of(frozen: Frozen, fate: Fate | None, as_of: int) -> Item:
    """The occurrence with what became of it by ``as_of``."""
    mark = mark_of(fate, frozen.missed, as_of)
    known = fate or Fate()
    return Item(
        *frozen[:8],
        known.assignee or frozen.assignee,
        *frozen[9:],
        mark,
        known.done,
        known.who,
        known.result,
        known.made_up,
        known.postponed,
        known.late_upload,
        known.why,
        known.seq,
    )


class Fold:
    """What fell due and what became of it, fact by fact. Pure. Kept, it works out anew only what newer facts changed.

    Mutable: a reader of its own, or one at a time.
    """

    def __init__(self, wanted: Wanted) -> None:
        self.wanted = wanted
        self._frozen: dict[int, Frozen] = {}
        self._fates: dict[int, Fate] = {}
        self._items: dict[int, Item] = {}
        self._order: list[int] = []
        self._open: set[int] = set()
        """Those of which something new was told, and those that the clock alone may still move."""
        self.disordered: set[int] = set()
        """Those of which a fact was told too late: they must be told anew."""

    def __contains__(self, id: int) -> bool:
        return id in self._frozen

    def __len__(self) -> int:
        return len(self._frozen)

    def freeze(self, fact: Said) -> list[Frozen]:
        """What a fact ``duty fell-due`` names and was not known yet. Named twice, what its older fact says stands."""
        new = []
        for one in frozen_in(fact, self.wanted):
            before = self._frozen.get(one.id)
            if before is None or one.seq < before.seq:
                self._frozen[one.id] = one
                self._open.add(one.id)
            if before is None:
                new.append(one)
        return new

    def tell(self, fact: Said) -> None:
        """One fact of the noun ``occurrence``, each once. Of what never fell due it says nothing.

        One that is older than another about the same thing is not taken; its id is left in ``disordered``.
        """
        id = int(fact.subject)
        if id not in self._frozen or fact.what not in FATES:
            return
        fate = self._fates.get(id)
        if fate is None:
            fate = self._fates[id] = Fate()
        if fact.seq < fate.seq:
            self.disordered.add(id)
            return
        fate.tell(fact)
        self._open.add(id)

    def tell_anew(self, id: int, facts: Iterable[Said]) -> None:
        """All that was said of one, by number; what was told before is forgotten."""
        self._fates.pop(id, None)
        self.disordered.discard(id)
        for fact in facts:
            self.tell(fact)

    def items(self, as_of: int) -> list[Item]:
        """Each occurrence once, by due date and number, as it stands at ``as_of``."""
        for id in self._open:
            self._items[id] = item_of(self._frozen[id], self._fates.get(id), as_of)
        self._open = {id for id in self._open if not _is_settled(self._fates.get(id))}
        if len(self._order) < len(self._items):
            self._order = sorted(self._items, key=lambda one: (self._frozen[one].due, one))
        return [self._items[id] for id in self._order]


def _is_settled(fate: Fate | None) -> bool:
    return fate is not None and fate.standing in _MARK_OF


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How many of what fell due became what."""

    marks: Mapping[Mark, int]
    postponed: int = 0
    late_uploads: int = 0
    made_up: int = 0

    @property
    def due(self) -> int:
        """All that fell due."""
        return sum(self.marks.values())

    @property
    def owed(self) -> int:
        """The denominator: what fell due and was not suspended."""
        return self.due - self.marks.get(Mark.SUSPENDED, 0)

    @property
    def done(self) -> int:
        """The numerator: done in its window, whether or not the evidence is still kept."""
        return self.marks.get(Mark.DONE, 0) + self.marks.get(Mark.GONE, 0)

    @property
    def attainment(self) -> float | None:
        """设备维护达标率: done in its window, of what was owed. None where nothing was."""
        return self.done / self.owed if self.owed else None

    @property
    def mark(self) -> Mark | None:
        """The worst; None where nothing fell due."""
        return next((mark for mark in WORST_FIRST if self.marks.get(mark)), None)

    def of(self, mark: Mark) -> int:
        """How many."""
        return self.marks.get(mark, 0)


NOTHING = Tally(marks={})


def tally(items: Iterable[Item]) -> Tally:
    """One count over all of them."""
    some = list(items)
    return Tally(
        marks=dict(Counter([one.mark for one in some])),
        postponed=sum([one.postponed > 0 for one in some]),
        late_uploads=sum([one.late_upload for one in some]),
        made_up=sum([one.made_up is not None for one in some]),
    )


def month_of(zone: tzinfo) -> Callable[[int], str]:
    """Instant → its local month, as in 2026-11; the same instant asked for often is worked out once."""
    known: dict[int, str] = {}

    def month(at: int) -> str:
        found = known.get(at)
        if found is None:
            found = known[at] = f"{local_day(at, zone):%Y-%m}"
        return found

    return month


def grouped(items: Iterable[Item], *keys: Callable[[Item], Any]) -> dict[tuple[Any, ...], Tally]:
    """By what the keys say → the count."""
    found: dict[tuple[Any, ...], list[Item]] = {}
    for one in items:
        found.setdefault(tuple(key(one) for key in keys), []).append(one)
    return {key: tally(some) for key, some in found.items()}


def clauses_of(item: Item, duties: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """All clauses that it counts for."""
    return duties.get(item.duty, frozenset()) | ({item.clause} if item.clause else frozenset())


def by_clause(items: Iterable[Item], duties: Mapping[str, frozenset[str]]) -> dict[str, list[Item]]:
    """Clause → its occurrences; one whose duty carries out several stands under each."""
    found: dict[str, list[Item]] = {}
    lists: dict[tuple[str, str], list[list[Item]]] = {}
    for one in items:
        key = one.duty, one.clause
        mine = lists.get(key)
        if mine is None:
            mine = lists[key] = [found.setdefault(clause, []) for clause in sorted(clauses_of(one, duties))]
        for some in mine:
            some.append(one)
    return found
