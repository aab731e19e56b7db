"""What several rules find at one place, found as one: a pure function of their breaches, in event time.

It does not matter in which order the parts became known: what late readings change in them is put together again from the
stored breaches (``rules.weaving``), and a replay puts together what it found (``rules.replaying_together``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple

from facility.breach import Spell
from rules.kinds import together

if TYPE_CHECKING:
    from rules.engine import Engine


class Place(NamedTuple):
    """One rule of this kind in one zone."""

    rule: int
    zone: str


class Rows(NamedTuple):
    """What belongs to a place."""

    own: dict[str, int]
    """Point → the row on which its alert may stand."""
    parts: dict[str, str]
    """The id of each rule, or level, whose breaches are parts → the rule."""


class Layout:
    """Which rows belong together. Worked out once for an engine."""

    def __init__(self, engine: Engine) -> None:
        self.places: dict[Place, Rows] = {}
        self.of_row: dict[int, list[Place]] = {}
        """Row of a part → the places that look at it."""
        for number, rule in enumerate(engine.rules):
            if isinstance(rule.spec, together.Spec):
                self._lay(engine, number, rule.spec)

    def _lay(self, engine: Engine, number: int, spec: together.Spec) -> None:
        rule = engine.rules[number]
        parts = {
            one.id: one.level_of or one.id
            for one in engine.rules
            if (one.level_of or one.id) in spec.rules and not isinstance(one.spec, together.Spec)
        }
        for point in engine.book.points_of(rule, engine.register):
            row, zone = engine.row(rule.id, point.id), engine.register.zone_of(point)
            if row is None or zone is None:
                continue
            place = Place(number, zone.id)
            self.places.setdefault(place, Rows({}, parts)).own[point.id] = row
            for part in parts:
                of_part = engine.row(part, point.id)
                if of_part is not None:
                    self.of_row.setdefault(of_part, []).append(place)


class Part(NamedTuple):
    """One breach of one of the rules."""

    rule: str
    point: str
    spell: Spell


class Woven(NamedTuple):
    """One time in which the parts were enough."""

    point: str
    """On which its alert stands: that of the first part."""
    spell: Spell
    names: tuple[tuple[str, str], ...] = ()
    """What was enough when it was raised: (rule, point)."""

    @property
    def text(self) -> str:
        """The parts by name."""
        return ", ".join(f"{rule} on {point}" for rule, point in self.names)


def weave(spec: together.Spec, parts: Iterable[Part], since: int, going: Woven | None = None) -> list[Woven]:
    """What the parts come to from ``since`` on, in order. ``going`` is what was in force just before."""
    weaving = _Weaving(spec, going)
    for at, several in groupby(_events(parts, since), key=itemgetter(0)):
        for _, begins, _, part in several:
            weaving.hear(part, begins=begins)
        weaving.look(at)
    return weaving.found


def _events(parts: Iterable[Part], since: int) -> Sequence[tuple[int, bool, int, Part | None]]:
    """(when, whether it begins, a number, which part). What happens at one time happens together."""
    return sorted(_unsorted(parts, since), key=itemgetter(0, 1, 2))


def _unsorted(parts: Iterable[Part], since: int) -> Iterator[tuple[int, bool, int, Part | None]]:
    yield since, False, -1, None
    for number, part in enumerate(parts):
        begins, ends = max(part.spell.raised, since), part.spell.cleared
        if ends is None or ends > begins:
            yield begins, True, number, part
        if ends is not None and ends > begins:
            yield ends, False, number, part


class _Weaving:
    """One place on its way through time."""

    def __init__(self, spec: together.Spec, going: Woven | None) -> None:
        self._spec, self._goes_on = spec, going is not None
        self._on: set[Part] = set()
        self.found = [] if going is None else [going]

    def hear(self, part: Part | None, *, begins: bool) -> None:
        """A part begins, or is over."""
        if part is not None:
            (self._on.add if begins else self._on.discard)(part)

    def look(self, at: int) -> None:
        """What it comes to now."""
        firing = self._firing()
        whole = together.complete(self._spec, firing)
        if self._goes_on and not (whole and self._stands(firing)):
            last = self.found[-1]
            self.found[-1] = last._replace(spell=last.spell._replace(ended=at, cleared=at))
            self._goes_on = False
        if whole and not self._goes_on:
            self._begin(whole, at)

    def _firing(self) -> list[tuple[int, str, str]]:
        """(since when, rule, point); of a rule with levels the first that began."""
        first: dict[tuple[str, str], int] = {}
        for rule, point, spell in self._on:
            first[rule, point] = min(spell.started, first.get((rule, point), spell.started))
        return [(since, rule, point) for (rule, point), since in first.items()]

    def _stands(self, firing: list[tuple[int, str, str]]) -> bool:
        """Whether the alert that it raised goes on: if not, the next one takes its place."""
        raises = self._spec.raises
        return not raises or any((rule, point) == (raises, self.found[-1].point) for _, rule, point in firing)

    def _begin(self, whole: list[tuple[int, str, str]], at: int) -> None:
        raises = self._spec.raises
        point = next(point for _, rule, point in whole if not raises or rule == raises)
        spell = Spell(max(since for since, *_ in whole), at)
        self.found.append(Woven(point, spell, tuple((rule, of) for _, rule, of in whole)))
        self._goes_on = True
