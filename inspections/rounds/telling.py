"""What is written down when a round changes: every step is a fact, and the last one holds all that reports are made from.

Facts are for ever, so nobody is in them: a guard is the first or the second who walked the round, and no more.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from facility.fact import Fact
from facility.round import Flag, PointStatus, Round, RoundState, RoundStop

NOUN = "round"
WHO = "system:rounds"


def facts_of(before: Round, after: Round, now: int) -> list[Fact]:
    """What happened between the two; nothing when nothing is to be told."""
    return [*_begun(before, after, now), *_points(before, after, now), *_ended(before, after, now)]


def _fact(round: Round, what: str, now: int, data: dict[str, Any], *, steps: tuple[str, str] = ("", "")) -> Fact:
    return Fact(
        at=now,
        noun=NOUN,
        subject=str(round.id),
        what=what,
        before=steps[0],
        after=steps[1],
        who=WHO,
        data={"route": round.route, **data},
    )


def _begun(before: Round, after: Round, now: int) -> Iterator[Fact]:
    if before.begun is None and after.begun is not None:
        data = {"at": after.begun, "start": after.start, "due": after.due, "planned": len(after.stops)}
        yield _fact(after, "begun", now, data, steps=(before.state, after.state))


def _points(before: Round, after: Round, now: int) -> Iterator[Fact]:
    for old, new in zip(before.stops, after.stops, strict=True):
        if new != old and new.status is not PointStatus.OPEN:
            is_new = Flag.UPLOADED_LATE in new.flags and Flag.UPLOADED_LATE not in old.flags
            what, data = "late-upload" if is_new else "point", stop_data(after, new)
            yield _fact(after, what, now, data, steps=(old.told, new.told))


def _ended(before: Round, after: Round, now: int) -> Iterator[Fact]:
    if after.over and not before.over:
        what = "missed" if after.state is RoundState.MISSED else "ended"
        yield _fact(after, what, now, summary(after), steps=(before.state, after.state))


def stop_data(round: Round, stop: RoundStop) -> dict[str, Any]:
    """One point, as facts carry it."""
    return {
        "order": stop.order,
        "point": stop.point,
        "zone": stop.zone,
        "due": stop.due,
        "status": stop.told,
        "at": stop.at,
        "received": stop.received,
        "walker": walkers(round).get(stop.guard, 0),
        "flags": list(stop.flags),
        "effective": stop.effective,
    }


def summary(round: Round) -> dict[str, Any]:
    """What was planned, and what came of it: the denominators of all figures are frozen here."""
    return {
        "team": round.team,
        "duty": round.duty,
        "start": round.start,
        "due": round.due,
        "closes": round.closes,
        "planned": len(round.stops),
        "visited": round.visited,
        "on_time": round.on_time,
        "effective": round.effective,
        "uploaded_late": round.uploaded_late,
        "duplicates": round.duplicates,
        "wrong_guards": round.wrong_guards,
        "ghosts": round.ghosts,
        "walkers": len(round.walkers),
        "points": [stop_data(round, stop) for stop in round.stops],
    }


def walkers(round: Round) -> dict[str, int]:
    """Pseudonym → 1, 2 …, in the order in which they were first seen on it."""
    visits = sorted((stop.at, stop.order, stop.guard) for stop in round.stops if stop.at is not None and stop.guard)
    return {guard: number for number, guard in enumerate(dict.fromkeys(guard for _, _, guard in visits), 1)}
