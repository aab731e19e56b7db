"""Who walked a round is kept as long as the class of personal data says; that it was walked, point by point, stays."""

from __future__ import annotations

from dataclasses import replace

from facility.round import Round
from storage.records.personal import Ended
from storage.records.port import Unit
from storage.records.rounds import RoundFilter

NOTE = "rounds/guards-forgotten"
"""The start up to which rounds name nobody any more."""
AT_ONCE = 200


def forget_guards(unit: Unit, before: int) -> Ended:
    """A portion of the rounds that began before ``before``, and all that was given at points until then."""
    since: int = unit.notes.get(NOTE) or 0
    found = unit.rounds.find(RoundFilter(since=since, until=before), limit=AT_ONCE, soonest=True).rows
    named = [one for one in found if nameless(one) != one]
    for one in named:
        unit.rounds.update(nameless(one))
    dropped = unit.rounds.drop_given(before)
    if found and found[-1].start > since:
        unit.notes.put(NOTE, found[-1].start)
    starts = [one.start for one in named] or ([before - 1] if dropped else [])
    return Ended(count=len(named) + dropped, oldest=min(starts, default=None), newest=max(starts, default=None))


def nameless(round: Round) -> Round:
    """Without any pseudonym."""
    return replace(
        round,
        crew=(),
        stops=tuple(replace(stop, guard="") for stop in round.stops),
        strays=tuple(replace(stray, guard="") for stray in round.strays),
    )
