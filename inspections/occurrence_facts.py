"""The facts of occurrences: what became of each, and who owed what when a due date passed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from facility.fact import Fact
from facility.occurrence import Occurrence, Standing

PORTION = 500
"""So many occurrences one fact of a duty names at most."""


def fact_of(
    occurrence: Occurrence, what: str, before: Standing, now: int, *, who: str, why: str = "", **data: Any
) -> Fact:
    """What happened to one. It carries what reports ask for, so that they read the facts alone."""
    about = {
        "duty": occurrence.duty,
        "duty_version": occurrence.duty_version,
        "clause": occurrence.clause,
        "target": occurrence.target,
        "asset": occurrence.asset,
        "zone": occurrence.zone,
        "opens": occurrence.opens,
        "due": occurrence.due,
        "until": occurrence.until,
        "missed_at": occurrence.missed_at,
        "team": occurrence.team,
        "assignee": occurrence.assignee,
    }
    return Fact(
        at=now,
        noun="occurrence",
        subject=str(occurrence.id),
        what=what,
        before=before.value,
        after=occurrence.standing.value,
        why=why,
        who=who,
        data=about | data,
    )


def fell_due(those: Sequence[Occurrence], now: int, who: str) -> Iterator[Fact]:
    """What was owed when it fell due: the denominator of every share, never to be changed afterwards."""
    ordered = sorted(those, key=_due_date)
    for (duty, due, version, opens, closes, missed), group in groupby(ordered, key=_due_date):
        together = list(group)
        for start in range(0, len(together), PORTION):
            these = together[start : start + PORTION]
            data = {
                "due": due,
                "opens": opens,
                "closes": closes,
                "missed": missed,
                "clause": these[0].clause,
                "version": version,
                "occurrences": [[o.id, o.target, o.asset, o.zone, o.team, o.assignee] for o in these],
            }
            yield Fact(at=now, noun="duty", subject=duty, what="fell-due", who=who, data=data)


def _due_date(one: Occurrence) -> tuple[str, int, str, int, int, int]:
    return one.duty, one.due, one.duty_version, one.opens, one.closes, one.missed
