"""Facts about what fell due, as the scheduler of duties writes them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from facility.fact import Fact
from facility.instant import DAY, HOUR
from inspections.compliance import Fold, Wanted


@dataclass(frozen=True, kw_only=True)
class Owed:
    """One occurrence that fell due."""

    id: int
    duty: str = "extinguishers"
    clause: str = "FI-1"
    target: str = "t1-ext-1"
    asset: str = "t1-ext-1"
    zone: str = "t1-l1"
    team: str = "engineers"
    assignee: str = ""
    due: int
    window: int = DAY
    grace: int = DAY

    @property
    def row(self) -> list[object]:
        return [self.id, self.target, self.asset, self.zone, self.team, self.assignee]

    @property
    def missed(self) -> int:
        return self.due + self.grace


def fell_due(*owed: Owed, at: int | None = None) -> Fact:
    """The frozen denominator of one due date of one duty."""
    one = owed[0]
    return Fact(
        at=one.due if at is None else at,
        noun="duty",
        subject=one.duty,
        what="fell-due",
        who="system:duties",
        data={
            "due": one.due,
            "opens": one.due - one.window,
            "closes": one.due,
            "missed": one.missed,
            "clause": one.clause,
            "version": "9f2c1a77",
            "occurrences": [each.row for each in owed],
        },
    )


def became(owed: Owed, what: str, at: int, *, after: str = "", who: str = "engineer", **data: Any) -> Fact:
    """What became of it."""
    return Fact(
        at=at,
        noun="occurrence",
        subject=str(owed.id),
        what=what,
        before="open",
        after=after or what,
        who=who,
        data=dict(data),
    )


def done(owed: Owed, *, before: int = HOUR, result: int = 1, who: str = "engineer", **data: Any) -> Fact:
    at = owed.due - before
    return became(owed, "done", at, who=who, done=at, result=result, **data)


def fold_of(facts: Sequence[Fact], wanted: Wanted) -> Fold:
    """All of them, what fell due before what became of it."""
    fold = Fold(wanted)
    for fact in facts:
        if fact.noun == "duty":
            fold.freeze(fact)
    for fact in facts:
        if fact.noun == "occurrence":
            fold.tell(fact)
    return fold
