"""What several rules find at one place, found as one: a pure function of where their rows stand, in event time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from facility.alert import QUIET, Condition, Track
from rules.kinds import together
from rules.timeline import Move, Transition, What

if TYPE_CHECKING:
    from rules.engine import Engine
    from rules.memory import Memory


class Place(NamedTuple):
    """One rule of this kind in one zone."""

    rule: int
    zone: str


class Rows(NamedTuple):
    """The rows of a place: its own by point, and those of its parts."""

    own: dict[str, int]
    parts: dict[int, tuple[str, str]]
    """Row → (rule, point)."""


class Layout:
    """Which rows belong together. Worked out once for an engine."""

    def __init__(self, engine: Engine) -> None:
        self.places: dict[Place, Rows] = {}
        self.of_part: dict[int, list[Place]] = {}
        for number, rule in enumerate(engine.rules):
            if isinstance(rule.spec, together.Spec):
                self._lay(engine, number, rule.spec)

    def _lay(self, engine: Engine, number: int, spec: together.Spec) -> None:
        rule = engine.rules[number]
        members = [one for one in engine.rules if (one.level_of or one.id) in spec.rules]
        for point in engine.book.points_of(rule, engine.register):
            row, zone = engine.row(rule.id, point.id), engine.register.zone_of(point)
            if row is None or zone is None:
                continue
            place = Place(number, zone.id)
            rows = self.places.setdefault(place, Rows({}, {}))
            rows.own[point.id] = row
            for member in members:
                part = engine.row(member.id, point.id)
                if part is not None:
                    rows.parts[part] = (member.level_of or member.id, point.id)
                    self.of_part.setdefault(part, []).append(place)


def correlate(engine: Engine, memory: Memory, moves: list[Move]) -> tuple[list[Move], dict[int, str]]:
    """(what follows from ``moves`` for rules of this kind, row → the parts by name)."""
    if not engine.correlated.of_part:
        return [], {}
    events: dict[Place, list[tuple[int, int, Track]]] = {}
    for move in moves:
        for found in move.transitions:
            for place in engine.correlated.of_part.get(move.row, ()):
                events.setdefault(place, []).append((found.track.last, move.row, found.track))
    walks = [_Walk(engine, memory, place) for place in events]
    further = [move for walk in walks for move in walk.through(events[walk.place])]
    return further, {row: why for walk in walks for row, why in walk.why.items()}


class _Walk:
    """One place through the events of a batch."""

    def __init__(self, engine: Engine, memory: Memory, place: Place) -> None:
        self.place, self._rows = place, engine.correlated.places[place]
        spec = engine.rules[place.rule].spec
        assert isinstance(spec, together.Spec)
        self._spec = spec
        self._parts = {row: memory.track(row) for row in self._rows.parts}
        self._own = {row: memory.track(row) for row in self._rows.own.values()}
        self.why: dict[int, str] = {}

    def through(self, events: list[tuple[int, int, Track]]) -> Iterator[Move]:
        """Instant by instant: what happens at the same time happens together."""
        found: dict[int, list[Transition]] = {}
        ordered = sorted(events, key=lambda event: event[0])
        for number, (at, row, track) in enumerate(ordered):
            self._parts[row] = track
            if number + 1 == len(ordered) or ordered[number + 1][0] != at:
                for own, transition in self._step(at):
                    found.setdefault(own, []).append(transition)
        for own, transitions in found.items():
            yield Move(own, self._own[own], tuple(transitions))

    def _step(self, at: int) -> Iterator[tuple[int, Transition]]:
        parts = [(t.bad_since, *self._rows.parts[row]) for row, t in self._parts.items() if t.firing]
        firing = next((row for row, track in self._own.items() if track.firing), None)
        whole = together.complete(self._spec, parts)
        if whole and firing is None:
            started, first = max(since for since, *_ in whole), self._rows.own[whole[0][2]]
            self.why[first] = ", ".join(f"{rule} on {point}" for _, rule, point in whole)
            track = Track(Condition.ACTIVE, bad_since=started, raised=at, last=at)
            yield self._set(first, What.RAISED, track)
        elif not whole and firing is not None:
            yield self._set(firing, What.RETURNED, QUIET._replace(good_since=at, last=at))

    def _set(self, row: int, what: What, track: Track) -> tuple[int, Transition]:
        self._own[row] = track
        return row, Transition(what, track, None)
