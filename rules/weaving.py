"""Puts together again what rules of kind ``together`` look at, from the stored breaches, in the unit of work that changed these.

One way for all: a batch, the clock, late readings, a change of the rules. What was found before an instant at which nothing
changed yet stays; from there on it is found again, and what differs is written.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from facility.alert import QUIET, Alert, Condition, Track
from facility.breach import Breach, Spell
from rules.correct import Corrector
from rules.engine import FOREVER, Engine
from rules.kinds import together
from rules.levels import raised_by
from rules.memory import Memory
from rules.rejudge import Rejudged, difference
from rules.respond import is_late_at
from rules.timeline import Move, Transition, What
from rules.together import Part, Place, Woven, weave
from storage.records.breaches import BreachFilter

NAMED = 1_000
"""A place with more points than this is asked for by its rules alone."""
Touched = dict[Place, int]
"""Place → since when something may differ there."""


def touched_by_moves(engine: Engine, moves: Iterable[Move]) -> Touched:
    """What breaches that began, or ended, touch."""
    found: Touched = {}
    for move in moves if engine.correlated.places else ():
        for transition in move.transitions:
            if transition.what in (What.RAISED, What.RETURNED):
                _touch(engine, found, move.row, transition.track.last)
    return found


def touched_by_late(engine: Engine, rejudged: Iterable[Rejudged]) -> Touched:
    """What late readings changed."""
    found: Touched = {}
    for one in rejudged if engine.correlated.places else ():
        spells = [*one.added, *(breach.spell for breach in one.withdrawn)]
        spells += [spell for breach, after in one.moved for spell in (breach.spell, after)]
        if spells:
            _touch(engine, found, one.row, min(spell.raised for spell in spells))
    return found


def touched_by_change(engine: Engine, memory: Memory, now: int) -> Touched:
    """After a change of rules or register: every place at which something goes on."""
    places = engine.correlated.places
    own = {row: place for place, rows in places.items() for row in rows.own.values()}
    found: Touched = {}
    for row, track in memory.tracks.items() if places else ():
        if track.firing:
            _touch(engine, found, row, now)
            if row in own:
                found[own[row]] = now
    return found


def _touch(engine: Engine, found: Touched, row: int, at: int) -> None:
    for place in engine.correlated.of_row.get(row, ()):
        found[place] = min(at, found.get(place, at))


class Weaver(Corrector):
    """As the corrector, for what several rules find together."""

    WHY = ""

    def weave(self, memory: Memory, touched: Mapping[Place, int], why: str = "") -> list[Move]:
        """Find again and write. What it comes to is returned, for the memory. ``why``: of facts that need one."""
        self.WHY = why
        found = [one for place, since in touched.items() for one in self._of_place(memory, place, since)]
        self.correct(found)
        return [Move(one.row, one.track, ()) for one in found if one.track is not None]

    def _of_place(self, memory: Memory, place: Place, since: int) -> Iterable[Rejudged]:
        spec = self._engine.rules[place.rule].spec
        assert isinstance(spec, together.Spec)
        own, parts = self._stored(place, since)
        before = [breach for breach in own if breach.raised < since]
        going = [Woven(breach.point, Spell(breach.started, breach.raised)) for breach in before]
        woven = weave(spec, parts, since, going[0] if going else None)
        for point, row in self._engine.correlated.places[place].own.items():
            old = [breach for breach in own if breach.point == point]
            new = [one for one in woven if one.point == point]
            if old or new or row in memory.tracks:
                self._parts[row] = new[-1].text if new else ""
                yield difference(row, old, [one.spell for one in new], _track(new, memory.track(row)))

    def _stored(self, place: Place, since: int) -> tuple[list[Breach], list[Part]]:
        """(its own breaches, those of its parts), all that were in force at ``since`` or later."""
        rows, own = self._engine.correlated.places[place], self._engine.rules[place.rule].id
        points = tuple(rows.own) if len(rows.own) <= NAMED else ()
        wanted = BreachFilter(rules=(own, *rows.parts), points=points, since=since)
        found = [one for one in self._unit.breaches.find(wanted, limit=FOREVER) if one.point in rows.own]
        parts = [Part(rows.parts[one.rule], one.point, one.spell) for one in found if one.rule != own]
        return sorted((one for one in found if one.rule == own), key=lambda breach: breach.raised), parts

    def _is_news(self, spell: Spell) -> bool:
        return super()._is_news(spell) or (not self.WHY and not is_late_at(spell.raised, self._now))

    def _alert_for(self, row: int, spell: Spell, track: Track) -> int:
        rule, point = self._engine.of(row)
        if rule.level_of:
            return self._raised_alert(rule.level_of, point.id, spell)
        alert = self._open_alert(self._key(row))
        if alert is not None or spell.cleared is None or not self._is_news(spell):
            return super()._alert_for(row, spell, track)
        went_off = Track(Condition.ACTIVE, bad_since=spell.started, raised=spell.raised, last=spell.raised)
        alert = self._with_work_order(self._raise(row, Transition(What.RAISED, went_off, None)), rule)
        self.open[alert.rule, alert.point] = alert.id
        return self._unit.alerts.update(alert).id

    def _raised_alert(self, rule: str, point: str, spell: Spell) -> int:
        """That of the breach which it makes more urgent; 0 where that one has none."""
        base = self._unit.breaches.about(rule, point, spell.raised, spell.raised)
        return next((breach.alert for breach in base if breach.alert), 0)

    def _why(self, before: Alert, after: Alert, row: int) -> str:
        if raised_by(self._engine.of(row)[0].id) and after.severity != before.severity:
            return (
                f"confirmed by {self._parts.get(row, '')}"
                if after.severity < before.severity
                else "no longer confirmed"
            )
        return super()._why(before, after, row)


def _track(woven: list[Woven], known: Track) -> Track | None:
    """Where the row stands now; None: where it stood."""
    last = woven[-1].spell if woven else None
    if last is None or last.cleared is not None:
        return QUIET if known.firing else None
    if known.firing and (known.bad_since, known.raised) == (last.started, last.raised):
        return None
    return Track(Condition.ACTIVE, bad_since=last.started, raised=last.raised, last=last.raised)
