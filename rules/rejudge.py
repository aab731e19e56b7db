"""Late readings: what one rule found on one point, found again with them. Pure.

What was judged before stands in stored breaches. They say where the row stood after every sample but the ones inside a run that
was pending or clearing, so a sample before the late ones from which all is certain (the *anchor*) is near, and so is one
behind them at which everything is again as it was known to be (where it *settles*). Only what lies between is judged again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from facility.alert import QUIET, Condition, Timing, Track
from facility.breach import Breach, Spell
from rules.fold import Folded, Settling, Verdicts, fold
from rules.limits import Bools
from rules.timeline import BREACHED, CLEAR, IN_DEADBAND
from storage.records.breaches import Stretch


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What is at hand of one row around the late readings."""

    verdicts: Verdicts
    """By event time, from before the late readings to behind them, none newer than what was judged."""
    known: Sequence[Breach]
    """Every breach in force at some time of it, oldest first."""
    stretch: Stretch
    from_the_start: bool
    """Nothing is kept from before the first sample."""
    to_the_end: bool
    """The last sample is the newest that was judged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejudged:
    """How what was found differs from what had been."""

    row: int
    moved: tuple[tuple[Breach, Spell], ...] = ()
    added: tuple[Spell, ...] = ()
    withdrawn: tuple[Breach, ...] = ()
    track: Track | None = None
    """Where the row stands now; None: where it stood."""


@dataclass(frozen=True, slots=True)
class More:
    """What is at hand does not reach far enough."""

    before: bool = False
    after: bool = False


def rejudge(row: int, history: History, timing: Timing, now_at: Track) -> Rejudged | More:
    """``now_at`` is where the row stands after the newest sample that was judged."""
    known = [breach.spell for breach in history.known]
    start = anchor(history, known)
    if start is None:
        return More(before=True)
    place, track = start
    at, codes, value = history.verdicts
    rest = Verdicts(at[place:], codes[place:], value[place:])
    folded = fold(rest, timing, track, _settling(rest, known, history.stretch.last))
    if folded.settled is None and not history.to_the_end:
        return More(after=True)
    found, track_now = _joined(folded, rest, known, now_at)
    since = int(rest.at[0]) - 1 if len(rest.at) else history.stretch.first
    until = None if folded.settled is None else int(rest.at[folded.settled])
    old = [breach for breach in history.known if _in_force(breach, since, until)]
    return difference(row, old, found, track_now if track_now != now_at else None)


def anchor(history: History, known: Sequence[Spell]) -> tuple[int, Track] | None:
    """(the first sample to judge, where the row stood before it); None when what is at hand does not reach back to one."""
    at, codes, _ = history.verdicts
    for place in range(int(np.searchsorted(at, history.stretch.first)) - 1, -1, -1):
        code, then = int(codes[place]), int(at[place])
        spell = _firing(known, then)
        if spell is None and code in (CLEAR, IN_DEADBAND):
            return place + 1, QUIET
        if spell is not None and code in (BREACHED, IN_DEADBAND):
            return place + 1, _active(spell, then)
    if not history.from_the_start:
        return None
    then = min(int(at[0]) if len(at) else history.stretch.first, history.stretch.first) - 1
    spell = _firing(known, then)
    return 0, QUIET if spell is None else _active(spell, spell.raised)


def _firing(known: Iterable[Spell], at: int) -> Spell | None:
    return next((spell for spell in known if spell.fires_after(at)), None)


def _active(spell: Spell, at: int) -> Track:
    return Track(Condition.ACTIVE, bad_since=spell.started, raised=spell.raised, last=at)


def _settling(found: Verdicts, known: Iterable[Spell], last: int) -> Settling:
    behind, fired = found.at > last, _fired(found, known)
    near = found.codes == IN_DEADBAND
    return Settling(
        calm=np.flatnonzero(behind & ~fired & ((found.codes == CLEAR) | near)),
        firing=np.flatnonzero(behind & fired & ((found.codes == BREACHED) | near)),
    )


def _fired(found: Verdicts, known: Iterable[Spell]) -> Bools:
    """After which samples the row was known to fire."""
    fired = np.zeros(len(found.at), np.bool_)
    for spell in known:
        in_time = found.at >= spell.raised
        fired |= in_time if spell.cleared is None else in_time & (found.at < spell.cleared)
    return fired


def _joined(folded: Folded, rest: Verdicts, known: Iterable[Spell], now_at: Track) -> tuple[list[Spell], Track]:
    """What was found, with the end of a breach that goes on past where it settled; and where the row stands now."""
    found = list(folded.spells)
    if folded.settled is None:
        return found, folded.track
    if not folded.track.firing:
        return found, now_at
    same = _firing(known, int(rest.at[folded.settled]))
    assert same is not None
    found[-1] = found[-1]._replace(ended=same.ended, cleared=same.cleared)
    if same.cleared is not None:
        return found, now_at
    return found, now_at._replace(bad_since=found[-1].started, raised=found[-1].raised)


def _in_force(breach: Breach, since: int, until: int | None) -> bool:
    return (until is None or breach.raised <= until) and (breach.cleared is None or breach.cleared > since)


def difference(row: int, old: Sequence[Breach], found: Sequence[Spell], track: Track | None) -> Rejudged:
    """Alike ones stay; each of the others is the earliest old one that it overlaps, moved; the rest is new, or never was."""
    alike = {breach.spell[:4] for breach in old} & {spell[:4] for spell in found}
    left = [breach for breach in old if breach.spell[:4] not in alike]
    moved: list[tuple[Breach, Spell]] = []
    added: list[Spell] = []
    for spell in found:
        if spell[:4] in alike:
            continue
        same = next((breach for breach in left if _overlap(breach.spell, spell)), None)
        if same is None:
            added.append(spell)
        else:
            left.remove(same)
            moved.append((same, spell))
    return Rejudged(row=row, moved=tuple(moved), added=tuple(added), withdrawn=tuple(left), track=track)


def _overlap(one: Spell, other: Spell) -> bool:
    return (other.cleared is None or one.started < other.cleared) and (
        one.cleared is None or other.started < one.cleared
    )
