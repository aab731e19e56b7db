"""Who walked a round is kept for half a year, as scans are; that it was walked, point by point, stays."""

from __future__ import annotations

from dataclasses import replace

from facility.instant import DAY
from facility.round import Round
from storage.records.port import Unit
from storage.records.rounds import RoundFilter

KEPT = 180 * DAY
NOTE = "rounds/guards-forgotten"
"""The start up to which rounds name nobody any more."""
AT_ONCE = 200


def forget_guards(unit: Unit, now: int, kept: int = KEPT) -> bool:
    """A portion. Returns whether there is more to do at once."""
    since: int = unit.notes.get(NOTE) or 0
    found = unit.rounds.find(RoundFilter(since=since, until=now - kept), limit=AT_ONCE, soonest=True).rows
    unit.rounds.drop_given(now - kept)
    for one in found:
        after = nameless(one)
        if after != one:
            unit.rounds.update(after)
    if found:
        unit.notes.put(NOTE, found[-1].start)
    return len(found) == AT_ONCE and found[-1].start > since


def nameless(round: Round) -> Round:
    """Without any pseudonym."""
    return replace(
        round,
        crew=(),
        stops=tuple(replace(stop, guard="") for stop in round.stops),
        strays=tuple(replace(stray, guard="") for stray in round.strays),
    )
